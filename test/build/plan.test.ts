import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { showCommand, type Command } from '../../src/base/command';
import type { BuildContext, BuildPlan, Profile, Project } from '../../src/build/project';
import { projectAt } from '../../src/build/target';
import { sortFlags } from '../../src/build/toolchains/c';
import { findCompiler } from '../../src/build/toolchains/clang';
import { toolchainOf } from '../../src/build/toolchains/index';
import { launcher } from '../../src/build/toolchains/launcher';
import { modulesOf } from '../../src/build/toolchains/rust';
import { fakeContext, fakeMachine, scratch, write } from './scratch';

const main = 'int main(void) { return 0; }\n';

/** A clang that builds for one spelling of the target only, and its llvm tools. */
const clangs = ['/usr/bin/clang', '/usr/bin/llvm-ar', '/usr/bin/llvm-ranlib', '/usr/bin/make', '/usr/bin/cmake', '/usr/bin/ninja', '/usr/bin/cargo', '/usr/bin/rustc', '/usr/local/go/bin/go'];
function old(command: Command): { code?: number; stdout?: string; stderr?: string } {
  if (command.args[0] === '--version') return { stdout: 'clang version 14.0.6\n' };
  return command.args.includes('--target=wasm32-wasip1') ? { code: 1, stderr: 'wasm-ld: error: cannot open crt1.o' } : {};
}

async function planOf(folder: string, profile: Profile, context: BuildContext = fakeContext(fakeMachine(clangs), old)): Promise<BuildPlan> {
  const project: Project = await projectAt(folder);
  return toolchainOf(project.toolchain).plan(project, { profile }, context);
}

const shown = (plan: BuildPlan): string[] => plan.steps.map(step => `${step.stage} ${showCommand(step.command, 'linux')}`);

void test('C: compile with -c, then link without -O; the flags of each profile', async () => {
  const folder = scratch('plan');
  write(folder, { 'app/src/main.c': main, 'app/src/-odd name.c': '', 'app/include/a.h': '', 'app/compile_flags.txt': '-DX=1\n-lwasi-emulated-signal\n' });
  const app = path.join(folder, 'app');
  const clang = '/usr/bin/clang --target=wasm32-wasi';
  const out = '.wasm-workbench/debug';
  const shared = '-Wall -Iinclude -iquote . -DX=1';
  assert.deepEqual(shown(await planOf(app, 'debug')), [
    `0 ${clang} -O0 -g ${shared} -MD -MF '${out}/obj/src/-odd name.c.d' -c 'src/-odd name.c' -o '${out}/obj/src/-odd name.c.o'`,
    `0 ${clang} -O0 -g ${shared} -MD -MF ${out}/obj/src/main.c.d -c src/main.c -o ${out}/obj/src/main.c.o`,
    `1 ${clang} -g '${out}/obj/src/-odd name.c.o' ${out}/obj/src/main.c.o -lwasi-emulated-signal -lm -o ${out}/app.wasm`,
  ]);
  for (const [profile, compile, link] of [['release', '-O2', '-s'], ['smallest', '-Oz -ffunction-sections -fdata-sections', '-s -Wl,--gc-sections']] as const) {
    const [first = '', , last = ''] = shown(await planOf(app, profile));
    assert.ok(first.startsWith(`0 ${clang} ${compile} -Wall`), first);
    assert.ok(last.startsWith(`1 ${clang} ${link} '.wasm`), last);
    assert.doesNotMatch(last, / -O/);
  }
});

void test('C++: no exceptions, linked as C++', async () => {
  const folder = scratch('plan');
  write(folder, { 'a.cpp': main, 'b.c': '' });
  const lines = shown(await planOf(folder, 'debug'));
  assert.match(lines[0] ?? '', /--driver-mode=g\+\+ .* -fno-exceptions .* -c a\.cpp/);
  assert.doesNotMatch(lines[1] ?? '', /--driver-mode|-fno-exceptions/);
  assert.match(lines[2] ?? '', /--driver-mode=g\+\+ -g /);
});

void test('where no native clang is found the same plan is the embedded compiler\'s', async () => {
  const folder = scratch('plan');
  write(folder, { 'a.c': main });
  const plan = await planOf(folder, 'debug', fakeContext(fakeMachine([]), old));
  assert.equal(plan.usesEmbedded, true);
  assert.match(shown(plan)[0] ?? '', /^0 wasm-workbench cc -O0 -g -Wall -MD .* -c a\.c -o \.wasm-workbench\/debug\/obj\/a\.c\.o$/);
  await assert.rejects(planOf(folder, 'debug', fakeContext(fakeMachine([]), old, { embedded: 'never' })), { code: 'tool-missing', message: /\/opt\/wasi-sdk\/bin\/clang/ });
});

void test('which compiler: the setting first and alone, wasi-sdk, PATH, zig; what can\'t link is passed over', async () => {
  const machine = fakeMachine(['/opt/wasi-sdk/bin/clang', '/usr/bin/clang', '/sdk/bin/clang', '/x/zig'], { WASI_SDK_PATH: '/sdk' });
  const only = (program: string) => (command: Command) => (command.args[0] === '--version' || command.args[0] === 'version' ? { stdout: '19.1.0' } : command.tool === program ? {} : { code: 1, stderr: 'error: no' });
  const titleFor = async (program: string, more: Partial<BuildContext> = {}): Promise<string> => (await findCompiler(fakeContext(machine, only(program), more), 'c')).title;
  assert.match(await titleFor('/sdk/bin/clang'), /clang 19\.1\.0 \(\/sdk/);
  // A good answer is kept: other programs for the rest.
  const fresh = (programs: readonly string[]) => fakeMachine(programs);
  const ask = async (programs: readonly string[], works: string): Promise<string> => (await findCompiler(fakeContext(fresh(programs), only(works)), 'c')).title;
  assert.match(await ask(['/p1/clang', '/opt/wasi-sdk/bin/clang'], '/p1/clang'), /\/p1\/clang/);
  assert.match(await ask(['/p2/clang', '/p2/clang-18'], '/p2/clang-18'), /clang-18/);
  assert.match(await ask(['/p3/clang', '/p3/zig'], '/p3/zig'), /zig cc/);
  assert.match(await ask(['/p4/clang'], 'none'), /embedded/);
  await assert.rejects(titleFor('none', { paths: { clang: '/mine/clang' } }), { code: 'tool-missing', message: /\/mine\/clang, which the setting wasmWorkbench\.paths\.clang names/ });
});

void test('a good answer is asked for once, a bad one each time', async () => {
  const context = fakeContext(fakeMachine(['/once/clang']), old);
  await findCompiler(context, 'c');
  const asked = context.asked.length;
  await findCompiler(context, 'c');
  assert.equal(context.asked.length, asked);
  const bad = fakeContext(fakeMachine(['/never/clang']), () => ({ code: 1 }));
  await findCompiler(bad, 'c');
  const once = bad.asked.length;
  await findCompiler(bad, 'c');
  assert.equal(bad.asked.length, 2 * once);
});

void test('make: compiler and tools as variables; everything anew where the last build was another', async () => {
  const folder = scratch('plan');
  write(folder, { 'mk/Makefile': 'p:\n\t$(CC) a.c', 'mk/a.c': main });
  const [step] = shown(await planOf(path.join(folder, 'mk'), 'debug'));
  assert.match(step ?? '', /^0 CFLAGS='-O0 -g' CXXFLAGS='-O0 -g' \/usr\/bin\/make -B -j\d+ 'CC=\/usr\/bin\/clang --target=wasm32-wasi -g' 'CXX=\/usr\/bin\/clang --target=wasm32-wasi --driver-mode=g\+\+ -fno-exceptions -g' AR=\/usr\/bin\/llvm-ar RANLIB=\/usr\/bin\/llvm-ranlib/);
  const embedded = await planOf(path.join(folder, 'mk'), 'release', fakeContext(fakeMachine(['/usr/bin/make']), old));
  assert.match(shown(embedded)[0] ?? '', /'?CC=[^ ]*\.wasm-workbench\/bin\/cc'? .*AR=[^ ]*\.wasm-workbench\/bin\/ar/);
  assert.deepEqual(embedded.files?.map(file => [path.basename(file.path), file.executable]), [['cc', true], ['c++', true], ['ar', true], ['ranlib', true], ['nm', true], ['strip', true]]);
});

void test('cmake: a folder for each compiler, a toolchain file, the file API asked', async () => {
  const folder = scratch('plan');
  write(folder, { 'CMakeLists.txt': 'project(x C)\nadd_executable(x a.c)' });
  const plan = await planOf(folder, 'smallest');
  const [configure = '', build = ''] = shown(plan);
  assert.match(configure, /^0 \/usr\/bin\/cmake -S \. -B \.wasm-workbench\/smallest\/cmake-[0-9a-f]{8} -G Ninja .*-DCMAKE_BUILD_TYPE=MinSizeRel/);
  assert.match(build, /^1 \/usr\/bin\/cmake --build \.wasm-workbench\/smallest\/cmake-[0-9a-f]{8} --parallel \d+$/);
  const toolchain = plan.files?.find(file => file.path.endsWith('toolchain.cmake'))?.text ?? '';
  assert.match(toolchain, /^set\(CMAKE_C_COMPILER "\/usr\/bin\/clang" "--target=wasm32-wasi"\)$/m);
  assert.ok(plan.files?.some(file => file.path.endsWith(path.join('query', 'codemodel-v2'))));
});

void test('cargo: the target that is installed; without one, how to get it', async () => {
  const folder = scratch('plan');
  write(folder, { 'p/Cargo.toml': '[package]\nname = "p"', 'p/src/main.rs': '', 'lib/wasi/x': '' });
  const app = path.join(folder, 'p');
  const libdir = (command: Command) => (command.args.includes('wasm32-wasi') ? { stdout: `${path.join(folder, 'lib/wasi')}\n` } : { code: 1, stderr: 'error: Could not find specification' });
  assert.deepEqual(shown(await planOf(app, 'release', fakeContext(fakeMachine([...clangs, '/usr/bin/wasm-ld']), libdir))), [
    '0 CARGO_TARGET_WASM32_WASI_LINKER=/usr/bin/wasm-ld /usr/bin/cargo build --target wasm32-wasi --message-format json --color never --release',
  ]);
  const nowhere = { stdout: path.join(folder, 'gone') };
  const [other] = [path.join(folder, 'q')];
  write(other, { 'Cargo.toml': '[package]\nname = "q"', 'src/main.rs': '' });
  await assert.rejects(planOf(other, 'debug', fakeContext(fakeMachine([...clangs, '/usr/bin/rustup']), () => nowhere)), { code: 'target-missing', remedies: [{ label: 'Add the target', action: { kind: 'terminal', line: 'rustup target add wasm32-wasip1' } }] });
  await assert.rejects(planOf(other, 'debug', fakeContext(fakeMachine(['/usr/bin/make']), old)), { code: 'tool-missing', message: /cargo/ });
});

void test('cargo\'s JSON names the modules', () => {
  const lines = [
    { reason: 'compiler-artifact', target: { name: 'dep', kind: ['lib'], src_path: '' }, filenames: ['/t/libdep.rlib'], executable: null },
    { reason: 'compiler-artifact', target: { name: 'app', kind: ['bin'], src_path: '' }, filenames: ['/t/app.wasm'], executable: '/t/app.wasm' },
    { reason: 'compiler-artifact', target: { name: 'my-lib', kind: ['cdylib', 'rlib'], src_path: '' }, filenames: ['/t/libmy_lib.rlib', '/t/my_lib.wasm'], executable: null },
    { reason: 'build-finished', success: true },
  ];
  assert.deepEqual(modulesOf(lines.map(line => JSON.stringify(line)).join('\n') + '\nnoise\n{"reason":'), [{ target: 'app', path: '/t/app.wasm' }, { target: 'my-lib', path: '/t/my_lib.wasm' }]);
});

void test('go: one command for each main package', async () => {
  const folder = scratch('plan');
  write(folder, { 'go.mod': 'module example.com/m', 'cmd/a/a.go': 'package main', 'cmd/b/b.go': 'package main' });
  const list = (command: Command) => ({ stdout: command.args[0] === 'list' ? `${path.join(folder, 'cmd/a')}\n${path.join(folder, 'cmd/b')}\n` : '' });
  assert.deepEqual(shown(await planOf(folder, 'release', fakeContext(fakeMachine(clangs), list))), ['a', 'b'].map(name =>
    `0 GOOS=wasip1 GOARCH=wasm /usr/local/go/bin/go build -trimpath '-ldflags=-s -w' -o .wasm-workbench/release/${name}.wasm ./cmd/${name}`));
});

void test('asc: the project\'s own compiler and configuration; always an output file', async () => {
  const folder = scratch('plan');
  write(folder, {
    'node_modules/assemblyscript/bin/asc.js': '', 'as/assembly/index.ts': '',
    'bs/asconfig.json': '{"entries":["assembly/main.ts"],"targets":{"debug":{"outFile":"out/d.wasm"}}}', 'bs/assembly/main.ts': '',
  });
  assert.deepEqual(shown(await planOf(path.join(folder, 'as'), 'debug')), ['0 asc assembly/index.ts --debug --sourceMap --outFile .wasm-workbench/debug/as.wasm --noColors']);
  const configured = await planOf(path.join(folder, 'bs'), 'debug');
  assert.deepEqual(shown(configured), ['0 asc --target debug --outFile out/d.wasm --noColors']);
  assert.deepEqual(configured.steps[0]?.command.args[0], path.join(folder, 'node_modules/assemblyscript/bin/asc.js'));
});

void test('wat: our own command line', async () => {
  const folder = scratch('plan');
  write(folder, { 'a b.wat': '(module)' });
  assert.deepEqual(shown(await planOf(folder, 'debug')), ["0 wasm-workbench convert 'a b.wat' -o '.wasm-workbench/debug/a b.wasm'"]);
});

void test('the user\'s arguments go where they belong', () => {
  assert.deepEqual(sortFlags(['-DA', '-I', 'x', '-lfoo', '-Wl,-z,stack-size=1', '-O3', '-mllvm', '-wasm-enable-sjlj', '-msimd128', '-mexec-model=reactor']), {
    compile: ['-DA', '-I', 'x', '-O3', '-mllvm', '-wasm-enable-sjlj', '-msimd128'],
    link: ['-lfoo', '-Wl,-z,stack-size=1', '-mllvm', '-wasm-enable-sjlj', '-msimd128', '-mexec-model=reactor'],
  });
});

void test('launchers quote for their shell', () => {
  const command: Command = { tool: "/my 'app/node", args: ['/cli.js', 'cc'], cwd: '/', env: { ELECTRON_RUN_AS_NODE: '1' } };
  assert.equal(launcher('/p', 'cc', command, 'linux').text, "#!/bin/sh\nELECTRON_RUN_AS_NODE='1'; export ELECTRON_RUN_AS_NODE\nexec '/my '\\''app/node' '/cli.js' 'cc' \"$@\"\n");
  assert.match(launcher('/p', 'cc', command, 'linux', "/it's/relay.pl").text, /\[ -r '\/it'\\''s\/relay\.pl' \]; then exec \/usr\/bin\/perl '\/it'\\''s\/relay\.pl' 3 '\/my /);
  assert.equal(launcher('/p', 'cc', { tool: 'C:\\100% app\\node.exe', args: ['cc'], cwd: '/' }, 'win32').text, '@echo off\r\nsetlocal\r\n"C:\\100%% app\\node.exe" "cc" %*\r\n');
});
