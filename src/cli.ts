#!/usr/bin/env node
import { appendFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { processIo, type CliIo } from './cli/io';

const tools: ReadonlySet<string> = new Set(['cc', 'c++', 'ar', 'ranlib', 'nm', 'objdump', 'strip']);

/** The command line: arguments after the program's name in, exit code out. The compiler's tools take the shortest way: make calls them by the hundred. */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name !== undefined && tools.has(name)) return (await import('./cli/compiler')).compile(name, rest, io);
  return (await import('./cli/main')).runVerb(argv, io);
}

/** A window of the system's tells nobody how its program goes: the editor names a file for our process's number and its exit code. */
function tellStatus(file: string | undefined): void {
  if (file === undefined || file === '') return;
  delete process.env['WASM_WORKBENCH_STATUS'];
  appendFileSync(file, `${process.pid}\n`);
  process.on('exit', code => { appendFileSync(file, `${code}\n`); });
}

if (require.main === module) {
  // Saves what parsing our own code costs at each start; Node 20 has none.
  (nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
  tellStatus(process.env['WASM_WORKBENCH_STATUS']);
  main(process.argv.slice(2), processIo()).then(code => process.exit(code), (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
}
