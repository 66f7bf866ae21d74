import * as l10n from '@vscode/l10n';
import type { Comment, Problem, Token } from './lexer';
import type { Name } from './syntax';

/** Thrown to leave a construct that makes no sense any more; its mistake has been told. */
export class Lost extends Error {}

/** Words that are no names unless a `%` stands before them. */
export const keywords: ReadonlySet<string> = new Set(('as async bool borrow char constructor enum export f32 f64 flags from func future import include interface list map option own package record '
  + 'resource result s16 s32 s64 s8 static stream string tuple type u16 u32 u64 u8 use variant with world error-context').split(' '));

/** Walks over tokens. */
export class Cursor {
  readonly tokens: readonly Token[];
  readonly problems: Problem[];
  private readonly text: string;
  private readonly docs: readonly Comment[];
  at = 0;
  private nextDoc = 0;

  constructor(text: string, tokens: readonly Token[], comments: readonly Comment[], problems: Problem[]) {
    this.text = text;
    this.tokens = tokens;
    this.docs = comments.filter(comment => comment.doc);
    this.problems = problems;
  }

  get token(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '', start: this.text.length, end: this.text.length };
  }

  /** Where the token before this one ends. */
  get last(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }

  peek(ahead = 1): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] ?? this.token;
  }

  is(text: string): boolean {
    return this.token.text === text && this.token.kind !== 'end';
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.at++;
    return token;
  }

  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  problem(code: string, message: string, token: { readonly start: number; readonly end: number } = this.token): void {
    this.problems.push({ code, message, start: token.start, end: Math.max(token.end, token.start) });
  }

  /** Takes a symbol or keyword, or tells that it is missing; where the construct goes on without it nothing else is lost. */
  expect(text: string): void {
    if (this.take(text)) return;
    // What is missing at the end of a line is missing there, not before the next line's first word.
    const place = text === ';' || text === ',' ? { start: Math.max(0, this.last - 1), end: this.last } : this.token;
    this.problem('expected', l10n.t('{0} is expected here.', text), place);
    if (text !== ';' && text !== ',') throw new Lost();
  }

  /** A name; a keyword that stands for one is told how to be written. */
  name(what: string): Name {
    const { token } = this;
    if (token.kind !== 'word' || token.text === '_') {
      this.problem('expected', l10n.t('{0} is expected here.', what));
      throw new Lost();
    }
    if (keywords.has(token.text)) this.problem('keyword', l10n.t('{0} is a keyword: as a name it is written %{0}.', token.text));
    this.at++;
    return { text: token.text.replace(/^%/, ''), start: token.start, end: token.end };
  }

  /** Passes over what is not understood, to behind the next `;` or block, or before the `}` that closes this one. */
  recover(): void {
    for (let depth = 0; this.token.kind !== 'end'; this.at++) {
      if (this.is('{')) depth++;
      else if (this.is('}')) {
        if (depth === 0) return;
        if (--depth === 0) {
          this.at++;
          return;
        }
      } else if (this.is(';') && depth === 0) {
        this.at++;
        return;
      }
    }
  }

  /** Passes over tokens up to one of these, or to the end. */
  skipTo(...texts: readonly string[]): void {
    while (this.token.kind !== 'end' && !texts.includes(this.token.text)) this.at++;
  }

  /** The documentation between the token before this one and this one. */
  documentation(): string {
    const { last } = this;
    const { start } = this.token;
    while (this.nextDoc < this.docs.length && (this.docs[this.nextDoc]?.start ?? 0) < last) this.nextDoc++;
    const lines: string[] = [];
    for (let i = this.nextDoc; i < this.docs.length; i++) {
      const doc = this.docs[i];
      if (doc === undefined || doc.start >= start) break;
      const text = this.text.slice(doc.start, doc.end);
      lines.push(doc.line ? text.slice(3).replace(/^ /, '') : text.slice(3, -2).split('\n').map(line => line.replace(/^\s*\* ?/, '')).join('\n').trim());
    }
    return lines.join('\n');
  }
}
