import { mkdir, open } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../base/error';
import { temporaryFolder } from '../base/temporary';
import * as l10n from '@vscode/l10n';
import type { Blobs, Platform } from './oci';
import { verifiedBlob } from './read';
import { Root } from './rootfs';
import { programPaths, readWasmImage, startOf, type Start } from './start';
import { diskError } from './stores/files';

/** An image whose files lie on the disk, ready to be run there; `dispose` removes them. */
export interface PreparedImage {
  readonly start: Start;
  /** Absolute path of the module on the disk. */
  readonly module: string;
  /** The folder that the program is to see as `/`. */
  readonly root: string;
  /** What can't be on this disk: names of devices, and of files that the system does not take. */
  readonly leftOut: readonly string[];
  dispose(): Promise<void>;
}

export interface PrepareWish {
  readonly signal: AbortSignal;
  readonly platform?: Platform;
  readonly largest?: number;
  /** Stored bytes read so far, of how many. */
  progress?(done: number, total: number): void;
}

/** Lays an image's files out in a temporary folder and finds its module there. Throws a UserError. */
export async function prepareImage(blobs: Blobs, wish: PrepareWish): Promise<PreparedImage> {
  const image = await readWasmImage(blobs, wish.platform, wish.signal);
  const start = startOf(image);
  const folder = await temporaryFolder('image');
  try {
    const root = new Root(join(folder.path, 'root'));
    await mkdir(root.folder, { mode: 0o755 });
    const total = start.layers.reduce((sum, layer) => sum + layer.size, start.module?.layer.size ?? 0);
    let before = 0;
    for (const layer of start.layers) {
      await root.lay(blobs, layer, {
        signal: wish.signal, ...(wish.largest === undefined ? {} : { largest: wish.largest }), progress: bytes => wish.progress?.(before + bytes, total),
      });
      before += layer.size;
    }
    const module = start.module === undefined ? await moduleIn(root, start) : await moduleLayer(blobs, start.module, join(folder.path, 'module'), wish.signal);
    wish.progress?.(total, total);
    return { start, module, root: root.folder, leftOut: root.leftOut, dispose: () => folder.dispose() };
  } catch (error) {
    await folder.dispose();
    throw error;
  }
}

/** Writes a layer that is the module itself beside the root: the program does not see it. */
async function moduleLayer(blobs: Blobs, module: NonNullable<Start['module']>, folder: string, signal: AbortSignal): Promise<string> {
  await mkdir(folder);
  const path = join(folder, /\.wasm$/i.test(module.name) ? module.name : `${module.name}.wasm`);
  try {
    await pipeline(verifiedBlob(blobs, module.layer), createWriteStream(path, { flags: 'wx' }), { signal });
  } catch (error) {
    throw diskError(error, path);
  }
  return path;
}

/** The module that the entrypoint names. */
async function moduleIn(root: Root, start: Start): Promise<string> {
  const written = start.command[0] ?? '';
  for (const place of programPaths(start)) {
    const path = await root.find(place);
    const head = path === undefined ? undefined : await headOf(path);
    if (path === undefined || head === undefined) continue;
    if (head.subarray(0, 4).equals(Buffer.from([0, 0x61, 0x73, 0x6d]))) return path;
    throw new UserError('no-module', head.subarray(1, 4).toString('latin1') === 'ELF'
      ? l10n.t('The image starts {0}, a native program for {1}, not a WebAssembly module. Run it in Docker, or pack a WebAssembly build of it.', written, start.platform)
      : l10n.t('The image starts {0}, which is not a WebAssembly module.', written));
  }
  throw new UserError('no-module', l10n.t('The image starts {0}, which is not in it. Pack it again with an --entrypoint that names the module by its absolute path.', written));
}

/** The first bytes of a file; undefined for all else. */
async function headOf(path: string): Promise<Buffer | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  try {
    const head = Buffer.alloc(4);
    if (file === undefined || !(await file.stat()).isFile()) return undefined;
    await file.read(head, 0, 4, 0);
    return head;
  } finally {
    await file?.close();
  }
}
