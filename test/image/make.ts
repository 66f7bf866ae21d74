import { gzipSync } from 'node:zlib';
import { digestOf, type Digest } from '../../src/base/digest';
import { tarEnd, tarHeader, tarPadding } from '../../src/base/tarwrite';
import { mediaTypes, type Blobs, type Descriptor } from '../../src/image/oci';

/** A member of a layer that a test makes: a name that ends in a slash is a folder; with a target it is a link. */
export interface MadeMember {
  readonly name: string;
  readonly body?: string | Uint8Array;
  readonly target?: string;
  readonly hard?: boolean;
  readonly mode?: number;
  readonly mtime?: number;
}

/** The bytes of a tar. */
export function tarOf(members: readonly MadeMember[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { name, body = '', target, hard, mode, mtime } of members) {
    const bytes = Buffer.from(body as Uint8Array);
    if (name.endsWith('/')) parts.push(tarHeader({ name: name.slice(0, -1), kind: 'directory', mode: mode ?? 0o755, mtime: mtime ?? 0 }));
    else if (target !== undefined) parts.push(tarHeader({ name, kind: hard === true ? 'link' : 'symlink', target, mode: mode ?? 0o777, mtime: mtime ?? 0 }));
    else parts.push(tarHeader({ name, kind: 'file', size: bytes.length, mode: mode ?? 0o644, mtime: mtime ?? 0 }), bytes, tarPadding(bytes.length));
  }
  return Buffer.concat([...parts, tarEnd]);
}

export interface MadeImage {
  readonly layers: readonly { readonly tar: Uint8Array; readonly createdBy: string; readonly plain?: boolean; readonly mediaType?: string }[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

/** An image in memory. */
export function imageOf({ layers, config = {}, platform = { os: 'linux', architecture: 'amd64' } }: MadeImage): Blobs {
  const blobs = new Map<Digest, Buffer>();
  const keep = (bytes: Buffer, mediaType: string): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const made = layers.map(({ tar, plain, mediaType }) => keep(plain === true ? Buffer.from(tar) : gzipSync(tar), mediaType ?? (plain === true ? mediaTypes.layer : mediaTypes.layerGzip)));
  const configBlob = keep(Buffer.from(JSON.stringify({
    created: '2026-01-02T03:04:05Z', ...platform, config, rootfs: { type: 'layers', diff_ids: layers.map(({ tar }) => digestOf(tar)) },
    history: layers.map(({ createdBy }) => ({ created: '2026-01-02T03:04:05Z', created_by: createdBy })),
  })), mediaTypes.config);
  const root = keep(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.manifest, config: configBlob, layers: made })), mediaTypes.manifest);
  return {
    root: { ...root, platform },
    async *blob(digest) {
      const bytes = blobs.get(digest);
      if (bytes === undefined) throw new Error(`no blob ${digest}`);
      // In pieces, as a disk or a network gives them.
      for (let at = 0; at < bytes.length; at += 65_536) yield await Promise.resolve(bytes.subarray(at, at + 65_536));
    },
  };
}

/** A module that imports from WASI, with a memory, a start function and a name section. */
export const smallModule = Buffer.from([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 8, 2, 0x60, 1, 0x7f, 0, 0x60, 0, 0,
  2, 36, 1, 22, ...Buffer.from('wasi_snapshot_preview1'), 9, ...Buffer.from('proc_exit'), 0, 0,
  3, 2, 1, 1, 5, 3, 1, 0, 1,
  7, 19, 2, 6, ...Buffer.from('memory'), 2, 0, 6, ...Buffer.from('_start'), 0, 1,
  10, 8, 1, 6, 0, 0x41, 0, 0x10, 0, 0x0b,
  0, 14, 4, ...Buffer.from('name'), 1, 7, 1, 1, 4, ...Buffer.from('main'),
]);

/** A small image of four layers: what a base has, a module, a removal, and an opaque folder. */
export function demoImage(): Blobs {
  return imageOf({
    layers: [
      { createdBy: '/bin/sh -c #(nop) ADD file:0123456789abcdef in / ', tar: tarOf([
        { name: 'bin/' }, { name: 'bin/busybox', body: Buffer.alloc(90_000, 7), mode: 0o755 }, { name: 'bin/sh', target: 'busybox' }, { name: 'etc/' }, { name: 'etc/passwd', body: 'root:x:0:0\n' },
        { name: 'etc/motd', body: 'hello\n', mtime: 1_700_000_000 }, { name: 'usr/' }, { name: 'usr/lib/' }, { name: 'usr/lib/old.so', body: Buffer.alloc(50_000, 1) }, { name: 'var/' }, { name: 'var/cache/' }, { name: 'var/cache/apt', body: Buffer.alloc(30_000, 2) },
      ]) },
      { createdBy: 'COPY app.wasm /app/ # buildkit', tar: tarOf([
        { name: 'app/' }, { name: 'app/app.wasm', body: smallModule, mode: 0o755 }, { name: 'app/index.html', body: '<h1>Hello</h1>\n' }, { name: 'app/copy.html', body: '<h1>Hello</h1>\n' }, { name: 'app/hard.html', target: 'app/index.html', hard: true }, { name: 'etc/' }, { name: 'etc/motd', body: 'hello, world\n' },
      ]) },
      { createdBy: 'RUN /bin/sh -c rm /usr/lib/old.so && apk add x # buildkit', tar: tarOf([{ name: 'usr/' }, { name: 'usr/lib/' }, { name: 'usr/lib/.wh.old.so' }, { name: 'usr/lib/new.so', body: Buffer.alloc(20_000, 3) }]) },
      { createdBy: 'RUN /bin/sh -c rm -r /var/cache && mkdir /var/cache # buildkit', tar: tarOf([{ name: 'var/' }, { name: 'var/cache/' }, { name: 'var/cache/.wh..wh..opq' }]) },
    ],
    config: { Entrypoint: ['/app/app.wasm'], Env: ['PATH=/bin', 'LEVEL=2'], ExposedPorts: { '8080/tcp': {} }, Labels: { 'org.opencontainers.image.title': 'demo' }, WorkingDir: '/app', User: 'nobody' },
  });
}
