import type { TestContext } from 'node:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/base/digest';
import { tarEnd, tarHeader, tarPadding, type TarMember } from '../../src/base/tarwrite';
import { mediaTypes, type Blobs, type Descriptor } from '../../src/image/oci';

export const signal = new AbortController().signal;

/** A folder of a test's own, with a name that breaks careless quoting. */
export function workplace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "image test 'ä "));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
}

/** A member of a tar with its text. */
export type Made = Partial<TarMember> & { readonly name: string; readonly text?: string };

/** A tar of members: files by default, folders where the name ends in a slash. */
export function tarOf(members: readonly Made[]): Buffer {
  const chunks: Uint8Array[] = [];
  for (const { text = '', ...member } of members) {
    const folder = member.name.endsWith('/');
    const body = Buffer.from(text);
    chunks.push(tarHeader({ kind: folder ? 'directory' : 'file', mode: folder ? 0o755 : 0o644, size: body.length, ...member, name: folder ? member.name.slice(0, -1) : member.name }));
    if (body.length > 0) chunks.push(body, tarPadding(body.length));
  }
  return Buffer.concat([...chunks, tarEnd]);
}

/** An image in memory of blobs and a config, as strangers might make it. */
export function imageOf(layers: readonly { readonly bytes: Buffer; readonly mediaType?: string; readonly annotations?: Record<string, string> }[], config: object, configType: string = mediaTypes.config): Blobs {
  const blobs = new Map<string, Buffer>();
  const keep = (bytes: Buffer, mediaType: string): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const described = layers.map(({ bytes, mediaType = mediaTypes.layer, annotations }) => ({ ...keep(bytes, mediaType), ...(annotations === undefined ? {} : { annotations }) }));
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: keep(Buffer.from(JSON.stringify(config)), configType), layers: described };
  const root = keep(Buffer.from(JSON.stringify(manifest)), mediaTypes.manifest);
  return {
    root,
    // eslint-disable-next-line @typescript-eslint/require-await
    async *blob(digest) {
      const bytes = blobs.get(digest);
      if (bytes === undefined) throw new Error(`no blob ${digest}`);
      for (let at = 0; at < bytes.length; at += 256 * 1024) yield bytes.subarray(at, at + 256 * 1024);
    },
  };
}

/** All bytes of a stream. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
