import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUserError } from '../../src/base/error';
import { debugWishes, guestOf } from '../../src/editor/debugLaunch';
import { resolveLaunch } from '../../src/editor/launch';

void test('the debugged guest is the one that a run would start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'guest-'));
  try {
    writeFileSync(join(folder, 'x.env'), 'A=file\nB=file=2\n');
    const launch = resolveLaunch({
      program: 'app', args: ['--env', 'a b'], env: { A: 'own=1' }, envFile: 'x.env', preopens: ['.::/data::ro'], stdin: 'in.txt', runtime: 'node', limits: { memory: '1M', time: 3, output: 10 },
      listen: ['8080'], connect: ['*'],
    }, { folder, args: [], env: {}, preopens: [], runtime: 'auto', limits: {} });
    assert.deepEqual(await guestOf(launch, join(folder, 'app.wasm')), {
      host: 'node', module: join(folder, 'app.wasm'), args: ['app.wasm', '--env', 'a b'], env: { A: 'own=1', B: 'file=2' }, mounts: [{ host: folder, guest: '/data', readonly: true }],
      stdin: join(folder, 'in.txt'), limits: { memory: 1 << 20, output: 10 }, listen: ['8080'], connect: ['*'],
    });
    const gone = resolveLaunch({ program: 'app', preopens: ['nowhere'] }, { folder, args: [], env: {}, preopens: [], runtime: 'auto', limits: {} });
    await assert.rejects(guestOf(gone, 'app.wasm'), error => isUserError(error) && error.code === 'bad-path' && error.message.includes('nowhere'));
    const unread = resolveLaunch({ program: 'app', envFile: 'no.env' }, { folder, args: [], env: {}, preopens: [], runtime: 'auto', limits: {} });
    await assert.rejects(guestOf(unread, 'app.wasm'), error => isUserError(error) && error.message.includes('no.env'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

void test('what a configuration says about debugging is checked', () => {
  assert.deepEqual(debugWishes({}), { stopOnEntry: false, breakOnTrap: true, sourceFileMap: {} });
  assert.deepEqual(debugWishes({ stopOnEntry: true, breakOnTrap: false, sourceFileMap: { '/src': '/home' }, runtimeExecutable: 'node' }),
    { stopOnEntry: true, breakOnTrap: false, sourceFileMap: { '/src': '/home' }, runtimeExecutable: 'node' });
  for (const [property, value] of [['stopOnEntry', 'yes'], ['breakOnTrap', 1], ['sourceFileMap', ['a']], ['sourceFileMap', { a: 1 }], ['runtimeExecutable', 3]] as const) {
    assert.throws(() => debugWishes({ [property]: value }), error => isUserError(error) && error.code === 'usage' && error.message.includes(property));
  }
});
