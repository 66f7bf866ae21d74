import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../base/temporary';

/** Files of images on the disk, for programs that want a path: the least recently used go when there are too many bytes. */
export class Spool {
  readonly #most: number;
  readonly #kept = new Map<string, { readonly path: string; readonly size: number }>();
  #folder: ReturnType<typeof temporaryFolder> | undefined;
  #count = 0;

  /** `most` is in bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The path of a file under its own name; `write` makes it where it is not there yet. */
  async file(key: string, name: string, size: number, write: (path: string) => Promise<unknown>): Promise<string> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept.path;
    }
    const { path: folder } = await (this.#folder ??= temporaryFolder('images'));
    // A number before the name keeps files of one name apart.
    const path = join(folder, `${++this.#count}-${name.replace(/[^\w.-]/g, '_').slice(-100)}`);
    await write(path);
    this.#kept.set(key, { path, size });
    let all = [...this.#kept.values()].reduce((sum, each) => sum + each.size, 0);
    for (const [old, each] of this.#kept) {
      if (all <= this.#most || old === key) break;
      this.#kept.delete(old);
      all -= each.size;
      await rm(each.path, { force: true });
    }
    return path;
  }

  async dispose(): Promise<void> {
    await (await this.#folder)?.dispose();
  }
}
