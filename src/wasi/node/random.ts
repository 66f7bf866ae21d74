import * as fs from 'node:fs';

const POOL = 4096;

/**
 * A source of randomness fit for keys. On systems that have it, /dev/urandom is read into a pool, since loading node:crypto costs
 * more than many a program runs; what was handed out is wiped.
 */
export function randomSource(): (bytes: Uint8Array, from: number, to: number) => void {
  let device = -1;
  const pool = new Uint8Array(POOL);
  let at = POOL;
  const fill = (bytes: Uint8Array, from: number, to: number): void => {
    if (device === -1) {
      try {
        device = fs.openSync('/dev/urandom', 'r');
      } catch {
        device = -2;
      }
    }
    if (device === -2) {
      const crypto = globalThis.crypto;
      for (let i = from; i < to; i += 65536) {
        // getRandomValues takes no views of shared memory.
        bytes.set(crypto.getRandomValues(new Uint8Array(Math.min(65536, to - i))), i);
      }
      return;
    }
    for (let i = from; i < to;) {
      const n = fs.readSync(device, bytes, i, to - i, null);
      if (n <= 0) throw new Error('/dev/urandom has ended');
      i += n;
    }
  };
  return (bytes, from, to) => {
    const length = to - from;
    if (length > 256) {
      fill(bytes, from, to);
      return;
    }
    if (at + length > POOL) {
      fill(pool, 0, POOL);
      at = 0;
    }
    for (let i = 0; i < length; i++) {
      bytes[from + i] = pool[at + i] as number;
      pool[at + i] = 0;
    }
    at += length;
  };
}
