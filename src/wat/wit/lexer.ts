import * as l10n from '@vscode/l10n';

/** What a token is: a word (a name or a keyword), a number, a symbol of one or two characters, a gate's `@`, or the end. */
export type TokenKind = 'word' | 'number' | 'symbol' | 'end' | 'bad';

export interface Token { readonly kind: TokenKind; readonly text: string; readonly start: number; readonly end: number }

/** A comment; `doc` for one that belongs to what follows. */
export interface Comment { readonly start: number; readonly end: number; readonly doc: boolean; readonly line: boolean }

export interface Problem { readonly code: string; readonly message: string; readonly start: number; readonly end: number; readonly severity?: 'warning' }

/** A version as the lexer reads it behind `@`. */
export const versionPattern = /(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?/y;

const space = /[ \t\n\r]+/y;
const word = /%?[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*-?/y;
const number = /\d+/y;
/** Of gates to come; nothing else has strings. */
const string = /"(?:[^"\\\n]|\\.)*"/y;
/** Each part of a name is all small or all capital letters, and begins with a letter. */
const rightName = /^%?(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)(?:-(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*|[0-9]+))*$/;

/** Splits a WIT text into tokens; comments are kept beside them. Never throws. */
export function tokenize(text: string, problems: Problem[]): { readonly tokens: Token[]; readonly comments: Comment[] } {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  const match = (pattern: RegExp, at: number): number => {
    pattern.lastIndex = at;
    return pattern.test(text) ? pattern.lastIndex : at;
  };
  for (let at = 0; at < text.length;) {
    const start = at;
    at = match(space, at);
    if (at > start) continue;
    if (text.startsWith('//', at)) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
      comments.push({ start, end: text[at - 1] === '\r' ? at - 1 : at, doc: text.startsWith('///', start) && text[start + 3] !== '/', line: true });
      continue;
    }
    if (text.startsWith('/*', at)) {
      at = blockEnd(text, at);
      if (at < 0) {
        problems.push({ code: 'unclosed-comment', message: l10n.t('This comment does not end.'), start, end: start + 2 });
        at = text.length;
      }
      comments.push({ start, end: at, doc: text.startsWith('/**', start) && text[start + 3] !== '/' && text[start + 3] !== '*', line: false });
      continue;
    }
    at = match(word, at);
    if (at > start) {
      const name = text.slice(start, at);
      if (name !== '_' && !rightName.test(name)) {
        problems.push({ code: 'bad-name', message: l10n.t('{0} is no name: its parts are words in small or in capital letters, joined by single hyphens.', name), start, end: at });
      }
      tokens.push({ kind: 'word', text: name, start, end: at });
      continue;
    }
    at = match(number, at);
    if (at > start) {
      tokens.push({ kind: 'number', text: text.slice(start, at), start, end: at });
      continue;
    }
    at = match(string, at);
    if (at > start) {
      tokens.push({ kind: 'symbol', text: text.slice(start, at), start, end: at });
      continue;
    }
    if (text.startsWith('->', at)) at += 2;
    else at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    const symbol = text.slice(start, at);
    const known = '->{}()<>:;,.=/@*%'.includes(symbol);
    if (!known) problems.push({ code: 'bad-character', message: l10n.t('{0} means nothing here.', JSON.stringify(symbol)), start, end: at });
    tokens.push({ kind: known ? 'symbol' : 'bad', text: symbol, start, end: at });
    if (symbol !== '@') continue;
    const end = match(versionPattern, at);
    if (end > at) {
      tokens.push({ kind: 'number', text: text.slice(at, end), start: at, end });
      at = end;
    }
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return { tokens, comments };
}

/** Where a block comment ends, those inside of it counted; -1 when it doesn't. */
function blockEnd(text: string, from: number): number {
  let depth = 1;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from + 2;
  for (let found = edge.exec(text); found !== null; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return -1;
}
