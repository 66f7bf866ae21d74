import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { systemCode, UserError } from '../../base/error';
import { digestOf, type Digest } from '../../base/digest';
import { readTar, TarError, type TarSource } from '../../base/tar';
import { temporaryFolder } from '../../base/temporary';
import * as l10n from '@vscode/l10n';
import { largestJson, mediaTypes, parseConfig, parseManifest, type Blobs, type Descriptor } from '../oci';
import { largestLayer, tooLarge } from '../entries';
import { hashFile, writeWhole } from './files';

// Image files: an OCI layout in a tar, what `docker save` writes today (both in one), and the older docker-archive, whose layers are
// VERSION/layer.tar and whose config is HEX.json. Only the members' places are kept; a layer's bytes are read from the file.

interface Place {
  readonly offset: number;
  readonly size: number;
}

/** An image file that is open; `dispose` closes it. */
export interface ImageFile extends Blobs {
  /** The names it gives its images. */
  readonly names: readonly string[];
  dispose(): Promise<void>;
}

/** Opens an image file, plain or gzip; `largest` bounds what the latter unpacks to. Throws a UserError with code `bad-image`. */
export async function openImageFile(path: string, signal: AbortSignal, largest = largestLayer): Promise<ImageFile> {
  const plain = await unzipped(path, signal, largest);
  const file = await open(plain.path, 'r').catch((error: unknown) => {
    throw new UserError('not-found', systemCode(error) === 'ENOENT' ? l10n.t('There is no image file {0}.', path) : l10n.t("Can't read {0}: {1}.", path, systemCode(error) ?? ''), [], { cause: error });
  });
  const dispose = async (): Promise<void> => {
    await file.close();
    await plain.dispose();
  };
  try {
    const places = await scan(file, path, signal);
    const opened = places.has('index.json') && places.has('oci-layout') ? await ociLayout(file, places, path) : await dockerArchive(file, plain.path, places, path, signal);
    return { ...opened, dispose };
  } catch (error) {
    await dispose();
    throw error instanceof TarError ? new UserError('bad-image', l10n.t('{0} is not a whole image file: {1}.', path, error.message), [], { cause: error }) : error;
  }
}

/** A gzipped archive can't be read from its middle: it is unpacked to a temporary file first. */
async function unzipped(path: string, signal: AbortSignal, largest: number): Promise<{ path: string; dispose(): Promise<void> }> {
  const magic = Buffer.alloc(2);
  const file = await open(path, 'r').catch(() => undefined);
  await file?.read(magic, 0, 2, 0);
  await file?.close();
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return { path, dispose: () => Promise.resolve() };
  const folder = await temporaryFolder('image');
  try {
    const target = `${folder.path}/${basename(path)}.tar`;
    await writeWhole(target, atMost(createReadStream(path).pipe(createGunzip()) as AsyncIterable<Uint8Array>, path, largest), signal);
    return { path: target, dispose: () => folder.dispose() };
  } catch (error) {
    await folder.dispose();
    throw systemCode(error)?.startsWith('Z_') === true ? new UserError('bad-image', l10n.t('{0} is not a whole gzip file. It was cut off or is damaged.', path), [], { cause: error }) : error;
  }
}

async function* atMost(chunks: AsyncIterable<Uint8Array>, path: string, largest: number): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > largest) throw tooLarge(path, largest);
    yield chunk;
  }
}

async function scan(file: FileHandle, path: string, signal: AbortSignal): Promise<Map<string, Place>> {
  const { size } = await file.stat();
  if (size === 0) throw new UserError('bad-image', l10n.t('{0} is empty.', path));
  const places = new Map<string, Place>();
  const links = new Map<string, string>();
  for await (const { header, offset } of readTar(chunksOf(file, size, signal))) {
    const name = header.name.replace(/^(\.?\/)+/, '');
    if (header.kind === 'file') places.set(name, { offset, size: header.size });
    // Old `docker save` links layers that images share: ID/layer.tar -> ../OTHER/layer.tar.
    else if (header.kind === 'symlink' || header.kind === 'link') links.set(name, header.kind === 'link' ? header.target : resolve(name, header.target));
  }
  for (const name of links.keys()) {
    let target = name;
    for (let hops = 0; links.has(target) && hops < 32; hops++) target = links.get(target) ?? '';
    const place = places.get(target);
    if (place !== undefined) places.set(name, place);
  }
  return places;
}

function resolve(name: string, target: string): string {
  const parts = name.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function chunksOf(file: FileHandle, size: number, signal: AbortSignal): TarSource {
  let at = 0;
  return {
    skip(length) {
      at += length;
      return at <= size;
    },
    async *[Symbol.asyncIterator]() {
      const buffer = Buffer.alloc(512);
      for (;;) {
        signal.throwIfAborted();
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield Uint8Array.prototype.slice.call(buffer, 0, bytesRead);
      }
    },
  };
}

async function small(file: FileHandle, place: Place | undefined, name: string, path: string): Promise<Buffer> {
  if (place === undefined) throw new UserError('bad-image', l10n.t('{0} is not an image: it has no {1}.', path, name));
  if (place.size > largestJson) throw new UserError('bad-image', l10n.t('{0} is not an image: its {1} is too large to be one.', path, name));
  const bytes = Buffer.alloc(place.size);
  const { bytesRead } = await file.read(bytes, 0, place.size, place.offset);
  if (bytesRead < place.size) throw new UserError('bad-image', l10n.t('{0} was cut off: its {1} is not whole.', path, name));
  return bytes;
}

async function* range(file: FileHandle, place: Place, path: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < place.size;) {
    const buffer = Buffer.allocUnsafe(Math.min(256 * 1024, place.size - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, place.offset + at);
    if (bytesRead === 0) throw new UserError('bad-image', l10n.t('{0} was cut off while it was read.', path));
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function ociLayout(file: FileHandle, places: ReadonlyMap<string, Place>, path: string): Promise<Omit<ImageFile, 'dispose'>> {
  const bytes = await small(file, places.get('index.json'), 'index.json', path);
  const index = parseManifest(bytes, `${path} (index.json)`);
  const manifests = 'manifests' in index ? index.manifests : [];
  const only = manifests.length === 1 ? manifests[0] : undefined;
  const root: Descriptor = only ?? { mediaType: mediaTypes.index, digest: digestOf(bytes), size: bytes.length };
  return {
    root,
    names: manifests.flatMap(each => each.annotations?.['io.containerd.image.name'] ?? each.annotations?.['org.opencontainers.image.ref.name'] ?? []),
    blob(digest) {
      if (only === undefined && digest === root.digest) return Readable.from([bytes], { objectMode: true }) as AsyncIterable<Uint8Array>;
      const place = places.get(`blobs/${digest.replace(':', '/')}`);
      if (place === undefined) throw new UserError('bad-image', l10n.t('The image is not whole: its part {0} is missing.', digest));
      return range(file, place, path);
    },
  };
}

interface ArchiveImage {
  Config?: unknown;
  RepoTags?: unknown;
  Layers?: unknown;
}

/** A docker-archive names files, not digests: manifests are made for it, so that it reads like any other image. */
async function dockerArchive(file: FileHandle, plainPath: string, places: ReadonlyMap<string, Place>, path: string, signal: AbortSignal): Promise<Omit<ImageFile, 'dispose'>> {
  let listed: unknown;
  try {
    listed = JSON.parse((await small(file, places.get('manifest.json'), 'manifest.json', path)).toString());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError('bad-image', l10n.t('{0} is not an image: its manifest.json is not JSON.', path), [], { cause: error });
  }
  const blobs = new Map<Digest, () => AsyncIterable<Uint8Array>>();
  const keep = (bytes: Buffer): Digest => {
    const digest = digestOf(bytes);
    blobs.set(digest, () => Readable.from([bytes], { objectMode: true }) as AsyncIterable<Uint8Array>);
    return digest;
  };
  const names: string[] = [];
  const roots: Descriptor[] = [];
  for (const each of Array.isArray(listed) ? (listed as ArchiveImage[]) : []) {
    if (typeof each.Config !== 'string' || !Array.isArray(each.Layers)) continue;
    const configBytes = await small(file, places.get(each.Config), each.Config, path);
    const config = parseConfig(configBytes, each.Config);
    const layers: Descriptor[] = [];
    for (const name of each.Layers as unknown[]) {
      const place = typeof name === 'string' ? places.get(name) : undefined;
      if (place === undefined) throw new UserError('bad-image', l10n.t('The image in {0} is not whole: its layer {1} is missing.', path, String(name)));
      const digest = await hashFile(plainPath, place, signal);
      blobs.set(digest, () => range(file, place, path));
      layers.push({ mediaType: mediaTypes.layer, digest, size: place.size });
    }
    const manifest = Buffer.from(JSON.stringify({
      schemaVersion: 2, mediaType: mediaTypes.manifest, config: { mediaType: mediaTypes.config, digest: keep(configBytes), size: configBytes.length }, layers,
    }));
    roots.push({ mediaType: mediaTypes.manifest, digest: keep(manifest), size: manifest.length, platform: { os: config.os, architecture: config.architecture } });
    if (Array.isArray(each.RepoTags)) names.push(...each.RepoTags.filter((tag): tag is string => typeof tag === 'string'));
  }
  if (roots.length === 0) throw new UserError('bad-image', l10n.t('{0} is not an image: its manifest.json lists none.', path));
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: roots }));
  const only = roots.length === 1 ? roots[0] : undefined;
  return {
    root: only ?? { mediaType: mediaTypes.index, digest: keep(index), size: index.length },
    names,
    blob(digest) {
      const read = blobs.get(digest);
      if (read === undefined) throw new UserError('bad-image', l10n.t('The image is not whole: its part {0} is missing.', digest));
      return read();
    },
  };
}
