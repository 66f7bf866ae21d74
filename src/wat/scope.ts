import * as l10n from '@vscode/l10n';
import type { Diagnostic } from './diagnostic';
import { emptyModel, funcType, type Model } from './model';
import type { TypeSyntax, TypeUse, Use } from './syntax';
import { CONCRETE, refType } from './types';

/** The index spaces that names live in; each has its own. */
export type Space = 'type' | 'func' | 'table' | 'memory' | 'global' | 'tag' | 'elem' | 'data';
export const spaces: readonly Space[] = ['type', 'func', 'table', 'memory', 'global', 'tag', 'elem', 'data'];

/** Told of each use of a name or an index, for those who want to list them; positions as in the syntax. */
export type UseSink = (space: Space | 'local' | 'label' | 'field', index: number, use: Use, owner?: number) => void;

/** The names of a module and what they stand for. */
export class Scope {
  readonly model: Model = emptyModel();
  readonly names: Record<Space, Map<string, number>> = {
    type: new Map(), func: new Map(), table: new Map(), memory: new Map(), global: new Map(), tag: new Map(), elem: new Map(), data: new Map(),
  };
  sink: UseSink | undefined;
  /** The module field that is being read, for the sink. */
  field = -1;
  private readonly signatures = new Map<string, number>();
  private indexed = 0;

  /** What a use stands for. An unknown name is told and gives -1; an index is given back unchecked: that is the checker's part. */
  find(space: Space, use: Use, diagnostics: Diagnostic[]): number {
    let index = use.index;
    if (use.name !== undefined) {
      index = this.names[space].get(use.name) ?? -1;
      if (index === -1) diagnostics.push(unknown(space, use));
    }
    this.sink?.(space, index, use);
    return index;
  }

  /** A value type with its names looked up. A type that is not there is told and becomes the bottom type. */
  type(syntax: TypeSyntax, diagnostics: Diagnostic[]): number {
    if (typeof syntax === 'number') return syntax;
    const index = this.find('type', syntax.heap, diagnostics);
    if (index < 0) return 0;
    if (index >= this.typeCount) {
      diagnostics.push({ ...unknown('type', syntax.heap), kind: 'invalid' });
      return 0;
    }
    return refType(CONCRETE + index, syntax.nullable, syntax.exact);
  }

  /** How many types may be referred to: while the types are being read, all that the text defines. */
  typeCount = 0;

  /** The index of the first function type of this shape that stands alone, made at the end if there is none. */
  implicit(params: readonly number[], results: readonly number[]): number {
    const { types } = this.model;
    for (; this.indexed < types.length; this.indexed++) {
      const type = types[this.indexed];
      if (type?.composite.kind !== 'func' || !type.final || type.supers.length > 0 || type.groupSize > 1 || type.describes !== undefined || type.descriptor !== undefined) continue;
      const key = `${type.composite.params.join()}>${type.composite.results.join()}`;
      if (!this.signatures.has(key)) this.signatures.set(key, this.indexed);
    }
    const key = `${params.join()}>${results.join()}`;
    const known = this.signatures.get(key);
    if (known !== undefined) return known;
    this.model.groups.push({ start: types.length, size: 1, rec: false });
    types.push({ composite: { kind: 'func', params, results }, final: true, supers: [], group: types.length, groupSize: 1 });
    this.typeCount = types.length;
    return types.length - 1;
  }

  /** The function type that a type use means; -1 where it is unknown. Both forms given, they must agree. */
  typeUse(use: TypeUse, diagnostics: Diagnostic[]): number {
    const params = use.params.map(param => this.type(param.type, diagnostics));
    const results = use.results.map(result => this.type(result, diagnostics));
    if (use.type === undefined) return this.implicit(params, results);
    const index = this.find('type', use.type, diagnostics);
    if (index < 0) return -1;
    const type = this.model.types[index];
    if (type === undefined) {
      diagnostics.push({ ...unknown('type', use.type), kind: 'invalid' });
      return -1;
    }
    const func = funcType(this.model, index);
    if (func === undefined) {
      diagnostics.push({ kind: 'invalid', code: 'not-function-type', message: l10n.t('This type is not a function type.'), start: use.type.start, end: use.type.end });
      return -1;
    }
    if ((params.length > 0 || results.length > 0) && (params.join() !== func.params.join() || results.join() !== func.results.join())) {
      diagnostics.push({ kind: 'malformed', code: 'inline-type', message: l10n.t('The parameters and results given here differ from those of the type.'), start: use.start, end: use.end });
    }
    return index;
  }
}

/** The diagnostic for a name or an index that stands for nothing. */
export function unknown(space: Space | 'local' | 'label' | 'field', use: Use): Diagnostic {
  const shown = use.name === undefined ? String(use.index) : `$${use.name}`;
  const words: Record<typeof space, string> = {
    type: l10n.t('Unknown type {0}.', shown), func: l10n.t('Unknown function {0}.', shown), table: l10n.t('Unknown table {0}.', shown),
    memory: l10n.t('Unknown memory {0}.', shown), global: l10n.t('Unknown global {0}.', shown), tag: l10n.t('Unknown tag {0}.', shown),
    elem: l10n.t('Unknown element segment {0}.', shown), data: l10n.t('Unknown data segment {0}.', shown),
    local: l10n.t('Unknown local {0}.', shown), label: l10n.t('Unknown label {0}.', shown), field: l10n.t('Unknown field {0}.', shown),
  };
  return { kind: use.name === undefined ? 'invalid' : 'malformed', code: `unknown-${space}`, message: words[space], start: use.start, end: use.end };
}
