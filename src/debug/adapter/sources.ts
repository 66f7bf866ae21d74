import { existsSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { baseName, isAbsolutePath } from '../../dwarf/paths';

/** How paths of the debug information become files of this machine, and back. */
export class Sources {
  readonly #map: readonly (readonly [string, string])[];
  readonly #folder: string;
  readonly #flavour: path.PlatformPath;
  readonly #exists: (file: string) => boolean;
  readonly #known = new Map<string, string | undefined>();

  /** `map` is sourceFileMap: prefixes of compiled paths and what stands for them. `folder` is what relative paths start from. */
  constructor(map: Readonly<Record<string, string>>, folder: string, platform: NodeJS.Platform = process.platform, exists: (file: string) => boolean = existsSync) {
    this.#flavour = platform === 'win32' ? path.win32 : path.posix;
    // The longest prefix counts.
    this.#map = Object.entries(map).sort((a, b) => b[0].length - a[0].length);
    this.#folder = folder;
    this.#exists = exists;
  }

  /** The file that a compiled path stands for, whether it exists or not. */
  local(compiled: string): string {
    const plain = (text: string): string => text.replaceAll('\\', '/');
    for (const [from, to] of this.#map) {
      const prefix = plain(from).replace(/\/+$/, '');
      const whole = plain(compiled);
      if (whole === prefix || whole.startsWith(prefix + '/')) return this.#flavour.join(to, whole.slice(prefix.length));
    }
    if (!isAbsolutePath(compiled)) return this.#flavour.join(this.#folder, compiled);
    return this.#flavour.normalize(compiled);
  }

  /** The file of a compiled path if it is there. */
  existing(compiled: string): string | undefined {
    if (!this.#known.has(compiled)) {
      const file = this.local(compiled);
      this.#known.set(compiled, this.#exists(file) ? file : undefined);
    }
    return this.#known.get(compiled);
  }

  /** Whether a compiled path is a file that the editor shows. */
  isSame(compiled: string, file: string): boolean {
    const local = this.local(compiled);
    if (this.#flavour === path.win32) return this.#flavour.normalize(local).toLowerCase() === this.#flavour.normalize(file).toLowerCase();
    return local === this.#flavour.normalize(file);
  }

  /** The last part of a path of either flavour. */
  name(file: string): string {
    return baseName(file);
  }
}

/** Whether a source was changed after the module was made of it. */
export function isNewer(source: string, module: string): boolean {
  try {
    return statSync(source).mtimeMs > statSync(module).mtimeMs;
  } catch {
    return false;
  }
}
