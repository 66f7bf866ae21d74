import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { Command, Exec } from '../../src/base/command';
import type { Machine } from '../../src/base/find';
import { compileAhead } from '../../src/image/aot';
import { signal } from './support';

function machine(...programs: readonly string[]): Machine {
  return { platform: 'linux', env: { PATH: '/usr/bin' }, isProgram: file => programs.includes(file) };
}

function fake(code: number, stdout = ''): { readonly exec: Exec; readonly ran: Command[] } {
  const ran: Command[] = [];
  return { ran, exec: (command, output) => { ran.push(command); output.stdout(Buffer.from(stdout)); return Promise.resolve({ code }); } };
}

void test('WasmEdge compiles, whichever of its two forms is there', async () => {
  const now = fake(0);
  await compileAhead('/a/x.wasm', '/t/x.wasm', { signal, exec: now.exec, machine: machine('/usr/bin/wasmedge') });
  const old = fake(0);
  await compileAhead('/a/x.wasm', '/t/x.wasm', { signal, exec: old.exec, machine: machine('/usr/bin/wasmedgec') });
  const named = fake(0);
  await compileAhead('/a/x.wasm', '/t/x.wasm', { signal, exec: named.exec, machine: machine('/usr/bin/wasmedge', '/opt/we/wasmedge'), wasmedge: '/opt/we/wasmedge' });
  assert.deepEqual([now, old, named].map(({ ran: [command] }) => [command?.tool, ...command?.args ?? []]), [
    ['/usr/bin/wasmedge', 'compile', '/a/x.wasm', '/t/x.wasm'], ['/usr/bin/wasmedgec', '/a/x.wasm', '/t/x.wasm'], ['/opt/we/wasmedge', 'compile', '/a/x.wasm', '/t/x.wasm'],
  ]);
});

void test('a missing WasmEdge and a module that it refuses are reported in its words', async () => {
  await assert.rejects(compileAhead('/a/x.wasm', '/t/x.wasm', { signal, exec: fake(0).exec, machine: machine() }), { code: 'tool-missing', message: /Looked at: .*\/usr\/bin\/wasmedge/ });
  const refuses = fake(1, '[2026-01-01] [info] compile start\n[2026-01-01] [error] loading failed: magic header not detected, Code: 0x113\n');
  await assert.rejects(compileAhead('/a/x.wasm', '/t/x.wasm', { signal, exec: refuses.exec, machine: machine('/usr/bin/wasmedge') }), { code: 'build-failed', message: /x\.wasm ahead of time: .*magic header not detected/ });
  await assert.rejects(compileAhead('/a/x.wasm', '/t/x.wasm', { signal, exec: fake(3).exec, machine: machine('/usr/bin/wasmedge') }), { code: 'build-failed', message: /it ended with 3/ });
});
