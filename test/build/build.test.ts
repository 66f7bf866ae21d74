import { test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { spawn } from 'node:child_process';
import type { Exec } from '../../src/base/command';
import { build, chooseModule, clean } from '../../src/build/build';
import type { BuildContext, BuildResult, Profile } from '../../src/build/project';
import { projectAt } from '../../src/build/target';
import { counting, fakeContext, fakeMachine, keep, missing, realContext, scratch, write, type Kept } from './scratch';

const clang = missing('clang', 'wasm-ld');

async function run(folder: string, profile: Profile = 'debug', context: BuildContext = realContext(), output: Kept = keep()): Promise<BuildResult> {
  return build(await projectAt(folder), { profile }, context, output);
}

/** What a module prints, by Node's own WASI. */
async function execute(module: string, args: readonly string[] = []): Promise<{ code: number; stdout: string }> {
  const script = `const { WASI } = require('node:wasi');
    const wasi = new WASI({ version: 'preview1', args: process.argv.slice(1), env: { A: 'b' } });
    WebAssembly.instantiate(require('node:fs').readFileSync(process.argv[1]), wasi.getImportObject()).then(({ instance }) => process.exit(wasi.start(instance)));`;
  const child = spawn(process.execPath, ['--no-warnings', '-e', script, module, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString(); });
  const [code] = await once(child, 'close') as [number];
  return { code, stdout };
}

const app = {
  'src/main.c': '#include <stdio.h>\n#include <math.h>\n#include "add.h"\nint main(int argc, char **argv) { printf("%d %.1f %s\\n", add(argc, 1), sqrt(4), argv[1]); return 3; }\n',
  'src/add.c': '#include "add.h"\nint add(int a, int b) { return a + b; }\n',
  'include/add.h': 'int add(int, int);\n',
};

void test('a folder of C sources builds and runs, in a path with spaces, quotes and other letters', { skip: clang }, async () => {
  const folder = path.join(scratch(), "it's a \"földer\" — 書類");
  write(folder, app);
  for (const profile of ['debug', 'release', 'smallest'] as const) {
    const result = await run(folder, profile);
    assert.deepEqual([result.executed, result.upToDate, result.modules[0]?.info.kind, result.modules[0]?.info.hasDwarf], [3, 0, 'command', profile === 'debug']);
    assert.deepEqual(await execute(chooseModule(result).path, ['x']), { code: 3, stdout: '3 2.0 x\n' });
  }
});

void test('what did not change is not run again', { skip: clang }, async () => {
  const folder = scratch();
  write(folder, app);
  const steps = async (profile: Profile = 'debug'): Promise<string[]> => {
    const { exec, ran } = counting();
    await run(folder, profile, realContext({ exec }));
    // Asking clang what it can do is not a step.
    return ran.filter(command => command.cwd === folder).map(command => (command.args.includes('-c') ? path.basename(command.args[command.args.indexOf('-c') + 1] ?? '') : 'link'));
  };
  assert.deepEqual((await steps()).sort(), ['add.c', 'link', 'main.c']);
  assert.deepEqual(await steps(), []);
  write(folder, { 'src/add.c': '#include "add.h"\nint add(int a, int b) { return b + a; }\n' });
  assert.deepEqual(await steps(), ['add.c', 'link']);
  write(folder, { 'include/add.h': '/* changed */\nint add(int, int);\n' });
  assert.deepEqual((await steps()).sort(), ['add.c', 'link', 'main.c']);
  write(folder, { 'compile_flags.txt': '-DX\n' });
  assert.deepEqual((await steps()).sort(), ['add.c', 'link', 'main.c']);
  write(folder, { 'src/more.c': 'int more;\n' });
  assert.deepEqual(await steps(), ['more.c', 'link']);
  assert.equal((await steps('release')).length, 4);
  assert.deepEqual(await steps(), []);
});

void test('messages: told at their place, told again while they hold, gone when mended', { skip: clang }, async () => {
  const folder = scratch();
  write(folder, app);
  write(folder, { 'src/add.c': 'int add(int a, int b) { int unused; return a + b; }\n' });
  const told = async (): Promise<string[]> => {
    const output = keep();
    await run(folder, 'debug', realContext(), output).catch((error: unknown) => { assert.equal((error as { code: string }).code, 'build-failed'); });
    return output.diagnostics.map(one => `${path.relative(folder, one.file)}:${one.start.line}:${one.start.column} ${one.severity} ${one.code ?? ''}`);
  };
  const warning = `${path.join('src', 'add.c')}:1:29 warning -Wunused-variable`;
  assert.deepEqual(await told(), [warning]);
  assert.deepEqual(await told(), [warning], 'though nothing was compiled');
  write(folder, { 'src/main.c': 'int main(void) { return nope; }\n' });
  assert.deepEqual((await told()).sort(), [warning, `${path.join('src', 'main.c')}:1:25 error `]);
  write(folder, app);
  assert.deepEqual(await told(), []);
});

void test('a build that fails says what, where, and how many', { skip: clang }, async () => {
  const folder = scratch();
  write(folder, { 'a.c': 'int main(void) { return missing(1); }\nint missing(int);\n', 'b.c': 'int b = "x" * 2;\n' });
  await assert.rejects(run(folder), { code: 'build-failed', message: /b\.c:1:\d+: invalid operands/ });
  write(folder, { 'a.c': 'int missing(int);\n\nint main(void) {\n  return missing(1);\n}\n', 'b.c': '' });
  await assert.rejects(run(folder), { code: 'build-failed', message: /a\.c:4:10: undefined symbol: missing\.$/ });
});

void test('make: variables override the Makefile\'s, an earlier native build is done anew, clean', { skip: missing('clang', 'wasm-ld', 'make', 'cc') }, async () => {
  const folder = scratch();
  write(folder, {
    'Makefile': 'CC = cc\nCFLAGS = -Isub\nprog: main.o sub/util.o\n\t$(CC) $(CFLAGS) -o $@ $^\nclean:\n\trm -f *.o sub/*.o prog\n',
    'main.c': '#include <stdio.h>\n#include "util.h"\nint main(void) { printf("%d\\n", util()); return 0; }\n', 'sub/util.h': 'int util(void);\n', 'sub/util.c': 'int util(void) { return 7; }\n',
  });
  const native = spawn('make', [], { cwd: folder, stdio: 'ignore' });
  await once(native, 'close');
  const result = await run(folder);
  assert.deepEqual(await execute(chooseModule(result).path), { code: 0, stdout: '7\n' });
  const output = keep();
  await run(folder, 'debug', realContext(), output);
  assert.match(output.texts.join(''), /up to date/);
  await clean(result.project, realContext(), keep());
  assert.deepEqual([existsSync(path.join(folder, 'prog')), existsSync(path.join(folder, '.wasm-workbench'))], [false, false]);
  write(folder, { 'Makefile': 'prog: main.c\n\tcc -Isub main.c sub/util.c -o $@ # .o\n' });
  await assert.rejects(run(folder), { code: 'no-module', message: /\$\(CC\)/ });
  write(folder, { 'Makefile': 'all: # $(CC)\n\techo nothing\n' });
  await assert.rejects(run(scratchCopy(folder)), { code: 'no-module' });
});

/** The Makefile alone, where no program is. */
function scratchCopy(folder: string): string {
  const other = scratch();
  write(other, { 'Makefile': readFileSync(path.join(folder, 'Makefile'), 'utf8') });
  return other;
}

void test('cmake: C and C++ with a library, one target, messages of both, no configuring twice', { skip: missing('clang', 'wasm-ld', 'cmake') }, async () => {
  const folder = path.join(scratch(), 'with space');
  write(folder, {
    'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.13)\nproject(demo C CXX)\nadd_subdirectory(lib)\nadd_executable(demo main.cpp)\ntarget_link_libraries(demo util)\nadd_executable(tool tool.c)\n',
    'lib/CMakeLists.txt': 'add_library(util STATIC util.c)\n', 'lib/util.c': 'int util(void) { return 5; }\n',
    'main.cpp': '#include <cstdio>\nextern "C" int util(void);\nint main() { std::printf("%d\\n", util()); }\n', 'tool.c': 'int main(void) { return 2; }\n',
  });
  const result = await run(folder);
  assert.deepEqual(result.modules.map(module => module.target).sort(), ['demo', 'tool']);
  assert.throws(() => chooseModule(result), { code: 'usage', message: /--target/ });
  assert.equal((await execute(chooseModule(result, 'demo').path)).stdout, '5\n');
  assert.equal((await execute(chooseModule(result, 'tool').path)).code, 2);
  const again = await run(folder);
  assert.deepEqual([again.executed, again.upToDate], [1, 1]);
  write(folder, { 'tool.c': 'int main(void) { return nope; }\n' });
  await assert.rejects(run(folder), { code: 'build-failed', message: /tool\.c:1:25/ });
  const only = await build(result.project, { profile: 'debug', target: 'demo' }, realContext(), keep());
  assert.deepEqual(only.modules.map(module => module.target), ['demo']);
  await assert.rejects(build(result.project, { profile: 'debug', target: 'nope' }, realContext(), keep()), { code: 'usage', message: /demo, tool/ });
});

/** Debian's cargo, whose rustc has the target, before rustup's. */
const cargo = ['/usr/bin/cargo', '/usr/bin/rustc', '/usr/lib/rustlib/wasm32-wasi'].every(file => existsSync(file));
const noCargo = cargo ? false : process.env.CI === 'true' ? missing('cargo with wasm32-wasi') : 'cargo with the target wasm32-wasi not installed';
function rustContext(): BuildContext {
  process.env.RUSTC = '/usr/bin/rustc';
  return realContext({ paths: { cargo: '/usr/bin/cargo' } });
}

void test('rust: a workspace with several programs, one of them, messages', { skip: noCargo }, async () => {
  const folder = scratch();
  write(folder, {
    'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n',
    'a/Cargo.toml': '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n', 'a/src/main.rs': 'fn main() { println!("a"); std::process::exit(4) }\n',
    'b/Cargo.toml': '[package]\nname = "b"\nversion = "0.1.0"\nedition = "2021"\n', 'b/src/main.rs': 'fn main() {}\n',
  });
  const context = rustContext();
  const result = await run(folder, 'debug', context);
  assert.deepEqual(result.modules.map(module => module.target).sort(), ['a', 'b']);
  assert.deepEqual(await execute(chooseModule(result, 'a').path), { code: 4, stdout: 'a\n' });
  write(folder, { 'b/src/main.rs': 'fn main() { let é = 1; nope() }\n' });
  const output = keep();
  await assert.rejects(run(folder, 'debug', context, output), { code: 'build-failed' });
  assert.ok(output.diagnostics.some(one => one.file === path.join(folder, 'b/src/main.rs') && one.start.column === 24 && one.code === 'E0425'), JSON.stringify(output.diagnostics));
  const only = await build(result.project, { profile: 'debug', target: 'a' }, context, keep());
  assert.deepEqual(only.modules.map(module => module.target), ['a']);
  await clean(result.project, context, keep());
  assert.equal(existsSync(path.join(folder, 'target', 'wasm32-wasi')), false);
});

void test('go: two main packages, a single file, messages', { skip: missing('go') }, async () => {
  const folder = scratch();
  write(folder, {
    'go.mod': 'module example.com/demo\n\ngo 1.21\n', 'main.go': 'package main\n\nfunc main() { println("x") }\n', 'cmd/tool/main.go': 'package main\n\nimport "os"\n\nfunc main() { os.Exit(6) }\n',
    'cmd/other/main_windows.go': 'package main\n\nfunc main() { nope }\n',
  });
  const result = await run(folder);
  assert.deepEqual(result.modules.map(module => module.target).sort(), ['demo', 'tool']);
  assert.equal((await execute(chooseModule(result, 'tool').path)).code, 6);
  write(folder, { 'main.go': 'package main\n\nfunc main() { nope }\n' });
  await assert.rejects(run(folder), { code: 'build-failed', message: /main\.go:3:15: undefined: nope/ });
  const lone = scratch();
  write(lone, { 'one.go': 'package main\n\nfunc main() {}\n' });
  assert.equal((await run(path.join(lone, 'one.go'))).modules[0]?.info.wasi, 'preview1');
});

void test('cancelling ends the compiler and all that it started', { skip: process.platform === 'win32' ? 'POSIX processes' : missing('make') }, async () => {
  const folder = scratch();
  write(folder, { 'Makefile': 'all: # $(CC)\n\techo $$$$ > pid; exec sleep 600\n' });
  const stop = new AbortController();
  const machine = fakeMachine(['/fake/clang']);
  const real = realContext({ signal: stop.signal });
  const pid = path.join(folder, 'pid');
  const exec: Exec = (command, output) => {
    if (!command.tool.endsWith('make')) return fakeContext(machine, () => ({})).exec(command, output);
    return real.exec(command, output);
  };
  const context = realContext({ signal: stop.signal, exec, machine: { ...machine, env: { PATH: `/fake:${process.env.PATH ?? ''}` }, isProgram: file => file === '/fake/clang' || real.machine.isProgram(file) } });
  const { watch } = await import('node:fs');
  const started = new Promise<void>(resolve => {
    const watcher = watch(folder, () => {
      if (existsSync(pid) && readFileSync(pid, 'utf8').endsWith('\n')) {
        watcher.close();
        resolve();
      }
    });
  });
  const building = run(folder, 'debug', context);
  building.catch(() => {});
  await started;
  stop.abort();
  await assert.rejects(building, { name: 'AbortError' });
  assert.throws(() => process.kill(Number(readFileSync(pid, 'utf8')), 0), { code: 'ESRCH' });
});

void test('two builds at once of one folder both succeed, the second has nothing to do', { skip: clang }, async () => {
  const folder = scratch();
  write(folder, app);
  const results = await Promise.all([run(folder), run(folder)]);
  assert.deepEqual(results.map(result => [result.executed, result.upToDate]), [[3, 0], [0, 3]]);
});

void test('a folder that can\'t be written', { skip: clang }, async () => {
  const folder = scratch();
  write(folder, app);
  // A file where the build folder should be is in the way of every user, root too.
  writeFileSync(path.join(folder, '.wasm-workbench'), '');
  await assert.rejects(run(folder), { code: 'bad-path', message: /a file stands where a folder is needed/ });
});

void test('a folder without write permission', { skip: process.getuid?.() === 0 ? 'root may write everywhere' : clang }, async () => {
  const folder = scratch();
  write(folder, app);
  chmodSync(folder, 0o500);
  try {
    await assert.rejects(run(folder), { code: 'bad-path', message: /you may not write there/ });
  } finally {
    chmodSync(folder, 0o700);
  }
});

void test('no module, a bad module, a missing tool', async () => {
  const folder = scratch();
  write(folder, { 'a.wat': '(module)' });
  const module = path.join(folder, '.wasm-workbench', 'debug', 'a.wasm');
  const context = (bytes?: string): BuildContext => fakeContext(fakeMachine([]), () => {
    if (bytes !== undefined) writeFileSync(module, bytes);
    return {};
  });
  await assert.rejects(run(folder, 'debug', context()), { code: 'no-module', message: /did not write/ });
  await assert.rejects(run(folder, 'debug', context('\u007fELF')), { code: 'bad-module' });
  const gone: Exec = () => Promise.reject(Object.assign(new Error('x'), { code: 'tool-missing' }));
  await assert.rejects(run(folder, 'debug', { ...context(), exec: gone }), { code: 'tool-missing' });
});

void test('cleaning a single file leaves its neighbours\' modules', { skip: clang }, async () => {
  const folder = scratch();
  const main = 'int main(void) { return 0; }\n';
  write(folder, { 'one.c': main, 'two.c': main });
  const one = await run(path.join(folder, 'one.c'));
  const two = await run(path.join(folder, 'two.c'));
  await clean(one.project, realContext(), keep());
  assert.deepEqual([one, two].map(result => existsSync(chooseModule(result).path)), [false, true]);
});

void test('the embedded compiler is made ready before the first command, and a refusal ends the build', async () => {
  const folder = scratch();
  write(folder, { 'a.c': 'int main(void) { return 0; }\n' });
  const context = fakeContext(fakeMachine([]), () => ({}));
  const refused = { ...context, prepareEmbedded: () => Promise.reject(Object.assign(new Error('no'), { code: 'network' })) };
  await assert.rejects(run(folder, 'debug', refused), { code: 'network' });
  assert.deepEqual(context.asked, []);
  mkdirSync(path.join(folder, 'x'));
});
