import { resolve } from 'node:path';
import { compareModules } from '../wasm/view/compare';
import { comparisonText } from '../wasm/view/compareText';
import { openModule } from '../wasm/view/parts';
import type { Arguments } from './arguments';
import type { CliIo } from './io';
import { isBinary, readBytes } from './moduleFiles';

/** `compare`: two modules when both are, else two images. */
export async function compare(args: Arguments, io: CliIo): Promise<number> {
  const [first = '', second = '', ...more] = args.positionals;
  const paths = [resolve(io.cwd, first), resolve(io.cwd, second)] as const;
  if (more.length > 0 || !(await isBinary(paths[0])) || !(await isBinary(paths[1]))) return (await import('./inspect')).compare(args, io);
  const [before, after] = [openModule(await readBytes(paths[0]), paths[0]), openModule(await readBytes(paths[1]), paths[1])];
  const comparison = compareModules(before, after);
  io.stdout(args.has('json') ? JSON.stringify(comparison, undefined, 2) + '\n' : comparisonText(first, second, comparison));
  return 0;
}
