import { FoldingRangeKind, type FoldingRange, type Position, type SelectionRange } from 'vscode-languageserver';
import { ID, EOF, LPAREN, Lexer, RPAREN, WORD } from '../lexer';
import type { Span } from '../syntax';
import { offsetOf, rangeOf, type Opened } from './opened';

const openers = new Set(['block', 'loop', 'if', 'try', 'try_table']);

/** Groups in parentheses and flat blocks, by a walk over the tokens; `found` gets each where it ends. */
function walk(text: string, start: number, end: number, found: (span: Span, depth: number) => void): void {
  const lexer = new Lexer(text, start, end);
  // Of an open group its start; of an open flat block too, as a negative number.
  const open: number[] = [];
  let previous = EOF;
  for (lexer.next(); lexer.kind !== EOF; lexer.next()) {
    if (lexer.kind === LPAREN) open.push(lexer.start);
    else if (lexer.kind === RPAREN) {
      while ((open.at(-1) ?? 0) < 0) open.pop();
      const from = open.pop();
      if (from !== undefined) found({ start: from, end: lexer.end }, open.length);
    } else if (lexer.kind === WORD && previous !== LPAREN) {
      const word = lexer.end - lexer.start < 10 ? lexer.value : '';
      if (openers.has(word)) open.push(-lexer.start);
      else if (word === 'end' && (open.at(-1) ?? 0) < 0) found({ start: -(open.pop() ?? 0), end: lexer.end }, open.length);
      else if (word === 'else' && (open.at(-1) ?? 0) < 0) {
        found({ start: -(open.pop() ?? 0), end: lexer.start }, open.length);
        open.push(-lexer.start);
      }
    }
    previous = lexer.kind === ID && previous === LPAREN ? LPAREN : lexer.kind;
  }
}

/** What can be folded: groups and blocks of several lines, comments, and regions between `;; #region` and `;; #endregion`. */
export function folding(opened: Opened): FoldingRange[] {
  const found: FoldingRange[] = [];
  const { lines, wat: { text } } = opened;
  const add = (start: number, end: number, kind?: FoldingRangeKind): void => {
    const [from, to] = [lines.positionAt(start).line, lines.positionAt(end).line];
    // The line with the closing parenthesis stays to be seen where it stands alone.
    const last = kind === undefined && /^[\s)]*$/.test(text.slice(lines.offsetAt({ line: to, character: 0 }), end)) || kind === undefined && /^\s*end\b/.test(text.slice(lines.offsetAt({ line: to, character: 0 }), end)) ? to - 1 : to;
    if (last > from) found.push({ startLine: from, endLine: last, ...(kind === undefined ? {} : { kind }) });
  };
  walk(text, 0, text.length, ({ start, end }) => { if (text.indexOf('\n', start) < end && text.indexOf('\n', start) !== -1) add(start, end); });
  comments(opened, add);
  // Where several start on one line the editor takes the largest.
  const byLine = new Map<number, FoldingRange>();
  for (const one of found) if ((byLine.get(one.startLine)?.endLine ?? -1) < one.endLine) byLine.set(one.startLine, one);
  return [...byLine.values()].sort((a, b) => a.startLine - b.startLine);
}

function comments({ wat: { text } }: Opened, add: (start: number, end: number, kind: FoldingRangeKind) => void): void {
  const regions: number[] = [];
  let run: { start: number; end: number; lines: number } | undefined;
  const flush = (): void => {
    if (run !== undefined && run.lines > 1) add(run.start, run.end, FoldingRangeKind.Comment);
    run = undefined;
  };
  const line = /^[ \t]*;;[^\n]*$/gm;
  for (let match = line.exec(text); match !== null; match = line.exec(text)) {
    const region = /^\s*;;\s*#(end)?region\b/.exec(match[0]);
    if (region !== null) {
      flush();
      if (region[1] === undefined) regions.push(match.index);
      else {
        const start = regions.pop();
        if (start !== undefined) add(start, match.index, FoldingRangeKind.Region);
      }
      continue;
    }
    if (run !== undefined && match.index === run.end + 1) run = { start: run.start, end: line.lastIndex, lines: run.lines + 1 };
    else {
      flush();
      run = { start: match.index, end: line.lastIndex, lines: 1 };
    }
  }
  flush();
  const block = /\(;[^]*?;\)/g;
  for (let match = block.exec(text); match !== null; match = block.exec(text)) if (match[0].includes('\n')) add(match.index, block.lastIndex, FoldingRangeKind.Comment);
}

/** For each position what encloses it, from the token outwards: group contents, groups, blocks, the field, the module, the text. */
export function selectionRanges(opened: Opened, positions: readonly Position[]): SelectionRange[] {
  const { wat } = opened;
  return positions.map(position => {
    const offset = offsetOf(opened, position);
    const around: Span[] = [{ start: 0, end: wat.text.length }];
    const module = wat.moduleAt(offset);
    if (module !== undefined && !module.item.bare) around.push(module.item, { start: module.item.start + 1, end: module.item.end - 1 });
    const field = module?.fields[module.fieldAt(offset)];
    const [start, end] = field === undefined ? [module?.item.start ?? 0, module?.item.end ?? wat.text.length] : [field.start, field.end];
    const groups: Span[] = [];
    walk(wat.text, start, end, span => { if (span.start <= offset && offset <= span.end) groups.push(span); });
    // More levels than anybody steps through would be too deep for the protocol.
    for (const span of groups.slice(0, 200).reverse()) {
      around.push(span);
      if (wat.text.startsWith('(', span.start) && offset > span.start && offset < span.end) around.push({ start: span.start + 1, end: span.end - 1 });
    }
    const lexer = new Lexer(wat.text, start, end);
    for (lexer.next(); lexer.kind !== EOF && lexer.end < offset; lexer.next());
    if (lexer.kind !== EOF && lexer.start <= offset && lexer.kind !== LPAREN && lexer.kind !== RPAREN) around.push({ start: lexer.start, end: lexer.end });
    let result: SelectionRange | undefined;
    let last: Span | undefined;
    for (const span of around) {
      if (last !== undefined && (span.start < last.start || span.end > last.end || (span.start === last.start && span.end === last.end))) continue;
      result = { range: rangeOf(opened, span), ...(result === undefined ? {} : { parent: result }) };
      last = span;
    }
    return result ?? { range: rangeOf(opened, { start: offset, end: offset }) };
  });
}
