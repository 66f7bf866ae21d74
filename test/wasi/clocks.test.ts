import test from 'node:test';
import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import { Clock } from '../../src/wasi/abi';
import { NodeClocks } from '../../src/wasi/node';

void test('clocks go on and never back, however often they are asked', () => {
  const clocks = new NodeClocks();
  const view = new DataView(new ArrayBuffer(8));
  const ask = (id: number): bigint => {
    assert.ok(clocks.write(id, view, 0));
    return view.getBigUint64(0, true);
  };
  for (const id of [Clock.MONOTONIC, Clock.REALTIME]) {
    let last = 0n;
    for (let i = 0; i < 5000; i++) {
      const now = ask(id);
      assert.ok(now >= last, `${id}: ${now} after ${last}`);
      last = now;
    }
  }
  assert.ok(Math.abs(Number(ask(Clock.REALTIME) / 1000000n) - Date.now()) < 100);
  assert.ok(Math.abs(Number(ask(Clock.MONOTONIC) - process.hrtime.bigint())) < 1e8);
  assert.equal(clocks.write(9, view, 0), false);
});

void test('the threads of a program have one monotonic clock', async () => {
  const here = new NodeClocks();
  const before = here.now(Clock.MONOTONIC) ?? NaN;
  const worker = new Worker(`const { NodeClocks } = require(${JSON.stringify(join(__dirname, '../../src/wasi/node/index.js'))});
    require('node:worker_threads').parentPort.postMessage(new NodeClocks().now(1));`, { eval: true });
  const there = await new Promise<number>((resolve, reject) => { worker.once('message', resolve).once('error', reject); });
  assert.ok(before <= there && there <= (here.now(Clock.MONOTONIC) ?? NaN), `${before}, ${there}`);
});
