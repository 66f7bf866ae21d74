import { numberField, TarError } from './tarfields';

// Sparse members of GNU tar: only the parts of a file that are not holes are in the archive.

/** A run of bytes that the archive holds, by its place in the file. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** Extents in a header block: pairs of twelve-byte numbers, the first empty pair ends them. */
export function mapIn(block: Uint8Array, from: number, most: number, at: number): Extent[] {
  const extents: Extent[] = [];
  for (let i = 0; i < most; i++) {
    const place = from + i * 24;
    if (block[place] === 0) break;
    extents.push({ offset: numberField(block, place, 12, at), size: numberField(block, place + 12, 12, at) });
  }
  return extents;
}

/** Extents of decimal numbers, two for each. */
export function mapOf(numbers: readonly string[], at: number): Extent[] {
  if (numbers.length % 2 !== 0 || !numbers.every(each => /^\d{1,15}$/.test(each))) throw new TarError('the map of a sparse file is damaged', at);
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({ offset: Number(numbers[2 * i]), size: Number(numbers[2 * i + 1]) }));
}

const zeros = new Uint8Array(64 * 1024);

/** A sparse file's bytes, holes as zeros. */
export class SparseBody implements AsyncIterable<Uint8Array> {
  readonly #stored: AsyncIterable<Uint8Array>;
  readonly #extents: readonly Extent[];
  readonly #size: number;

  constructor(stored: AsyncIterable<Uint8Array>, extents: readonly Extent[], size: number) {
    this.#stored = stored;
    this.#extents = extents;
    this.#size = size;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    let at = 0;
    let extent = 0;
    let filled = 0;
    const hole = function* (upTo: number): Generator<Uint8Array> {
      while (at < upTo) {
        const part = zeros.subarray(0, Math.min(zeros.length, upTo - at));
        at += part.length;
        yield part;
      }
    };
    for await (const chunk of this.#stored) {
      for (let used = 0; used < chunk.length;) {
        const here = this.#extents[extent];
        if (here === undefined || here.offset < at - filled || here.offset + here.size > this.#size) throw new TarError('the map of a sparse file is damaged', 0);
        yield* hole(here.offset);
        const part = chunk.subarray(used, used + here.size - filled);
        used += part.length;
        at += part.length;
        filled += part.length;
        if (part.length > 0) yield part;
        if (filled === here.size) {
          extent++;
          filled = 0;
        }
      }
    }
    yield* hole(this.#size);
  }
}
