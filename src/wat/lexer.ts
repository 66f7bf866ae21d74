// Token kinds. A word is anything made of id characters that is neither an identifier nor a number: keywords, `align=4`, `nan:0x1`.
export const EOF = 0, LPAREN = 1, RPAREN = 2, WORD = 3, ID = 4, NUMBER = 5, STRING = 6, RESERVED = 7;

const SPACE = 1, IDCHAR = 2, DIGIT = 4;
const classes = new Uint8Array(128);
/** What a character below 128 is, as bits. */
const classOf = (code: number): number => classes[code] as number;
for (const char of '0123456789') classes[char.charCodeAt(0)] = IDCHAR | DIGIT;
for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&'*+-./:<=>?@\\^_`|~") classes[char.charCodeAt(0)] = IDCHAR;
for (const char of ' \t\n\r') classes[char.charCodeAt(0)] = SPACE;

/** What the lexer objects to; positions are offsets into the text. */
export type LexProblem = 'unclosed-comment' | 'unclosed-string' | 'bad-string' | 'bad-char' | 'no-space' | 'empty-id' | 'empty-annotation' | 'unclosed-annotation';

export interface Annotation { readonly name: string; readonly start: number; readonly end: number }

/** The hash of a text from that of all of it but its last character; the first character is its own. */
export function nextHash(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

/** Whether a character may stand in identifiers and words (spec: idchar). */
export function isIdChar(code: number): boolean {
  return code < 128 && (classOf(code) & IDCHAR) !== 0;
}

/**
 * Reads one token after the other, in place: `next` sets kind, start and end. Comments are skipped, annotations too, but for being kept
 * in `annotations` until the next token. It never throws; what is wrong goes to `problem`.
 */
export class Lexer {
  readonly text: string;
  readonly limit: number;
  kind: number = EOF;
  start = 0;
  end = 0;
  /** Of the characters of a word, an identifier or a number, made while they are read: what opOf() looks instructions up by. */
  hash = 0;
  /** End of the token before this one. */
  last = 0;
  /** Annotations in annotations are just parentheses. */
  private inAnnotation = false;
  /** The annotations between the token before this one and this one. */
  readonly annotations: Annotation[] = [];
  problem: (kind: LexProblem, start: number, end: number) => void;

  constructor(text: string, start: number, limit: number, problem: (kind: LexProblem, start: number, end: number) => void = () => {}) {
    this.text = text;
    this.limit = limit;
    this.end = start;
    this.last = start;
    this.problem = problem;
  }

  /** The token's text. */
  get value(): string {
    return this.text.slice(this.start, this.end);
  }

  /** Whether the token is exactly `word`. */
  is(word: string): boolean {
    return this.end - this.start === word.length && this.text.startsWith(word, this.start);
  }

  /** Whether what follows the current `(` is the keyword `word`. */
  opens(word: string): boolean {
    if (this.kind !== LPAREN) return false;
    if (this.text.startsWith(word, this.end)) {
      const after = this.end + word.length;
      return after >= this.limit || !isIdChar(this.text.charCodeAt(after));
    }
    const code = this.text.charCodeAt(this.end);
    if (code > 32 && code !== 0x3b && code !== 0x28) return false;
    const ahead = new Lexer(this.text, this.end, this.limit);
    ahead.next();
    return ahead.kind === WORD && ahead.is(word);
  }

  next(): void {
    this.last = this.end;
    if (this.annotations.length > 0) this.annotations.length = 0;
    const { text, limit } = this;
    let at = this.end;
    for (;;) {
      if (at >= limit) {
        this.kind = EOF;
        this.start = this.end = limit;
        return;
      }
      const code = text.charCodeAt(at);
      if (code < 128) {
        const kind = classOf(code);
        if (kind === SPACE) {
          at++;
          continue;
        }
        if (kind & IDCHAR) {
          this.word(at, code);
          return;
        }
        switch (code) {
          case 0x28: { // (
            const following = at + 1 < limit ? text.charCodeAt(at + 1) : 0;
            if (following === 0x3b) {
              at = this.blockComment(at);
              continue;
            }
            if (following === 0x40 && !this.inAnnotation) {
              at = this.annotation(at);
              continue;
            }
            this.kind = LPAREN;
            this.start = at;
            this.end = at + 1;
            return;
          }
          case 0x29:
            this.kind = RPAREN;
            this.start = at;
            this.end = at + 1;
            return;
          case 0x3b: // ;
            if (text.charCodeAt(at + 1) === 0x3b && at + 1 < limit) {
              at = this.lineComment(at);
              continue;
            }
            this.start = at;
            this.end = at + 1;
            this.kind = RESERVED;
            return;
          case 0x22:
            this.start = at;
            this.end = this.string(at);
            this.kind = STRING;
            this.separated();
            return;
          case 0x2c: case 0x5b: case 0x5d: case 0x7b: case 0x7d: // , [ ] { }
            this.start = at;
            this.end = at + 1;
            this.kind = RESERVED;
            return;
        }
      }
      // No token starts with this: step over it, and over its like, once.
      const from = at;
      while (at < limit && !this.starts(text.charCodeAt(at))) at++;
      if (at === from) at++;
      this.problem('bad-char', from, at);
    }
  }

  private starts(code: number): boolean {
    return code < 128 && (classes[code] !== 0 || code === 0x22 || code === 0x28 || code === 0x29 || code === 0x3b || code === 0x2c || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d);
  }

  private word(from: number, first: number): void {
    const { text, limit } = this;
    let at = from + 1;
    let hash = first;
    for (; at < limit; at++) {
      const code = text.charCodeAt(at);
      if (code >= 128 || (classOf(code) & IDCHAR) === 0) break;
      hash = nextHash(hash, code);
    }
    this.start = from;
    this.end = at;
    this.hash = hash;
    if (first >= 0x61 && first <= 0x7a) this.kind = WORD;
    else if (first === 0x24) {
      this.kind = ID;
      if (at === from + 1) {
        if (at < limit && text.charCodeAt(at) === 0x22) {
          this.end = this.string(at);
          if (this.end - at <= 2) this.problem('empty-id', from, this.end);
        } else this.problem('empty-id', from, at);
      }
    } else if (first >= 0x30 && first <= 0x39) this.kind = NUMBER;
    else if (first === 0x2b || first === 0x2d) this.kind = NUMBER;
    else this.kind = RESERVED;
    this.separated();
  }

  /** Two tokens need white space, a comment or a parenthesis between them; "a""b" is one reserved token. */
  private separated(): void {
    if (this.end >= this.limit) return;
    const code = this.text.charCodeAt(this.end);
    if (code === 0x22 || (code < 128 && (classOf(code) & IDCHAR) !== 0)) this.problem('no-space', this.start, this.end);
  }

  private string(from: number): number {
    const { text, limit } = this;
    let at = from + 1;
    let bad = false;
    for (; at < limit; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        if (bad) this.problem('bad-string', from, at + 1);
        return at + 1;
      }
      if (code === 0x5c) {
        const width = escapeWidth(text, at);
        if (width === 0) {
          bad = true;
          at++;
        } else at += width - 1;
      } else if (code === 0x0a || code === 0x0d) break;
      else if (code < 0x20 || code === 0x7f) bad = true;
    }
    this.problem('unclosed-string', from, Math.min(at, limit));
    return Math.min(at, limit);
  }

  private lineComment(from: number): number {
    let at = from + 2;
    for (; at < this.limit; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 0x0a || code === 0x0d) break;
    }
    return at;
  }

  private blockComment(from: number): number {
    const { text, limit } = this;
    let depth = 0;
    let at = from;
    while (at < limit) {
      const code = text.charCodeAt(at);
      if (code === 0x28 && text.charCodeAt(at + 1) === 0x3b) {
        depth++;
        at += 2;
      } else if (code === 0x3b && text.charCodeAt(at + 1) === 0x29) {
        at += 2;
        if (--depth === 0 && at <= limit) return at;
      } else at++;
    }
    this.problem('unclosed-comment', from, limit);
    return limit;
  }

  /** Steps over `(@name ... )`, whose inside must be tokens with balanced parentheses and may hold characters that are none elsewhere. */
  private annotation(from: number): number {
    // Tokens may touch in here, and be of no known kind.
    const inner = new Lexer(this.text, from + 2, this.limit, (kind, start, end) => {
      if (kind !== 'no-space' && kind !== 'empty-id' && kind !== 'empty-annotation') this.problem(kind, start, end);
    });
    inner.inAnnotation = true;
    let name: string;
    const code = from + 2 < this.limit ? this.text.charCodeAt(from + 2) : 0;
    let at = from + 2;
    if (code === 0x22) {
      at = this.string(at);
      name = stringName(this.text.slice(from + 2, at)) ?? '';
    } else {
      while (at < this.limit && isIdChar(this.text.charCodeAt(at))) at++;
      name = this.text.slice(from + 2, at);
    }
    if (name === '') this.problem('empty-annotation', from, at);
    inner.end = at;
    let depth = 1;
    while (depth > 0) {
      inner.next();
      if (inner.kind === LPAREN) depth++;
      else if (inner.kind === RPAREN) depth--;
      else if (inner.kind === EOF) {
        this.problem('unclosed-annotation', from, Math.min(from + 2 + name.length, this.limit));
        break;
      }
    }
    this.annotations.push({ name, start: from, end: inner.end });
    return inner.end;
  }
}

/** How many characters the escape at a backslash takes; 0 when it is none. */
function escapeWidth(text: string, at: number): number {
  const code = text.charCodeAt(at + 1);
  if (code === 0x74 || code === 0x6e || code === 0x72 || code === 0x22 || code === 0x27 || code === 0x5c) return 2;
  if (hex(code) >= 0) return hex(text.charCodeAt(at + 2)) >= 0 ? 3 : 0;
  if (code !== 0x75 || text.charCodeAt(at + 2) !== 0x7b) return 0;
  let value = 0;
  let i = at + 3;
  for (let digits = 0; ; i++) {
    const digit = text.charCodeAt(i);
    if (digit === 0x7d) {
      if (digits === 0 || text.charCodeAt(i - 1) === 0x5f) return 0;
      break;
    }
    if (digit === 0x5f) {
      if (digits === 0 || text.charCodeAt(i - 1) === 0x5f) return 0;
      continue;
    }
    const n = hex(digit);
    if (n < 0) return 0;
    digits++;
    value = value * 16 + n;
    if (value > 0x10ffff) return 0;
  }
  return value >= 0xd800 && value < 0xe000 ? 0 : i + 1 - at;
}

function hex(code: number): number {
  return code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : code >= 0x41 && code <= 0x46 ? code - 0x37 : -1;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes that a string token, quotes included, stands for. Escapes that are none are left out: the lexer has told of them. */
export function stringBytes(token: string): Uint8Array {
  const end = token.endsWith('"') && token.length > 1 ? token.length - 1 : token.length;
  if (!token.includes('\\')) return encoder.encode(token.slice(1, end));
  const out: number[] = [];
  for (let at = 1; at < end;) {
    const code = token.charCodeAt(at);
    if (code !== 0x5c) {
      let to = at + 1;
      while (to < end && token.charCodeAt(to) !== 0x5c) to++;
      for (const byte of encoder.encode(token.slice(at, to))) out.push(byte);
      at = to;
      continue;
    }
    const width = escapeWidth(token, at);
    const kind = token.charAt(at + 1);
    if (width === 2) out.push({ t: 9, n: 10, r: 13 }[kind] ?? kind.charCodeAt(0));
    else if (width === 3) out.push(parseInt(token.slice(at + 1, at + 3), 16));
    else if (width > 3) for (const byte of encoder.encode(String.fromCodePoint(parseInt(token.slice(at + 3, at + width - 1).replaceAll('_', ''), 16)))) out.push(byte);
    at += Math.max(width, 1);
  }
  return Uint8Array.from(out);
}

/** A string token as a name; undefined when its bytes are not UTF-8. */
export function stringName(token: string): string | undefined {
  if (!token.includes('\\')) return token.slice(1, token.endsWith('"') && token.length > 1 ? -1 : undefined);
  try {
    return decoder.decode(stringBytes(token));
  } catch {
    return undefined;
  }
}

/** What an identifier token names, without its `$`: `$a` and `$"a"` are the same. Undefined when its bytes are not UTF-8. */
export function idName(token: string): string | undefined {
  return token.charCodeAt(1) === 0x22 ? stringName(token.slice(1)) : token.slice(1);
}
