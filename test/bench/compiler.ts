import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from '../../src/base/command';
import { build } from '../../src/build/build';
import { locateCompiler, storageFolder } from '../../src/build/compiler/locate';
import { createCompilerService, type CompilerService } from '../../src/build/compiler/service';
import { makeContext } from '../../src/build/context';
import { projectAt } from '../../src/build/target';
import { launcher } from '../../src/build/toolchains/launcher';
import { amalgamation } from './sqlite';
import type { Row } from './row';

// The embedded compiler beside native clang for WASI, in one run: each figure is the least of several, taken in turns, so that a busy
// machine is the same for both.

const cli = process.env['BENCH_CLI'] ?? '';

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

/** The embedded compiler's figures. Without it, or without a native clang to compare with, there are fewer rows; the reason is said. */
export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ww-bench-'));
  const located = locateCompiler({ cwd: folder, storage: storageFolder() });
  if ('tried' in located) {
    console.error('  left out: the embedded compiler is not installed; node test/tools/compiler.mjs fetches it');
    return [];
  }
  const service = createCompilerService({ cli, cwd: folder, script: join(dirname(cli), 'build-compiler-server.js') });
  try {
    const target = nativeClang(folder);
    if (target === undefined) console.error('  without ratios: there is no native clang for WASI');
    const compared: Compared = { folder, service, target };
    return [await coldFile(compared), await changedFile(compared), ...await manyFiles(compared), await changedIostream(compared), ...await sqlite(compared)];
  } finally {
    await service.dispose();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Compared {
  readonly folder: string;
  readonly service: CompilerService;
  /** Arguments of native clang; undefined where there is none. */
  readonly target: readonly string[] | undefined;
}

/** A row of our time beside the native one, both the least of some rounds. */
async function versus(name: string, rounds: number, ours: Work, theirs: Work | undefined, more: Partial<Row>): Promise<Row> {
  const [mine = NaN, native] = await least(rounds, ours, ...(theirs === undefined ? [] : [theirs]));
  const note = [...(more.note === undefined ? [] : [more.note]), ...(native === undefined ? [] : [`native ${Math.round(native)} ms`])].join('; ');
  const { goal, ...rest } = more;
  return { name, value: mine, unit: 'ms', ...rest, ...(native === undefined ? {} : { ratio: mine / native, ...(goal === undefined ? {} : { goal }) }), ...(note === '' ? {} : { note }) };
}

async function coldFile({ folder }: Compared): Promise<Row> {
  writeFileSync(join(folder, 'unit1.c'), smallSource(1));
  const [value = NaN] = await least(5, () => { native(folder, process.execPath, [cli, 'cc', '-c', 'unit1.c', '-o', 'cold.o']); });
  return { name: 'first C file of a session, cold', value, unit: 'ms', goal: 800 };
}

async function changedFile({ folder, service, target }: Compared): Promise<Row> {
  const ours: Work = () => embedded(service, folder, ['cc', '-c', 'unit1.c', '-o', 'e.o']);
  // Until the code that compiles is itself compiled well.
  for (let i = 0; i < 30; i++) await ours();
  return versus('changed C file', 12, ours, target && ((): void => { native(folder, 'clang', [...target, '-c', 'unit1.c', '-o', 'n.o']); }), { goal: 2 });
}

const count = 51;

/** By our own build verb's code and by make, against make with native clang: the same compiles and the same link. */
async function manyFiles({ folder, service, target }: Compared): Promise<Row[]> {
  const many = join(folder, 'many');
  mkdirSync(many);
  for (let n = 0; n < count - 1; n++) writeFileSync(join(many, `unit${n}.c`), smallSource(n));
  const units = Array.from({ length: count - 1 }, (_, n) => n);
  writeFileSync(join(many, 'main.c'), `${units.map(n => `int unit_${n}(void);`).join('\n')}\nint main(void) { return ${units.map(n => `unit_${n}()`).join(' + ')} == 7; }\n`);
  const project = await projectAt(many);
  const context = makeContext({ cli, signal: new AbortController().signal, embedded: 'always', paths: { clang: '' }, exec: service.exec });
  const silent = { command() {}, text() {}, diagnostic() {} };
  const own: Work = async () => {
    rmSync(join(many, '.wasm-workbench'), { recursive: true, force: true });
    const { executed, compiler } = await build(project, { profile: 'debug' }, { ...context, machine: { ...context.machine, env: { ...context.machine.env, PATH: '' } } }, silent);
    if (executed !== count + 1 || compiler === undefined || !compiler.includes('embedded')) throw new Error(`${executed} steps ran by ${compiler ?? ''}`);
  };
  await own();
  const objects = [...units.map(n => `unit${n}.o`), 'main.o'];
  writeFileSync(join(many, 'Makefile'), `CFLAGS = -O0 -g -Wall\nall.wasm: ${objects.join(' ')}\n\t$(CC) -g $^ -lm -o $@\n`);
  const jobs = availableParallelism();
  const make = (at: number): Work | undefined => target && ((): void => { native(many, 'make', ['-B', `-j${at}`, `CC=clang ${target.join(' ')}`]); });
  const cc = launcher(many, 'cc', context.self(['cc'], many), process.platform, context.relay);
  const ours = (at: number): Work => async () => {
    // Our own build, measured before, begins without its folder.
    mkdirSync(dirname(cc.path), { recursive: true });
    writeFileSync(cc.path, cc.text, { mode: 0o755 });
    const { code } = await service.exec({ tool: 'make', args: ['-B', `-j${at}`, `CC=${cc.path}`], cwd: many }, { stdout() {}, stderr() {}, signal: new AbortController().signal });
    if (code !== 0) throw new Error('make failed');
  };
  return [
    await versus(`${count} small C files, own build`, 4, own, make(1), { goal: 1.2, note: 'against make' }),
    await versus(`${count} small C files, own build, each ${jobs} at once`, 3, own, make(jobs), { note: `against make -j${jobs}` }),
    await versus(`${count} small C files, make`, 3, ours(1), make(1), { goal: 3, note: 'make both' }),
    await versus(`${count} small C files, make -j${jobs}`, 3, ours(jobs), make(jobs), { goal: 3, note: `make -j${jobs} both` }),
  ];
}

async function changedIostream({ folder, service, target }: Compared): Promise<Row> {
  writeFileSync(join(folder, 'io.cc'), iostream);
  const ours: Work = () => embedded(service, folder, ['c++', '-c', 'io.cc', '-o', 'io.o']);
  // The headers are precompiled when nothing is asked for a moment: until a compile is quick, or they have had the time.
  for (let i = 0; i < 20; i++) {
    const [time = Infinity] = await least(1, ours);
    if (time < 1000 && i > 3) break;
    await new Promise(done => setTimeout(done, 1000));
  }
  return versus('changed C++ file with iostream', 8, ours, target && ((): void => { native(folder, 'clang++', [...target, '-fno-exceptions', '-c', 'io.cc', '-o', 'nio.o']); }), { goal: 2 });
}

/** -O2 takes minutes, of which most is the first: BENCH_QUICK=1 leaves it out. */
async function sqlite({ folder, service, target }: Compared): Promise<Row[]> {
  const source = amalgamation();
  if (source === undefined) {
    console.error('  without SQLite: npm could not fetch the package that ships its source');
    return [];
  }
  const lines = readFileSync(source, 'utf8').split('\n').length;
  const flags = ['-c', '-DSQLITE_THREADSAFE=0', '-DSQLITE_OMIT_LOAD_EXTENSION', '-DSQLITE_OMIT_WAL', '-D_WASI_EMULATED_MMAN', '-D_WASI_EMULATED_GETPID', '-w', source];
  const rows: Row[] = [];
  for (const [level, goal, rounds] of [['-O0', 1.6, 3], ['-O2', 1.1, 2]] as const) {
    if (level === '-O2' && process.env['BENCH_QUICK'] === '1') continue;
    const theirs = target && ((): void => { native(folder, 'clang', [...target, level, ...flags, '-o', 'ns.o']); });
    rows.push(await versus(`SQLite ${level}`, rounds, () => embedded(service, folder, ['cc', level, ...flags, '-o', 's.o']), theirs, { goal, note: `${lines.toLocaleString('en')} lines` }));
  }
  return rows;
}
