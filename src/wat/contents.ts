import { BodyParser, type Body } from './body';
import { Cursor, GiveUp } from './cursor';
import type { Diagnostic } from './diagnostic';
import type { Contents } from './encode';
import { named } from './instructions';
import { EOF, LPAREN, RPAREN } from './lexer';
import type { Field, Linked } from './link';
import type { Scope } from './scope';
import { Instr, type Name, type Span } from './syntax';

const REF_FUNC = named('ref.func'), END = named('end');

/** Reads the inside of the function that `field` defines. Mistakes are relative to the field. */
export function readFunc(text: string, field: Field, type: number, scope: Scope, problems: Diagnostic[]): Body {
  const { body } = field;
  if (body.kind !== 'extern' || body.extern.kind !== 'func') return { code: [], locals: [], localNames: [], labels: [] };
  return new BodyParser(text, field.start, body.body, scope, problems).func(type, body.extern.use.params);
}

/** Reads the initial value of a global or a table; undefined when there is none. */
export function readInit(text: string, field: Field, scope: Scope, problems: Diagnostic[]): Instr[] | undefined {
  const { body } = field;
  if (body.kind !== 'extern') return undefined;
  const parser = new BodyParser(text, field.start, body.body, scope, problems);
  const { at } = parser;
  if (at.lexer.kind === RPAREN && body.extern.kind === 'table') {
    finish(at);
    return undefined;
  }
  const code = parser.expression();
  finish(at);
  return code;
}

function finish(at: Cursor): void {
  try {
    at.close();
    if (at.lexer.kind !== EOF) at.expected(')');
  } catch (error) {
    if (!(error instanceof GiveUp)) throw error;
  }
}

/** Reads an offset: `(offset instr*)` or one instruction in parentheses. */
export function readOffset(text: string, field: Field, span: Span, scope: Scope, problems: Diagnostic[]): Instr[] {
  return new BodyParser(text, field.start, span, scope, problems).wrapped('offset');
}

/** Reads the elements of a segment, each as an expression. */
export function readItems(text: string, field: Field, span: Span, scope: Scope, problems: Diagnostic[]): Instr[][] {
  const items: Instr[][] = [];
  const at = new Cursor(text, field.start, field.start + span.start, field.start + span.end, problems);
  while (at.lexer.kind !== EOF) {
    const start = at.lexer.start - at.base;
    if (at.lexer.kind !== LPAREN) {
      const use = at.use();
      const instr = new Instr(REF_FUNC, use.start, use.end);
      instr.a = scope.find('func', use, problems);
      items.push([instr, new Instr(END, use.end, use.end)]);
    } else items.push(new BodyParser(text, field.start, { start, end: at.skipGroup() }, scope, problems).wrapped('item'));
  }
  return items;
}

/** Reads all instructions of a module but functions' bodies; mistakes go to `problems` by field. */
export function readConstants(text: string, fields: readonly Field[], linked: Linked, name: Name | undefined): Omit<Contents, 'bodies'> {
  const { scope, problems } = linked;
  const { model } = scope;
  const fieldAt = (index: number): Field => {
    scope.field = index;
    return fields[index] ?? nowhere;
  };
  const problemsAt = (index: number): Diagnostic[] => problems[index] ?? [];
  return {
    model, name,
    globals: defined(model.globals).map(global => readInit(text, fieldAt(global.field), scope, problemsAt(global.field)) ?? []),
    tables: defined(model.tables).map(table => {
      const { body } = fieldAt(table.field);
      return body.kind === 'extern' && body.elems === undefined ? readInit(text, fieldAt(table.field), scope, problemsAt(table.field)) : undefined;
    }),
    elems: model.elems.map(elem => ({
      offset: elem.offset === undefined ? undefined : readOffset(text, fieldAt(elem.field), elem.offset, scope, problemsAt(elem.field)),
      items: readItems(text, fieldAt(elem.field), elem.items, scope, problemsAt(elem.field)),
    })),
    datas: model.datas.map(data => (data.offset === undefined ? undefined : readOffset(text, fieldAt(data.field), data.offset, scope, problemsAt(data.field)))),
  };
}

/** Reads all instructions of a module; mistakes go to `problems` by field. */
export function readContents(text: string, fields: readonly Field[], linked: Linked, name: Name | undefined): Contents {
  const { scope, problems } = linked;
  return {
    ...readConstants(text, fields, linked, name),
    bodies: defined(scope.model.funcs).map(func => readFunc(text, fields[func.field] ?? nowhere, func.type, scope, problems[func.field] ?? [])),
  };
}

const nowhere: Field = { start: 0, end: 0, body: { kind: 'broken' }, problems: [] };

function defined<T extends { readonly import?: unknown }>(list: readonly T[]): T[] {
  return list.filter(item => item.import === undefined);
}
