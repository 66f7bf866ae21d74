import * as l10n from '@vscode/l10n';
import { Lost, type Cursor } from './cursor';
import type { Param, Type, TypeKind } from './syntax';

/** Types that need no definition. */
export const primitives: ReadonlySet<string> = new Set('bool s8 s16 s32 s64 u8 u16 u32 u64 f32 f64 char string error-context'.split(' '));

/** Types that are made of others: how many they take at least and at most. */
const generic: Readonly<Record<string, readonly [TypeKind, least: number, most: number]>> = {
  list: ['list', 1, 2], option: ['option', 1, 1], result: ['result', 0, 2], tuple: ['tuple', 0, 1000], future: ['future', 0, 1], stream: ['stream', 0, 1], map: ['map', 2, 2],
  own: ['own', 1, 1], borrow: ['borrow', 1, 1],
};

/** Nothing real is nested deeper; a text that is would fill the stack. */
const deepest = 100;

/** Reads a type. Throws Lost, told, where there is none. */
export function parseType(at: Cursor, depth = 0): Type {
  const { token } = at;
  const { start } = token;
  if (depth > deepest) {
    at.problem('deep', l10n.t('Types are nested too deep.'));
    throw new Lost();
  }
  if (token.kind !== 'word') {
    at.problem('expected', l10n.t('A type is expected here.'));
    throw new Lost();
  }
  if (primitives.has(token.text)) {
    at.next();
    return { kind: 'primitive', name: token.text, args: [], start, end: token.end };
  }
  const made = Object.hasOwn(generic, token.text) ? generic[token.text] : undefined;
  if (made === undefined) {
    if (token.text === '_') {
      at.problem('expected', l10n.t('_ stands for no type, and only in result<_, ...>.'));
      throw new Lost();
    }
    const id = at.name(l10n.t('A type'));
    return { kind: 'named', name: id.text, args: [], id, start, end: id.end };
  }
  at.next();
  const [kind, least, most] = made;
  const args: Type[] = [];
  if (at.take('<')) {
    while (!at.is('>')) {
      if (kind === 'result' && args.length === 0 && at.is('_')) {
        const none = at.next();
        args.push({ kind: 'none', name: '_', args: [], start: none.start, end: none.end });
      } else if (kind === 'list' && args.length === 1 && at.token.kind === 'number') {
        const length = at.next();
        args.push({ kind: 'primitive', name: length.text, args: [], start: length.start, end: length.end });
      } else args.push(parseType(at, depth + 1));
      if (!at.take(',')) break;
    }
    at.expect('>');
  }
  if (args.length < least || args.length > most) at.problem('arguments', l10n.t('{0} takes {1} types.', kind, least === most ? String(least) : `${least}-${most}`), { start, end: at.last });
  return { kind, name: kind, args, start, end: at.last };
}

/** `(a: u8, b: string)` */
export function parseParams(at: Cursor): Param[] {
  const params: Param[] = [];
  at.expect('(');
  while (!at.is(')')) {
    const id = at.name(l10n.t('The name of a parameter'));
    at.expect(':');
    params.push({ id, type: parseType(at) });
    if (!at.take(',')) break;
  }
  at.expect(')');
  return params;
}

/** `-> type`, or results with names, which WIT had before and tools still read. */
export function parseResults(at: Cursor): { results: Param[]; result: Type | undefined } {
  if (!at.take('->')) return { results: [], result: undefined };
  if (at.is('(')) return { results: parseParams(at), result: undefined };
  return { results: [], result: parseType(at) };
}
