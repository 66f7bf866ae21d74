import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { tarEnd, tarHeader, tarPadding, type TarMember } from '../base/tarwrite';
import { UserError } from '../base/error';
import type { Digest } from '../base/digest';
import * as l10n from '@vscode/l10n';
import { mediaTypes, type Descriptor } from './oci';
import { diskError } from './stores/files';

/** One member of a layer, with the host file that its bytes come from. */
export interface Content extends TarMember {
  readonly source?: string;
}

/** A layer that was written to a file. */
export interface WrittenLayer {
  readonly descriptor: Descriptor;
  /** Of the uncompressed tar: what the config's rootfs lists. */
  readonly diffId: Digest;
  readonly file: string;
}

export interface LayerWish {
  readonly compress: boolean;
  readonly signal: AbortSignal;
  /** Uncompressed bytes written so far. */
  progress?(bytes: number): void;
}

/**
 * Writes a layer's tar to `file`, as a stream: memory does not depend on the content's size. The same members give the same bytes.
 * Throws a UserError with code `io` when a source changes its size while it is read.
 */
export async function writeLayer(members: readonly Content[], file: string, wish: LayerWish): Promise<WrittenLayer> {
  const raw = createHash('sha256');
  const stored = createHash('sha256');
  let size = 0;
  let written = 0;
  const out = createWriteStream(file, { flags: 'wx' });
  const ended = finished(out);
  ended.catch(() => {});
  const store = async (chunk: Uint8Array): Promise<void> => {
    stored.update(chunk);
    size += chunk.length;
    if (!out.write(chunk)) await Promise.race([once(out, 'drain'), ended]);
  };
  const gzip = wish.compress ? createGzip({ level: 6 }) : undefined;
  // Compression runs on zlib's own thread while the next chunk is read and hashed here.
  const drained = gzip === undefined ? undefined : drain(gzip, store);
  drained?.catch(() => {});
  const add = async (chunk: Uint8Array): Promise<void> => {
    raw.update(chunk);
    written += chunk.length;
    wish.progress?.(written);
    if (gzip === undefined) await store(chunk);
    else if (!gzip.write(chunk)) await Promise.race([once(gzip, 'drain'), drained]);
  };
  try {
    for (const member of members) {
      wish.signal.throwIfAborted();
      await add(tarHeader(member));
      if (member.kind !== 'file' || member.source === undefined) continue;
      let left = member.size ?? 0;
      for await (const chunk of createReadStream(member.source, { highWaterMark: 256 * 1024, signal: wish.signal }) as AsyncIterable<Uint8Array>) {
        left -= chunk.length;
        if (left < 0) break;
        await add(chunk);
      }
      if (left !== 0) throw new UserError('io', l10n.t('{0} changed while it was packed. Try again when nothing writes to it.', member.source));
      await add(tarPadding(member.size ?? 0));
    }
    await add(tarEnd);
    gzip?.end();
    await drained;
    out.end();
    await ended;
  } catch (error) {
    gzip?.destroy();
    out.destroy();
    throw diskError(error, file);
  }
  return {
    descriptor: { mediaType: wish.compress ? mediaTypes.layerGzip : mediaTypes.layer, digest: `sha256:${stored.digest('hex')}`, size },
    diffId: `sha256:${raw.digest('hex')}`,
    file,
  };
}

/** Hands on what gzip makes, with the header's OS byte (RFC 1952, 2.3.1) set to "unknown": zlib writes the system it was built for. */
async function drain(gzip: ReturnType<typeof createGzip>, store: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  let at = 0;
  for await (const chunk of gzip as AsyncIterable<Uint8Array>) {
    if (at <= 9 && at + chunk.length > 9) chunk[9 - at] = 255;
    at += chunk.length;
    await store(chunk);
  }
}
