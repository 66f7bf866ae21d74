import * as l10n from '@vscode/l10n';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { messageOf, systemCode, UserError } from '../base/error';
import { fileError } from '../wasm/read';

/** Whether a file begins as a binary does, whatever its name; false where it can't be read, which whoever reads all of it will say. */
export async function isBinary(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    const head = new Uint8Array(4);
    const { bytesRead } = await file.read(head, 0, 4, 0);
    return bytesRead === 4 && head[0] === 0 && head[1] === 0x61 && head[2] === 0x73 && head[3] === 0x6d;
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

/** A module's bytes. Throws UserError 'not-found', 'io'. */
export async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => { throw fileError(error, path); });
}

/** Writes a file so that it is there whole or as it was. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await whole(path, temporary => writeFile(temporary, bytes));
}

/** Writes text that comes in pieces, as fast as the disk takes it; nothing is left of it when `signal` aborts. */
export async function writePieces(path: string, pieces: Iterable<string>, signal: AbortSignal): Promise<void> {
  await whole(path, async temporary => {
    const stream = createWriteStream(temporary);
    const broken = new Promise<never>((_, fail) => stream.once('error', fail));
    broken.catch(() => {});
    try {
      for (const piece of batches(pieces)) {
        signal.throwIfAborted();
        if (!stream.write(piece)) await Promise.race([once(stream, 'drain'), broken]);
        else await new Promise(setImmediate);
      }
      await Promise.race([finished(stream), broken]);
    } catch (error) {
      stream.destroy();
      throw error;
    }
  });
}

function finished(stream: WriteStream): Promise<void> {
  return new Promise(done => { stream.end(done); });
}

/** Small pieces joined to larger ones. */
export function* batches(pieces: Iterable<string>, size = 1 << 18): Generator<string> {
  let batch = '';
  for (const piece of pieces) {
    batch += piece;
    if (batch.length < size) continue;
    yield batch;
    batch = '';
  }
  if (batch !== '') yield batch;
}

async function whole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (systemCode(error) === undefined) throw error;
    throw new UserError('bad-path', l10n.t("Can't write {0}: {1}.", path, messageOf(error)), [], { cause: error });
  }
}
