import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './row';

// What opening a window costs: the files that activation reads, and the time in our code, against an editor that answers at once.

interface Measured {
  readonly ms: number;
  readonly loaded: readonly string[];
}

/** Loads the production bundle and calls activate() in a fresh process, as the extension host does, with a stand-in for `vscode`. */
function activateOnce(dist: string, probe: string): Measured {
  return JSON.parse(execFileSync(process.execPath, [probe, dist], { encoding: 'utf8', env: { ...process.env, NODE_COMPILE_CACHE: undefined } })) as Measured;
}

/** Activation time (best of 9 processes) and the size of what it loads, with goals. Reads the production bundles of BENCH_DIST. */
export function bench(): Promise<readonly Row[]> {
  const dist = process.env['BENCH_DIST'];
  const probe = process.env['BENCH_PROBE'];
  if (dist === undefined || probe === undefined) throw new Error('Start this by npm run bench.');
  const runs = Array.from({ length: 9 }, () => activateOnce(dist, probe));
  const least = runs.reduce((a, b) => (b.ms < a.ms ? b : a));
  const size = least.loaded.reduce((sum, file) => sum + statSync(file).size, 0);
  const all = readdirSync(dist).filter(name => name.endsWith('.js')).reduce((sum, name) => sum + statSync(join(dist, name)).size, 0);
  return Promise.resolve([
    { name: 'activation, our code', value: least.ms, unit: 'ms', goal: 10, note: 'load and activate(), against a stand-in for vscode' },
    { name: 'bundles that activation loads', value: size / 1000, unit: 'kB', goal: 50, note: `${least.loaded.length} files of ${Math.round(all / 1000)} kB in all` },
  ]);
}
