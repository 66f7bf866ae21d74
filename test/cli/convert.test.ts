import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../src/wat/assemble';
import { readModule } from '../../src/wasm/read';
import { runCli } from '../run/guests';

const work = mkdtempSync(join(tmpdir(), 'convert '));
process.on('exit', () => { rmSync(work, { recursive: true, force: true }); });
const text = '(module (func $add (export "add") (param $a i32) (result i32) local.get $a) (memory 1) (data (i32.const 0) "abc"))';
const wat = join(work, 'add.wat');
writeFileSync(wat, text);

void test('text becomes a module, the module text again, and that the same module', async () => {
  assert.equal((await runCli(['convert', wat])).code, 0);
  const module = join(work, 'add.wasm');
  const bytes = readFileSync(module);
  const printed = await runCli(['convert', module, '-o', '-']);
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(printed.stdout, /^\(module\n[\s\S]*local\.get \$a[\s\S]*\)\n$/);
  const again = join(work, 'again.wat');
  assert.equal((await runCli(['convert', module, '-o', again])).code, 0);
  assert.equal(readFileSync(again, 'utf8'), printed.stdout);
  assert.deepEqual(Buffer.from(assemble(printed.stdout).bytes ?? []), bytes);
  assert.deepEqual(readdirSync(work).filter(name => name.endsWith('.tmp')), []);
});

void test('a module is stripped beside itself, and what went is said', async () => {
  const module = join(work, 'named.wasm');
  writeFileSync(module, assemble(text).bytes ?? assert.fail());
  const { code, stderr } = await runCli(['convert', module, '--strip']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /without name/);
  const stripped = readModule(readFileSync(join(work, 'named.stripped.wasm')));
  assert.ok(!stripped.hasNames && stripped.exports.length === 1);
});

void test('what can\'t be converted is refused, and leaves no file', async () => {
  const broken = join(work, 'broken.wasm');
  writeFileSync(broken, Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 200]));
  const damaged = await runCli(['convert', broken]);
  assert.equal(damaged.code, 1);
  assert.match(damaged.stderr, /damaged at byte/);
  assert.ok(!existsSync(join(work, 'broken.wat')));
  assert.equal((await runCli(['convert', wat, '--strip'])).code, 2);
  assert.equal((await runCli(['convert', wat, '-o', wat])).code, 2);
  assert.match((await runCli(['convert', join(work, 'none.wasm')])).stderr, /none\.wasm/);
});

void test('two modules are compared', async () => {
  const [one, two] = [join(work, 'one.wasm'), join(work, 'two.wasm')];
  writeFileSync(one, assemble(text).bytes ?? assert.fail());
  writeFileSync(two, assemble(text.replace('local.get $a', 'local.get $a nop nop')).bytes ?? assert.fail());
  const { code, stdout } = await runCli(['compare', one, two]);
  assert.equal(code, 0);
  assert.match(stdout, /~ \+2 {2}add {2}4 -> 6/);
  assert.deepEqual((JSON.parse((await runCli(['compare', '--json', one, two])).stdout) as { functions: unknown }).functions, [{ name: 'add', before: 4, after: 6 }]);
});
