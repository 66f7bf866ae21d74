#!/usr/bin/env node
import * as nodeModule from 'node:module';
import { processIo, type CliIo } from './cli/io';

const tools: ReadonlySet<string> = new Set(['cc', 'c++', 'ar', 'ranlib', 'nm', 'objdump', 'strip']);

/** The command line: arguments after the program's name in, exit code out. The compiler's tools take the shortest way: make calls them by the hundred. */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name !== undefined && tools.has(name)) return (await import('./cli/compiler')).compile(name, rest, io);
  return (await import('./cli/main')).runVerb(argv, io);
}

if (require.main === module) {
  // Saves what parsing our own code costs at each start; Node 20 has none.
  (nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
  main(process.argv.slice(2), processIo()).then(code => process.exit(code), (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
}
