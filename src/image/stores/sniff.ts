import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { readTar } from '../../base/tar';

// Which of a workspace's many archives are images: their first member tells, whatever comes first in an OCI layout or a docker-archive.
const firstMember = /^(\.?\/)*($|\.$|blobs(\/|$)|oci-layout$|index\.json$|manifest\.json$|repositories$|[0-9a-f]{64}(\/|\.json$|\.tar$|$))/;
const most = 64 * 1024;

/** Whether a file looks like an image, by its first member; only its first bytes are read. */
export async function looksLikeImage(path: string): Promise<boolean> {
  const bytes = Buffer.alloc(most);
  try {
    const file = await open(path, 'r');
    let read: number;
    try {
      ({ bytesRead: read } = await file.read(bytes, 0, most, 0));
    } finally {
      await file.close();
    }
    let head: Buffer = bytes.subarray(0, read);
    if (head[0] === 0x1f && head[1] === 0x8b) head = await begin(head);
    let members = 0;
    for await (const { header } of readTar(one(head))) {
      if (!firstMember.test(header.name)) return false;
      // A folder `.` comes before everything in archives that `tar` made: the next one decides.
      if (!/^(\.?\/?)*$/.test(header.name) || ++members > 1) return true;
    }
  } catch {
    // Cut off by us, or no archive.
  }
  return false;
}

/** Whether a folder is an OCI layout. */
export async function isLayout(folder: string): Promise<boolean> {
  return stat(join(folder, 'oci-layout')).then(found => found.isFile(), () => false);
}

function begin(compressed: Buffer): Promise<Buffer> {
  return new Promise(done => {
    const gunzip = createGunzip();
    const end = (bytes: Buffer): void => {
      gunzip.destroy();
      done(bytes);
    };
    gunzip.once('data', end);
    gunzip.once('error', () => { end(Buffer.alloc(0)); });
    gunzip.once('end', () => { end(Buffer.alloc(0)); });
    gunzip.end(compressed);
  });
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
