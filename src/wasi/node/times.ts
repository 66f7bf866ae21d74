import type { BigIntStats } from 'node:fs';
import type { Stat, Time } from '../device';

interface Wish { wanted: bigint; stored: bigint }

/**
 * Exact file times. Node sets times as seconds in a double, which holds no nanoseconds of our age; so what was wanted is remembered with
 * what the system stored instead, and told for as long as that is what is stored.
 */
export class Times {
  readonly #accessed = new Map<string, Wish>();
  readonly #modified = new Map<string, Wish>();

  get empty(): boolean {
    return this.#modified.size === 0 && this.#accessed.size === 0;
  }

  /** Sets times by `store` (seconds), after `before`; `read` tells what came of it. A time left out stays as it is. */
  set(before: BigIntStats, accessed: Time, modified: Time, store: (atime: number, mtime: number) => void, read: () => BigIntStats): void {
    if (accessed === undefined && modified === undefined) return;
    const now = BigInt(Date.now()) * 1000000n;
    const key = `${before.dev}:${before.ino}`;
    const wantedAccess = accessed === 'now' ? now : accessed ?? this.#told(this.#accessed, key, before.atimeNs);
    const wantedChange = modified === 'now' ? now : modified ?? this.#told(this.#modified, key, before.mtimeNs);
    store(Number(wantedAccess) / 1e9, Number(wantedChange) / 1e9);
    const after = read();
    this.#keep(this.#accessed, key, wantedAccess, after.atimeNs);
    this.#keep(this.#modified, key, wantedChange, after.mtimeNs);
  }

  /** Puts the wanted times in place of the stored ones. */
  correct(stat: Stat): void {
    const key = `${stat.device}:${stat.inode}`;
    stat.accessed = this.#told(this.#accessed, key, stat.accessed);
    stat.modified = this.#told(this.#modified, key, stat.modified);
  }

  #told(wishes: Map<string, Wish>, key: string, stored: bigint): bigint {
    const wish = wishes.get(key);
    return wish?.stored === stored ? wish.wanted : stored;
  }

  #keep(wishes: Map<string, Wish>, key: string, wanted: bigint, stored: bigint): void {
    if (wanted === stored) wishes.delete(key);
    else {
      // An archive that is unpacked sets one time per file: the oldest wishes go, and what was stored is told for them.
      if (wishes.size >= 65536) wishes.delete(wishes.keys().next().value as string);
      wishes.set(key, { wanted, stored });
    }
  }
}
