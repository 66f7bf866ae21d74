import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readTar, TarError } from './tar';

/** How an archive is written to a folder. */
export interface UnpackWish {
  /** The path below the folder for a member's name, or undefined to leave it out. Default: all, at their own names. */
  place?(name: string): string | undefined;
  readonly signal?: AbortSignal;
  /** Bytes written so far. */
  progress?(bytes: number): void;
}

/**
 * Writes the files, folders and links of a tar archive below `folder`, which should be new. A member that would land outside, or a link
 * that points there, fails the whole with TarError; so does a device or a fifo. Existing files are never written through or over.
 */
export async function unpackTar(chunks: AsyncIterable<Uint8Array>, folder: string, wish: UnpackWish = {}): Promise<void> {
  const made = new Set<string>();
  const makeFolder = async (path: string): Promise<void> => {
    if (made.has(path)) return;
    await mkdir(path, { recursive: true });
    made.add(path);
  };
  const links: { path: string; target: string }[] = [];
  let bytes = 0;
  for await (const { header, body } of readTar(chunks)) {
    wish.signal?.throwIfAborted();
    const placed = wish.place === undefined ? header.name : wish.place(header.name);
    if (placed === undefined) continue;
    const inside = insideName(placed);
    if (inside === undefined) throw new TarError(`the member ${JSON.stringify(header.name)} would land outside the folder`, 0);
    const path = join(folder, inside);
    switch (header.kind) {
      case 'directory':
        await makeFolder(path);
        break;
      case 'file':
        await makeFolder(dirname(path));
        if (header.size === 0) await pipeline([], createWriteStream(path, { flags: 'wx', mode: header.mode & 0o777 }));
        else await pipeline(body, createWriteStream(path, { flags: 'wx', mode: header.mode & 0o777 }), { signal: wish.signal });
        bytes += header.size;
        wish.progress?.(bytes);
        break;
      case 'link': {
        const target = insideName(wish.place === undefined ? header.target : wish.place(header.target) ?? '');
        if (target === undefined) throw new TarError(`the link ${JSON.stringify(header.name)} points outside the folder`, 0);
        await makeFolder(dirname(path));
        await copyFile(join(folder, target), path);
        break;
      }
      case 'symlink':
        if (!staysInside(inside, header.target)) throw new TarError(`the link ${JSON.stringify(header.name)} points outside the folder`, 0);
        links.push({ path, target: header.target });
        break;
      default:
        throw new TarError(`the member ${JSON.stringify(header.name)} is a ${header.kind}`, 0);
    }
  }
  // Last, so that no member is ever written through one.
  for (const link of links) await makeFolder(dirname(link.path));
  for (const link of links) await symlink(link.target, link.path);
}

/** A member's name as a path that stays below its folder on every system, or undefined when it can't be one. */
export function insideName(name: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (name === '' || name.includes('\0') || name.startsWith('/')) return undefined;
  const parts = name.split('/').filter(part => part !== '' && part !== '.');
  if (parts.includes('..')) return undefined;
  if (platform === 'win32' && parts.some(badWindowsName)) return undefined;
  return parts.join('/') || '.';
}

function badWindowsName(part: string): boolean {
  return /[\\:<>"|?*]|[. ]$/.test(part) || Array.from(part).some(char => char < ' ') || /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i.test(part);
}

/** Whether a symbolic link at `inside` points below the folder. `..` may only lead: after a name it would follow another link's parent. */
function staysInside(inside: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || /[\\\0:]/.test(target)) return false;
  const parts = target.split('/').filter(part => part !== '' && part !== '.');
  const up = parts.findIndex(part => part !== '..');
  const climbs = up < 0 ? parts.length : up;
  if (parts.slice(climbs).includes('..')) return false;
  return climbs <= inside.split('/').length - 1;
}
