import { verified } from '../base/digest';
import { UserError } from '../base/error';
import * as l10n from '@vscode/l10n';
import { isIndex, largestJson, mediaTypes, parseConfig, parseManifest, showPlatform, type Blobs, type Descriptor, type ImageConfig, type Manifest, type Platform } from './oci';

/** One image of a store: its manifest and config, read and verified; its layers only named. */
export interface ReadImage {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
}

const deepestIndex = 4;
const mostManifests = 5000;

/** The bytes of a small blob, verified. Throws a UserError with code `bad-image`. */
export async function readBlob(blobs: Blobs, descriptor: Descriptor, signal: AbortSignal): Promise<Uint8Array> {
  if (descriptor.size > largestJson) {
    throw new UserError('bad-image', l10n.t('{0} says that it is {1} bytes long, which no manifest or config is. The image is damaged.', descriptor.digest, descriptor.size));
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of verifiedBlob(blobs, descriptor)) {
    signal.throwIfAborted();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A blob's bytes as they come; the last read fails with a UserError (`integrity`) when they were not what the descriptor says. */
export function verifiedBlob(blobs: Blobs, descriptor: Descriptor): AsyncGenerator<Uint8Array> {
  return verified(blobs.blob(descriptor.digest), descriptor.digest, descriptor.size, found => new UserError('integrity',
    l10n.t('A part of the image is not what its name says: {0} was expected and {1} was found. It is damaged or was tampered with; fetch it again.', descriptor.digest, found)));
}

/** Every image manifest that a root leads to, indexes within indexes too, attestations left out. */
export async function manifestsOf(blobs: Blobs, signal: AbortSignal): Promise<Descriptor[]> {
  const found: Descriptor[] = [];
  const seen = new Set<string>();
  const visit = async (descriptor: Descriptor, depth: number): Promise<void> => {
    if (seen.has(descriptor.digest)) return;
    seen.add(descriptor.digest);
    if (seen.size > mostManifests) throw new UserError('bad-image', l10n.t('The image lists more than {0} images, which no tool makes. It is damaged.', mostManifests));
    if (!isIndex(descriptor.mediaType)) {
      if (descriptor.annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest') found.push(descriptor);
      return;
    }
    if (depth >= deepestIndex) throw new UserError('bad-image', l10n.t('The image is an index of indexes, {0} deep, which no tool makes. It is damaged.', depth));
    const index = parseManifest(await readBlob(blobs, descriptor, signal), descriptor.digest);
    if (!('manifests' in index)) {
      found.push({ ...descriptor, mediaType: mediaTypes.manifest });
      return;
    }
    for (const each of index.manifests) await visit(each, depth + 1);
  };
  await visit(blobs.root, 0);
  return found;
}

/** The image for a platform or of a digest, or the only one there is. Throws a UserError with code `wrong-platform` when there are others only. */
export async function readImage(blobs: Blobs, wish: Platform | { readonly digest: string } | undefined, signal: AbortSignal): Promise<ReadImage> {
  const manifests = await manifestsOf(blobs, signal);
  if (wish !== undefined && 'digest' in wish) {
    const named = manifests.find(each => each.digest === wish.digest);
    if (named === undefined) throw new UserError('not-found', l10n.t('The image {0} is not there any more. Refresh the view.', wish.digest));
    return parts(blobs, named, signal);
  }
  const platform = wish;
  const wanted = platform === undefined ? undefined : showPlatform(platform);
  const chosen = manifests.find(each => each.platform !== undefined && showPlatform(each.platform) === wanted)
    ?? manifests.find(each => wanted !== undefined && each.platform !== undefined && `${each.platform.os}/${each.platform.architecture}` === wanted)
    ?? (manifests.length === 1 ? manifests[0] : undefined);
  if (chosen === undefined) {
    const there = manifests.map(each => (each.platform === undefined ? each.digest : showPlatform(each.platform)));
    if (there.length === 0) throw new UserError('bad-image', l10n.t('The image holds nothing: its index names no manifest.'));
    throw new UserError('wrong-platform', wanted === undefined
      ? l10n.t('The image is there for several platforms: {0}. Say which with --platform.', there.join(', '))
      : l10n.t('The image is not there for {0}, only for {1}.', wanted, there.join(', ')));
  }
  return parts(blobs, chosen, signal);
}

async function parts(blobs: Blobs, chosen: Descriptor, signal: AbortSignal): Promise<ReadImage> {
  const manifest = parseManifest(await readBlob(blobs, chosen, signal), chosen.digest);
  if ('manifests' in manifest) throw new UserError('bad-image', l10n.t('{0} is labelled as one image and is a list of images. It is damaged.', chosen.digest));
  const config = parseConfig(await readBlob(blobs, manifest.config, signal), manifest.config.digest);
  return { descriptor: chosen, manifest, config };
}
