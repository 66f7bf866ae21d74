import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf } from '../../src/base/digest';
import { isUserError } from '../../src/base/error';
import { tarHeader } from '../../src/base/tarwrite';
import { unzstd } from '../../src/image/zstd';
import { readLayer } from '../../src/image/entries';
import { ImageService } from '../../src/image/explore/service';
import { changesOf } from '../../src/image/explore/changes';
import { inspectImage } from '../../src/image/inspect';
import { mediaTypes, type Blobs, type Descriptor } from '../../src/image/oci';
import { manifestsOf } from '../../src/image/read';
import { openImageFile } from '../../src/image/stores/tarfile';
import { unite } from '../../src/image/union';
import { demoImage, imageOf, tarOf } from './make';

const signal = new AbortController().signal;

function workplace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'bad-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
}

function blobOf(bytes: Uint8Array, mediaType: string = mediaTypes.layer): { blobs: Blobs; layer: Descriptor } {
  const layer = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return { layer, blobs: { root: layer, blob: async function* () { for (let at = 0; at < bytes.length; at += 1000) yield await Promise.resolve(bytes.subarray(at, at + 1000)); } } };
}

const good = tarOf([{ name: 'a/' }, { name: 'a/b', body: 'x'.repeat(3000) }, { name: 'c', body: 'y' }]);

void test('a layer that is cut off, bent or not what its digest says is told, and not shown', async () => {
  const read = (bytes: Uint8Array, mediaType?: string): Promise<unknown> => {
    const { blobs, layer } = blobOf(bytes, mediaType);
    return readLayer(blobs, layer, { signal });
  };
  await assert.rejects(read(good.subarray(0, 2000)), { code: 'bad-image', message: /damaged: the archive is cut off/ });
  const bent = Buffer.from(good);
  bent[520] = 0xff;
  await assert.rejects(read(bent), { code: 'bad-image', message: /a header is damaged/ });
  await assert.rejects(read(gzipSync(good).subarray(0, 100)), { code: 'bad-image', message: /damaged/ });
  const flipped = gzipSync(good);
  flipped[30] = (flipped[30] ?? 0) ^ 0xff;
  await assert.rejects(read(flipped), { code: 'bad-image' });
  await assert.rejects(read(Buffer.from('no tar at all'.repeat(100))), { code: 'bad-image' });
  await assert.rejects(read(good, 'application/vnd.oci.image.layer.v1.tar+encrypted'), { code: 'unsupported' });
  const { blobs, layer } = blobOf(good);
  await assert.rejects(readLayer(blobs, { ...layer, digest: digestOf(Buffer.from('x')) }, { signal }), { code: 'integrity' });
  await assert.rejects(readLayer(blobs, { ...layer, size: layer.size - 1 }, { signal }), { code: 'integrity' });
});

void test('a compressed image file that is a bomb stops at its limit and leaves nothing behind', async t => {
  const folder = workplace(t);
  writeFileSync(join(folder, 'bomb.tar.gz'), gzipSync(Buffer.alloc(30_000_000)));
  const before = readdirSync(tmpdir()).filter(name => name.startsWith('wasm-workbench-image-')).length;
  await assert.rejects(openImageFile(join(folder, 'bomb.tar.gz'), signal, 1_000_000), { code: 'too-large', message: /maxUnpackedSize/ });
  assert.ok(readdirSync(tmpdir()).filter(name => name.startsWith('wasm-workbench-image-')).length <= before);
});

void test('names that leave the image, devices, and links in circles are told or kept as what they are', async () => {
  const device = tarHeader({ name: 'dev/null', kind: 'file', mode: 0o666 });
  device[156] = '3'.charCodeAt(0);
  device.set(Buffer.from('        '), 148);
  device.set(Buffer.from(`${device.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `), 148);
  const tar = Buffer.concat([device, tarOf([{ name: '../up', body: '1' }, { name: 'a/../../up', body: '2' }, { name: '/abs', body: '3' }, { name: './dot', body: '4' }, { name: 'x', target: 'x', hard: true }, { name: 'y', target: 'y' }, { name: '..', target: '/' }])]);
  const { blobs, layer } = blobOf(tar);
  const { tree, strange } = await readLayer(blobs, layer, { signal });
  assert.deepEqual(strange, ['../up', 'a/../../up', '..']);
  assert.deepEqual(['/abs', '/dot', '/dev/null', '/x', '/y'].map(path => tree.kind(tree.find(path) ?? -1)), ['file', 'file', 'character', 'link', 'symlink']);
});

void test('an index of indexes is followed to some depth, and one that lists itself to no end is refused', async () => {
  const blobs = new Map<string, Buffer>();
  const keep = (value: unknown, mediaType: string): Descriptor => {
    const bytes = Buffer.from(JSON.stringify(value));
    blobs.set(digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const image = keep({ schemaVersion: 2, config: keep({}, mediaTypes.config), layers: [] }, mediaTypes.manifest);
  let root = keep({ schemaVersion: 2, manifests: [image, image] }, mediaTypes.index);
  const store = (): Blobs => ({ root, async *blob(digest) { yield await Promise.resolve(blobs.get(digest) ?? Buffer.alloc(0)); } });
  root = keep({ schemaVersion: 2, manifests: [root, root] }, mediaTypes.index);
  assert.equal((await manifestsOf(store(), signal)).length, 1);
  for (let depth = 0; depth < 4; depth++) root = keep({ schemaVersion: 2, manifests: [root], annotations: { depth: String(depth) } }, mediaTypes.index);
  await assert.rejects(manifestsOf(store(), signal), { code: 'bad-image', message: /index of indexes/ });
  root = keep({ schemaVersion: 2, manifests: Array.from({ length: 6000 }, (_, i) => ({ ...image, digest: digestOf(Buffer.from(String(i))) })) }, mediaTypes.index);
  await assert.rejects(manifestsOf(store(), signal), { code: 'bad-image', message: /more than 5000/ });
});

void test('a layer of 10 GB is left where the limit is, and nothing of it is kept', async () => {
  const size = 10 * 2 ** 30;
  const head = tarHeader({ name: 'huge', kind: 'file', size, mode: 0o644 });
  const last = tarOf([{ name: 'after', body: 'x' }]);
  const zeros = Buffer.alloc(16 << 20);
  const layer: Descriptor = { mediaType: mediaTypes.layer, digest: digestOf(zeros), size: head.length + size + last.length };
  let sent = 0;
  const blobs: Blobs = {
    root: layer,
    async *blob() {
      yield await Promise.resolve(head);
      for (let at = 0; at < size; at += zeros.length) {
        sent += zeros.length;
        // What is beyond our limit is not asked for.
        if (sent > 2 ** 31 + zeros.length) throw new Error('read on beyond its limit');
        yield zeros;
      }
      yield last;
    },
  };
  await assert.rejects(readLayer(blobs, layer, { signal, largest: 256 << 20 }), { code: 'too-large' });
  assert.ok(sent <= 512 << 20, 'the stream is left at the limit');
});

void test('zstd is read where Node has none', async () => {
  // `printf hello | zstd` of zstd 1.5.
  const frame = Buffer.from('28b52ffd0458290000' + Buffer.from('hello').toString('hex'), 'hex');
  const withoutChecksum = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, (5 << 3) | 1, 0, 0, ...Buffer.from('hello')]);
  const read = async (bytes: Buffer): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of unzstd((async function* () { yield await Promise.resolve(bytes); })())) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  assert.equal(await read(withoutChecksum), 'hello');
  await assert.rejects(read(frame.subarray(0, 3)));
});

/** Changes some bytes, cuts or repeats; the same for a seed. */
function mutate(bytes: Buffer, seed: number): Buffer {
  let state = seed * 2654435761 >>> 0;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  const changed = Buffer.from(bytes);
  for (let i = 0; i <= next(4); i++) changed[next(changed.length)] = next(256);
  if (next(5) === 0) return changed.subarray(0, next(changed.length));
  if (next(9) === 0) return Buffer.concat([changed, changed.subarray(next(changed.length))]);
  return changed;
}

/** Milliseconds for each kind of input. */
const budget = Number(process.env['FUZZ_MS'] ?? 1500);

for (const [kind, bytes] of [['tar', good], ['gzip', gzipSync(good)]] as const) {
  void test(`${kind} input that was changed at random is read or refused, and never more`, async () => {
    let seed = 0;
    for (const end = performance.now() + budget; performance.now() < end; seed++) {
      const { blobs, layer } = blobOf(mutate(bytes, seed), seed % 2 === 0 ? mediaTypes.layer : 'application/octet-stream');
      try {
        const { tree } = await readLayer(blobs, layer, { signal, largest: 1 << 24, contents: true });
        unite([tree]);
        changesOf([tree], 0);
      } catch (error) {
        assert.ok(isUserError(error), `seed ${String(seed)}: ${String(error instanceof Error ? error.stack : error)}`);
      }
    }
    assert.ok(seed > 10);
  });
}

void test('manifests, configs and archives that were changed at random are read or refused, and nothing is written', async t => {
  const folder = workplace(t);
  const demo = demoImage();
  const blobs = new Map<string, Buffer>();
  const whole = async (digest: string): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of demo.blob(digest)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const manifest = await whole(demo.root.digest);
  const parsed = JSON.parse(manifest.toString()) as { config: Descriptor; layers: Descriptor[] };
  const config = await whole(parsed.config.digest);
  for (const layer of parsed.layers) blobs.set(layer.digest, await whole(layer.digest));
  let seed = 0;
  for (const end = performance.now() + budget; performance.now() < end; seed++) {
    const changedConfig = mutate(config, seed);
    const configDigest = digestOf(changedConfig);
    const text = seed % 3 === 0 ? mutate(manifest, seed) : Buffer.from(JSON.stringify({ ...parsed, config: { ...parsed.config, digest: configDigest, size: changedConfig.length } }));
    const root = { ...demo.root, digest: digestOf(text), size: text.length };
    const image: Blobs = {
      root,
      async *blob(digest) {
        const bytes = digest === root.digest ? text : digest === configDigest ? changedConfig : digest === parsed.config.digest ? config : blobs.get(digest);
        yield await Promise.resolve(bytes ?? Buffer.alloc(0));
      },
    };
    try {
      await inspectImage(image, { signal });
    } catch (error) {
      assert.ok(isUserError(error), `seed ${String(seed)}: ${String(error instanceof Error ? error.stack : error)}`);
    }
  }
  const file = join(folder, 'image.tar');
  const { writeArchive } = await import('../../src/image/stores/archive');
  await writeArchive(imageOf({ layers: [{ createdBy: 'x', tar: good }] }), file, undefined, signal);
  const { readFileSync } = await import('node:fs');
  const archive = readFileSync(file);
  const service = new ImageService();
  t.after(() => service.dispose());
  for (const end = performance.now() + budget; performance.now() < end; seed++) {
    writeFileSync(file, mutate(archive, seed));
    try {
      await service.ask('open', { source: { kind: 'file', path: file }, fresh: true }, { signal, largest: 1 << 24 });
      await service.ask('report', { source: { kind: 'file', path: file } }, { signal, largest: 1 << 24 });
    } catch (error) {
      assert.ok(isUserError(error), `seed ${String(seed)}: ${String(error instanceof Error ? error.stack : error)}`);
    }
  }
  assert.ok(seed > 10);
  assert.deepEqual(readdirSync(folder), ['image.tar']);
});
