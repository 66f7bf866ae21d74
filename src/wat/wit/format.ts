import { tokenize, type Comment, type Token } from './lexer';

export interface FormatOptions { readonly tabSize: number; readonly insertSpaces: boolean }

/** A brace that is open: `lines` when each of its parts has a line, `list` when commas part them. */
interface Open { readonly lines: boolean; readonly list: boolean }

const glued = new Set([':', '/', '.', '@', '<', '>', ',', ';', ')', '(', '=']);
/** No deeper than this is anything indented. */
const deepest = 40;
const lists = new Set(['record', 'variant', 'enum', 'flags']);

/**
 * A WIT text in the layout that the component model's own files have: two spaces, one item a line, `name: type`. Comments stay where they are,
 * and one blank line where there were some. A text with mistakes is laid out as far as its braces tell.
 */
export function formatWit(text: string, options: FormatOptions = { tabSize: 2, insertSpaces: true }): string {
  return new Formatter(text, options).run();
}

class Formatter {
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private readonly comments: readonly Comment[];
  private readonly unit: string;
  private readonly open: Open[] = [];
  /** Lines that are done. */
  private readonly done: string[] = [];
  /** The line that is being written, in pieces: joined only when it is done, so that long ones cost no more than short ones. */
  private line: string[] = [];
  /** How many `<` of the line are open: the commas between them part no items. */
  private angles = 0;
  private levels = 0;
  private nextComment = 0;
  private nextClose = 0;
  /** In a gate's parentheses or a function's: no item ends there. */
  private depth = 0;
  private gate = false;

  constructor(text: string, { tabSize, insertSpaces }: FormatOptions) {
    this.text = text;
    const { tokens, comments } = tokenize(text, []);
    this.tokens = tokens;
    this.comments = comments;
    this.unit = insertSpaces ? ' '.repeat(tabSize) : '\t';
  }

  run(): string {
    let last: Token | undefined;
    for (const [i, token] of this.tokens.entries()) {
      this.commentsBefore(token, last);
      if (token.kind === 'end') break;
      this.token(token, last, this.tokens[i + 1], i);
      last = token;
    }
    this.flush();
    return this.done.map(line => `${line}\n`).join('');
  }

  private flush(): void {
    const line = this.line.join('').trimEnd();
    if (line !== '') this.done.push(line);
    this.line = [];
    this.angles = 0;
  }

  /** One blank line where the text has some, and something stands before it that it can part from what follows. */
  private gap(from: number, to: number): void {
    const last = this.done.at(-1);
    if (this.line.length === 0 && last !== undefined && last !== '' && !last.endsWith('{') && /\n\s*\n/.test(this.text.slice(from, to))) this.done.push('');
  }

  private get indent(): string {
    return this.unit.repeat(Math.min(this.levels, deepest));
  }

  private commentsBefore(token: Token, last: Token | undefined): void {
    let from = last?.end ?? 0;
    for (; this.nextComment < this.comments.length; this.nextComment++) {
      const comment = this.comments[this.nextComment];
      if (comment === undefined || comment.start >= token.start) break;
      const text = this.text.slice(comment.start, comment.end).trimEnd();
      const sameLine = last !== undefined && !this.text.slice(from, comment.start).includes('\n');
      if (sameLine && this.line.length === 0 && this.done.length > 0) this.done.push(`${this.done.pop() ?? ''} ${text}`);
      else if (sameLine) {
        this.line.push(this.line.at(-1)?.endsWith(' ') === true ? text : ` ${text}`);
        if (comment.line) this.flush();
      } else {
        this.flush();
        this.gap(from, comment.start);
        this.done.push(`${this.indent}${comment.line ? text : reindented(text, this.indent)}`);
      }
      from = comment.end;
    }
    if (token.kind !== 'end' && token.text !== '}') this.gap(from, token.start);
  }

  private token(token: Token, last: Token | undefined, next: Token | undefined, i: number): void {
    const { text } = token;
    const top = this.open.at(-1);
    if (text === '}') {
      this.close(last, next);
      return;
    }
    if (this.line.length === 0) this.line.push(this.indent);
    else if (this.spaced(token, last, i)) this.line.push(' ');
    if (text === '@' && this.line.length === 1) this.gate = true;
    this.line.push(text);
    if (text === '(') this.depth++;
    else if (text === ')') this.depth = Math.max(0, this.depth - 1);
    else if (text === '<') this.angles++;
    else if (text === '>') this.angles--;
    if (text === ')' && this.gate && this.depth === 0) {
      this.gate = false;
      this.flush();
    } else if (text === '{') {
      const named = last?.text === '.' || last?.text === 'with';
      const lines = named ? this.text.slice(token.end, this.closing(i)).includes('\n') : true;
      this.open.push({ lines, list: named || this.isList(i) });
      if (lines) {
        this.levels++;
        this.flush();
      } else this.line.push(' ');
    } else if (text === ';' || (text === ',' && top?.lines === true && top.list && this.depth === 0 && this.angles <= 0)) this.flush();
  }

  /** A closing brace. */
  private close(last: Token | undefined, next: Token | undefined): void {
    const top = this.open.pop();
    if (top?.lines === true) {
      this.levels--;
      if (top.list && last?.text !== ',' && last?.text !== '{') this.comma();
      this.flush();
      // Nothing in it: both braces on one line.
      const empty = last?.text === '{' && this.done.at(-1)?.endsWith('{') === true;
      this.line = [empty ? this.done.pop() ?? '' : this.indent];
    } else {
      const line = this.line.join('');
      this.line = [last?.text === '{' ? line.trimEnd() : `${line.replace(/,?\s*$/, '')} `];
    }
    this.line.push('}');
    if (next?.text !== ';' && this.open.at(-1)?.lines !== false) this.flush();
  }

  /** A comma behind the last of several parts that each have a line. */
  private comma(): void {
    if (this.line.length > 0) {
      this.line = [`${this.line.join('').trimEnd()},`];
      return;
    }
    // The last part's line is done already, its comment with it.
    const line = this.done.at(-1) ?? '';
    const comment = /\s*(?:\/\/.*|\/\*.*\*\/)$/.exec(line)?.[0] ?? '';
    const code = line.slice(0, line.length - comment.length);
    if (code.trim() !== '') this.done[this.done.length - 1] = `${code},${comment}`;
  }

  /** Where the next brace closes. */
  private closing(open: number): number {
    while (this.nextClose <= open || (this.nextClose < this.tokens.length && this.tokens[this.nextClose]?.text !== '}')) this.nextClose++;
    return this.tokens[this.nextClose]?.start ?? this.text.length;
  }

  private isList(brace: number): boolean {
    return lists.has(this.tokens[brace - 2]?.text ?? '');
  }

  private spaced(token: Token, last: Token | undefined, i: number): boolean {
    if (last === undefined || this.line.at(-1)?.endsWith(' ') === true) return false;
    const { text } = token;
    if (text === '{') return last.text !== '.';
    if (text === '->' || text === '=' || last.text === '->' || last.text === '=') return true;
    if (last.text === ',') return true;
    // `name: type`, but `wasi:io/streams`: as it was written, since only the one who parses knows.
    if (last.text === ':') return token.start > last.end || !this.isPath(i - 1);
    return !glued.has(text) && !(glued.has(last.text) && last.text !== '>' && last.text !== ')') && last.text !== '{';
  }

  /** Whether a colon parts a package's name, as in `wasi:io/streams`. */
  private isPath(i: number): boolean {
    const [before, after, next] = [this.tokens[i - 2], this.tokens[i + 1], this.tokens[i + 2]];
    return after?.kind === 'word' && (next?.text === '/' || next?.text === ':' || before?.text === 'package' || before?.text === ':');
  }
}

function reindented(comment: string, indent: string): string {
  return comment.split('\n').map((line, i) => (i === 0 ? line : /^\s*\*/.test(line) ? `${indent} ${line.trim()}` : line.trimEnd())).join('\n');
}
