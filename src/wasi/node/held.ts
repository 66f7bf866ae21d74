import type { Worker } from 'node:worker_threads';

/** A flood: so many writes, SAMPLE of them within SOON ms each. Below that nothing is held back: starting the worker costs as much as they save. */
const FLOOD = 20_000;
const SOON = 2;
const SAMPLE = 64;
/** Bytes that are held back at most, and for how long (ms) at most. */
const SIZE = 65536;
const LINGER = 20;

const LOCK = 0;
const HELD = 1;
/** 1 once the worker looks after what is held. */
const READY = 2;
/** Counts what the worker waits for: the buffer was empty, and is no more. */
const FILLED = 3;

/** The worker that writes what has been held too long, while the program computes. */
const keeper = `
const { workerData: { words, bytes } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const word = new Int32Array(words), buffer = new Uint8Array(bytes);
Atomics.store(word, ${READY}, 1);
for (;;) {
  const filled = Atomics.load(word, ${FILLED});
  if (Atomics.load(word, ${HELD}) === 0) Atomics.wait(word, ${FILLED}, filled);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${LINGER});
  while (Atomics.compareExchange(word, ${LOCK}, 0, 1) !== 0) Atomics.wait(word, ${LOCK}, 1, 5);
  try {
    const held = Atomics.load(word, ${HELD});
    let at = 0;
    while (at < held) {
      try { at += writeSync(1, buffer, at, held - at); } catch (error) {
        if (error.code !== 'EAGAIN') break;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
    Atomics.store(word, ${HELD}, 0);
  } finally {
    Atomics.store(word, ${LOCK}, 0);
    Atomics.notify(word, ${LOCK}, 1);
  }
}`;

/**
 * Standard output of a program that writes without a pause, in pieces of up to 64 KB: a system call for each line is most of what such
 * a program costs. A worker writes what was held for 20 ms, so that text comes out while the program computes; until it runs, and
 * for programs that write less, every write goes straight through.
 */
export class HeldOutput {
  readonly #write: (bytes: Uint8Array, offset: number, length: number) => number;
  #words: Int32Array | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #count = 0;
  #last = 0;
  #errno = 0;
  #worker: Worker | undefined;

  constructor(write: (bytes: Uint8Array, offset: number, length: number) => number) {
    this.#write = write;
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    const words = this.#words;
    if (words === undefined || words[READY] === 0) {
      if (words === undefined) this.#watch();
      return this.#write(bytes, offset, length);
    }
    if (this.#errno < 0) {
      const errno = this.#errno;
      this.#errno = 0;
      return errno;
    }
    this.#lock(words);
    let held = words[HELD] as number;
    if (held + length > SIZE) {
      this.#drain(words);
      held = 0;
    }
    let done = length;
    if (length >= SIZE / 4) done = this.#write(bytes, offset, length);
    else {
      if (length < 64) for (let i = 0; i < length; i++) this.#bytes[held + i] = bytes[offset + i] as number;
      else this.#bytes.set(bytes.subarray(offset, offset + length), held);
      words[HELD] = held + length;
    }
    Atomics.store(words, LOCK, 0);
    if (held === 0 && done === length) {
      Atomics.add(words, FILLED, 1);
      Atomics.notify(words, FILLED);
    }
    return done;
  }

  /** Writes out what is held; an error is told by the next write. */
  flush(): void {
    const words = this.#words;
    if (words === undefined || words[READY] === 0) return;
    this.#lock(words);
    this.#drain(words);
    Atomics.store(words, LOCK, 0);
  }

  #lock(words: Int32Array): void {
    while (Atomics.compareExchange(words, LOCK, 0, 1) !== 0) Atomics.wait(words, LOCK, 1, 5);
  }

  #drain(words: Int32Array): void {
    const held = words[HELD] as number;
    words[HELD] = 0;
    for (let at = 0; at < held;) {
      const n = this.#write(this.#bytes, at, held - at);
      if (n < 0) {
        this.#errno = n;
        return;
      }
      at += n;
    }
  }

  /** Counts, and starts the worker when the program floods. */
  #watch(): void {
    // The clock costs as much as a tenth of a write: it is looked at once for many.
    if (++this.#count % SAMPLE !== 0) return;
    const now = Date.now();
    if (now - this.#last > SOON * SAMPLE) this.#count = 0;
    this.#last = now;
    if (this.#count < FLOOD) return;
    // Loading node:worker_threads costs milliseconds that only a flood is worth.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads');
    const words = new SharedArrayBuffer(16);
    const bytes = new SharedArrayBuffer(SIZE);
    this.#words = new Int32Array(words);
    this.#bytes = new Uint8Array(bytes);
    this.#worker = new Worker(keeper, { eval: true, workerData: { words, bytes }, stdin: false });
    // A worker that could not start leaves READY at 0, and everything is written at once.
    this.#worker.on('error', () => { this.#worker = undefined; });
    this.#worker.unref();
  }
}
