import { Table, type SharedTable } from '../../table';

// What the threads of one program share beside its memory and its descriptors.

const Word = { LOCK: 0, ENDED: 1, LAST_ID: 2, RUNNING: 3, SPAWN_LOCK: 4, SPAWNED: 5, FOREVER: 6, COUNT: 7 } as const;
const WAITING = 0;
const STARTED = 1;
const REFUSED = 2;
/** Most bytes of a directory's path, and most directories that are open at once, where directories are known by their paths. */
const PATH = 4096;
const PATHS = 1024;

/** The memory behind a {@link Threads}: it goes to every thread as it is. */
export interface SharedThreads {
  readonly words: SharedArrayBuffer;
  readonly table: SharedTable;
  /** Bytes that were printed, of all threads. */
  readonly printed: SharedArrayBuffer;
  readonly paths?: SharedArrayBuffer;
}

/** Room for the threads of a program that may have `openFiles` descriptors; `paths` where directories are known by their paths. */
export function shareThreads(openFiles: number, paths: boolean): SharedThreads {
  return {
    words: new SharedArrayBuffer(Word.COUNT * 4), table: Table.share(openFiles), printed: new SharedArrayBuffer(8),
    ...(paths ? { paths: new SharedArrayBuffer(PATHS * (PATH + 4)) } : {}),
  };
}

/** The words by which the threads of a program agree: one lock, ids, who ends it. */
export class Threads {
  readonly #words: Int32Array;
  readonly #printed: BigInt64Array;

  constructor(shared: SharedThreads) {
    this.#words = new Int32Array(shared.words);
    this.#printed = new BigInt64Array(shared.printed);
  }

  /** Runs `work` while no other thread runs any. */
  alone<T>(work: () => T): T {
    this.#lock(Word.LOCK);
    try {
      return work();
    } finally {
      this.#unlock(Word.LOCK);
    }
  }

  #lock(word: number): void {
    while (Atomics.compareExchange(this.#words, word, 0, 1) !== 0) Atomics.wait(this.#words, word, 1, 10);
  }

  #unlock(word: number): void {
    Atomics.store(this.#words, word, 0);
    Atomics.notify(this.#words, word, 1);
  }

  /**
   * Asks the thread that manages the others for a new one, and waits until it is made: its id, or undefined when it can't be. `ask` must not
   * wait for an answer.
   */
  spawn(most: number, ask: (id: number) => void): number | undefined {
    this.#lock(Word.SPAWN_LOCK);
    try {
      if (Atomics.load(this.#words, Word.RUNNING) >= most) return undefined;
      const id = Atomics.add(this.#words, Word.LAST_ID, 1) + 1;
      Atomics.store(this.#words, Word.SPAWNED, WAITING);
      ask(id);
      Atomics.wait(this.#words, Word.SPAWNED, WAITING);
      return Atomics.load(this.#words, Word.SPAWNED) === STARTED ? id : undefined;
    } finally {
      this.#unlock(Word.SPAWN_LOCK);
    }
  }

  /** Tells the thread that waits in `spawn` whether it has its thread. */
  spawned(started: boolean): void {
    Atomics.store(this.#words, Word.SPAWNED, started ? STARTED : REFUSED);
    Atomics.notify(this.#words, Word.SPAWNED);
  }

  /** Counts the threads that run; `by` is 1 or -1. */
  count(by: number): void {
    Atomics.add(this.#words, Word.RUNNING, by);
  }

  /** Whether the caller is the first to end the program: only the first is heard. */
  claimEnd(): boolean {
    return Atomics.compareExchange(this.#words, Word.ENDED, 0, 1) === 0;
  }

  /** Waits for the end of the process. */
  rest(): never {
    for (;;) Atomics.wait(this.#words, Word.FOREVER, 0);
  }

  /** Adds to what all threads have printed, and gives the sum. */
  printed(bytes: number): number {
    return Number(Atomics.add(this.#printed, 0, BigInt(bytes))) + bytes;
  }
}

/** What is known of an open directory by its descriptor; see portable.ts. */
export interface PathBook {
  get(fd: number): string | undefined;
  set(fd: number, path: string): boolean;
  delete(fd: number): void;
}

/** A book that all threads of a program read. Only one thread at a time may use it (Threads.alone). */
export class SharedPaths implements PathBook {
  /** A descriptor and 1 in each entry, 0 for none; then the paths, UTF-16 with their length first. */
  readonly #fds: Int32Array;
  readonly #texts: Uint16Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#fds = new Int32Array(buffer, 0, PATHS);
    this.#texts = new Uint16Array(buffer, PATHS * 4);
  }

  get(fd: number): string | undefined {
    const slot = this.#fds.indexOf(fd + 1);
    if (slot < 0) return undefined;
    const at = slot * (PATH / 2);
    const length = this.#texts[at] ?? 0;
    return String.fromCharCode(...this.#texts.slice(at + 1, at + 1 + length));
  }

  set(fd: number, path: string): boolean {
    const known = this.#fds.indexOf(fd + 1);
    const slot = known >= 0 ? known : this.#fds.indexOf(0);
    if (slot < 0 || path.length >= PATH / 2) return false;
    const at = slot * (PATH / 2);
    this.#texts[at] = path.length;
    for (let i = 0; i < path.length; i++) this.#texts[at + 1 + i] = path.charCodeAt(i);
    this.#fds[slot] = fd + 1;
    return true;
  }

  delete(fd: number): void {
    const slot = this.#fds.indexOf(fd + 1);
    if (slot >= 0) this.#fds[slot] = 0;
  }
}
