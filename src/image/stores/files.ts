import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemCode, UserError } from '../../base/error';
import * as l10n from '@vscode/l10n';

/** Writes a file whole or not at all: beside its place first, then renamed. Errors of the disk become sentences. */
export async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
  const partial = `${path}.${String(process.pid)}.partial`;
  const hash = createHash('sha256');
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(chunks, async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        hash.update(chunk);
        yield chunk;
      }
    }, createWriteStream(partial, { flags: 'w' }), { signal });
    await rename(partial, path);
    return `sha256:${hash.digest('hex')}`;
  } catch (error) {
    await rm(partial, { force: true });
    throw diskError(error, path);
  }
}

/** A sentence for what a disk answers; other errors pass untouched. */
export function diskError(error: unknown, path: string): unknown {
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG': return new UserError('io', l10n.t("Can't write {0}: the disk is full. Free some space and try again; nothing half-written is left.", path), [], { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS': return new UserError('io', l10n.t("Can't write {0}: you have no permission there. Choose another place.", path), [], { cause: error });
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST': return new UserError('io', l10n.t("Can't write {0}: something else is there. Choose another place, or remove it first.", path), [], { cause: error });
    default: return error;
  }
}

/** The SHA-256 digest of a part of a file. */
export async function hashFile(path: string, part: { readonly offset: number; readonly size: number }, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  if (part.size > 0) {
    const chunks = createReadStream(path, { start: part.offset, end: part.offset + part.size - 1, highWaterMark: 1 << 20, signal });
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) hash.update(chunk);
  }
  return `sha256:${hash.digest('hex')}`;
}
