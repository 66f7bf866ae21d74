import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { messageOf, systemCode, UserError } from '../base/error';
import { readTar, TarError } from '../base/tar';
import * as l10n from '@vscode/l10n';
import type { Blobs, Descriptor } from './oci';
import { verifiedBlob } from './read';
import { LayerTree, type Names } from './tree';

/** What a layer may unpack to, in bytes, before it is taken for a bomb; a setting raises it. */
export const largestLayer = 20 * 2 ** 30;

export interface ReadWish {
  readonly signal: AbortSignal;
  readonly largest?: number;
  /** Stored bytes read so far. */
  progress?(bytes: number): void;
}

/** A layer's tree, and what it is unpacked. */
export interface ReadLayer {
  readonly tree: LayerTree;
  readonly unpacked: number;
  /** Members whose names leave the image: they are not in the tree. */
  readonly strange: readonly string[];
}

/** Reads a layer's members as its stream comes; nothing is written to disk. Throws a UserError for damage and bombs. */
export async function readLayer(blobs: Blobs, layer: Descriptor, names: Names, wish: ReadWish): Promise<ReadLayer> {
  const tree = new LayerTree(names);
  const strange: string[] = [];
  let at = 0;
  const unpacked = await layerTar(blobs, layer, wish, async chunks => {
    for await (const { header } of readTar(chunks)) {
      if (tree.add(header, at++) === undefined && !header.name.includes('.wh..wh.')) strange.push(header.name);
    }
  });
  return { tree, unpacked, strange };
}

/** Hands a layer's tar, unpacked and verified, to a reader, and gives its length in bytes. Throws a UserError for damage and bombs. */
export async function layerTar(blobs: Blobs, layer: Descriptor, wish: ReadWish, use: (chunks: AsyncIterable<Uint8Array>) => Promise<void>): Promise<number> {
  let unpacked = 0;
  const count = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of unpack(stored(), layer)) {
      unpacked += chunk.length;
      if (unpacked > (wish.largest ?? largestLayer)) {
        throw new UserError('too-large', l10n.t('The layer {0} unpacks to more than {1} GB and is not read further. Raise the setting wasmWorkbench.images.maxUnpackedSize if that is right.', layer.digest, Math.round((wish.largest ?? largestLayer) / 2 ** 30)),
          [{ label: l10n.t('Open Setting'), action: { kind: 'setting', setting: 'wasmWorkbench.images.maxUnpackedSize' } }]);
      }
      yield chunk;
    }
  };
  const stored = async function* (): AsyncGenerator<Uint8Array> {
    let read = 0;
    for await (const chunk of verifiedBlob(blobs, layer)) {
      wish.signal.throwIfAborted();
      read += chunk.length;
      wish.progress?.(read);
      yield chunk;
    }
  };
  const chunks = count();
  try {
    // Without `return`, so that the archive's reader leaves the stream open where it ends.
    await use({ [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) });
    // The digest is told at the very end, behind what the archive's reader needs.
    while ((await chunks.next()).done !== true) continue;
  } catch (error) {
    await chunks.return(undefined);
    throw damage(error, layer);
  }
  return unpacked;
}

function damage(error: unknown, layer: Descriptor): unknown {
  const why = error instanceof TarError ? error.message : /^(Z_|ZSTD_|ERR_ZSTD)/.test(systemCode(error) ?? '') ? messageOf(error) : undefined;
  return why === undefined ? error : new UserError('bad-image', l10n.t('The layer {0} is damaged: {1}.', layer.digest, why), [], { cause: error });
}

/** The tar inside a layer's blob. The bytes are looked at, not the media type, which tools get wrong. */
async function* unpack(chunks: AsyncGenerator<Uint8Array>, layer: Descriptor): AsyncGenerator<Uint8Array> {
  const first = await chunks.next();
  if (first.done === true) return;
  const head = first.value;
  const all = (async function* () {
    yield head;
    yield* chunks;
  })();
  if (head[0] === 0x1f && head[1] === 0x8b) yield* through(all, zlib.createGunzip({ chunkSize: 256 * 1024 }));
  else if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) {
    // Node has zstd from 22.15 on.
    const create = (zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream }).createZstdDecompress;
    if (create === undefined) throw new UserError('unsupported', l10n.t('The layer {0} is compressed with zstd, which this Node ({1}) can\'t read. Node 22.15 or later can.', layer.digest, process.version));
    yield* through(all, create());
  } else yield* all;
}

async function* through(chunks: AsyncIterable<Uint8Array>, transform: NodeJS.ReadWriteStream): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false });
  let failure: Error | undefined;
  source.on('error', error => {
    failure = error;
    transform.end();
  });
  try {
    for await (const chunk of source.pipe(transform) as unknown as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw failure ?? error;
  } finally {
    source.destroy();
  }
  if (failure !== undefined) throw failure;
}
