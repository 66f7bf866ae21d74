import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../base/error';
import { unpackTar } from '../../base/unpack';
import type { Compiler } from './locate';

/** The compiler's headers and libraries as a folder: its own, or what its package holds packed, unpacked once into the storage. */
export async function sysrootOf(compiler: Compiler, storage: string): Promise<string> {
  if (compiler.sysroot !== undefined) return compiler.sysroot;
  const resources = compiler.resources ?? '';
  const { size, mtimeMs } = await stat(resources);
  const name = `${compiler.version}-${size}-${Math.round(mtimeMs)}`.replace(/[^\w.-]/g, '_');
  const folder = join(storage, 'compiler', 'sysroot', name);
  if (await exists(folder)) return folder;
  await intoPlace(folder, temporary => unpackTar(createReadStream(resources, { highWaterMark: 1 << 20 }), temporary));
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

/** How long a folder that was never finished is left alone: whoever makes it may still be at work. */
const abandonedAfter = 24 * 3600e3;

/**
 * Makes a folder whole or not at all: `make` fills one beside it, which then gets its name. Where another was quicker, theirs stays.
 * What a process that died left behind is removed after a day.
 */
export async function intoPlace(folder: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const parent = join(folder, '..');
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (!name.startsWith('.new-')) continue;
    const left = await stat(join(parent, name)).catch(() => undefined);
    if (left !== undefined && Date.now() - left.mtimeMs > abandonedAfter) await rm(join(parent, name), { recursive: true, force: true });
  }
  const temporary = await mkdtemp(join(parent, '.new-'));
  try {
    await make(temporary);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
    const code = systemCode(error);
    const taken = code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM';
    if (!taken || !(await exists(folder))) throw error;
  }
}
