import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { runExternally, statusVariable } from '../../src/editor/externalRun';
import { cli, guest } from '../run/guests';

// The window is a process without one: what counts is that it starts our command line, and tells nothing about it.

const patience = { begin: 20_000, look: 20 };
const files: string[] = [];
const opens = (args: readonly string[]) => (env: Readonly<Record<string, string>>): Promise<void> => {
  files.push(env[statusVariable] ?? '');
  spawn(process.execPath, ['--', cli, ...args], { stdio: 'ignore', detached: true, env: { ...process.env, ...env } }).unref();
  return Promise.resolve();
};

void test('a program in a window: its exit code is told, and nothing is left', async () => {
  assert.equal(await (await runExternally(opens(['run', guest('exit42')]), patience)).exit, 42);
  assert.equal(await (await runExternally(opens(['run', guest('abort')]), patience)).exit, 134);
  assert.deepEqual(files.filter(file => existsSync(dirname(file))), []);
});

void test('a program in a window is ended, and what a signal ended has no code', { skip: process.platform === 'win32' ? 'signals' : false }, async () => {
  const started = await runExternally(opens(['run', guest('loop')]), patience);
  started.stop();
  assert.equal(await started.exit, undefined);
});

void test('a window that does not open, or starts nothing, is an error', async () => {
  await assert.rejects(runExternally(() => Promise.reject(new Error('no display')), patience), /no display/);
  await assert.rejects(runExternally(() => Promise.resolve(), { begin: 100, look: 20 }), { code: 'io', message: /nothing was started in it/ });
});
