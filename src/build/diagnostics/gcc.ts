import * as path from 'node:path';
import type { Diagnostic, DiagnosticParser, Position, Related } from '../project';
import { withHint } from './hints';
import { bare } from './lines';
import { lineParser } from './parser';
import { SourceText } from './source';

/** What the messages of one command are about. */
export interface GccOptions {
  /** Relative paths start here. */
  readonly cwd: string;
  /** The user's own files are in here; `cwd` unless told. */
  readonly root?: string;
  /** Where a message without a file belongs. Absolute. */
  readonly subject: string;
  readonly source?: string;
  /** The source that an object was compiled from, where the plan knows; absolute. */
  sourceOf?(object: string): string | undefined;
  readonly flavour?: path.PlatformPath;
}

const located = /^(.+?):(\d+):(?:(\d+):)?((?:\{\d+:\d+-\d+:\d+\})+:)? (fatal error|error|warning|note|remark): (.*)$/;
const included = /^(?:In file included from| {17,}from) (.+?):(\d+)(?::(\d+))?[,:]?$/;
const linker = /^(?:.*[\\/])?(?:wasm-ld|lld|ld\.lld|ld)(?:-\d+)?(?:\.exe)?: (error|warning): (.*)$/;
const driver = /^(?:.*[\\/])?(?:clang|clang\+\+|cc|c\+\+|gcc|g\+\+|zig|error)(?:-[\d.]+)?(?:\.exe)?: (error|warning|fatal error): (.*)$/;
const includedHere = 'included from here';
/** The driver's summing up of errors that were told. */
const noise = /^(linker command failed|unable to execute command|clang frontend command failed)/;

/** Reads clang's, gcc's and wasm-ld's messages: ranges, notes as related places, includes, objects mapped to their source. */
export function gccParser(options: GccOptions, report: (diagnostic: Diagnostic) => void): DiagnosticParser {
  const reader = new GccReader(options, report);
  return lineParser(line => reader.line(line), () => { reader.flush(); });
}

type Draft = Omit<Diagnostic, 'related'> & { readonly related: Related[] };

/** The same, line by line, for parsers that know further kinds of lines. */
export class GccReader {
  readonly #options: GccOptions;
  readonly #report: (diagnostic: Diagnostic) => void;
  readonly #text = new SourceText();
  readonly #flavour: path.PlatformPath;
  #current: Draft | undefined;
  #includes: Related[] = [];
  /** Relative paths start here: make changes it as it enters folders. */
  cwd: string;

  constructor(options: GccOptions, report: (diagnostic: Diagnostic) => void) {
    this.#options = options;
    this.#report = report;
    this.#flavour = options.flavour ?? path;
    this.cwd = options.cwd;
  }

  /** Takes a line; gives back what is shown of it. */
  line(raw: string): string {
    this.take(bare(raw));
    // The ranges are for us.
    return raw.replace(/(:\d+:\d+:)(?:\{\d+:\d+-\d+:\d+\})+:/, '$1');
  }

  /** Takes a line without its end; says whether it was a message. */
  take(line: string): boolean {
    const place = located.exec(line);
    if (place !== null) return this.#located(place);
    const from = included.exec(line);
    if (from !== null) {
      this.flush();
      this.#includes.push({ file: this.#resolve(from[1] ?? ''), start: { line: Number(from[2]), column: Number(from[3] ?? 1) }, message: includedHere });
      return true;
    }
    const link = linker.exec(line);
    if (link !== null) {
      this.#linked(link[1] === 'warning' ? 'warning' : 'error', link[2] ?? '');
      return true;
    }
    const defined = /^>>> defined in (.+)$/.exec(line);
    if (defined !== null && this.#current !== undefined) {
      const file = this.#sourceOf(defined[1] ?? '') ?? this.#resolve(defined[1] ?? '');
      const name = this.#current.message.replace(/^.*: /, '');
      this.#current.related.push({ file, start: this.#text.find(file, nameOf(name)) ?? { line: 1, column: 1 }, message: 'defined here' });
      return true;
    }
    const said = driver.exec(line);
    if (said !== null && !noise.test(said[2] ?? '')) {
      this.#begin({ file: this.#options.subject, start: { line: 1, column: 1 }, severity: said[1] === 'warning' ? 'warning' : 'error', message: said[2] ?? '', source: this.#source, related: [] });
      return true;
    }
    return false;
  }

  /** Tells what is complete now that no note can follow. */
  flush(): void {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    const { related, ...diagnostic } = this.#moved(current);
    this.#report({ ...diagnostic, message: withHint(diagnostic.message), ...(related.length === 0 ? {} : { related }) });
  }

  /** A message is put where its reader can do something: not in a system header but where it is included, not at no file but at a definition. */
  #moved(draft: Draft): Draft {
    if (this.#isOwn(draft.file)) {
      const twice = draft.file === this.#options.subject && draft.message.startsWith('duplicate symbol') ? draft.related.at(-1) : undefined;
      return twice === undefined ? draft : { ...draft, file: twice.file, start: twice.start, related: draft.related.slice(0, -1) };
    }
    const entry = draft.related.findLast(one => one.message === includedHere && this.#isOwn(one.file));
    if (entry === undefined) return draft;
    const related = [{ file: draft.file, start: draft.start, message: draft.message }, ...draft.related.filter(one => one !== entry)];
    return { ...draft, file: entry.file, start: entry.start, end: undefined, related };
  }

  #isOwn(file: string): boolean {
    const relative = this.#flavour.relative(this.#options.root ?? this.#options.cwd, file);
    return !relative.startsWith('..') && !this.#flavour.isAbsolute(relative);
  }

  get #source(): string {
    return this.#options.source ?? 'clang';
  }

  #located(match: RegExpExecArray): boolean {
    const [, name = '', lineText = '', columnText = '1', ranges = '', kind = '', text = ''] = match;
    const file = this.#resolve(name);
    const line = Number(lineText);
    const start = this.#position(file, line, Number(columnText));
    if (kind === 'note') {
      this.#current?.related.push({ file, start, message: text });
      return true;
    }
    const code = / \[(-W[^\]]+|[a-z][\w.-]*)\]$/.exec(text);
    const end = this.#end(file, line, Number(columnText), ranges);
    this.#begin({
      file, start, ...(end === undefined ? {} : { end }),
      severity: kind === 'warning' ? 'warning' : kind === 'remark' ? 'info' : 'error',
      message: code === null ? text : text.slice(0, code.index),
      ...(code === null ? {} : { code: code[1] ?? '' }), source: this.#source, related: [],
    });
    return true;
  }

  #linked(severity: 'error' | 'warning', text: string): void {
    const about = /^(.+?): (undefined symbol|.*)(?:: (.+))?$/.exec(text);
    const undefinedSymbol = /^(.+?): undefined symbol: (.+)$/.exec(text);
    const object = undefinedSymbol?.[1] ?? about?.[1];
    const file = object === undefined ? undefined : this.#sourceOf(object);
    const symbol = undefinedSymbol?.[2];
    const start = file !== undefined && symbol !== undefined ? this.#text.find(file, nameOf(symbol)) : undefined;
    // With its source known, the object's name says nothing.
    const message = file !== undefined && object !== undefined ? text.slice(object.length + 2) : text;
    this.#begin({ file: file ?? this.#options.subject, start: start ?? { line: 1, column: 1 }, severity, message, source: 'wasm-ld', related: [] });
  }

  #begin(draft: Draft): void {
    const includes = this.#includes;
    this.#includes = [];
    this.flush();
    draft.related.push(...includes.filter(one => one.file !== draft.file));
    this.#current = draft;
  }

  #sourceOf(object: string): string | undefined {
    const member = /^(.+)\(([^()]+)\)$/.exec(object)?.[2];
    const known = this.#options.sourceOf?.(member ?? object);
    if (known !== undefined) return known;
    // The driver's own object, /tmp/main-1a2b3c.o, is of the one source that it was given.
    const stem = /([^\\/]+)-[0-9a-f]{6,}\.o$/.exec(object)?.[1];
    const subject = this.#options.subject;
    return stem !== undefined && this.#flavour.parse(subject).name === stem ? subject : undefined;
  }

  #resolve(name: string): string {
    return this.#flavour.resolve(this.cwd, name);
  }

  #position(file: string, line: number, column: number): Position {
    return { line, column: this.#text.fromBytes(file, line, column) };
  }

  /** The end of the range that the message's place begins; clang's ranges are half open. */
  #end(file: string, line: number, column: number, ranges: string): Position | undefined {
    for (const [, fromLine, fromColumn, toLine, toColumn] of ranges.matchAll(/\{(\d+):(\d+)-(\d+):(\d+)\}/g)) {
      if (Number(fromLine) === line && Number(fromColumn) === column) return this.#position(file, Number(toLine), Number(toColumn));
    }
    return undefined;
  }
}

/** The name in a demangled symbol: `area(Shape const&)` is about `area`. */
function nameOf(symbol: string): string {
  return symbol.replace(/\(.*$/s, '').replace(/<.*$/s, '').split('::').at(-1)?.trim() ?? symbol;
}
