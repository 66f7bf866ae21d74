import * as path from 'node:path';
import type { Diagnostic, DiagnosticParser, Related } from '../project';
import { withHint } from './hints';
import { bare } from './lines';
import { lineParser } from './parser';
import { SourceText } from './source';

interface Span {
  readonly file_name: string;
  readonly line_start: number;
  readonly line_end: number;
  readonly column_start: number;
  readonly column_end: number;
  readonly is_primary: boolean;
  readonly label: string | null;
  readonly expansion: { readonly span: Span } | null;
}

interface Message {
  readonly message: string;
  readonly level: string;
  readonly code: { readonly code: string } | null;
  readonly spans: readonly Span[];
  readonly children: readonly Message[];
  readonly rendered: string | null;
}

/** A line of `cargo build --message-format=json`, as far as we read it. */
export interface CargoLine {
  readonly reason: string;
  readonly message?: Message;
  readonly target?: { readonly name: string; readonly kind: readonly string[]; readonly src_path: string };
  readonly executable?: string | null;
  readonly filenames?: readonly string[];
}

/** A line of cargo's standard output; undefined when it is no JSON of cargo's. */
export function cargoLine(line: string): CargoLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Partial<CargoLine> | null;
    return typeof value?.reason === 'string' ? value as CargoLine : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads cargo's JSON; what is shown is each message's own rendering. Spans count characters, their ends are exclusive, and their files
 * are relative to the workspace's root.
 */
export function cargoParser(options: { readonly root: string; readonly subject: string; readonly flavour?: path.PlatformPath }, report: (diagnostic: Diagnostic) => void): DiagnosticParser {
  const flavour = options.flavour ?? path;
  const text = new SourceText();
  const resolve = (name: string): string => flavour.resolve(options.root, name);
  const position = (file: string, line: number, column: number): Diagnostic['start'] => ({ line, column: text.fromCharacters(file, line, column) });

  const tell = (message: Message): void => {
    const severity = severityOf(message.level);
    // "aborting due to 2 previous errors", "5 warnings emitted" and "for more information" sum up.
    if (severity === undefined || (message.spans.length === 0 && message.code === null && /^(aborting due to|\d+ warnings? emitted|could not compile)/.test(message.message))) return;
    const primary = message.spans.find(span => span.is_primary) ?? message.spans[0];
    const place = primary === undefined ? undefined : outside(primary);
    const file = place === undefined ? options.subject : resolve(place.file_name);
    const related: Related[] = [];
    const notes: string[] = [];
    for (const span of message.spans) {
      if (span === primary || span.label === null) continue;
      const at = outside(span);
      related.push({ file: resolve(at.file_name), start: position(resolve(at.file_name), at.line_start, at.column_start), message: span.label });
    }
    for (const child of message.children) {
      const span = child.spans[0];
      if (span === undefined) {
        notes.push(`${child.level}: ${child.message}`);
      } else {
        const at = outside(span);
        related.push({ file: resolve(at.file_name), start: position(resolve(at.file_name), at.line_start, at.column_start), message: child.message });
      }
    }
    const label = primary?.label ?? '';
    const full = [message.message + (label === '' || message.message.includes(label) ? '' : `: ${label}`), ...notes].join('\n');
    report({
      file, start: place === undefined ? { line: 1, column: 1 } : position(file, place.line_start, place.column_start),
      ...(place === undefined ? {} : { end: position(file, place.line_end, place.column_end) }),
      severity, message: withHint(full), ...(message.code === null ? {} : { code: message.code.code }), source: 'rustc', ...(related.length === 0 ? {} : { related }),
    });
  };

  const take = (raw: string, stream: 'stdout' | 'stderr'): string => {
    if (stream === 'stderr') return takeCargo(raw);
    const line = cargoLine(raw);
    if (line === undefined) return raw;
    if (line.reason !== 'compiler-message' || line.message === undefined) return '';
    tell(line.message);
    return line.message.rendered ?? '';
  };

  // Cargo's own words: a manifest that is wrong, a dependency that can't be had. They come as one `error:` and lines below it.
  let own: string[] | undefined;
  const takeCargo = (raw: string): string => {
    const line = bare(raw);
    const begin = /^error(?:\[\w+\])?: (.*)$/.exec(line);
    if (begin !== null) {
      flush();
      if (!/^(could not compile|build failed)/.test(begin[1] ?? '')) own = [begin[1] ?? ''];
    } else if (own !== undefined && own.length < 20) {
      own.push(line);
    }
    return raw;
  };
  const flush = (): void => {
    if (own === undefined) return;
    const lines = own;
    own = undefined;
    const message = lines.join('\n').trim();
    const at = /--> (?<file>.+?):(?<line>\d+):(?<column>\d+)/.exec(message) ?? /line (?<line>\d+),? column (?<column>\d+)/.exec(message);
    const place = at === null ? undefined : { line: Number(at.groups?.line), column: Number(at.groups?.column) };
    const named = at?.groups?.file ?? /`([^`]*Cargo\.toml)`/.exec(message)?.[1];
    report({ file: place === undefined || named === undefined ? options.subject : resolve(named), start: place ?? { line: 1, column: 1 }, severity: 'error', message: withHint(message), source: 'cargo' });
  };
  return lineParser(take, flush);
}

/** A span in a macro of another crate is shown where the macro is used. */
function outside(span: Span): Span {
  let at = span;
  while (at.expansion !== null && (at.file_name.startsWith('<') || at.file_name.startsWith('/rustc/') || /[\\/]\.cargo[\\/]registry[\\/]/.test(at.file_name))) at = at.expansion.span;
  return at;
}

function severityOf(level: string): Diagnostic['severity'] | undefined {
  if (level.startsWith('error')) return 'error';
  if (level === 'warning') return 'warning';
  if (level === 'note') return 'info';
  if (level === 'help') return 'hint';
  return undefined;
}
