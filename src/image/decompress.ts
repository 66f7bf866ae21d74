import { once } from 'node:events';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

const gzipMagic = [0x1f, 0x8b];
const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd];
const begins = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, i) => bytes[i] === byte);

/** The bytes inside gzip or zstd, or as they are. What they begin with decides, not the media type, which tools get wrong. */
export async function* decompressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    let head: Uint8Array = new Uint8Array(0);
    while (head.length < zstdMagic.length) {
      const next = await source.next();
      if (next.done === true) break;
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    const all: AsyncIterable<Uint8Array> = {
      async *[Symbol.asyncIterator]() {
        if (head.length > 0) yield head;
        for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
      },
    };
    if (begins(head, gzipMagic)) yield* through(all, zlib.createGunzip({ chunkSize: 256 * 1024 }));
    else if (!begins(head, zstdMagic)) yield* all;
    else {
      // Node has zstd from 22.15 on.
      const create = (zlib as { createZstdDecompress?: (options: object) => Transform }).createZstdDecompress;
      if (create === undefined) yield* (await import('./zstd')).unzstd(all);
      else yield* through(all, create({ chunkSize: 256 * 1024 }));
    }
  } finally {
    await source.return?.();
  }
}

/** Pumps chunks through a transform; what fails on either side ends both. */
async function* through(chunks: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array, void, undefined> {
  let failure: unknown;
  const closed = once(transform, 'close').catch(() => {});
  const pump = (async () => {
    for await (const chunk of chunks) {
      if (transform.destroyed) return;
      if (!transform.write(chunk)) await Promise.race([once(transform, 'drain').catch(() => {}), closed]);
    }
    transform.end();
  })().catch((error: unknown) => {
    failure = error;
    transform.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of transform as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw failure ?? error;
  } finally {
    transform.destroy();
    await pump;
  }
}
