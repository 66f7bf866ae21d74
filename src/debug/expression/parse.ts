import * as l10n from '@vscode/l10n';

/** An expression as it was written. */
export type Node =
  | { readonly kind: 'number'; readonly value: number | bigint; readonly isFloat: boolean; readonly suffix: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'character'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'register'; readonly of: string; readonly index: number }
  | { readonly kind: 'member'; readonly object: Node; readonly name: string; readonly arrow: boolean }
  | { readonly kind: 'index'; readonly object: Node; readonly index: Node }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'conditional'; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: 'cast'; readonly type: string; readonly operand: Node }
  | { readonly kind: 'sizeof'; readonly type: string | undefined; readonly operand: Node | undefined }
  | { readonly kind: 'assign'; readonly operator: string; readonly target: Node; readonly value: Node };

/** An expression that can't be understood; the message says where and why. */
export class ExpressionError extends Error {}

interface Token {
  readonly kind: 'number' | 'string' | 'character' | 'name' | 'register' | 'operator' | 'end';
  readonly text: string;
  readonly at: number;
}

const pattern = /\s*(?:(?<number>0[xX][\da-fA-F_]+\w*|0[bB][01_]+\w*|(?:\d[\d_]*\.?(?:\d[\d_]*)?|\.\d+)(?:[eE][+-]?\d+)?\w*)|(?<string>"(?:[^"\\]|\\.)*")|(?<character>'(?:[^'\\]|\\.[^']*)')|(?<register>\$\w+)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<operator>::|->|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||\+=|-=|\*=|\/=|%=|&=|\|=|\^=|[-+*/%&|^~!<>=?:.,()[\]{}]))/uy;

function tokens(text: string): Token[] {
  const found: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match?.groups === undefined) throw new ExpressionError(l10n.t("unexpected '{0}' at {1}", text.slice(at).trim().charAt(0), at + 1));
    const [kind, value] = Object.entries<string | undefined>(match.groups).find(([, part]) => part !== undefined) ?? ['end', ''];
    found.push({ kind: kind as Token['kind'], text: value ?? '', at });
    if (found.length > 10_000) throw new ExpressionError(l10n.t('the expression is too long'));
  }
  found.push({ kind: 'end', text: '', at: text.length });
  return found;
}

const levels: readonly (readonly string[])[] = [['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<', '>', '<=', '>='], ['<<', '>>'], ['+', '-'], ['*', '/', '%']];
const basicTypes = new Set(['char', 'short', 'int', 'long', 'float', 'double', 'bool', 'void', 'unsigned', 'signed', 'const', 'struct', 'union', 'enum', 'class']);

/** Parses an expression of C, C++ or Rust. `isType` tells which names are types, so that `(name)x` is read as a cast. */
export function parseExpression(text: string, isType: (name: string) => boolean): Node {
  return new Parser(tokens(text), isType).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #isType: (name: string) => boolean;
  #at = 0;
  #depth = 0;

  constructor(list: readonly Token[], isType: (name: string) => boolean) {
    this.#tokens = list;
    this.#isType = isType;
  }

  whole(): Node {
    const node = this.#assignment();
    if (this.#peek.kind !== 'end') throw this.#unexpected();
    return node;
  }

  get #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', at: 0 };
  }

  #unexpected(): ExpressionError {
    const token = this.#peek;
    return new ExpressionError(token.kind === 'end' ? l10n.t('the expression ends too early') : l10n.t("unexpected '{0}' at {1}", token.text, token.at + 1));
  }

  #accept(...texts: readonly string[]): string | undefined {
    const token = this.#peek;
    if (token.kind !== 'operator' || !texts.includes(token.text)) return undefined;
    this.#at++;
    return token.text;
  }

  #expect(text: string): void {
    if (this.#accept(text) === undefined) throw this.#unexpected();
  }

  #assignment(): Node {
    if (++this.#depth > 200) throw new ExpressionError(l10n.t('the expression is nested too deeply'));
    const target = this.#conditional();
    const operator = this.#accept('=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=');
    const node: Node = operator === undefined ? target : { kind: 'assign', operator: operator.slice(0, -1), target, value: this.#assignment() };
    this.#depth--;
    return node;
  }

  #conditional(): Node {
    const test = this.#binary(0);
    if (this.#accept('?') === undefined) return test;
    const yes = this.#assignment();
    this.#expect(':');
    return { kind: 'conditional', test, yes, no: this.#assignment() };
  }

  #binary(level: number): Node {
    const operators = levels[level];
    if (operators === undefined) return this.#asCast();
    let left = this.#binary(level + 1);
    for (let operator = this.#accept(...operators); operator !== undefined; operator = this.#accept(...operators)) {
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
    return left;
  }

  /** Rust's `x as u8`. */
  #asCast(): Node {
    let operand = this.#unary();
    while (this.#peek.kind === 'name' && this.#peek.text === 'as') {
      this.#at++;
      operand = { kind: 'cast', type: this.#typeName(), operand };
    }
    return operand;
  }

  #unary(): Node {
    if (++this.#depth > 200) throw new ExpressionError(l10n.t('the expression is nested too deeply'));
    try {
      const operator = this.#accept('-', '+', '!', '~', '*', '&');
      if (operator !== undefined) return { kind: 'unary', operator, operand: this.#unary() };
      if (this.#accept('&&') !== undefined) return { kind: 'unary', operator: '&', operand: { kind: 'unary', operator: '&', operand: this.#unary() } };
      if (this.#peek.kind === 'name' && this.#peek.text === 'sizeof') return this.#sizeof();
      if (this.#peek.kind === 'name' && /^(static|reinterpret|const|dynamic)_cast$/.test(this.#peek.text)) return this.#namedCast();
      const cast = this.#tryCast();
      return cast ?? this.#postfix();
    } finally {
      this.#depth--;
    }
  }

  /** C++'s `static_cast<int>(x)`. */
  #namedCast(): Node {
    this.#at++;
    this.#expect('<');
    const type = this.#typeName();
    this.#expect('>');
    this.#expect('(');
    const operand = this.#assignment();
    this.#expect(')');
    return { kind: 'cast', type, operand };
  }

  #sizeof(): Node {
    this.#at++;
    const from = this.#at;
    if (this.#accept('(') !== undefined && this.#startsType()) {
      const type = this.#typeName();
      this.#expect(')');
      return { kind: 'sizeof', type, operand: undefined };
    }
    this.#at = from;
    return { kind: 'sizeof', type: undefined, operand: this.#unary() };
  }

  #startsType(): boolean {
    const token = this.#peek;
    if (token.kind !== 'name') return false;
    if (basicTypes.has(token.text)) return true;
    const from = this.#at;
    const name = this.#typeName();
    const ends = this.#peek.kind === 'operator' && this.#peek.text === ')';
    this.#at = from;
    return ends && this.#isType(name.replace(/[\s*&]+$/, ''));
  }

  #tryCast(): Node | undefined {
    const from = this.#at;
    if (this.#accept('(') === undefined) return undefined;
    if (this.#startsType()) {
      const type = this.#typeName();
      if (this.#accept(')') !== undefined) return { kind: 'cast', type, operand: this.#unary() };
    }
    this.#at = from;
    return undefined;
  }

  /** `unsigned int`, `struct point *`, `std::vector<int>`, `*const u8`, as one text. */
  #typeName(): string {
    const parts: string[] = [];
    let angle = 0;
    for (let token = this.#peek; token.kind !== 'end'; token = this.#peek) {
      if (token.kind === 'operator') {
        if (token.text === '<') angle++;
        else if (angle > 0 && token.text === '>') angle--;
        else if (angle > 0 && token.text === '>>') angle = Math.max(0, angle - 2);
        else if (!(angle > 0 && [',', '[', ']', '(', ')'].includes(token.text)) && !['::', '*', '&'].includes(token.text)) break;
      } else if (token.kind !== 'name' && !(angle > 0 && token.kind === 'number')) break;
      else if (token.text === 'as') break;
      const previous = parts[parts.length - 1];
      const spaced = previous !== undefined && /[\w,]$/.test(previous) && /^[\w*&]/.test(token.text);
      parts.push((spaced ? ' ' : '') + token.text);
      this.#at++;
    }
    if (parts.length === 0) throw this.#unexpected();
    return parts.join('');
  }

  #postfix(): Node {
    let node = this.#primary();
    for (;;) {
      if (this.#accept('[') !== undefined) {
        const index = this.#assignment();
        this.#expect(']');
        node = { kind: 'index', object: node, index };
        continue;
      }
      // A tuple's part: `.0` reads as a number.
      const next = this.#peek;
      if (next.kind === 'number' && /^\.\d+$/.test(next.text)) {
        this.#at++;
        node = { kind: 'member', object: node, name: next.text.slice(1), arrow: false };
        continue;
      }
      const access = this.#accept('.', '->');
      if (access === undefined) return node;
      const token = this.#peek;
      if (token.kind !== 'name' && !(token.kind === 'number' && /^\d+$/.test(token.text))) throw this.#unexpected();
      this.#at++;
      node = { kind: 'member', object: node, name: token.text, arrow: access === '->' };
    }
  }

  #primary(): Node {
    const token = this.#peek;
    this.#at++;
    switch (token.kind) {
      case 'number': return numberNode(token.text);
      case 'string': return { kind: 'string', value: unescape(token.text.slice(1, -1)) };
      case 'character': return { kind: 'character', value: unescape(token.text.slice(1, -1)).codePointAt(0) ?? 0 };
      case 'register': {
        const match = /^\$(local|global|stack|var)?(\d+)$/.exec(token.text);
        if (match !== null) return { kind: 'register', of: match[1] === undefined || match[1] === 'var' ? 'local' : match[1], index: Number(match[2]) };
        return { kind: 'name', name: token.text };
      }
      case 'name': {
        if (token.text === 'true' || token.text === 'false') return { kind: 'boolean', value: token.text === 'true' };
        if (token.text === 'nullptr' || token.text === 'NULL') return { kind: 'null' };
        let name = token.text;
        while (this.#peek.text === '::' && this.#tokens[this.#at + 1]?.kind === 'name') {
          name += `::${this.#tokens[this.#at + 1]?.text ?? ''}`;
          this.#at += 2;
        }
        return { kind: 'name', name };
      }
      case 'operator':
        if (token.text === '(') {
          const node = this.#assignment();
          this.#expect(')');
          return node;
        }
        if (token.text === '::' && this.#peek.kind === 'name') return this.#primary();
    }
    this.#at--;
    throw this.#unexpected();
  }
}

function numberNode(text: string): Node {
  const plain = text.replaceAll('_', '');
  const integer = /^(0[xX][\da-fA-F]+|0[bB][01]+|\d+)((?:[uU]|[lL]|[iu](?:8|16|32|64|128|size))*)$/.exec(plain);
  if (integer !== null) {
    const digits = integer[1] ?? '0';
    const octal = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
    return { kind: 'number', value: octal, isFloat: false, suffix: (integer[2] ?? '').toLowerCase() };
  }
  const float = /^((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(f|F|l|L|f32|f64)?$/.exec(plain);
  if (float === null) throw new ExpressionError(l10n.t("'{0}' is not a number", text));
  return { kind: 'number', value: Number(float[1]), isFloat: true, suffix: (float[2] ?? '').toLowerCase() };
}

function unescape(text: string): string {
  return text.replace(/\\(x[\da-fA-F]+|u\{[\da-fA-F]+\}|[0-7]{1,3}|.)/gs, (_, code: string) => {
    if (code.startsWith('x')) return String.fromCodePoint(parseInt(code.slice(1), 16));
    if (code.startsWith('u{')) return String.fromCodePoint(Math.min(0x10ffff, parseInt(code.slice(2), 16)));
    if (/^[0-7]/.test(code)) return String.fromCodePoint(parseInt(code, 8));
    return ({ n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', e: '\x1b' } as Record<string, string>)[code] ?? code;
  });
}
