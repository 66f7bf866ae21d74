import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweep } from '../../src/base/temporary';
import { isImageName, isImageTarget } from '../../src/image/target';
import { guest, runCli, startCli } from '../run/guests';

const work = mkdtempSync(join(tmpdir(), 'run image '));
process.on('exit', () => { rmSync(work, { recursive: true, force: true }); });
/** The temporary folder of what is started, which must be empty afterwards. */
const temporary = join(work, 'tmp');
mkdirSync(temporary);
const env = { ...process.env, TMPDIR: temporary };
const left = (): string[] => readdirSync(temporary);

async function packed(name: string, ...options: readonly string[]): Promise<string> {
  const file = join(work, `${name}-${String(options.length)}.tar`);
  const { code, stderr } = await runCli(['pack', guest(name), '--tag', `${name}:1`, '--output', file, ...options], '', { env });
  assert.equal(code, 0, stderr);
  return file;
}

void test('an image runs as it says: arguments, environment, exit code; words of the user replace its command', async () => {
  const image = await packed('args', '--env', 'FROM=image', '--env', 'BOTH=image', '--', 'default', 'word');
  const own = await runCli(['run', image], '', { env });
  assert.deepEqual([own.code, own.stdout.split('\0')], [0, ['args.wasm', 'default', 'word', 'FROM=image', 'BOTH=image', '']], own.stderr);
  const given = await runCli(['run', '--env', 'BOTH=user', image, '--', 'mine'], '', { env });
  assert.deepEqual(given.stdout.split('\0'), ['args.wasm', 'mine', 'FROM=image', 'BOTH=user', '']);
  assert.equal((await runCli(['run', await packed('exit42')], '', { env })).code, 42);
  const trap = await runCli(['run', await packed('abort')], '', { env });
  assert.equal(trap.code, 134);
  const why = await runCli(['run', '--why', image], '', { env });
  assert.match(why.stdout, /^Runs in Embedded host/);
  assert.deepEqual(left(), []);
});

void test('a layout folder runs too, and reads standard input', async () => {
  const layout = join(work, 'layout');
  assert.equal((await runCli(['pack', guest('cat'), '--output', layout], '', { env })).code, 0);
  assert.equal((await runCli(['run', layout], 'typed', { env })).stdout, 'typed');
  assert.deepEqual(left(), []);
});

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  void test(`${name} ends the program and removes the files`, async () => {
    const child = startCli(['run', await packed('loop')], { env });
    await once(child.stdout!, 'data');
    assert.ok(left().length > 0);
    child.kill(name);
    const [code] = await once(child, 'close') as [number | null];
    assert.equal(code, name === 'SIGINT' ? 130 : 143);
    assert.deepEqual(left(), []);
  });
}

void test('what a killed process has left is removed by the next one', async () => {
  const child = startCli(['run', await packed('loop')], { env });
  await once(child.stdout!, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.equal(left().length, 1);
  // Not ours: another machine's that shares the folder, and one whose process is alive.
  const others = [`wasm-workbench-image-${String(child.pid)}-00000000-abcdef`, (left()[0] ?? '').replace(/-\d+-/, `-${String(process.pid)}-`)];
  for (const other of others) mkdirSync(join(temporary, other));
  assert.equal((await runCli(['run', await packed('exit42')], '', { env })).code, 42);
  assert.deepEqual(left().sort(), [...others].sort());
  for (const other of others) rmSync(join(temporary, other), { recursive: true });
  assert.deepEqual(await sweep(temporary), []);
});

void test('names of images are told from paths', () => {
  for (const name of ['app:1', 'localhost:5000/app', 'localhost/app', 'ghcr.io/me/app', 'ghcr.io/me/app:2', `app@sha256:${'0'.repeat(64)}`, 'me/app:latest']) assert.ok(isImageName(name), name);
  for (const path of ['app', 'src/main.c', './app:1', 'C:\\app', 'my.project/main.rs', 'a b:c', 'me/app', '../x:1', '/abs:1', '~/x:1']) assert.ok(!isImageName(path), path);
  assert.ok(!isImageTarget(guest('cat'), guest('cat')));
});
