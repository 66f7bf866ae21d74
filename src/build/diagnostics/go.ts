import * as path from 'node:path';
import type { Diagnostic, DiagnosticParser } from '../project';
import { withHint } from './hints';
import { bare } from './lines';
import { lineParser } from './parser';
import { SourceText } from './source';

const located = /^((?:[A-Za-z]:)?[^:\s][^:]*\.(?:go|mod|sum|s|work)):(\d+)(?::(\d+))?: (.*)$/;
const general = /^(?:go|go: .*?): (.+)$|^(package .+|no required module .+|no Go files .+|.*build constraints exclude all Go files.*|main module .+)$/;
/** What go tells of its own work is no error. */
const chatter = /^(downloading|finding|found|extracting|added|upgraded|to add) /;

/** Reads `go build`'s messages; columns are bytes. Lines indented by a tab go on with the message before. */
export function goParser(options: { readonly cwd: string; readonly subject: string; readonly flavour?: path.PlatformPath }, report: (diagnostic: Diagnostic) => void): DiagnosticParser {
  const flavour = options.flavour ?? path;
  const text = new SourceText();
  let current: Diagnostic | undefined;
  const flush = (): void => {
    if (current !== undefined) report({ ...current, message: withHint(current.message) });
    current = undefined;
  };
  const take = (raw: string): string => {
    const line = bare(raw);
    const at = located.exec(line);
    if (at !== null) {
      flush();
      const file = flavour.resolve(options.cwd, at[1] ?? '');
      const number = Number(at[2]);
      const column = at[3] === undefined ? 1 : text.fromBytes(file, number, Number(at[3]));
      current = { file, start: { line: number, column }, severity: 'error', message: at[4] ?? '', source: 'go' };
      return raw;
    }
    if (line.startsWith('\t') && current !== undefined) {
      current = { ...current, message: `${current.message}\n${line.trim()}` };
      return raw;
    }
    const said = general.exec(line);
    const message = said?.[1] ?? said?.[2];
    if (message !== undefined && !chatter.test(message)) {
      flush();
      current = { file: options.subject, start: { line: 1, column: 1 }, severity: message.startsWith('warning:') ? 'warning' : 'error', message, source: 'go' };
    }
    return raw;
  };
  return lineParser(take, flush);
}
