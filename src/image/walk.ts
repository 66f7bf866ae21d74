import type { Digest } from '../base/digest';
import { isIndex, isManifest, parseManifest, type Blobs, type Descriptor } from './oci';
import { readBlob } from './read';

/** Every blob of an image, each once: layers and config before the manifest that names them, the root last. */
export async function blobsBelow(image: Blobs, signal: AbortSignal): Promise<Descriptor[]> {
  const found: Descriptor[] = [];
  const seen = new Set<Digest>();
  const visit = async (descriptor: Descriptor): Promise<void> => {
    if (seen.has(descriptor.digest)) return;
    seen.add(descriptor.digest);
    if (isIndex(descriptor.mediaType) || isManifest(descriptor.mediaType)) {
      const parsed = parseManifest(await readBlob(image, descriptor, signal), descriptor.digest);
      for (const child of 'manifests' in parsed ? parsed.manifests : [...parsed.layers, parsed.config]) await visit(child);
    }
    found.push(descriptor);
  };
  await visit(image.root);
  return found;
}
