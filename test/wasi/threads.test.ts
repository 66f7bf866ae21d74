import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createNodeHost, shareThreads, Threads } from '../../src/wasi/node';
import { SharedPaths } from '../../src/wasi/node/threads/shared';
import { CREAT, DIRECTORY, FILE, Caller } from './caller';

void test('paths of open directories are known to every thread, and forgotten when closed', () => {
  const { paths: buffer } = shareThreads(16, true);
  assert.ok(buffer);
  const [one, other] = [new SharedPaths(buffer), new SharedPaths(buffer)];
  assert.equal(one.set(0, '/a'), true);
  assert.equal(one.set(7, 'C:\\ünï\u{1f600}'), true);
  assert.deepEqual([other.get(0), other.get(7), other.get(1)], ['/a', 'C:\\ünï\u{1f600}', undefined]);
  other.set(7, '/b');
  assert.equal(one.get(7), '/b');
  other.delete(7);
  assert.equal(one.get(7), undefined);
  assert.equal(one.set(8, 'x'.repeat(5000)), false);
  for (let fd = 100; fd < 1123; fd++) assert.equal(one.set(fd, `/${fd}`), true);
  assert.equal(one.set(9, '/more'), false);
});

for (const resolver of ['walk', ...(process.platform === 'linux' ? ['descriptor' as const] : [])] as const) {
  void test(`${resolver}: what one thread opens another uses and closes`, t => {
    const folder = mkdtempSync(join(tmpdir(), 'wasi-threads-'));
    t.after(() => { rmSync(folder, { recursive: true, force: true }); });
    const shared = shareThreads(32, true);
    const make = (first: boolean): Caller => {
      const { context } = createNodeHost({
        args: ['a'], env: {}, mounts: [{ host: folder, guest: '/' }], resolver, threads: { shared, first, spawn: () => -1 },
      });
      return new Caller(context.options);
    };
    // Each host is another thread's: only the table is common to them.
    const [one, two] = [make(true), make(false)];
    one.do('path_create_directory', 3, ...one.put('dir'));
    const { rights, inheriting } = two.fdstat(3);
    const dir = one.opened(3, 'dir', { oflags: DIRECTORY, rights, inheriting });
    const fd = two.opened(dir, 'file', { oflags: CREAT, rights: FILE });
    assert.equal(two.write(fd, 'from two'), 8);
    assert.equal(one.seek(fd, 0n, 0), 0n);
    assert.equal(one.read(fd, 4), 'from');
    assert.equal(two.read(fd), ' two');
    two.do('fd_close', fd);
    assert.equal(one.read(fd), '!BADF');
    one.do('fd_renumber', dir, 3);
    assert.equal(typeof two.pathStat(3, 'file'), 'object');
    assert.deepEqual([two.open(dir, 'file'), two.call('fd_close', dir)], ['BADF', 'BADF']);
  });
}

void test('one at a time, and the first end counts', async () => {
  const shared = shareThreads(1, false);
  const threads = new Threads(shared);
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const script = `const { parentPort, workerData: { shared, counter, path } } = require('node:worker_threads');
    const { Threads } = require(path);
    const threads = new Threads(shared);
    for (let i = 0; i < 3000; i++) threads.alone(() => { const seen = counter[0]; for (let j = 0; j < 20; j++); counter[0] = seen + 1; });
    parentPort.postMessage(threads.claimEnd());`;
  const ends = await Promise.all([0, 1, 2].map(() => new Promise((resolve, reject) => {
    new Worker(script, { eval: true, workerData: { shared, counter, path: require.resolve('../../src/wasi/node/threads/shared') } }).once('message', resolve).once('error', reject);
  })));
  assert.equal(counter[0], 9000);
  assert.deepEqual(ends.filter(Boolean).length, 1);
  assert.equal(threads.claimEnd(), false);
  assert.equal(threads.printed(5) + threads.printed(6), 16);
});
