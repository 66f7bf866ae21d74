import { createHash } from 'node:crypto';

/** `sha256:` and 64 hexadecimal digits (OCI image spec, descriptor.md#digests). */
export type Digest = string;

/** The SHA-256 digest of bytes that are at hand. */
export function digestOf(bytes: Uint8Array): Digest {
  return 'sha256:' + createHash('sha256').update(bytes).digest('hex');
}

/** Whether a text is a digest that we can verify: SHA-256 or SHA-512 in lower case. */
export function isDigest(text: string): boolean {
  return /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(text);
}

/** Passes chunks on and fails at the end when they are not what `digest` and `size` (bytes) say. */
export async function* verified(chunks: AsyncIterable<Uint8Array>, digest: Digest, size: number | undefined, wrong: (found: string) => Error): AsyncGenerator<Uint8Array> {
  const algorithm = digest.slice(0, digest.indexOf(':'));
  const hash = createHash(algorithm);
  let length = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    length += chunk.length;
    // A stream that runs past its length is cut here: it may never end.
    if (size !== undefined && length > size) throw wrong(`more than ${String(size)} bytes`);
    yield chunk;
  }
  const found = `${algorithm}:${hash.digest('hex')}`;
  if (size !== undefined && length !== size) throw wrong(`${String(length)} bytes`);
  if (found !== digest) throw wrong(found);
}
