import type { Blobs } from './oci';
import { blobsBelow } from './walk';

/** Told how far work with an image's bytes is. */
export type Progress = (done: number, total: number) => void;

/** The same image; `progress` is told how many of its bytes were read, of all that it has. */
export async function watched(image: Blobs, progress: Progress | undefined, signal: AbortSignal): Promise<Blobs> {
  if (progress === undefined) return image;
  const total = (await blobsBelow(image, signal)).reduce((sum, each) => sum + each.size, 0);
  let done = 0;
  return {
    root: image.root,
    async *blob(digest) {
      for await (const chunk of image.blob(digest)) {
        done += chunk.length;
        // Manifests are read more than once.
        progress(Math.min(done, total), total);
        yield chunk;
      }
    },
  };
}
