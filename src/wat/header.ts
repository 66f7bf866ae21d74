import * as l10n from '@vscode/l10n';
import { Cursor, GiveUp } from './cursor';
import type { Diagnostic } from './diagnostic';
import { EOF, LPAREN, RPAREN, STRING, WORD } from './lexer';
import type { CompositeSyntax, ElemList, ExternKind, ExternSyntax, FieldBody, FieldSyntax, Name, Span, TypeSyntaxDef, Use } from './syntax';
import { FUNCREF, nonNull } from './types';

/** Words that open a module field. */
export const fieldWords: ReadonlySet<string> = new Set(['type', 'rec', 'import', 'func', 'table', 'memory', 'global', 'tag', 'export', 'start', 'elem', 'data']);

/**
 * Reads a module field but for instructions: what the rest of the module may know of it. The text from `start` to `end` is the field with
 * its parentheses. Positions in the answer are relative to `start`.
 */
export function parseHeader(text: string, start: number, end: number, diagnostics: Diagnostic[]): FieldBody {
  const cursor = new Cursor(text, start, start, end, diagnostics);
  try {
    const body = new Header(cursor).field();
    if (body.kind !== 'extern' && cursor.lexer.kind !== EOF) cursor.expected(l10n.t('the end of this field'));
    return body;
  } catch (error) {
    if (error instanceof GiveUp) return { kind: 'broken' };
    throw error;
  }
}

class Header {
  readonly at: Cursor;

  constructor(cursor: Cursor) {
    this.at = cursor;
  }

  field(): FieldBody {
    const { at } = this;
    const { lexer } = at;
    if (lexer.kind === EOF) return this.custom();
    if (lexer.kind !== LPAREN) at.expected(l10n.t('a module field'));
    lexer.next();
    const word = lexer.kind === WORD ? lexer.value : '';
    if (!fieldWords.has(word)) at.expected(l10n.t('a module field (type, func, import, ...)'));
    if (word === 'type' || word === 'rec') return this.types();
    lexer.next();
    switch (word) {
      case 'import': return this.import();
      case 'export': return this.export();
      case 'start': {
        const use = at.use();
        at.close();
        return { kind: 'start', use };
      }
      case 'elem': return this.elem();
      case 'data': return this.data();
      default: return this.extern(word as ExternKind);
    }
  }

  /** A field that is an annotation: the lexer has stepped over it. Only `@custom` is a field to us. */
  private custom(): FieldBody {
    const note = this.at.lexer.annotations[0];
    if (note?.name !== 'custom') return { kind: 'broken' };
    const inner = new Cursor(this.at.lexer.text, this.at.base, note.start + '(@custom'.length, note.end, this.at.diagnostics);
    const name = inner.name();
    let place = 'after last';
    if (inner.lexer.opens('before') || inner.lexer.opens('after')) {
      inner.lexer.next();
      const side = inner.lexer.value;
      inner.lexer.next();
      const section = inner.lexer.kind === WORD ? inner.lexer.value : '';
      const known = ['type', 'import', 'func', 'table', 'memory', 'global', 'export', 'start', 'elem', 'code', 'data', 'datacount', 'tag'];
      if (!known.includes(section) && !(side === 'before' && section === 'first') && !(side === 'after' && section === 'last')) inner.expected(l10n.t('the name of a section'));
      place = `${side} ${section}`;
      inner.lexer.next();
      inner.close();
    }
    const bytes = inner.allBytes();
    inner.close();
    return { kind: 'custom', name, place, bytes };
  }

  private types(): FieldBody {
    const { at } = this;
    if (at.lexer.is('rec')) {
      at.lexer.next();
      const types: TypeSyntaxDef[] = [];
      while (at.lexer.kind === LPAREN) {
        if (!at.lexer.opens('type')) at.expected('"(type"');
        at.lexer.next();
        types.push(this.type());
      }
      at.close();
      return { kind: 'types', types, rec: true };
    }
    return { kind: 'types', types: [this.type()], rec: false };
  }

  /** The current token is the word `type`. */
  private type(): TypeSyntaxDef {
    const { at } = this;
    const start = at.lexer.start - at.base;
    at.lexer.next();
    const id = at.id();
    const sub = at.open('sub');
    let final = !sub;
    const supers: Use[] = [];
    if (sub) {
      final = at.word('final');
      for (let use = at.maybeUse(); use !== undefined; use = at.maybeUse()) supers.push(use);
    }
    let describes: Use | undefined;
    let descriptor: Use | undefined;
    if (at.open('describes')) {
      describes = at.use();
      at.close();
    }
    if (at.open('descriptor')) {
      descriptor = at.use();
      at.close();
    }
    const composite = this.composite();
    if (sub) at.close();
    at.close();
    return {
      ...(id === undefined ? {} : { id }), final, supers, composite, start, end: at.lexer.last - at.base,
      ...(describes === undefined ? {} : { describes }), ...(descriptor === undefined ? {} : { descriptor }),
    };
  }

  private composite(): CompositeSyntax {
    const { at } = this;
    if (at.open('func')) {
      const { params, results } = at.signature(true);
      at.close();
      return { kind: 'func', params, results };
    }
    if (at.open('struct')) {
      const fields: FieldSyntax[] = [];
      while (at.open('field')) {
        const id = at.id();
        if (id !== undefined) fields.push({ id, ...this.fieldType() });
        else while (at.lexer.kind !== RPAREN) fields.push(this.fieldType());
        at.close();
      }
      at.close();
      return { kind: 'struct', fields };
    }
    if (at.open('array')) {
      const element = this.fieldType();
      at.close();
      return { kind: 'array', element };
    }
    if (at.open('cont')) {
      const type = at.use();
      at.close();
      return { kind: 'cont', type };
    }
    return at.expected(l10n.t('a function, struct or array type'));
  }

  private fieldType(): FieldSyntax {
    const { at } = this;
    if (at.open('mut')) {
      const type = at.valueType(true);
      at.close();
      return { type, mutable: true };
    }
    return { type: at.valueType(true), mutable: false };
  }

  private import(): FieldBody {
    const { at } = this;
    const start = at.lexer.start - at.base;
    const module = at.name();
    const name = at.name();
    const end = at.lexer.last - at.base;
    if (at.lexer.kind !== LPAREN) at.expected('"("');
    at.lexer.next();
    const kind = this.externKind();
    const id = at.id();
    const extern = this.externType(kind);
    at.close();
    at.close();
    const here = at.lexer.last - at.base;
    return { kind: 'extern', extern, ...(id === undefined ? {} : { id }), import: { module, name, start, end }, exports: [], body: { start: here, end: here } };
  }

  private externKind(): ExternKind {
    const { at } = this;
    const kind = ['func', 'table', 'memory', 'global', 'tag'].find(word => at.word(word));
    return kind === undefined ? at.expected('func, table, memory, global, tag') : kind as ExternKind;
  }

  private externType(kind: ExternKind): ExternSyntax {
    const { at } = this;
    switch (kind) {
      case 'func': {
        if (at.open('exact')) {
          const use = at.typeUse(true);
          at.close();
          return { kind, use, exact: true };
        }
        return { kind, use: at.typeUse(true), exact: false };
      }
      case 'tag': return { kind, use: at.typeUse(true) };
      case 'table': {
        const limits = at.limits(at.addressType(), false);
        return { kind, limits, type: at.refType() };
      }
      case 'memory': return { kind, limits: at.limits(at.addressType(), true) };
      case 'global': {
        if (at.open('mut')) {
          const type = at.valueType();
          at.close();
          return { kind, type, mutable: true };
        }
        return { kind, type: at.valueType(), mutable: false };
      }
    }
  }

  private export(): FieldBody {
    const { at } = this;
    const name = at.name();
    if (at.lexer.kind !== LPAREN) at.expected('"("');
    at.lexer.next();
    const of = this.externKind();
    const use = at.use();
    at.close();
    at.close();
    return { kind: 'export', name, of, use };
  }

  private extern(kind: ExternKind): FieldBody {
    const { at } = this;
    const id = at.id();
    const exports: { name: string; start: number; end: number }[] = [];
    while (at.open('export')) {
      const start = at.lexer.start - at.base;
      const name = at.name();
      exports.push({ name, start, end: at.lexer.last - at.base });
      at.close();
    }
    const withId = id === undefined ? {} : { id };
    if (at.open('import')) {
      const start = at.lexer.start - at.base;
      const module = at.name();
      const name = at.name();
      const end = at.lexer.last - at.base;
      at.close();
      const extern = this.externType(kind);
      at.close();
      const here = at.lexer.last - at.base;
      this.ended();
      return { kind: 'extern', ...withId, extern, exports, import: { module, name, start, end }, body: { start: here, end: here } };
    }
    if (kind === 'table' || kind === 'memory') {
      const is64 = at.addressType();
      const inline = kind === 'table' ? this.inlineElems(is64) : this.inlineData(is64);
      if (inline !== undefined) return { kind: 'extern', ...withId, exports, ...inline };
      const limits = at.limits(is64, kind === 'memory');
      const extern: ExternSyntax = kind === 'table' ? { kind, limits, type: at.refType() } : { kind, limits };
      const body = this.rest();
      if (kind === 'memory') {
        at.close();
        this.ended();
      }
      return { kind: 'extern', ...withId, extern, exports, body };
    }
    const extern = this.externType(kind);
    const body = this.rest();
    if (kind === 'tag') {
      at.close();
      this.ended();
    }
    return { kind: 'extern', ...withId, extern, exports, body };
  }

  private ended(): void {
    if (this.at.lexer.kind !== EOF) this.at.expected(l10n.t('the end of this field'));
  }

  /** From the current token to the end of the field. */
  private rest(): Span {
    const { lexer, base } = this.at;
    return { start: lexer.start - base, end: lexer.limit - base };
  }

  /** `reftype (elem ...)`: the abbreviation of a table with its segment. */
  private inlineElems(is64: boolean): { extern: ExternSyntax; elems: ElemList; body: Span } | undefined {
    const { at } = this;
    if (at.lexer.kind !== WORD && at.lexer.kind !== LPAREN) return undefined;
    const type = at.refType();
    if (!at.open('elem')) at.expected('"(elem"');
    const elems = this.elements(type, at.lexer.kind !== LPAREN);
    at.close();
    at.close();
    this.ended();
    const size = BigInt(elems.count);
    const { start, end } = elems.items;
    return { extern: { kind: 'table', type, limits: { is64, min: size, max: size, shared: false, page: 16, start, end } }, elems, body: { start: end, end } };
  }

  /** `(data ...)`: the abbreviation of a memory with its segment. */
  private inlineData(is64: boolean): { extern: ExternSyntax; data: Uint8Array; body: Span } | undefined {
    const { at } = this;
    if (at.lexer.kind !== LPAREN) return undefined;
    const start = at.lexer.start - at.base;
    const page = at.lexer.opens('pagesize') ? at.pageSize() : 16;
    if (!at.open('data')) at.expected('"(data"');
    const data = at.allBytes();
    at.close();
    const end = at.lexer.last - at.base;
    at.close();
    this.ended();
    const size = BigInt(Math.ceil(data.length / 2 ** page));
    return { extern: { kind: 'memory', limits: { is64, min: size, max: size, shared: false, page, start, end } }, data, body: { start: end, end } };
  }

  /** Steps over the elements of a list up to its `)`, counting them. */
  private elements(type: ElemList['type'], indices: boolean): ElemList {
    const { at } = this;
    const start = at.lexer.start - at.base;
    let count = 0;
    while (at.lexer.kind !== RPAREN && at.lexer.kind !== EOF) {
      if (indices) at.use();
      else if (at.lexer.kind === LPAREN) at.skipGroup();
      else at.expected(l10n.t('an expression in parentheses'));
      count++;
    }
    return { type, indices, items: { start, end: at.lexer.start - at.base }, count };
  }

  private elemList(): ElemList {
    const { at } = this;
    if (at.lexer.kind === WORD && at.lexer.is('func')) {
      at.lexer.next();
      return this.elements(nonNull(FUNCREF), true);
    }
    return this.elements(at.refType(), false);
  }

  private elem(): FieldBody {
    const { at } = this;
    const id = at.id();
    const withId = id === undefined ? {} : { id };
    if (at.word('declare')) {
      const list = this.elemList();
      at.close();
      return { kind: 'elem', ...withId, mode: 'declare', list };
    }
    let table: Use | undefined;
    if (at.open('table')) {
      table = at.use();
      at.close();
    } else table = at.maybeUse();
    const active = table !== undefined || (at.lexer.kind === LPAREN && !at.lexer.opens('ref'));
    if (!active) {
      const list = this.elemList();
      at.close();
      return { kind: 'elem', ...withId, mode: 'passive', list };
    }
    const offset = this.offset();
    const list = at.lexer.kind === WORD || at.lexer.kind === LPAREN ? this.elemList() : this.elements(nonNull(FUNCREF), true);
    at.close();
    return { kind: 'elem', ...withId, mode: 'active', ...(table === undefined ? {} : { table }), offset, list };
  }

  /** `(offset instr*)` or one instruction in parentheses. */
  private offset(): Span {
    const { at } = this;
    if (at.lexer.kind !== LPAREN) at.expected(l10n.t('an offset expression'));
    const start = at.lexer.start - at.base;
    return { start, end: at.skipGroup() };
  }

  private data(): FieldBody {
    const { at } = this;
    const id: Name | undefined = at.id();
    let memory: Use | undefined;
    if (at.open('memory')) {
      memory = at.use();
      at.close();
    } else memory = at.maybeUse();
    const offset = memory !== undefined || at.lexer.kind === LPAREN ? this.offset() : undefined;
    if (at.lexer.kind !== STRING && at.lexer.kind !== RPAREN) at.expected(l10n.t('a string'));
    const bytes = at.allBytes();
    at.close();
    return { kind: 'data', ...(id === undefined ? {} : { id }), ...(memory === undefined ? {} : { memory }), ...(offset === undefined ? {} : { offset }), bytes };
  }
}
