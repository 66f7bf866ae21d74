import { existsSync } from 'node:fs';
import * as path from 'node:path';
import type { Diagnostic, DiagnosticParser } from '../project';
import { GccReader, type GccOptions } from './gcc';
import { bare } from './lines';
import { lineParser } from './parser';

const entering = /^(?:.*[\\/])?g?make(?:\.exe)?(?:\[\d+\])?: Entering directory [`'"](.+)['"]$/;
const leaving = /^(?:.*[\\/])?g?make(?:\.exe)?(?:\[\d+\])?: Leaving directory [`'"](.+)['"]$/;
const syntax = /^(\S[^:]*):(\d+): \*\*\* (.+?)\.?(?: {2}Stop\.)?$/;
const general = /^(?:.*[\\/])?g?make(?:\.exe)?(?:\[\d+\])?: \*\*\* (.+?)\.?(?: {2}Stop\.)?$/;
/** Commands that make echoes, which name what a later message is about. */
const compiles = /(?:^|\s)-c(?:\s|$)/;

/** Reads what make and the compilers below it print: messages are placed by the folder that make is in, objects by the compile commands seen. */
export function makeParser(options: GccOptions, report: (diagnostic: Diagnostic) => void): DiagnosticParser {
  const flavour = options.flavour ?? path;
  const objects = new Map<string, string>();
  const folders = [options.cwd];
  const here = (): string => folders.at(-1) ?? options.cwd;
  const known = (object: string): string | undefined => objects.get(flavour.resolve(here(), object)) ?? objects.get(flavour.basename(object));
  const readers = { stdout: reader(), stderr: reader() };
  function reader(): GccReader {
    return new GccReader({ ...options, sourceOf: object => options.sourceOf?.(object) ?? known(object) ?? ofTemporary(object) ?? beside(object) }, report);
  }
  function ofTemporary(object: string): string | undefined {
    const stem = /([^\\/]+)-[0-9a-f]{6,}\.o$/.exec(object)?.[1];
    return stem === undefined ? undefined : objects.get(`${stem} `);
  }
  // An object of an earlier make was compiled before we looked on; its source is mostly its neighbour.
  function beside(object: string): string | undefined {
    const { dir, name } = flavour.parse(flavour.resolve(here(), object.replace(/^.*\((.+)\)$/, '$1')));
    return ['.c', '.cc', '.cpp', '.cxx'].map(ending => flavour.join(dir, name + ending)).find(file => existsSync(file));
  }
  const note = (line: string): void => {
    for (const word of line.split(/\s+/)) {
      if (!/\.(?:c|cc|cpp|cxx|c\+\+|m)$/i.test(word)) continue;
      const source = flavour.resolve(here(), word.replace(/^['"]|['"]$/g, ''));
      // The driver names its temporary object after the source.
      objects.set(`${flavour.parse(source).name} `, source);
      if (!compiles.test(line)) continue;
      const object = /(?:^|\s)-o\s*(\S+)/.exec(line)?.[1] ?? `${flavour.parse(source).name}.o`;
      objects.set(flavour.resolve(here(), object), source);
      objects.set(flavour.basename(object), source);
    }
  };
  const tell = (file: string, line: number, message: string): void => {
    for (const one of Object.values(readers)) one.flush();
    report({ file, start: { line, column: 1 }, severity: 'error', message, source: 'make' });
  };
  return lineParser((raw, stream) => {
    const line = bare(raw);
    const enter = entering.exec(line);
    if (enter !== null) {
      folders.push(flavour.resolve(options.cwd, enter[1] ?? ''));
    } else if (leaving.test(line)) {
      if (folders.length > 1) folders.pop();
    } else {
      const wrong = syntax.exec(line);
      const stopped = general.exec(line);
      if (wrong !== null) {
        tell(flavour.resolve(here(), wrong[1] ?? ''), Number(wrong[2]), wrong[3] ?? '');
      } else if (stopped !== null) {
        // `[Makefile:5: a.o] Error 1` sums up what the command said.
        if (!/\] (?:Error \d+|[A-Z][a-z]+)|Error \d+(?: \(ignored\))?$|Waiting for unfinished jobs/.test(stopped[1] ?? '')) tell(options.subject, 1, stopped[1] ?? '');
      } else {
        for (const one of Object.values(readers)) one.cwd = here();
        const shown = readers[stream].line(raw);
        if (stream === 'stdout') note(line);
        return shown;
      }
    }
    return raw;
  }, () => {
    readers.stdout.flush();
    readers.stderr.flush();
  });
}
