import { readLayer, type ReadLayer, type ReadWish } from './entries';
import type { Blobs, Descriptor } from './oci';

// Unpacking happens on zlib's own threads: several layers at once use several cores, from one thread of JavaScript.
const atOnce = 4;

/** Reads an image's layers, several at once; the first failure ends the others. */
export async function readLayers(blobs: Blobs, layers: readonly Descriptor[], wish: Omit<ReadWish, 'progress'> & { progress?(layer: number, bytes: number): void }, parallel = atOnce): Promise<ReadLayer[]> {
  const ending = new AbortController();
  const signal = AbortSignal.any([wish.signal, ending.signal]);
  const read: (ReadLayer | undefined)[] = layers.map(() => undefined);
  const { largest, contents } = wish;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < layers.length; at = next++) {
      const layer = layers[at];
      if (layer !== undefined) read[at] = await readLayer(blobs, layer, { largest, contents, signal, progress: bytes => { wish.progress?.(at, bytes); } });
    }
  };
  const workers = Array.from({ length: Math.min(parallel, layers.length) }, work);
  try {
    await Promise.all(workers);
  } catch (error) {
    ending.abort();
    await Promise.allSettled(workers);
    throw error;
  }
  return read.filter(each => each !== undefined);
}
