import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { UserError } from '../../base/error';
import * as l10n from '@vscode/l10n';
import { tarEnd, tarHeader, tarPadding, type TarMember } from '../../base/tarwrite';
import { isIndex, type Blobs, type Descriptor } from '../oci';
import { readImage, verifiedBlob } from '../read';
import { familiarName, type Reference } from '../reference';
import { blobsBelow } from '../walk';
import { blobPath, layoutIndex, layoutText } from './layout';
import { diskError, writeWhole } from './files';

// A tar that is an OCI image layout and a docker-archive at once: the blobs, index.json and oci-layout for the one, manifest.json
// for the other. `docker load`, podman, skopeo (oci-archive and docker-archive) and containerd all read it.

/** The bytes of the archive, blobs first, so that it can be streamed into an engine. The same image gives the same bytes. */
export async function* archiveOf(image: Blobs, name: Reference | undefined, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const blobs = [...(await blobsBelow(image, signal))].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const folders = new Set<string>();
  for (const descriptor of blobs) {
    const path = blobPath(descriptor.digest);
    for (const folder of ['blobs', path.slice(0, path.lastIndexOf('/'))]) {
      if (folders.has(folder)) continue;
      folders.add(folder);
      yield tarHeader({ name: folder, kind: 'directory', mode: 0o755 });
    }
    yield tarHeader(fileOf(path, descriptor.size));
    for await (const chunk of verifiedBlob(image, descriptor)) {
      signal.throwIfAborted();
      yield chunk;
    }
    yield tarPadding(descriptor.size);
  }
  const small: [string, Buffer][] = [['index.json', layoutIndex(image.root, name)]];
  const manifest = await dockerManifest(image, name, signal);
  if (manifest !== undefined) small.push(['manifest.json', manifest]);
  small.push(['oci-layout', Buffer.from(layoutText)]);
  for (const [path, bytes] of small) {
    yield tarHeader(fileOf(path, bytes.length));
    yield bytes;
    yield tarPadding(bytes.length);
  }
  yield tarEnd;
}

/** Writes the archive to a file; `.gz` and `.tgz` compress it. */
export async function writeArchive(image: Blobs, file: string, name: Reference | undefined, signal: AbortSignal): Promise<void> {
  const plain = archiveOf(image, name, signal);
  const chunks = /\.(gz|tgz)$/i.test(file) ? (Readable.from(plain, { objectMode: false }).pipe(createGzip({ level: 6 })) as AsyncIterable<Uint8Array>) : plain;
  try {
    await writeWhole(file, chunks, signal);
  } catch (error) {
    throw diskError(error, file);
  }
}

/** manifest.json names one image's parts; an index of several has no such form and is read by its layout alone. */
async function dockerManifest(image: Blobs, name: Reference | undefined, signal: AbortSignal): Promise<Buffer | undefined> {
  if (isIndex(image.root.mediaType)) return undefined;
  const { manifest } = await readImage(image, undefined, signal);
  const inArchive = (each: Descriptor): string => blobPath(each.digest);
  return Buffer.from(JSON.stringify([{
    Config: inArchive(manifest.config),
    RepoTags: name?.tag === undefined ? null : [familiarName({ ...name, digest: undefined })],
    Layers: manifest.layers.map(inArchive),
  }]));
}

function fileOf(name: string, size: number): TarMember {
  if (size < 0) throw new UserError('bad-image', l10n.t('{0} has a negative size. The image is damaged.', name));
  return { name, kind: 'file', mode: 0o644, size };
}
