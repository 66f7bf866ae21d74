import * as path from 'node:path';
import type { Diagnostic, DiagnosticParser } from '../project';
import { withHint } from './hints';
import { bare } from './lines';
import { lineParser } from './parser';

const head = /^(ERROR|WARNING|INFO|PEDANTIC) (?:(AS|TS)(\d+): )?(.*)$/;
const place = /^\s*[└`]?[─-]* ?in (.+)\((\d+),(\d+)\)$/;
/** What sums up, or is about the command line, has no code. */
const marks = /^ *[│|] ([ ]*)(~+) *$/;

/** Reads asc's blocks of a message, the source line, tildes below it, and `└─ in FILE(LINE,COLUMN)`; columns are UTF-16 units. */
export function ascParser(options: { readonly cwd: string; readonly subject: string; readonly flavour?: path.PlatformPath }, report: (diagnostic: Diagnostic) => void): DiagnosticParser {
  const flavour = options.flavour ?? path;
  let current: { severity: Diagnostic['severity']; code?: string; message: string; width: number; related: NonNullable<Diagnostic['related']>[number][]; file?: string; start: Diagnostic['start'] } | undefined;
  const flush = (): void => {
    if (current === undefined) return;
    const { severity, code, message, width, related, file, start } = current;
    current = undefined;
    // A message without a code or a place is asc's summing up.
    if (code === undefined && file === undefined) return;
    report({
      file: file ?? options.subject, start, ...(width > 0 ? { end: { line: start.line, column: start.column + width } } : {}), severity,
      message: withHint(message), ...(code === undefined ? {} : { code }), source: 'asc', ...(related.length === 0 ? {} : { related }),
    });
  };
  const take = (raw: string): string => {
    const line = bare(raw);
    const begin = head.exec(line);
    if (begin !== null) {
      flush();
      const severity = begin[1] === 'ERROR' ? 'error' : begin[1] === 'WARNING' ? 'warning' : 'info';
      current = { severity, message: begin[4] ?? '', width: 0, related: [], start: { line: 1, column: 1 }, ...(begin[3] === undefined ? {} : { code: `${begin[2] ?? ''}${begin[3]}` }) };
      return raw;
    }
    if (current === undefined) return raw;
    const at = place.exec(line);
    const tildes = marks.exec(line);
    if (tildes !== null && current.file === undefined) {
      current.width = tildes[2]?.length ?? 0;
    } else if (at !== null) {
      const file = at[1] ?? '';
      const start = { line: Number(at[2]), column: Number(at[3]) };
      // A library's own sources are inside the compiler: ~lib/array.ts is no file.
      const resolved = file.startsWith('~lib/') ? options.subject : flavour.resolve(options.cwd, file);
      if (current.file === undefined) {
        current.file = resolved;
        current.start = file.startsWith('~lib/') ? { line: 1, column: 1 } : start;
        if (file.startsWith('~lib/')) current.message += ` (${file}:${start.line})`;
      } else if (!file.startsWith('~lib/')) {
        current.related.push({ file: resolved, start, message: 'related place' });
      }
    } else if (line.startsWith('FAILURE') || line === '') {
      if (line !== '' || current.file !== undefined) flush();
    }
    return raw;
  };
  return lineParser(take, flush);
}
