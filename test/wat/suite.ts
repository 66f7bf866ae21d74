import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { commandModule, splitText, type ModuleText } from '../../src/wat/fields';

/** One module of a script, and what the script says of it. */
export interface SuiteModule {
  readonly file: string;
  readonly text: string;
  readonly module: ModuleText;
  readonly expected: 'valid' | 'malformed' | 'invalid';
  readonly line: number;
}

/** Every .wast file below a folder. */
export function wastFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? wastFiles(path) : entry.name.endsWith('.wast') ? [path] : [];
  });
}

/** The modules of a script in order. */
export function* modulesOf(file: string): Generator<SuiteModule> {
  const text = readFileSync(file, 'utf8');
  let line = 1;
  let from = 0;
  for (const item of splitText(text, true, [])) {
    for (; from < item.start; from++) if (text.charCodeAt(from) === 10) line++;
    if (item.kind === 'module') {
      if (item.form !== 'instance') yield { file, text, module: item, expected: 'valid', line };
    } else if (item.kind === 'command') {
      const module = commandModule(text, item, []);
      if (module === undefined) continue;
      const expected = item.word === 'assert_malformed' ? 'malformed' : item.word === 'assert_invalid' ? 'invalid' : 'valid';
      yield { file, text, module, expected, line };
    }
  }
}
