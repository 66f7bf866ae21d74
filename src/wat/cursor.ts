import * as l10n from '@vscode/l10n';
import type { Diagnostic } from './diagnostic';
import { EOF, ID, LPAREN, Lexer, NUMBER, RPAREN, STRING, WORD, idName, stringBytes, stringName, type LexProblem } from './lexer';
import { parseU64, parseUnsigned } from './literals';
import type { LimitsSyntax, Name, Param, TypeSyntax, TypeUse, Use } from './syntax';
import { heapNames, refType, typeWords } from './types';

/** Thrown inside a field's parser to give the field up; what is wrong has been told. Never leaves this room. */
export class GiveUp extends Error {}

const heaps = new Map<string, number>(heapNames.slice(0, -1).map((name, i) => [name, i]));

/** Reads what all module fields are made of: names, uses, types. Positions it hands out are relative to `base`. */
export class Cursor {
  readonly lexer: Lexer;
  readonly base: number;
  readonly diagnostics: Diagnostic[];

  constructor(text: string, base: number, from: number, limit: number, diagnostics: Diagnostic[]) {
    this.base = base;
    this.diagnostics = diagnostics;
    this.lexer = new Lexer(text, from, limit, (kind, start, end) => { this.lexical(kind, start, end); });
    this.lexer.next();
  }

  /** Tells of a mistake; without a place, at the current token. */
  error(code: string, message: string, start = this.lexer.start - this.base, end = this.lexer.end - this.base): void {
    this.diagnostics.push({ kind: 'malformed', code, message, start, end: Math.max(end, start) });
  }

  /** Tells that something else was expected here, and gives up. */
  expected(what: string): never {
    const { lexer } = this;
    this.error('syntax', lexer.kind === EOF ? l10n.t('Expected {0}, but the text ends here.', what) : l10n.t('Expected {0}, but found {1}.', what, shorten(lexer.value)));
    throw new GiveUp();
  }

  private lexical(kind: LexProblem, start: number, end: number): void {
    const messages: Record<LexProblem, string> = {
      'unclosed-comment': l10n.t('This comment is not closed: ";)" is missing.'),
      'unclosed-string': l10n.t('This string is not closed on its line.'),
      'bad-string': l10n.t('This string holds a control character or an escape that does not exist.'),
      'bad-char': l10n.t('This character has no meaning here.'),
      'no-space': l10n.t('White space is missing after this token.'),
      'empty-id': l10n.t('An identifier needs at least one character after "$".'),
      'empty-annotation': l10n.t('An annotation needs a name after "(@".'),
      'unclosed-annotation': l10n.t('This annotation is not closed.'),
    };
    this.error(kind, messages[kind], start - this.base, end - this.base);
  }

  /** Steps over `(word` if that is what comes. */
  open(word: string): boolean {
    if (!this.lexer.opens(word)) return false;
    this.lexer.next();
    this.lexer.next();
    return true;
  }

  close(): void {
    if (this.lexer.kind !== RPAREN) this.expected('")"');
    this.lexer.next();
  }

  word(word: string): boolean {
    if (this.lexer.kind !== WORD || !this.lexer.is(word)) return false;
    this.lexer.next();
    return true;
  }

  /** An identifier that is defined here, and the name that an annotation after it gives for the name section. */
  id(): Name | undefined {
    const { lexer, base } = this;
    let text: string | undefined;
    let { start, end } = lexer;
    if (lexer.kind === ID) {
      text = this.idText();
      lexer.next();
    } else end = start;
    const shown = this.nameAnnotation();
    start -= base;
    end -= base;
    return text === undefined ? (shown === undefined ? undefined : { text: '', start, end, shown }) : { text, start, end, ...(shown === undefined ? {} : { shown }) };
  }

  /** The string of a `(@name "...")` that was just stepped over. */
  nameAnnotation(): string | undefined {
    let shown: string | undefined;
    for (const note of this.lexer.annotations) {
      if (note.name !== 'name') continue;
      const inner = new Cursor(this.lexer.text, this.base, note.start + 6, note.end, this.diagnostics);
      const bytes = inner.lexer.kind === STRING ? inner.lexer.value : undefined;
      inner.lexer.next();
      if (bytes === undefined || inner.lexer.kind !== RPAREN || shown !== undefined) {
        this.error('annotation', l10n.t('A @name annotation holds exactly one string, and stands once.'), note.start - this.base, note.end - this.base);
      }
      shown = bytes === undefined ? undefined : stringName(bytes);
    }
    return shown;
  }

  idText(): string {
    const text = idName(this.lexer.value);
    if (text === undefined) this.error('utf8', l10n.t('This name is not valid UTF-8.'));
    return text ?? '';
  }

  maybeUse(): Use | undefined {
    const { lexer, base } = this;
    if (lexer.kind === ID) {
      const use = { name: this.idText(), index: -1, start: lexer.start - base, end: lexer.end - base };
      lexer.next();
      return use;
    }
    if (lexer.kind === NUMBER) {
      const index = parseUnsigned(lexer.value);
      if (index === undefined) this.error('number', l10n.t('Expected an index from 0 to 4294967295.'));
      const use = { name: undefined, index: index ?? -1, start: lexer.start - base, end: lexer.end - base };
      lexer.next();
      return use;
    }
    return undefined;
  }

  use(): Use {
    return this.maybeUse() ?? this.expected(l10n.t('a name or an index'));
  }

  bytes(): Uint8Array {
    if (this.lexer.kind !== STRING) this.expected(l10n.t('a string'));
    const bytes = stringBytes(this.lexer.value);
    this.lexer.next();
    return bytes;
  }

  /** All strings that follow, as one run of bytes. */
  allBytes(): Uint8Array {
    const parts: Uint8Array[] = [];
    while (this.lexer.kind === STRING) parts.push(this.bytes());
    if (parts.length === 1 && parts[0] !== undefined) return parts[0];
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  name(): string {
    if (this.lexer.kind !== STRING) this.expected(l10n.t('a string'));
    const name = stringName(this.lexer.value);
    if (name === undefined) this.error('utf8', l10n.t('This name is not valid UTF-8.'));
    this.lexer.next();
    return name ?? '';
  }

  u32(max = 0xffffffff): number {
    const value = this.lexer.kind === NUMBER ? parseUnsigned(this.lexer.value, max) : undefined;
    if (value === undefined) this.expected(l10n.t('a number from 0 to {0}', max));
    this.lexer.next();
    return value;
  }

  u64(): bigint {
    const value = this.lexer.kind === NUMBER ? parseU64(this.lexer.value) : undefined;
    if (value === undefined) this.expected(l10n.t('an unsigned number of 64 bits'));
    this.lexer.next();
    return value;
  }

  /** Whether a heap type may start here; only asked where something else may stand too. */
  heapType(nullable: boolean): TypeSyntax {
    const { lexer } = this;
    if (this.open('exact')) {
      const heap = this.use();
      this.close();
      return { nullable, exact: true, heap };
    }
    if (lexer.kind === WORD) {
      const heap = heaps.get(lexer.value);
      if (heap === undefined) this.expected(l10n.t('a heap type'));
      lexer.next();
      return refType(heap, nullable);
    }
    return { nullable, exact: false, heap: this.use() };
  }

  /** A value type; `packed` lets i8 and i16 through. */
  valueType(packed = false): TypeSyntax {
    const { lexer } = this;
    if (lexer.kind === WORD) {
      const type = typeWords.get(lexer.value);
      if (type !== undefined && (packed || type < 6 || type > 7)) {
        lexer.next();
        return type;
      }
    } else if (this.open('ref')) {
      const type = this.heapType(this.word('null'));
      this.close();
      return type;
    }
    return this.expected(l10n.t('a value type'));
  }

  refType(): TypeSyntax {
    const { start } = this.lexer;
    const end = this.lexer.end;
    const type = this.valueType();
    if (typeof type === 'number' && type < 8) {
      this.error('syntax', l10n.t('Expected a reference type.'), start - this.base, end - this.base);
      throw new GiveUp();
    }
    return type;
  }

  /** `(param ...)* (result ...)*`; with `names`, parameters may have one each. */
  signature(names: boolean): { params: Param[]; results: TypeSyntax[] } {
    const params: Param[] = [];
    const results: TypeSyntax[] = [];
    while (this.open('param')) {
      if (this.lexer.kind === ID) {
        if (!names) this.expected(l10n.t('a value type (parameters have no names here)'));
        const id = this.id();
        params.push({ ...(id === undefined ? {} : { id }), type: this.valueType() });
      } else {
        const shown = this.nameAnnotation();
        while (this.lexer.kind !== RPAREN) {
          params.push({ type: this.valueType(), ...(shown === undefined ? {} : { id: { text: '', start: 0, end: 0, shown } }) });
        }
      }
      this.close();
    }
    while (this.open('result')) {
      while (this.lexer.kind !== RPAREN) results.push(this.valueType());
      this.close();
    }
    return { params, results };
  }

  typeUse(names: boolean): TypeUse {
    const start = this.lexer.start - this.base;
    let type: Use | undefined;
    if (this.open('type')) {
      type = this.use();
      this.close();
    }
    const { params, results } = this.signature(names);
    const end = Math.max(start, this.lexer.last - this.base);
    return { ...(type === undefined ? {} : { type }), params, results, start, end };
  }

  /** `i64`? min max? and, for memories, shared and the page size. */
  limits(is64: boolean, memory: boolean): LimitsSyntax {
    const start = this.lexer.start - this.base;
    const min = this.u64();
    const max = this.lexer.kind === NUMBER ? this.u64() : undefined;
    const shared = this.word('shared');
    let page = 16;
    if (memory && this.lexer.opens('pagesize')) page = this.pageSize();
    return { is64, min, ...(max === undefined ? {} : { max }), shared, page, start, end: Math.max(start, this.lexer.last - this.base) };
  }

  /** `(pagesize N)`; returns the exponent. */
  pageSize(): number {
    this.open('pagesize');
    const size = this.u32();
    const page = Math.log2(size);
    if (!Number.isInteger(page)) this.error('page-size', l10n.t('A page size is a power of two.'), this.lexer.last - this.base - 1, this.lexer.last - this.base);
    this.close();
    return Number.isInteger(page) ? page : 16;
  }

  /** `i32` or `i64` before limits. */
  addressType(): boolean {
    if (this.word('i64')) return true;
    this.word('i32');
    return false;
  }

  /** Steps over the group whose `(` is the current token, and returns where it ends (relative). */
  skipGroup(): number {
    const { lexer } = this;
    let depth = 0;
    do {
      if (lexer.kind === LPAREN) depth++;
      else if (lexer.kind === RPAREN) depth--;
      else if (lexer.kind === EOF) {
        this.error('unclosed', l10n.t('A closing parenthesis is missing.'), lexer.last - this.base, lexer.last - this.base);
        break;
      }
      lexer.next();
    } while (depth > 0);
    return lexer.last - this.base;
  }
}

function shorten(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 37)}...` : text}"`;
}
