import { test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Round } from './fuzzing';

// FUZZ_SECONDS fuzzes longer, FUZZ_FIRST starts at another seed, FUZZ_SEED makes one round again.
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 6);
const only = process.env['FUZZ_SEED'];
/** What one round may take; the machine may be busy. */
const patience = 20_000;
const most = 512 << 20;

void test('mutated modules and debug information neither crash nor hang nor fill the memory', { timeout: seconds * 1000 + 60_000 }, async () => {
  const worker = new Worker(join(__dirname, 'fuzzing.js'), {
    workerData: { milliseconds: seconds * 1000, first: Number(process.env['FUZZ_FIRST'] ?? 1), ...(only === undefined ? {} : { only: Number(only) }) },
    resourceLimits: { maxOldGenerationSizeMb: 400 },
  });
  let last: Round | undefined;
  let rounds = 0;
  let largest = 0;
  await new Promise<void>((resolve, reject) => {
    const where = (): string => `FUZZ_SEED=${last?.seed ?? '?'} (${last?.module ?? '?'})`;
    let timer: NodeJS.Timeout | undefined;
    const watch = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        void worker.terminate();
        reject(new Error(`a round does not end: ${where()}`));
      }, patience);
    };
    worker.on('message', (round: Round) => {
      watch();
      last = round;
      rounds++;
      const { rss } = process.memoryUsage();
      if (rss > largest) largest = rss;
      if (rss > most) reject(new Error(`${Math.round(rss / (1 << 20))} MB: before ${where()}`));
    });
    worker.on('error', error => { reject(new Error(`${where()}: ${error.stack ?? error.message}`)); });
    worker.on('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    watch();
  });
  assert.ok(rounds >= (only === undefined ? 5 : 1), `${rounds} rounds`);
  assert.ok(largest < most);
});
