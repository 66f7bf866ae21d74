import { test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { spawn } from 'node:child_process';
import { lockFolder } from '../../src/build/lock';
import { scratch } from './scratch';

const never = new AbortController().signal;

void test('builds of one folder follow each other, in order; of two folders they do not', async () => {
  const [one, other, folder] = [scratch('a'), scratch('b'), scratch('locks')];
  const seen: string[] = [];
  const first = await lockFolder(one, { signal: never, folder });
  let second: Promise<void> | undefined;
  await new Promise<void>(resolve => {
    second = lockFolder(one, { signal: never, folder, waiting: resolve }).then(async release => {
      seen.push('second');
      await release();
    });
  });
  await (await lockFolder(other, { signal: never, folder }))();
  seen.push('first');
  await first();
  await second;
  assert.deepEqual(seen, ['first', 'second']);
  assert.deepEqual(readdirSync(folder), []);
});

void test('waiting can be cancelled, and harms nobody', async () => {
  const [one, folder] = [scratch('a'), scratch('locks')];
  const first = await lockFolder(one, { signal: never, folder });
  const stop = new AbortController();
  const second = lockFolder(one, { signal: stop.signal, folder, waiting: () => { stop.abort(); } });
  await assert.rejects(second, { name: 'AbortError' });
  await first();
  await (await lockFolder(one, { signal: never, folder }))();
});

const lockName = (folder: string): string => createHash('sha256').update(folder).digest('hex').slice(0, 32);

void test('the lock of a process that died is taken over; a living one\'s is waited for', async () => {
  const [one, folder] = [scratch('a'), scratch('locks')];
  const file = path.join(folder, lockName(one));
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  writeFileSync(file, `${child.pid ?? 0} 0 0`);
  const release = await lockFolder(one, { signal: never, folder, waiting: () => { child.kill('SIGKILL'); } });
  await release();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  assert.deepEqual(readdirSync(folder), []);
});

void test('a lock that nobody touches any more is taken over, though its number is in use again', async () => {
  const [one, folder] = [scratch('a'), scratch('locks')];
  const file = path.join(folder, lockName(one));
  writeFileSync(file, `${process.pid} 0 0`);
  utimesSync(file, 1000, 1000);
  await (await lockFolder(one, { signal: never, folder }))();
  assert.deepEqual(readdirSync(folder), []);
});
