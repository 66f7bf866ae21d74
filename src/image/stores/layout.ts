import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { systemCode, UserError } from '../../base/error';
import { digestOf, isDigest, type Digest } from '../../base/digest';
import * as l10n from '@vscode/l10n';
import { mediaTypes, parseManifest, type Blobs, type Descriptor } from '../oci';
import { fullName, type Reference } from '../reference';
import { verifiedBlob } from '../read';
import { blobsBelow } from '../walk';
import { diskError, writeWhole } from './files';

// An OCI image layout folder (image-layout.md): oci-layout, index.json and blobs/ALGORITHM/HEX.

/** What the file `oci-layout` holds. */
export const layoutText = '{"imageLayoutVersion":"1.0.0"}';

/** Where a blob lies below a layout's folder, with slashes. Throws a UserError for what is not a digest: it would become a path. */
export function blobPath(digest: Digest): string {
  if (!isDigest(digest)) throw new UserError('bad-image', l10n.t('{0} is not a digest. The image is damaged.', digest));
  return `blobs/${digest.replace(':', '/')}`;
}

/** The index.json of a layout with one image. containerd and Docker take the tag from these annotations. */
export function layoutIndex(root: Descriptor, name: Reference | undefined): Buffer {
  const annotations = name === undefined ? undefined : {
    'io.containerd.image.name': fullName(name),
    'org.opencontainers.image.ref.name': name.tag ?? name.digest ?? 'latest',
  };
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [{ ...root, ...(annotations === undefined ? {} : { annotations }) }] }));
}

/** Opens a layout folder. With several images in it, all are there below an index. Throws a UserError. */
export async function openLayout(folder: string): Promise<Blobs> {
  const read = async (name: string): Promise<Buffer> => {
    try {
      return await readFile(join(folder, name));
    } catch (error) {
      throw new UserError('bad-image', systemCode(error) === 'ENOENT'
        ? l10n.t('{0} is not an OCI image layout: it has no {1}.', folder, name)
        : l10n.t("Can't read {0}: {1}.", join(folder, name), systemCode(error) ?? String(error)), [], { cause: error });
    }
  };
  await read('oci-layout');
  const indexBytes = await read('index.json');
  const index = parseManifest(indexBytes, join(folder, 'index.json'));
  const only = 'manifests' in index && index.manifests.length === 1 ? index.manifests[0] : undefined;
  // index.json is no blob, but serves as one where it lists several images.
  const root: Descriptor = only ?? { mediaType: mediaTypes.index, digest: digestOf(indexBytes), size: indexBytes.length };
  return {
    root,
    blob(digest) {
      if (only === undefined && digest === root.digest) return Readable.from([indexBytes], { objectMode: true }) as AsyncIterable<Uint8Array>;
      return readBlobFile(join(folder, ...blobPath(digest).split('/')), digest);
    },
  };
}

async function* readBlobFile(path: string, digest: Digest): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new UserError('bad-image', l10n.t('The image is not whole: its part {0} is missing.', digest), [], { cause: error });
    }
    throw error;
  }
}

/** Writes an image as a layout folder, which must be new or empty; what can't be finished is removed again. */
export async function writeLayout(image: Blobs, folder: string, name: Reference | undefined, signal: AbortSignal): Promise<void> {
  const there = await stat(folder).catch(() => undefined);
  if (there !== undefined && (!there.isDirectory() || (await readdir(folder)).length > 0)) {
    throw new UserError('io', l10n.t("Can't write an image to {0}: it is there already and is not empty. Choose a new folder, or remove it first.", folder));
  }
  try {
    await mkdir(folder, { recursive: true });
    for (const descriptor of await blobsBelow(image, signal)) {
      await writeWhole(join(folder, ...blobPath(descriptor.digest).split('/')), verifiedBlob(image, descriptor), signal);
    }
    await writeWhole(join(folder, 'oci-layout'), bytes(Buffer.from(layoutText)), signal);
    // The index comes last: a folder without one is no image.
    await writeWhole(join(folder, 'index.json'), bytes(layoutIndex(image.root, name)), signal);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw diskError(error, folder);
  }
}

function bytes(buffer: Buffer): AsyncIterable<Uint8Array> {
  return Readable.from([buffer], { objectMode: true }) as AsyncIterable<Uint8Array>;
}
