import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from '../../src/base/command';
import { locateCompiler, storageFolder } from '../../src/build/compiler/locate';
import { createCompilerService, type CompilerService } from '../../src/build/compiler/service';
import type { Row } from './row';

// The embedded compiler beside native clang for WASI, in one run: each figure is the least of several, taken in turns, so that a busy
// machine is the same for both.

const root = resolve(__dirname, '../..');
const cli = 'CLI';

type Work = () => Promise<void> | void;

async function least(rounds: number, ...works: Work[]): Promise<number[]> {
  const best = works.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of works.entries()) {
      const start = performance.now();
      await work();
      best[i] = Math.min(best[i] ?? Infinity, performance.now() - start);
    }
  }
  return best;
}

/** A native clang that builds for WASI preview 1, with the target as it spells it. */
function nativeClang(folder: string): string[] | undefined {
  writeFileSync(join(folder, 'probe.c'), 'int main(void) { return 0; }');
  for (const target of ['wasm32-wasip1', 'wasm32-wasi']) {
    if (spawnSync('clang', [`--target=${target}`, 'probe.c', '-o', 'probe'], { cwd: folder }).status === 0) return [`--target=${target}`];
  }
  return undefined;
}

function native(folder: string, tool: string, args: readonly string[]): void {
  const ran = spawnSync(tool, args, { cwd: folder, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${ran.stderr}`);
}

async function embedded(service: CompilerService, folder: string, args: readonly string[]): Promise<void> {
  let said = '';
  const command: Command = { tool: process.execPath, args: [cli, ...args], cwd: folder };
  const { code } = await service.exec(command, { stdout: () => {}, stderr: chunk => { said += Buffer.from(chunk).toString(); }, signal: new AbortController().signal });
  if (code !== 0) throw new Error(said);
}

/** Some source of the usual kind: a few functions, structures and a dozen headers. */
function smallSource(n: number): string {
  const functions = Array.from({ length: 8 }, (_, i) => `
static int work_${n}_${i}(struct item *items, size_t count) {
  int total = 0;
  for (size_t k = 0; k < count; k++) {
    if (items[k].name == NULL) continue;
    total += (int)strlen(items[k].name) * ${i + 1} + items[k].value % ${n + 2};
    if (total > ${1000 * (i + 1)}) { fprintf(stderr, "large: %d\\n", total); total /= 2; }
  }
  return total;
}`).join('');
  return `#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <errno.h>\n#include <math.h>\nstruct item { char *name; int value; };\n${functions}
int unit_${n}(void) {
  struct item items[4] = { { "a", 1 }, { "bb", 2 }, { NULL, 3 }, { "dddd", ${n} } };
  return ${Array.from({ length: 8 }, (_, i) => `work_${n}_${i}(items, 4)`).join(' + ')} + (int)sqrt(${n});
}\n`;
}

const iostream = '#include <iostream>\n#include <string>\n#include <vector>\n#include <map>\n\nint main() { std::map<std::string, std::vector<int>> m; m["a"].push_back(1); for (auto &e : m) std::cout << e.first << e.second.size() << std::endl; }\n';

/** The embedded compiler's figures. Without it, or without a native clang to compare with, there are fewer rows. BENCH_SQLITE names sqlite3.c; BENCH_SLOW=1 adds -O2. */
export async function bench(): Promise<Row[]> {
  const located = locateCompiler({ cwd: root, storage: storageFolder() });
  if ('tried' in located) return [];
  const folder = mkdtempSync(join(tmpdir(), 'ww-bench-'));
  const service = createCompilerService({ cli, cwd: root });
  const rows: Row[] = [];
  const row = (name: string, ours: number, theirs: number | undefined, goal: number, note?: string): void => {
    rows.push({ name, value: Math.round(ours), unit: 'ms', goal, ...(theirs === undefined ? {} : { ratio: Number((ours / theirs).toFixed(2)) }), ...(note === undefined ? {} : { note }) });
  };
  try {
    const target = nativeClang(folder);
    const names = Array.from({ length: 51 }, (_, n) => `unit${n}`);
    for (const [n, name] of names.entries()) writeFileSync(join(folder, `${name}.c`), smallSource(n));
    writeFileSync(join(folder, 'io.cc'), iostream);
    const clang: Work | undefined = target && ((): void => { native(folder, 'clang', [...target, '-c', 'unit1.c', '-o', 'n.o']); });
    const with2 = async (rounds: number, ours: Work, theirs: Work | undefined): Promise<[number, number | undefined]> => {
      const [a, b] = await least(rounds, ours, ...(theirs === undefined ? [] : [theirs]));
      return [a ?? NaN, b];
    };

    const launcher = join(folder, 'cc.js');
    writeFileSync(launcher, `
      const { compilerMain } = require(${JSON.stringify(join(root, 'src/build/compiler/main.js'))});
      const [tool, ...args] = process.argv.slice(2);
      compilerMain(tool, args, { cwd: process.cwd(), env: process.env, stdin: process.stdin, stdout: c => process.stdout.write(c), stderr: c => process.stderr.write(c) })
        .then(code => { process.exitCode = code; });`);
    const [cold] = await least(4, () => { native(folder, process.execPath, [launcher, 'cc', '-c', 'unit1.c', '-o', 'cold.o']); });
    rows.push({ name: 'first C file of a session, cold', value: Math.round(cold ?? NaN), unit: 'ms', goal: 800 });

    // Until the code that compiles is itself compiled well.
    for (let i = 0; i < 30; i++) await embedded(service, folder, ['cc', '-c', 'unit1.c', '-o', 'e.o']);
    row('changed C file', ...await with2(12, () => embedded(service, folder, ['cc', '-c', 'unit1.c', '-o', 'e.o']), clang), 2);

    const jobs = availableParallelism();
    const all = (jobs: number) => async (): Promise<void> => {
      const left = [...names];
      await Promise.all(Array.from({ length: jobs }, async () => {
        for (let name = left.pop(); name !== undefined; name = left.pop()) await embedded(service, folder, ['cc', '-c', `${name}.c`, '-o', `${name}.o`]);
      }));
    };
    writeFileSync(join(folder, 'Makefile'), `OBJ = ${names.map(name => `${name}.o`).join(' ')}\nall: $(OBJ)\n`);
    const clangAll = (jobs: number): Work | undefined => target && ((): void => { native(folder, 'make', ['-B', `-j${jobs}`, `CC=clang ${target.join(' ')}`]); });
    await all(jobs)();
    row('51 small C files, own build', ...await with2(4, all(1), clangAll(1)), 1.2, 'one after the other; native: make');
    const [beside, besideNative] = await with2(4, all(jobs), clangAll(jobs));
    rows.push({ name: '51 small C files, own build, side by side', value: Math.round(beside), unit: 'ms', ...(besideNative === undefined ? {} : { ratio: Number((beside / besideNative).toFixed(2)) }), note: `${jobs} at once; native: make -j${jobs}` });
    const make: Work = async () => {
      const { code } = await service.exec({ tool: 'make', args: ['-B', `-j${jobs}`, `CC=${process.execPath} ${launcher} cc`], cwd: folder }, { stdout: () => {}, stderr: () => {}, signal: new AbortController().signal });
      if (code !== 0) throw new Error('make failed');
    };
    row('51 small C files, make', ...await with2(3, make, clangAll(jobs)), 3, `-j${jobs} both`);

    const changed: Work = () => embedded(service, folder, ['c++', '-c', 'io.cc', '-o', 'io.o']);
    await changed();
    // The headers are precompiled when nothing is asked for a moment.
    await until(() => { try { return statSync(join(storageFolder(), 'headers')).isDirectory(); } catch { return false; } });
    for (let i = 0; i < 20; i++) {
      const [time] = await least(1, changed);
      if ((time ?? Infinity) < 1000) break;
      await new Promise(done => setTimeout(done, 1000));
    }
    row('changed C++ file with iostream', ...await with2(8, changed, target && ((): void => { native(folder, 'clang++', [...target, '-fno-exceptions', '-c', 'io.cc', '-o', 'nio.o']); })), 2);

    const sqlite = process.env['BENCH_SQLITE'];
    if (sqlite !== undefined) {
      mkdirSync(join(folder, 'sqlite'));
      const lines = readFileSync(sqlite, 'utf8').split('\n').length;
      const flags = ['-c', '-DSQLITE_THREADSAFE=0', '-DSQLITE_OMIT_LOAD_EXTENSION', '-DSQLITE_OMIT_WAL', '-D_WASI_EMULATED_MMAN', '-D_WASI_EMULATED_GETPID', '-w', resolve(sqlite)];
      for (const [level, goal] of [['-O0', 1.6], ...(process.env['BENCH_SLOW'] === '1' ? [['-O2', 1.1] as const] : [])] as const) {
        const theirs = target && ((): void => { native(folder, 'clang', [...target, level, ...flags, '-o', 'ns.o']); });
        row(`SQLite ${level}`, ...await with2(level === '-O0' ? 3 : 2, () => embedded(service, folder, ['cc', level, ...flags, '-o', 's.o']), theirs), goal, `${lines} lines`);
      }
    }
  } finally {
    await service.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

async function until(told: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !told(); i++) await new Promise(done => setTimeout(done, 100));
}
