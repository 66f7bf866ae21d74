import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { remedyText } from '../../src/cli/main';
import { guestBytes, runCli, scratch } from '../run/guests';

// What the command line says where it can't go on: what happened, and what to type.

const folder = (name: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
};

/** An environment in which no compiler is, but Node. */
function bare(): NodeJS.ProcessEnv {
  const bin = folder('bin', {});
  if (readdirSync(bin).length === 0) symlinkSync(process.execPath, join(bin, process.platform === 'win32' ? 'node.exe' : 'node'));
  return { HOME: scratch, USERPROFILE: scratch, PATH: bin, WASM_WORKBENCH_STORAGE: join(scratch, 'storage') };
}

void test('no C compiler: what to type, on every verb that needs one', { skip: process.platform === 'win32' ? 'links need a right there' : false }, async () => {
  const c = folder('c', { 'main.c': 'int main(void) { return 0; }\n' });
  for (const args of [['build', c], ['run', c], ['cc', '-c', join(c, 'main.c')]]) {
    const ran = await runCli(args, '', { env: bare() });
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /No C compiler .* Looked at: .*storage.*\n.*wasm-workbench doctor --install-compiler\n/);
    assert.equal(ran.stdout, '');
  }
  const { error } = JSON.parse((await runCli(['build', '--json', c], '', { env: bare() })).stdout) as { error: { code: string; remedies: string[] } };
  assert.equal(error.code, 'tool-missing');
  assert.match(error.remedies[0] ?? '', /doctor --install-compiler$/);
});

void test('the compiler from a package: what is none is refused, and nothing is left of it', async () => {
  const env = { ...process.env, WASM_WORKBENCH_STORAGE: join(scratch, 'storage 2') };
  folder('packed', { 'cut.tgz': Buffer.alloc(1000) });
  const cut = await runCli(['doctor', `--install-compiler=${join(scratch, 'packed', 'cut.tgz')}`], '', { env });
  assert.deepEqual([cut.code, cut.stdout], [1, '']);
  assert.match(cut.stderr, /1000 of \d+ bytes, so it was cut off\. Nothing was installed/);
  const none = await runCli(['doctor', '--install-compiler=none.tgz'], '', { env });
  assert.deepEqual([none.code, none.stdout], [1, '']);
  assert.match(none.stderr, /none\.tgz does not exist/);
});

void test('a folder that is no project: what it holds instead', async () => {
  const told = async (args: readonly string[], text: RegExp): Promise<void> => {
    const ran = await runCli(args);
    assert.deepEqual([ran.code, ran.stdout], [1, '']);
    assert.match(ran.stderr, text);
  };
  await told(['build', folder('library', { 'part.c': 'int part(void) { return 1; }\n' })], /none of its sources, such as part\.c, defines main/);
  await told(['run', folder('modules', { 'b.wasm': guestBytes('hello'), 'a.wasm': guestBytes('hello') })], /but modules: name one of them, such as .*a\.wasm\./);
  await told(['run', folder('nothing', { 'README.md': '' })], /Known are: Rust, .*\n {2}New project: wasm-workbench new\n/);
});

void test('remedies as a shell has them', () => {
  assert.deepEqual(remedyText({ label: 'a' }), ['a']);
  assert.deepEqual(remedyText({ label: 'a', action: { kind: 'url', url: 'https://b' } }), ['a: https://b']);
  assert.deepEqual(remedyText({ label: 'a', action: { kind: 'terminal', line: 'b c' } }), ['a: b c']);
  assert.deepEqual(remedyText({ label: 'a', action: { kind: 'command', command: 'wasmWorkbench.checkSetup' } }), ['a: wasm-workbench doctor']);
  assert.deepEqual(remedyText({ label: 'a', action: { kind: 'command', command: 'vscode.open' } }), []);
});
