import * as path from 'node:path';
import type { Diagnostic, DiagnosticParser } from '../project';
import { withHint } from './hints';
import { bare } from './lines';
import { lineParser } from './parser';

const head = /^CMake (Error|Warning|Deprecation Warning)(?: \(dev\))?(?:(?: in| at) (.+?)(?::(\d+))?(?: \((.*)\))?)?:(?: (.*))?$/;
const step = /^ {2}(.+?):(\d+) \((.+)\)$/;

/** Reads CMake's blocks: a head with a place, indented text, and the calls that led there. Paths are relative to the source's top folder. */
export function cmakeParser(options: { readonly cwd: string; readonly subject: string; readonly flavour?: path.PlatformPath }, report: (diagnostic: Diagnostic) => void): DiagnosticParser {
  const flavour = options.flavour ?? path;
  let current: { severity: 'error' | 'warning'; file: string; line: number; text: string[]; calls: NonNullable<Diagnostic['related']>[number][]; inCalls: boolean; blank: number } | undefined;
  const flush = (): void => {
    if (current === undefined) return;
    const { severity, file, line, text, calls } = current;
    current = undefined;
    const message = text.join(' ').replace(/\s+/g, ' ').trim();
    if (message === '') return;
    // A module of CMake's own is not where the user looks: the call in their file is.
    const mine = isWithin(flavour, options.cwd, file) ? undefined : calls.find(call => isWithin(flavour, options.cwd, call.file));
    report({
      file: mine?.file ?? file, start: { line: mine?.start.line ?? line, column: 1 }, severity, message: withHint(message), source: 'cmake',
      ...(calls.length === 0 ? {} : { related: calls }),
    });
  };
  const take = (raw: string): string => {
    const line = bare(raw);
    const begin = head.exec(line);
    if (begin !== null) {
      flush();
      const file = begin[2] === undefined ? options.subject : flavour.resolve(options.cwd, begin[2]);
      current = { severity: begin[1] === 'Error' ? 'error' : 'warning', file, line: Number(begin[3] ?? 1), text: begin[5] === undefined ? [] : [begin[5]], calls: [], inCalls: false, blank: 0 };
      return raw;
    }
    if (current === undefined) return raw;
    if (line === '') {
      // Two empty lines end a block; one stands between its paragraphs.
      if (++current.blank >= 2) flush();
    } else if (line.startsWith('Call Stack')) {
      current.inCalls = true;
      current.blank = 0;
    } else if (line.startsWith('  ')) {
      current.blank = 0;
      const call = current.inCalls ? step.exec(line) : null;
      if (call !== null) current.calls.push({ file: flavour.resolve(options.cwd, call[1] ?? ''), start: { line: Number(call[2]), column: 1 }, message: call[3] ?? '' });
      else if (!current.inCalls) current.text.push(line.trim());
    } else if (!line.startsWith('This warning is for project developers')) {
      flush();
    }
    return raw;
  };
  return lineParser(take, flush);
}

function isWithin(flavour: path.PlatformPath, folder: string, file: string): boolean {
  const relative = flavour.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !flavour.isAbsolute(relative);
}
