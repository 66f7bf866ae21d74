import { createHash } from 'node:crypto';
import { messageOf, systemCode, UserError } from '../base/error';
import { readTar, TarError, type TarEntry } from '../base/tar';
import * as l10n from '@vscode/l10n';
import { decompressed } from './decompress';
import { blobName, holdsModule, saysTar } from './layerTypes';
import type { Blobs, Descriptor } from './oci';
import { verifiedBlob } from './read';
import { LayerTree } from './tree';

/** What a layer may unpack to, in bytes, before it is taken for a bomb; a setting raises it. */
export const largestLayer = 20 * 2 ** 30;

export interface ReadWish {
  readonly signal: AbortSignal;
  /** The most bytes that a layer may unpack to. */
  readonly largest?: number;
  /** Whether each file's bytes are hashed, to find the same content again. */
  readonly contents?: boolean;
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

/** One member of a layer as its stream passes. `order` counts members, from 0: a tree knows its own by it. */
export interface Member extends TarEntry {
  readonly order: number;
}

/** Reads a layer's members as its stream comes; nothing is written to disk. Throws a UserError for damage and bombs. */
export async function readLayer(blobs: Blobs, layer: Descriptor, wish: ReadWish): Promise<ReadLayer> {
  const tree = new LayerTree();
  const strange: string[] = [];
  let unpacked = 0;
  for await (const { header, body, order } of membersOf(blobs, layer, { ...wish, unpacked: bytes => { unpacked = bytes; } }, true)) {
    const index = tree.add(header, order);
    if (index === undefined) {
      if (!header.name.includes('.wh..wh.')) strange.push(header.name);
    } else if (wish.contents === true && header.kind === 'file' && header.size > 0 && tree.order(index) === order) {
      const hash = createHash('sha256');
      for await (const chunk of body) hash.update(chunk);
      tree.setContent(index, hash.digest());
    }
  }
  tree.trim();
  return { tree, unpacked, strange };
}

/**
 * The members of a layer as its stream comes: of its tar, or the one file that a Wasm layer or an artifact is. With `whole` the stream is
 * read to its end and fails where it is not what its digest says; without, the reader may leave when it has what it wants.
 */
export async function* membersOf(blobs: Blobs, layer: Descriptor, wish: ReadWish & { unpacked?(bytes: number): void }, whole: boolean): AsyncGenerator<Member, void, undefined> {
  if (/\+encrypted\b/.test(layer.mediaType)) throw new UserError('unsupported', l10n.t('The layer {0} is encrypted ({1}): only who has its key can look into it.', layer.digest, layer.mediaType));
  const stored = storedBytes(blobs, layer, wish);
  if (holdsModule(layer.mediaType)) {
    wish.unpacked?.(layer.size);
    yield single(layer, stored);
    return;
  }
  const chunks = limited(decompressed(stored), layer, wish);
  try {
    const first = await filled(chunks);
    if (!saysTar(layer.mediaType) && !looksLikeTar(first)) {
      // An artifact of any other kind: a file of the bytes that are stored.
      await chunks.return();
      wish.unpacked?.(layer.size);
      yield single(layer, storedBytes(blobs, layer, wish));
      return;
    }
    let order = 0;
    for await (const { header, offset, body } of readTar(unclosed(first, chunks))) yield { header, offset, body: named(body, layer), order: order++ };
    // The digest is told at the very end, behind what the archive's reader needs.
    while (whole && (await chunks.next()).done !== true) continue;
  } catch (error) {
    throw damage(error, layer);
  } finally {
    await chunks.return();
  }
}

async function* storedBytes(blobs: Blobs, layer: Descriptor, wish: ReadWish): AsyncGenerator<Uint8Array, void, undefined> {
  let read = 0;
  for await (const chunk of verifiedBlob(blobs, layer)) {
    wish.signal.throwIfAborted();
    read += chunk.length;
    wish.progress?.(read);
    yield chunk;
  }
}

async function* limited(chunks: AsyncIterable<Uint8Array>, layer: Descriptor, wish: ReadWish & { unpacked?(bytes: number): void }): AsyncGenerator<Uint8Array, void, undefined> {
  const largest = wish.largest ?? largestLayer;
  let size = 0;
  for await (const chunk of chunks) {
    wish.signal.throwIfAborted();
    size += chunk.length;
    wish.unpacked?.(size);
    if (size > largest) throw tooLarge(layer.digest, largest);
    yield chunk;
  }
}

/** The error for what unpacks to more than the setting allows. */
export function tooLarge(what: string, largest: number): UserError {
  return new UserError('too-large', l10n.t('{0} unpacks to more than {1} GB and is not read further. Raise the setting wasmWorkbench.images.maxUnpackedSize if that is right.', what, Number((largest / 2 ** 30).toPrecision(3))),
    [{ label: l10n.t('Open Setting'), action: { kind: 'setting', setting: 'wasmWorkbench.images.maxUnpackedSize' } }]);
}

/** The first block, or as much as there is of it. */
async function filled(chunks: AsyncGenerator<Uint8Array, void, undefined>): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < 512) {
    const next = await chunks.next();
    if (next.done === true) break;
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
  }
  return first;
}

function looksLikeTar(first: Uint8Array): boolean {
  return first.length >= 512 && (Buffer.from(first.buffer, first.byteOffset, 512).toString('latin1', 257, 262) === 'ustar' || first.subarray(0, 512).every(byte => byte === 0));
}

/** Without `return`, so that the archive's reader leaves the stream open where it ends. */
function unclosed(first: Uint8Array, chunks: AsyncGenerator<Uint8Array, void, undefined>): AsyncIterable<Uint8Array> {
  let head: Uint8Array | undefined = first.length > 0 ? first : undefined;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (head === undefined) return chunks.next();
        const value = head;
        head = undefined;
        return { done: false, value };
      },
    }),
  };
}

/** A body whose damage is told as its layer's. */
async function* named(body: AsyncIterable<Uint8Array>, layer: Descriptor): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw damage(error, layer);
  }
}

function single(layer: Descriptor, body: AsyncIterable<Uint8Array>): Member {
  return { order: 0, offset: 0, body, header: { name: blobName(layer), kind: 'file', size: layer.size, mode: 0o644, uid: 0, gid: 0, user: '', group: '', mtime: 0, target: '', pax: new Map() } };
}

function damage(error: unknown, layer: Descriptor): unknown {
  const why = error instanceof TarError ? error.message : /^(Z_|ZSTD_|ERR_ZSTD)/.test(systemCode(error) ?? '') ? messageOf(error) : undefined;
  return why === undefined ? error : new UserError('bad-image', l10n.t('The layer {0} is damaged: {1}.', layer.digest, why), [], { cause: error });
}
