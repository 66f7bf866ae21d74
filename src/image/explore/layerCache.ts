import { unlessAborted } from '../../base/abort';
import { readLayer, type ReadLayer } from '../entries';
import type { Blobs, Descriptor } from '../oci';

/** Entries that are kept of layers that nobody looks at, some 100 bytes each. */
const mostEntries = 1_000_000;
/** Layers that are read at once: unpacking uses threads of zlib's own, of which there are four. */
const mostReads = 4;

export interface LayerWish {
  readonly signal: AbortSignal;
  readonly largest: number;
  /** Stored bytes read so far. */
  progress?(bytes: number): void;
}

interface Reading {
  readonly done: Promise<ReadLayer>;
  readonly abort: AbortController;
  readonly told: Set<(bytes: number) => void>;
  waiting: number;
}

/** Layers by digest, whichever image they belong to. One that several ask for is read once, and given up when all of them have. */
export class LayerCache {
  readonly #kept = new Map<string, ReadLayer>();
  readonly #reading = new Map<string, Reading>();
  readonly #queue: (() => void)[] = [];
  readonly #most: number;
  #entries = 0;
  #active = 0;

  constructor(most = mostEntries) {
    this.#most = most;
  }

  /** A layer that is there already. */
  peek(digest: string): ReadLayer | undefined {
    const kept = this.#kept.get(digest);
    if (kept !== undefined) {
      // The map's order is that of use.
      this.#kept.delete(digest);
      this.#kept.set(digest, kept);
    }
    return kept;
  }

  async get(blobs: Blobs, layer: Descriptor, wish: LayerWish): Promise<ReadLayer> {
    wish.signal.throwIfAborted();
    const kept = this.peek(layer.digest);
    if (kept !== undefined) return kept;
    const reading = this.#reading.get(layer.digest) ?? this.#start(blobs, layer, wish.largest);
    reading.waiting++;
    const told = (bytes: number): void => { wish.progress?.(bytes); };
    reading.told.add(told);
    try {
      return await unlessAborted(reading.done, wish.signal);
    } finally {
      reading.told.delete(told);
      if (--reading.waiting === 0) reading.abort.abort();
    }
  }

  #start(blobs: Blobs, layer: Descriptor, largest: number): Reading {
    const abort = new AbortController();
    const told = new Set<(bytes: number) => void>();
    const done = this.#turn(abort.signal, () => readLayer(blobs, layer, {
      signal: abort.signal, largest, contents: true, progress(bytes) { for (const tell of told) tell(bytes); },
    })).then(read => {
      this.#keep(layer.digest, read);
      return read;
    }).finally(() => {
      if (this.#reading.get(layer.digest) === reading) this.#reading.delete(layer.digest);
    });
    const reading: Reading = { done, abort, told, waiting: 0 };
    // Nobody may be left to hear of it.
    done.catch(() => {});
    abort.signal.addEventListener('abort', () => { if (this.#reading.get(layer.digest) === reading) this.#reading.delete(layer.digest); });
    this.#reading.set(layer.digest, reading);
    return reading;
  }

  async #turn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    while (this.#active >= mostReads) await new Promise<void>(done => this.#queue.push(done));
    this.#active++;
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#active--;
      this.#queue.shift()?.();
    }
  }

  #keep(digest: string, read: ReadLayer): void {
    this.#kept.set(digest, read);
    this.#entries += read.tree.count;
    for (const [old, { tree }] of this.#kept) {
      if (this.#entries <= this.#most || old === digest) break;
      this.#kept.delete(old);
      this.#entries -= tree.count;
    }
  }
}
