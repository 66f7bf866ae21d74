import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Command, Exec } from '../../../src/base/command';
import { exec } from '../../../src/base/exec';
import { frame, Frame, serverVariable } from '../../../src/build/compiler/protocol';
import { createCompilerService, type CompilerService, type CompilerServiceParts } from '../../../src/build/compiler/service';
import { ended, installedCompiler, keep, root, runModule, scratch } from './support';

const cli = 'CLI';
const linux = process.platform === 'linux';

function service(t: TestContext, parts: Partial<CompilerServiceParts> = {}): CompilerService {
  const made = createCompilerService({ cli, cwd: root, ...parts });
  t.after(() => made.dispose());
  return made;
}

const tool = (cwd: string, ...args: string[]): Command => ({ tool: process.execPath, args: [cli, ...args], cwd });

/** Processes whose command line holds a text; Linux only. */
function processesWith(text: string): number[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap(name => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

const slow = `#include <vector>\n#include <map>\n#include <string>\n#include <iostream>\n#include <regex>\nint main() { std::regex r("a"); return std::regex_match("a", r); }\n`;

/** An exec that sees where the server is. */
function spying(seen: { place?: string }): Exec {
  return (command, output) => {
    seen.place = command.env?.[serverVariable] ?? undefined;
    return exec(command, output);
  };
}

void test('builds share a warm server; a cancelled job is stopped and others go on', async t => {
  if (installedCompiler(t) === undefined) return;
  const folder = scratch(t);
  const it = service(t, { parallel: 2 });
  writeFileSync(join(folder, 'a.c'), 'int x;');
  writeFileSync(join(folder, 'slow.cc'), slow);
  const first = keep();
  assert.deepEqual(await it.exec(tool(folder, 'cc', '-c', 'a.c'), first.output), { code: 0 });
  const abort = new AbortController();
  const cancelled = it.exec(tool(folder, 'c++', '-O2', '-c', 'slow.cc'), keep(abort.signal).output);
  const beside = it.exec(tool(folder, 'cc', '-c', 'a.c', '-o', 'b.o'), keep().output);
  assert.deepEqual(await beside, { code: 0 });
  abort.abort(new DOMException('cancelled', 'AbortError'));
  await assert.rejects(cancelled, { name: 'AbortError' });
  const again = await Promise.all(['c', 'd', 'e'].map(name => it.exec(tool(folder, 'cc', '-c', 'a.c', '-o', `${name}.o`), keep().output)));
  assert.deepEqual(again, [{ code: 0 }, { code: 0 }, { code: 0 }]);
  assert.deepEqual(readdirSync(folder).sort(), ['a.c', 'a.o', 'b.o', 'c.o', 'd.o', 'e.o', 'slow.cc']);
  const wrong = keep();
  assert.deepEqual(await it.exec(tool(folder, 'cc', '-c', 'none.c'), wrong.output), { code: 1 });
  assert.match(wrong.stderr(), /no such file or directory: 'none\.c'/);
});

void test('a strange client gets nothing', { skip: linux ? false : 'looks at the socket' }, async t => {
  if (installedCompiler(t) === undefined) return;
  const seen: { place?: string } = {};
  const it = service(t, { exec: spying(seen) });
  await it.warm();
  await it.exec({ tool: '/bin/sh', args: ['-c', 'exit 0'], cwd: root }, keep().output);
  const address = seen.place?.replace(/^[^@]*@/, '') ?? '';
  assert.ok(existsSync(address));
  for (const bytes of [frame(Frame.REQUEST, JSON.stringify({ key: '0'.repeat(32), tool: 'cc', args: ['--version'], cwd: '/', env: {} })), frame(Frame.STDIN_END, ''), Buffer.alloc(64, 255)]) {
    const socket = connect(address);
    const got: Buffer[] = [];
    socket.on('data', chunk => { got.push(chunk); }).on('error', () => {});
    socket.write(bytes);
    await new Promise(resolve => socket.once('close', resolve));
    assert.equal(Buffer.concat(got).length, 0);
  }
  assert.deepEqual(await it.exec(tool(root, 'cc', '--version'), keep().output), { code: 0 });
});

void test('an idle server ends by itself, and the next job has another', { skip: linux ? false : 'reads /proc' }, async t => {
  if (installedCompiler(t) === undefined) return;
  const folder = scratch(t);
  writeFileSync(join(folder, 'a.c'), 'int x;');
  const seen: { place?: string } = {};
  const it = service(t, { idleMs: 50, exec: spying(seen) });
  await it.exec({ tool: '/bin/sh', args: ['-c', 'exit 0'], cwd: root }, keep().output);
  const address = seen.place?.replace(/^[^@]*@/, '') ?? '';
  const [pid] = processesWith(address);
  assert.ok(pid !== undefined);
  while (processesWith(address).length > 0) await new Promise(setImmediate);
  assert.deepEqual(await it.exec(tool(folder, 'cc', '-c', 'a.c'), keep().output), { code: 0 });
});

void test('the server ends with whoever started it, even when that is killed in the middle of a job', { skip: linux ? false : 'reads /proc' }, async t => {
  if (installedCompiler(t) === undefined) return;
  const folder = scratch(t);
  writeFileSync(join(folder, 'slow.cc'), slow);
  const script = `
    const { createCompilerService } = require(${JSON.stringify(join(root, 'src/build/compiler/service.js'))});
    const it = createCompilerService({ cli: 'CLI', cwd: ${JSON.stringify(root)} });
    const output = { stdout() {}, stderr() {}, signal: new AbortController().signal };
    it.warm().then(() => { process.stdout.write('up\\n'); return it.exec({ tool: 'x', args: ['CLI', 'c++', '-O2', '-c', 'slow.cc'], cwd: ${JSON.stringify(folder)} }, output); });`;
  const own = mkdtempSync(join(tmpdir(), 'ww-own-'));
  t.after(() => { rmSync(own, { recursive: true, force: true }); });
  const starter = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: own } });
  await new Promise(resolve => starter.stdout.once('data', resolve));
  assert.ok(processesWith(own).length > 0);
  const gone = ended(starter);
  starter.kill('SIGKILL');
  await gone;
  while (processesWith(own).length > 0) await new Promise(setImmediate);
  assert.equal(existsSync(join(folder, 'slow.o')), false);
});

void test('make with our command line for a compiler: processes of their own share the server', { skip: linux ? false : 'needs a POSIX shell' }, async t => {
  if (installedCompiler(t) === undefined) return;
  if (spawnSync('make', ['--version']).status !== 0) {
    assert.notEqual(process.env['CI'], 'true', 'make is missing');
    t.skip('make is not installed');
    return;
  }
  const folder = scratch(t, 'make-test');
  const script = join(folder, 'cc.js');
  writeFileSync(script, `
    const { compilerMain } = require(${JSON.stringify(join(root, 'src/build/compiler/main.js'))});
    const [tool, ...args] = process.argv.slice(2);
    compilerMain(tool, args, { cwd: process.cwd(), env: process.env, stdin: process.stdin, stdout: c => process.stdout.write(c), stderr: c => process.stderr.write(c) })
      .then(code => { process.exitCode = code; });`);
  writeFileSync(join(folder, 'Makefile'), 'OBJ = main.o add.o\np.wasm: $(OBJ) lib.a\n\t$(CC) $(OBJ) lib.a -o $@\nlib.a: sub.o\n\t$(AR) rcs $@ $^\n');
  writeFileSync(join(folder, 'main.c'), '#include <stdio.h>\nint add(int, int), sub(int, int);\nint main(void) { printf("%d\\n", add(40, sub(5, 3))); return 0; }');
  writeFileSync(join(folder, 'add.c'), 'int add(int a, int b) { return a + b; }');
  writeFileSync(join(folder, 'sub.c'), 'int sub(int a, int b) { return a - b; }');
  const it = service(t);
  const kept = keep();
  const node = `${process.execPath} ${script}`;
  assert.deepEqual(await it.exec({ tool: 'make', args: ['-j2', `CC=${node} cc`, `AR=${node} ar`], cwd: folder }, kept.output), { code: 0 }, kept.stderr());
  assert.deepEqual(await runModule(join(folder, 'p.wasm')), { code: 0, stdout: '42\n', stderr: '' });
});
