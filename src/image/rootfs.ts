import { createWriteStream } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, readlink, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemCode, UserError } from '../base/error';
import type { TarHeader } from '../base/tar';
import { insideName } from '../base/unpack';
import * as l10n from '@vscode/l10n';
import { membersOf } from './entries';
import type { Blobs, Descriptor } from './oci';
import { diskError } from './stores/files';

// Layers laid over one another in a folder of the disk, as a container's root (OCI image spec, layer.md). Names and links come from
// strangers: every parent is walked part by part, a link in it counts from the folder's own root, and nothing is ever written through
// a link or an existing file.

export interface RootWish {
  readonly signal: AbortSignal;
  /** Bytes that a layer may unpack to. */
  readonly largest?: number;
  /** Stored bytes of the layer at hand that were read. */
  progress?(bytes: number): void;
}

const mostHops = 40;

/** A root folder on the disk. Nobody else may write to it. */
export class Root {
  readonly folder: string;
  /** Members that can't be on this disk, by name: devices, names that leave the root, names that the system does not take. */
  readonly leftOut: string[] = [];
  readonly #platform: NodeJS.Platform;
  /** Folders that are known to be there, by their names below the root. */
  readonly #folders = new Set<string>();
  /** What the layer at hand has brought, folders above it too: whiteouts hold for lower layers only. */
  #fresh = new Set<string>();

  /** `folder` is there and empty. */
  constructor(folder: string, platform: NodeJS.Platform = process.platform) {
    this.folder = folder;
    this.#platform = platform;
  }

  /** Lays a layer over what is there. Throws a UserError for damage, bombs and full disks. */
  async lay(blobs: Blobs, layer: Descriptor, wish: RootWish): Promise<void> {
    this.#fresh = new Set();
    try {
      for await (const { header, body } of membersOf(blobs, layer, wish, true)) await this.#member(header, body, wish);
    } catch (error) {
      throw diskError(error, this.folder);
    }
  }

  /** The path on the disk of what the root has at an absolute path; undefined when it has nothing there. Links count from the root. */
  async find(path: string): Promise<string | undefined> {
    const left = parts(path);
    let at: string[] = [];
    for (let hops = 0; left.length > 0;) {
      const part = left.shift() ?? '';
      if (part === '..') {
        at.pop();
        continue;
      }
      const next = this.#path([...at, part]);
      const stat = await lstat(next).catch(() => undefined);
      if (stat === undefined) return undefined;
      if (!stat.isSymbolicLink()) {
        at.push(part);
        continue;
      }
      if (++hops > mostHops) return undefined;
      const target = await readlink(next);
      if (target.startsWith('/')) at = [];
      left.unshift(...parts(target));
    }
    return this.#path(at);
  }

  async #member(header: TarHeader, body: AsyncIterable<Uint8Array>, wish: RootWish): Promise<void> {
    const name = insideName(header.name.replace(/^\/+/, '') || '.', this.#platform);
    if (name === undefined || header.kind === 'character' || header.kind === 'block' || header.kind === 'fifo') {
      this.leftOut.push(header.name);
      return;
    }
    if (name === '.') return;
    const last = name.slice(name.lastIndexOf('/') + 1);
    const parent = await this.#parent(name.split('/').slice(0, -1));
    if (last.startsWith('.wh.')) {
      await this.#whiteout(parent, last);
      return;
    }
    const at = [...parent, last];
    const path = this.#path(at);
    const there = await lstat(path).catch(() => undefined);
    this.#fresh.add(at.join('/'));
    if (header.kind === 'directory') {
      if (there?.isDirectory() !== true) {
        if (there !== undefined) await this.#remove(at);
        await mkdir(path, { mode: (header.mode & 0o777) | 0o700 });
      }
      return;
    }
    if (there !== undefined) await this.#remove(at);
    if (header.kind === 'symlink') {
      await this.#link(inRoot(header.target, parent.length), path, header.name);
      return;
    }
    if (header.kind === 'link') {
      await this.#hardLink(header, path, parent.length);
      return;
    }
    // Owners may always write and remove here, whatever the image says.
    await pipeline(header.size === 0 ? [] : body, createWriteStream(path, { flags: 'wx', mode: (header.mode & 0o777) | 0o600 }), { signal: wish.signal });
    await utimes(path, header.mtime, header.mtime).catch(() => {});
  }

  /** The real parts of a folder that members lie in, made where it is not there. */
  async #parent(names: readonly string[]): Promise<string[]> {
    const left = [...names];
    let at: string[] = [];
    for (let hops = 0; left.length > 0;) {
      const part = left.shift() ?? '';
      if (part === '..') {
        at.pop();
        continue;
      }
      const next = [...at, part];
      const key = next.join('/');
      if (!this.#folders.has(key)) {
        const path = this.#path(next);
        const stat = await lstat(path).catch(() => undefined);
        if (stat?.isSymbolicLink() === true) {
          if (++hops > mostHops) throw new UserError('bad-image', l10n.t('The image is damaged: the links in its path {0} lead in circles.', `/${names.join('/')}`));
          const target = await readlink(path);
          if (target.startsWith('/')) at = [];
          left.unshift(...parts(target));
          continue;
        }
        if (stat?.isDirectory() !== true) {
          if (stat !== undefined) await this.#remove(next);
          await mkdir(path, { mode: 0o755 });
        }
        this.#folders.add(key);
      }
      this.#fresh.add(key);
      at = next;
    }
    return at;
  }

  async #whiteout(parent: readonly string[], name: string): Promise<void> {
    if (name === '.wh..wh..opq') {
      for (const child of await readdir(this.#path(parent))) await this.#removeLower([...parent, child]);
    } else if (!name.startsWith('.wh..wh.')) await this.#removeLower([...parent, name.slice(4)]);
  }

  /** Removes what lower layers have brought, and leaves what this one has. */
  async #removeLower(at: readonly string[]): Promise<void> {
    if (!this.#fresh.has(at.join('/'))) {
      await this.#remove(at);
      return;
    }
    const path = this.#path(at);
    if ((await lstat(path).catch(() => undefined))?.isDirectory() !== true) return;
    for (const child of await readdir(path)) await this.#removeLower([...at, child]);
  }

  async #remove(at: readonly string[]): Promise<void> {
    await rm(this.#path(at), { recursive: true, force: true });
    this.#folders.clear();
  }

  async #link(target: string, path: string, name: string): Promise<void> {
    try {
      await symlink(target, path);
    } catch (error) {
      // Windows lets only some users make links.
      if (systemCode(error) !== 'EPERM') throw error;
      this.leftOut.push(name);
    }
  }

  async #hardLink(header: TarHeader, path: string, depth: number): Promise<void> {
    const name = insideName(header.target.replace(/^\/+/, ''), this.#platform);
    const names = name?.split('/') ?? [];
    const from = this.#path([...(await this.#parent(names.slice(0, -1))), names.at(-1) ?? '']);
    const stat = name === undefined ? undefined : await lstat(from).catch(() => undefined);
    if (stat === undefined || stat.isDirectory()) {
      throw new UserError('bad-image', l10n.t('The image is damaged: its file {0} is a link to {1}, which is not there.', JSON.stringify(header.name), JSON.stringify(header.target)));
    }
    if (stat.isSymbolicLink()) await this.#link(inRoot(await readlink(from), depth), path, header.name);
    else await link(from, path).catch(() => copyFile(from, path));
  }

  #path(at: readonly string[]): string {
    return join(this.folder, ...at);
  }
}

function parts(path: string): string[] {
  return path.split('/').filter(part => part !== '' && part !== '.');
}

/**
 * The target of a link, `depth` folders below the root, such that it stays in the root wherever that lies: an absolute one becomes relative, none
 * climbs above the root, and `..` only leads, since after a name it would follow another link's parent.
 */
export function inRoot(target: string, depth: number): string {
  const absolute = target.startsWith('/');
  const names: string[] = [];
  let up = absolute ? depth : 0;
  let plain = !absolute;
  for (const part of parts(target)) {
    if (part !== '..') names.push(part);
    else if (names.pop() !== undefined) plain = false;
    else if (absolute || up === depth) plain = false;
    else up++;
  }
  return plain ? target : [...Array<string>(up).fill('..'), ...names].join('/') || '.';
}
