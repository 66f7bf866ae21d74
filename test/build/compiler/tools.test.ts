import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import type { Ran } from '../../../src/build/compiler/driver';
import { compileModule, Engine, readModule } from '../../../src/build/compiler/engine';
import { findGranularity, Machine } from '../../../src/build/compiler/machine';
import { locateCompiler, storageFolder } from '../../../src/build/compiler/locate';
import type { Tool } from '../../../src/build/compiler/protocol';
import { sysrootOf } from '../../../src/build/compiler/sysroot';
import { installedCompiler, root, runModule, scratch } from './support';

let module: WebAssembly.Module | undefined;
let sysroot = '';

before(async () => {
  const located = locateCompiler({ cwd: root, storage: storageFolder() });
  if ('tried' in located) return;
  module = compileModule(await readModule(located.wasm));
  sysroot = await sysrootOf(located, storageFolder());
});

interface Bench { readonly folder: string; readonly engine: Engine; run(tool: Tool, ...args: string[]): { code: number; stdout: string; stderr: string }; raw(tool: Tool, args: readonly string[], stdin?: string): Ran; write(name: string, text: string): void }

/** A folder with the compiler in it; undefined when the test is skipped. */
function bench(t: TestContext, name = 'cc tést'): Bench | undefined {
  if (installedCompiler(t) === undefined || module === undefined) return undefined;
  const folder = scratch(t, name);
  const engine = new Engine(module, { sysroot, temporary: join(scratch(t), 't'), headers: join(scratch(t), 'headers') });
  const raw = (tool: Tool, args: readonly string[], stdin?: string): Ran => engine.run({ tool, args, cwd: folder, env: {}, stdin: stdin === undefined ? undefined : Buffer.from(stdin) });
  return {
    folder, engine, raw,
    run(tool, ...args) {
      const ran = raw(tool, args);
      return { code: ran.code, stdout: Buffer.from(ran.stdout).toString(), stderr: Buffer.from(ran.stderr).toString() };
    },
    write(path, text) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
  };
}

const hello = '#include <stdio.h>\nint main(int c, char **v) { printf("hello %s\\n", c > 1 ? v[1] : "you"); return c; }\n';

void test('the pinned module is what the host was made for', t => {
  if (installedCompiler(t) === undefined || module === undefined) return;
  const imports = WebAssembly.Module.imports(module);
  assert.equal(imports.length, 29);
  assert.deepEqual([...new Set(imports.map(one => one.module))], ['wasi_snapshot_preview1']);
  const ran = new Machine(module).run({ argv: ['clang', '--version'], env: {} });
  assert.match(Buffer.from(ran.stdout).toString(), /^clang version 22\.1\.0 /);
});

void test('folders and files with a % in their names: LLVM takes it for a place of a random digit', async t => {
  const b = bench(t, '100% %d');
  if (b === undefined) return;
  b.write('part%1.c', 'int part(void) { return 40; }\n');
  b.write('main.c', 'int part(void);\nint main(void) { return part() + 2; }\n');
  assert.deepEqual(b.run('cc', '-c', '-MD', '-MF', 'part%1.d', 'part%1.c', '-o', 'part%1.o'), { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(b.run('ar', 'rc', 'lib%p.a', 'part%1.o'), { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(b.run('ranlib', 'lib%p.a'), { code: 0, stdout: '', stderr: '' });
  assert.equal(b.run('ar', 't', 'lib%p.a').stdout, 'part%1.o\n');
  assert.deepEqual(b.run('cc', 'main.c', 'lib%p.a', '-o', 'all%.wasm'), { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(b.run('strip', 'all%.wasm'), { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(readdirSync(b.folder).sort(), ['all%.wasm', 'lib%p.a', 'main.c', 'part%1.c', 'part%1.d', 'part%1.o']);
  assert.equal(statSync(join(b.folder, 'all%.wasm')).mode & 0o100, process.platform === 'win32' ? 0 : 0o100);
  assert.equal((await runModule(join(b.folder, 'all%.wasm'))).code, 42);
  assert.match(b.run('cc', 'main.c', 'lib%p.a', '-o', 'none/all%.wasm').stderr, /cannot open output file .*100% %d-\w+\/none\/all%\.wasm: No such file/);
});

void test("the allocator's parameters are found where one place looks like them, and else left alone", () => {
  const words = new Int32Array(100);
  words.set([0x1234, 65536, 65536, -1, -1], 40);
  words.set([0, 65536, 65536, -1, -1], 60);
  assert.equal(findGranularity(words), 42);
  words.set([7, 65536, 65536, -1, -1], 80);
  assert.equal(findGranularity(words), -1);
  assert.equal(findGranularity(new Int32Array(100)), -1);
});

void test('one call compiles and links a program that runs; names with spaces and of all scripts', async t => {
  const it = bench(t);
  if (it === undefined) return;
  it.write('sub dir/größe 世.c', hello);
  const ran = it.run('cc', 'sub dir/größe 世.c', '-O1', '-o', 'out put.wasm');
  assert.deepEqual(ran, { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(readdirSync(it.folder).sort(), ['out put.wasm', 'sub dir']);
  if (process.platform !== 'win32') assert.equal(statSync(join(it.folder, 'out put.wasm')).mode & 0o100, 0o100);
  assert.deepEqual(await runModule(join(it.folder, 'out put.wasm'), ['Ünö']), { code: 2, stdout: 'hello Ünö\n', stderr: '' });
});

void test('dependency files, -MP, __FILE__ and messages keep the names that were given', t => {
  const it = bench(t);
  if (it === undefined) return;
  it.write('src/a.c', '#include "../inc/x y.h"\nconst char *f = __FILE__;\nint g(void) { return nope; }\n');
  it.write('inc/x y.h', '#include <stddef.h>\n');
  const ran = it.run('cc', '-c', 'src/a.c', '-MD', '-MP', '-MF', 'a.d', '-o', 'a.o');
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /^src\/a\.c:3:22: error: use of undeclared identifier 'nope'/);
  assert.equal(existsSync(join(it.folder, 'a.o')), false);
  it.write('src/a.c', '#include "../inc/x y.h"\nconst char *f = __FILE__;\n');
  assert.equal(it.run('cc', '-c', 'src/a.c', '-MMD', '-MP', '-MF', 'a.d', '-o', 'a.o').code, 0);
  assert.equal(readFileSync(join(it.folder, 'a.d'), 'utf8'), 'a.o: src/a.c src/../inc/x\\ y.h\nsrc/../inc/x\\ y.h:\n');
  assert.ok(readFileSync(join(it.folder, 'a.o')).includes('src/a.c\0'));
  it.write('src/a.c', 'int nowhere(void); int main(void) { return nowhere(); }\n');
  const linked = it.run('cc', '-MD', 'src/a.c', '-o', 'x');
  assert.match(linked.stderr, /undefined symbol: nowhere[\s\S]*clang: error: linker command failed with exit code 1/);
  assert.ok(existsSync(join(it.folder, 'x.d')));
  assert.equal(existsSync(join(it.folder, 'x')), false);
});

void test('standard input, standard output, response files, several sources, -save-temps', t => {
  const it = bench(t);
  if (it === undefined) return;
  const preprocessed = it.raw('cc', ['-E', '-P', '-x', 'c', '-'], '#define A 42\nA');
  assert.equal(Buffer.from(preprocessed.stdout).toString().trim(), '42');
  const object = it.raw('cc', ['-c', '-x', 'c', '-', '-o', '-'], 'int x;');
  assert.deepEqual([...object.stdout.subarray(0, 4)], [0, 0x61, 0x73, 0x6d]);
  it.write('a.c', 'int b(void); int main(void) { return b() - 3; }');
  it.write('b.c', 'int b(void) { return 3; }');
  it.write('args.rsp', '-c "a.c" b.c');
  assert.equal(it.run('cc', '@args.rsp').code, 0);
  assert.ok(existsSync(join(it.folder, 'a.o')) && existsSync(join(it.folder, 'b.o')));
  assert.deepEqual(it.run('cc', '-save-temps', 'a.c', 'b.c', '-o', 'ab'), { code: 0, stdout: '', stderr: '' });
  for (const name of ['a.i', 'a.bc', 'a.s', 'b.i', 'ab']) assert.ok(existsSync(join(it.folder, name)), name);
  assert.match(it.run('cc', '-c', 'none.c').stderr, /no such file or directory: 'none\.c'/);
});

void test('what is written replaces whole files: links, devices, missing folders', t => {
  const it = bench(t);
  if (it === undefined) return;
  it.write('a.c', 'int x;');
  it.write('real/a.o', 'old');
  if (process.platform !== 'win32') {
    // clang renames its temporary file over a link, and leaves alone what it points to.
    symlinkSync('real/a.o', join(it.folder, 'link.o'));
    assert.equal(it.run('cc', '-c', 'a.c', '-o', 'link.o').code, 0);
    assert.deepEqual([...readFileSync(join(it.folder, 'link.o')).subarray(0, 4)], [0, 0x61, 0x73, 0x6d]);
    assert.equal(readFileSync(join(it.folder, 'real/a.o'), 'utf8'), 'old');
    assert.equal(it.run('cc', '-c', 'a.c', '-o', '/dev/null').code, 0);
    assert.equal(statSync('/dev/null').isCharacterDevice(), true);
  }
  const failed = it.run('cc', '-c', 'a.c', '-o', 'none/a.o');
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /unable to open output file 'none\/a\.o'/);
  assert.deepEqual(readdirSync(it.folder).filter(name => name.endsWith('.tmp')), []);
});

void test('setjmp, signal and clock work as they are', async t => {
  const it = bench(t);
  if (it === undefined) return;
  it.write('j.c', '#include <setjmp.h>\n#include <signal.h>\n#include <time.h>\n#include <stdio.h>\nstatic jmp_buf b;\nstatic void on(int n) { longjmp(b, n); }\nint main(void) { int n = setjmp(b); if (n) { printf("%d %d\\n", n == SIGTERM, clock() != (clock_t)-1); return 0; } signal(SIGTERM, on); raise(SIGTERM); return 9; }\n');
  const ran = it.run('cc', 'j.c', '-o', 'j.wasm');
  assert.deepEqual(ran, { code: 0, stdout: '', stderr: '' });
  assert.deepEqual(await runModule(join(it.folder, 'j.wasm')), { code: 0, stdout: '1 1\n', stderr: '' });
});

void test('a hint follows what only WASI explains', t => {
  const it = bench(t);
  if (it === undefined) return;
  it.write('m.c', '#include <sys/mman.h>\n');
  assert.match(it.run('cc', '-c', 'm.c').stderr, /wasm-workbench: note: WASI has no memory mapping.*-lwasi-emulated-mman/);
  it.write('t.cc', 'int main() { throw 1; }');
  assert.match(it.run('c++', '-c', 't.cc').stderr, /cannot use 'throw'[\s\S]*wasm-workbench: note: .*without exceptions/);
});

void test('archives, symbols, disassembly, strip', t => {
  const it = bench(t);
  if (it === undefined) return;
  it.write('one.c', 'int one(void) { return 1; }');
  it.write('d/two.c', 'int two(void) { return 2; }');
  it.write('main.c', 'int one(void), two(void); int main(void) { return one() + two() - 3; }');
  assert.equal(it.run('cc', '-g', '-c', 'one.c').code, 0);
  assert.equal(it.run('cc', '-g', '-c', 'd/two.c', '-o', 'd/two.o').code, 0);
  assert.deepEqual(it.run('ar', 'rcs', 'lib n.a', 'one.o', 'd/two.o'), { code: 0, stdout: '', stderr: '' });
  assert.equal(it.run('ar', 't', 'lib n.a').stdout, 'one.o\ntwo.o\n');
  assert.equal(it.run('ranlib', 'lib n.a').code, 0);
  assert.match(it.run('nm', '-g', 'lib n.a').stdout, /T one[\s\S]*T two/);
  rmSync(join(it.folder, 'one.o'));
  assert.equal(it.run('ar', 'x', 'lib n.a', 'one.o').code, 0);
  assert.ok(existsSync(join(it.folder, 'one.o')));
  assert.match(it.run('objdump', '-d', 'one.o').stdout, /i32\.const\s+1/);
  assert.equal(it.run('cc', '-g', 'main.c', 'lib n.a', '-o', 'p.wasm').code, 0);
  const large = statSync(join(it.folder, 'p.wasm'));
  assert.deepEqual(it.run('strip', 'p.wasm'), { code: 0, stdout: '', stderr: '' });
  assert.ok(statSync(join(it.folder, 'p.wasm')).size < large.size);
  assert.equal(statSync(join(it.folder, 'p.wasm')).mode, large.mode);
  assert.equal(it.run('strip', '-o', 'q.wasm', 'one.o').code, 0);
  assert.ok(existsSync(join(it.folder, 'q.wasm')));
  assert.match(it.run('strip', 'none').stderr, /strip: error: '.*none'/);
});

void test('C++ with precompiled headers gives what it gives without', async t => {
  const it = bench(t);
  if (it === undefined) return;
  const source = '// first\n#include <vector>\n#include <string>\n\nint main() { std::vector<std::string> v{"a", "b"}; std::string s; for (auto &x : v) s += x; return s == "ab" ? 0 : 1; }\n';
  it.write('v.cc', source);
  const compile = (...more: string[]): Ran => it.raw('c++', ['-c', '-Wall', 'v.cc', '-MD', '-MP', '-o', 'v.o', ...more]);
  assert.equal(compile().code, 0);
  const plain = { object: readFileSync(join(it.folder, 'v.o')), rules: readFileSync(join(it.folder, 'v.d'), 'utf8') };
  const recipe = it.engine.headers?.takeWanted();
  assert.deepEqual(recipe?.headers, ['string', 'vector']);
  it.engine.headers?.make(recipe);
  assert.equal(compile().code, 0);
  assert.equal(it.engine.headers?.takeWanted(), undefined);
  const prerequisites = (rules: string): string[] => rules.replaceAll('\\\n', ' ').split(/\s+/).sort();
  // Joined: a mismatch of a thousand headers should be one line.
  assert.equal(prerequisites(readFileSync(join(it.folder, 'v.d'), 'utf8')).join(' '), prerequisites(plain.rules).join(' '));
  assert.match(readFileSync(join(it.folder, 'v.d'), 'utf8'), /^v\.o: v\.cc \\\n/);
  // The same code; only the order in which inline functions come may differ.
  assert.ok(Math.abs(readFileSync(join(it.folder, 'v.o')).length - plain.object.length) < plain.object.length * 0.02);
  assert.equal(it.run('c++', 'v.o', '-o', 'v.wasm').code, 0);
  assert.equal((await runModule(join(it.folder, 'v.wasm'))).code, 0);

  // Errors and warnings read alike, also those that lie inside of headers; what isn't included isn't there.
  const without = new Engine(module as WebAssembly.Module, { sysroot, temporary: join(scratch(t), 't') });
  for (const wrong of ['std::map<int, int> m; int unused;', 'std::vector<void> w;']) {
    it.write('v.cc', source.replace('int main() {', `int main() { ${wrong}`));
    const quick = it.run('c++', '-c', '-Wall', 'v.cc', '-MD', '-MP', '-o', 'v.o');
    const slow = without.run({ tool: 'c++', args: ['-c', '-Wall', 'v.cc', '-MD', '-MP', '-o', 'v.o'], cwd: it.folder, env: {} });
    assert.equal(quick.stderr, Buffer.from(slow.stderr).toString(), wrong);
    assert.notEqual(quick.stderr, '', wrong);
  }
  // Other flags, other headers.
  it.write('v.cc', source);
  assert.equal(compile('-O1').code, 0);
  assert.notEqual(it.engine.headers?.takeWanted()?.key, recipe.key);
});
