import type { FormattingOptions, Position, Range, TextEdit } from 'vscode-languageserver-types';
import { EOF, LPAREN, Lexer, RPAREN, WORD } from '../lexer';
import { offsetOf, rangeOf, type Opened } from './opened';

/** Settings of the formatter beside the editor's own. */
export interface FormatSettings { readonly maxBlankLines: number }

const openers = new Set(['block', 'loop', 'if', 'try', 'try_table']);

/** A token or a comment, and what white space should stand before it. */
interface Piece { readonly start: number; readonly end: number; readonly kind: number; readonly depth: number }

const COMMENT = -1;

/**
 * Sets indentation by parentheses and flat blocks, one space between tokens, none inside parentheses, and takes away trailing space and
 * blank lines too many. Lines stay as the author broke them; only white space changes. A text whose parentheses don't match is left alone.
 */
export function format(opened: Opened, options: FormattingOptions, settings: FormatSettings, range?: Range): TextEdit[] {
  const { text } = opened.wat;
  const pieces = split(text);
  if (pieces === undefined) return [];
  const [from, to] = range === undefined ? [0, text.length] : [opened.lines.offsetAt({ line: range.start.line, character: 0 }), offsetOf(opened, range.end)];
  const unit = options.insertSpaces ? ' '.repeat(options.tabSize) : '\t';
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const edits: TextEdit[] = [];
  const set = (start: number, end: number, wanted: string): void => {
    if (start < from || end > to || text.slice(start, end) === wanted) return;
    edits.push({ range: rangeOf(opened, { start, end }), newText: wanted });
  };
  let last = 0;
  let previous: Piece | undefined;
  for (const piece of pieces) {
    const gap = text.slice(last, piece.start);
    const lines = gap.split('\n').length - 1;
    if (previous === undefined) set(0, piece.start, '');
    else if (lines > 0) set(last, piece.start, newline.repeat(Math.min(lines, settings.maxBlankLines + 1)) + unit.repeat(piece.depth));
    else set(last, piece.start, space(previous, piece, gap));
    last = piece.end;
    previous = piece;
  }
  if (previous !== undefined) {
    const rest = text.slice(last);
    set(last, text.length, rest.includes('\n') || options.insertFinalNewline === true ? newline : '');
  }
  return edits;
}

/** White space between two pieces on one line. */
function space(before: Piece, after: Piece, gap: string): string {
  if (after.kind === RPAREN && before.kind !== COMMENT) return '';
  if (before.kind === LPAREN && after.kind !== COMMENT) return '';
  // Comments at the end of a line stay in the columns that they were put in.
  if (after.kind === COMMENT) return gap === '' ? (before.kind === LPAREN ? '' : ' ') : gap.replaceAll('\t', ' ');
  if (after.kind === RPAREN) return '';
  return ' ';
}

/** The tokens and comments of a text with the depth that each has at the start of a line; undefined where parentheses don't match. */
function split(text: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let broken = 0;
  const lexer = new Lexer(text, 0, text.length, kind => { if (kind !== 'no-space' && kind !== 'bad-string' && kind !== 'empty-id') broken++; });
  const balanced = (): boolean => broken === 0;
  // For each open parenthesis the number of flat blocks that were open in it.
  const open: number[] = [];
  let blocks = 0;
  let depth = 0;
  let last = 0;
  let previous = EOF;
  for (lexer.next(); ; lexer.next()) {
    commentsIn(text, last, lexer.start, (start, end) => { pieces.push({ start, end, kind: COMMENT, depth }); });
    if (lexer.kind === EOF) return open.length === 0 && balanced() ? pieces : undefined;
    const word = lexer.kind === WORD && previous !== LPAREN && lexer.end - lexer.start < 10 ? lexer.value : '';
    let own = depth;
    if (lexer.kind === LPAREN) {
      open.push(blocks);
      depth++;
    } else if (lexer.kind === RPAREN) {
      const outer = open.pop();
      if (outer === undefined) return undefined;
      depth = open.length + outer;
      blocks = outer;
      own = depth;
    } else if (openers.has(word)) {
      blocks++;
      depth++;
    } else if (word === 'end' || word === 'delegate') {
      if (blocks > (open.at(-1) ?? 0)) {
        blocks--;
        depth--;
      }
      own = depth;
    } else if (word === 'else' || word === 'catch' || word === 'catch_all') own = Math.max(0, depth - 1);
    pieces.push({ start: lexer.start, end: lexer.end, kind: lexer.kind, depth: own });
    last = lexer.end;
    previous = lexer.kind;
  }
}

/** Comments and annotations between two tokens; a line comment ends before its line does. */
function commentsIn(text: string, from: number, to: number, found: (start: number, end: number) => void): void {
  for (let at = from; at < to;) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d) {
      at++;
      continue;
    }
    const start = at;
    if (text.startsWith(';;', at)) {
      while (at < to && text.charCodeAt(at) !== 0x0a && text.charCodeAt(at) !== 0x0d) at++;
      found(start, start + text.slice(start, at).trimEnd().length);
      continue;
    }
    // A block comment or an annotation: the lexer has stepped over it as a whole.
    const lexer = new Lexer(text, at, to);
    if (text.startsWith('(;', at)) at = blockEnd(text, at, to);
    else {
      lexer.next();
      at = Math.max(start + 1, lexer.annotations[0]?.end ?? to);
    }
    found(start, at);
  }
}

function blockEnd(text: string, at: number, limit: number): number {
  for (let depth = 0; at < limit;) {
    if (text.startsWith('(;', at)) depth++;
    else if (text.startsWith(';)', at)) depth--;
    else {
      at++;
      continue;
    }
    at += 2;
    if (depth === 0) return at;
  }
  return limit;
}

/** On a new line, and behind a parenthesis or the `d` of an `end`: indents the line at hand. */
export function formatOnType(opened: Opened, position: Position, typed: string, options: FormattingOptions): TextEdit[] {
  const { text } = opened.wat;
  const start = opened.lines.offsetAt({ line: position.line, character: 0 });
  const line = text.slice(start, opened.lines.offsetAt({ line: position.line + 1, character: 0 })).replace(/\r?\n$/, '');
  if (typed === 'd' && !/^\s*end$/.test(line)) return [];
  if (typed === ')' && !/^\s*\)+$/.test(line)) return [];
  if (typed === 'e' && !/^\s*else$/.test(line)) return [];
  const depth = depthAt(text, start);
  const closes = /^\s*(\)|end\b|else\b)/.test(line);
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  const wanted = (options.insertSpaces ? ' '.repeat(options.tabSize) : '\t').repeat(Math.max(0, depth - (closes ? 1 : 0)));
  return indent === wanted ? [] : [{ range: rangeOf(opened, { start, end: start + indent.length }), newText: wanted }];
}

/** How deep a line that starts at an offset is, by what is open before it. */
function depthAt(text: string, offset: number): number {
  const lexer = new Lexer(text, 0, offset);
  const open: number[] = [];
  let blocks = 0;
  let previous = EOF;
  for (lexer.next(); lexer.kind !== EOF; lexer.next()) {
    const word = lexer.kind === WORD && previous !== LPAREN && lexer.end - lexer.start < 10 ? lexer.value : '';
    if (lexer.kind === LPAREN) open.push(blocks);
    else if (lexer.kind === RPAREN) blocks = open.pop() ?? 0;
    else if (openers.has(word)) blocks++;
    else if ((word === 'end' || word === 'delegate') && blocks > (open.at(-1) ?? 0)) blocks--;
    previous = lexer.kind;
  }
  return open.length + blocks;
}
