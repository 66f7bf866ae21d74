import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { findProjects } from '../../src/build/find';
import { build } from '../../src/build/build';
import { makeContext } from '../../src/build/context';
import { projectAt } from '../../src/build/target';
import { findCompiler } from '../../src/build/toolchains/clang';
import type { Row } from './row';

/** Detection in a tree of 10,000 folders, and a project of 50 files with one changed against all 50. */
export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'wasm-workbench-bench-'));
  try {
    return [...await detection(path.join(folder, 'tree')), ...await incremental(path.join(folder, 'fifty'))];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function detection(root: string): Promise<Row[]> {
  let folders = 0;
  let projects = 0;
  // Ten wide, four deep, some files in each, a project in every hundredth: a large workspace as they are.
  const make = (folder: string, depth: number): void => {
    mkdirSync(folder);
    folders++;
    for (const name of ['README.md', 'index.js', 'data.json']) writeFileSync(path.join(folder, name), '');
    if (folders % 100 === 0) {
      projects++;
      writeFileSync(path.join(folder, 'main.c'), 'int main(void) { return 0; }\n');
    }
    for (let i = 0; depth > 0 && i < 10 && folders < 10_000; i++) make(path.join(folder, `folder${i}`), depth - 1);
  };
  make(root, 4);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const started = performance.now();
    const found = await findProjects([root]);
    times.push(performance.now() - started);
    if (found.length !== projects) throw new Error(`found ${found.length} of ${projects} projects`);
  }
  return [{ name: `detect ${projects} projects in ${folders.toLocaleString('en')} folders`, value: Math.min(...times), unit: 'ms', goal: 200, note: `first ${(times[0] ?? 0).toFixed(0)} ms` }];
}

async function incremental(folder: string): Promise<Row[]> {
  const context = makeContext({ cli: path.resolve(__dirname, 'no-cli.js'), signal: new AbortController().signal, embedded: 'never' });
  try {
    await findCompiler(context, 'c');
  } catch {
    console.error('  50 C files: left out, there is no native clang for WASI');
    return [];
  }
  mkdirSync(folder);
  const count = 50;
  const body = (n: number): string => Array.from({ length: 60 }, (_, i) => `int f${n}_${i}(int x) { char s[32]; snprintf(s, sizeof s, "%d", x * ${i + 1}); return atoi(s) + (int)strlen(s); }`).join('\n');
  for (let n = 0; n < count - 1; n++) writeFileSync(path.join(folder, `part${n}.c`), `#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n${body(n)}\n`);
  writeFileSync(path.join(folder, 'main.c'), `${Array.from({ length: count - 1 }, (_, n) => `int f${n}_0(int);`).join('\n')}\nint main(void) { return ${Array.from({ length: count - 1 }, (_, n) => `f${n}_0(1)`).join(' + ')}; }\n`);
  const project = await projectAt(folder);
  const silent = { command() {}, text() {}, diagnostic() {} };
  const timed = async (expected: number): Promise<number> => {
    const started = performance.now();
    const { executed } = await build(project, { profile: 'debug' }, context, silent);
    if (executed !== expected) throw new Error(`${executed} steps ran instead of ${expected}`);
    return performance.now() - started;
  };
  const all: number[] = [];
  const one: number[] = [];
  const none: number[] = [];
  for (let round = 0; round < 3; round++) {
    rmSync(path.join(folder, '.wasm-workbench'), { recursive: true, force: true });
    all.push(await timed(count + 1));
    const later = new Date(Date.now() - 10_000 * (round + 1));
    utimesSync(path.join(folder, 'part7.c'), later, later);
    one.push(await timed(2));
    none.push(await timed(0));
  }
  const [whole, single, idle] = [Math.min(...all), Math.min(...one), Math.min(...none)];
  return [
    { name: 'all 50 C files', value: whole, unit: 'ms' },
    { name: 'one of 50 C files changed', value: single, unit: 'ms', ratio: single / whole, goal: 0.1 },
    { name: 'none of 50 C files changed', value: idle, unit: 'ms', ratio: idle / whole },
  ];
}
