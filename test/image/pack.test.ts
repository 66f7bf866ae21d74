import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { packImage, type PackRequest } from '../../src/image/pack';
import { openLayout, writeLayout } from '../../src/image/stores/layout';
import { archiveOf, writeArchive } from '../../src/image/stores/archive';
import { parseReference } from '../../src/image/reference';
import { parseAddition, cleanGuest } from '../../src/image/content';
import { readImage } from '../../src/image/read';
import { readTar } from '../../src/base/tar';

const signal = new AbortController().signal;

function workplace(t: { after(done: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'pack test '));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
}

function request(folder: string, more: Partial<PackRequest> = {}): PackRequest {
  const module = join(folder, 'app.wasm');
  if (!existsSync(module)) writeFileSync(module, Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), Buffer.alloc(100_000, 7)]));
  return {
    module, additions: [], env: {}, labels: {}, expose: [], platform: { os: 'wasi', architecture: 'wasm' }, compress: true, ...more,
  };
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

void test('the same content gives the same bytes, whatever its times and owners', async t => {
  const folder = workplace(t);
  const docroot = join(folder, 'docroot');
  mkdirSync(join(docroot, 'sub'), { recursive: true });
  writeFileSync(join(docroot, 'index.php'), '<?php phpinfo();');
  writeFileSync(join(docroot, 'sub', 'ä.txt'), 'umlaut');
  const wish = request(folder, { additions: [{ host: docroot, guest: '/docroot' }], env: { B: '2', A: '1' }, labels: { z: '1', a: '2' }, expose: ['8080'] });
  const first = await packImage(wish, { signal });
  const one = await bytesOf(archiveOf(first, parseReference('x:1'), signal));
  await first.dispose();
  utimesSync(join(docroot, 'index.php'), 12345, 12345);
  const second = await packImage(wish, { signal });
  const two = await bytesOf(archiveOf(second, parseReference('x:1'), signal));
  await second.dispose();
  assert.equal(first.root.digest, second.root.digest);
  assert.ok(one.equals(two));
});

void test('GNU tar reads the layer, with parents, modes, links and names of any length', async t => {
  const folder = workplace(t);
  const content = join(folder, 'content');
  const long = `${'d'.repeat(60)}/${'e'.repeat(60)}/${'f'.repeat(90)}`;
  mkdirSync(join(content, long, '..'), { recursive: true });
  writeFileSync(join(content, long), 'long');
  const longer = 'g'.repeat(150);
  writeFileSync(join(content, longer), 'longer');
  symlinkSync(longer, join(content, 'link'));
  const image = await packImage(request(folder, { additions: [{ host: content, guest: '/a/b' }] }), { signal });
  t.after(() => image.dispose());
  const layer = image.layers[1];
  assert.ok(layer);
  const stored = await bytesOf(image.blob(layer.digest));
  assert.equal(stored[9], 255);
  const tar = join(folder, 'layer.tar');
  writeFileSync(tar, gunzipSync(stored));
  const listed = execFileSync('tar', ['-tvf', tar], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } }).trim().split('\n');
  const names = listed.map(line => line.split(/\s+/).slice(5).join(' '));
  assert.deepEqual(names, ['a/', 'a/b/', `a/b/${'d'.repeat(60)}/`, `a/b/${'d'.repeat(60)}/${'e'.repeat(60)}/`, `a/b/${long}`, `a/b/${longer}`, `a/b/link -> ${longer}`]);
  assert.match(listed[0] ?? '', /^drwxr-xr-x 0\/0/);
  const ours: string[] = [];
  for await (const { header } of readTar(createReadStream(tar))) ours.push(header.name + (header.kind === 'directory' ? '/' : '') + (header.kind === 'symlink' ? ` -> ${header.target}` : ''));
  assert.deepEqual(ours, names);
});

void test('a link that leaves what is packed is refused with its target named', async t => {
  const folder = workplace(t);
  const content = join(folder, 'content');
  mkdirSync(content);
  symlinkSync('../app.wasm', join(content, 'out'));
  await assert.rejects(packImage(request(folder, { additions: [{ host: content, guest: '/c' }] }), { signal }), { code: 'bad-path', message: /link to \.\.\/app\.wasm/ });
});

void test('a layout holds what its digests say, and reads back', async t => {
  const folder = workplace(t);
  const image = await packImage(request(folder, { args: ['-q'] }), { signal });
  t.after(() => image.dispose());
  const out = join(folder, 'layout');
  await writeLayout(image, out, parseReference('demo:2'), signal);
  for (const name of readdirSync(join(out, 'blobs', 'sha256'))) {
    assert.equal(createHash('sha256').update(readFileSync(join(out, 'blobs', 'sha256', name))).digest('hex'), name);
  }
  const index = JSON.parse(readFileSync(join(out, 'index.json'), 'utf8')) as { manifests: { annotations: Record<string, string> }[] };
  assert.deepEqual(index.manifests[0]?.annotations, { 'io.containerd.image.name': 'docker.io/library/demo:2', 'org.opencontainers.image.ref.name': '2' });
  const read = await readImage(await openLayout(out), { os: 'wasi', architecture: 'wasm' }, signal);
  assert.deepEqual(read.config.config, { Entrypoint: ['/app.wasm'], Cmd: ['-q'], WorkingDir: '/' });
  await assert.rejects(writeLayout(image, out, undefined, signal), { code: 'io', message: /not empty/ });
});

void test('a base image keeps its layers, and what is added comes above', async t => {
  const folder = workplace(t);
  const base = await packImage(request(folder, { env: { A: 'base', KEEP: 'yes' } }), { signal });
  t.after(() => base.dispose());
  writeFileSync(join(folder, 'main.php'), 'x');
  const image = await packImage({ ...request(folder), module: undefined, base, env: { A: 'mine' }, args: ['/main.php'], additions: [{ host: join(folder, 'main.php'), guest: '/main.php' }] }, { signal });
  t.after(() => image.dispose());
  assert.deepEqual(image.layers.map(each => each.digest).slice(0, -1), base.layers.map(each => each.digest));
  assert.deepEqual(image.config.config, { Env: ['A=mine', 'KEEP=yes'], Entrypoint: ['/app.wasm'], Cmd: ['/main.php'], WorkingDir: '/' });
  assert.equal(image.config.rootfs.diff_ids.length, 2);
});

void test('a cancelled or failed write leaves nothing', async t => {
  const folder = workplace(t);
  const image = await packImage(request(folder), { signal });
  t.after(() => image.dispose());
  const stop = new AbortController();
  stop.abort();
  await assert.rejects(writeArchive(image, join(folder, 'image.tar'), undefined, stop.signal));
  assert.deepEqual(readdirSync(folder).sort(), ['app.wasm']);
  const damaged = { root: image.root, blob: (digest: string) => (digest === image.layers[0]?.digest ? chunks('wrong') : image.blob(digest)) };
  await assert.rejects(writeArchive(damaged, join(folder, 'image.tar'), undefined, signal), { code: 'integrity' });
  assert.deepEqual(readdirSync(folder).sort(), ['app.wasm']);
});

// eslint-disable-next-line @typescript-eslint/require-await
async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

void test('additions are read with both flavours of paths', () => {
  assert.deepEqual(parseAddition('./public:/docroot', 'linux'), { host: './public', guest: '/docroot' });
  assert.deepEqual(parseAddition('C:\\web\\public:/docroot/', 'win32'), { host: 'C:\\web\\public', guest: '/docroot' });
  assert.deepEqual(parseAddition('C:\\web\\public', 'win32'), { host: 'C:\\web\\public', guest: '/public' });
  assert.throws(() => parseAddition('x:relative', 'linux'), { code: 'usage' });
  assert.throws(() => cleanGuest('/a/../../b'), { code: 'usage' });
});

void test('references are read as Docker reads them', () => {
  assert.deepEqual(parseReference('php'), { registry: 'docker.io', repository: 'library/php', tag: 'latest' });
  assert.deepEqual(parseReference('localhost:5000/a/b:1'), { registry: 'localhost:5000', repository: 'a/b', tag: '1' });
  assert.deepEqual(parseReference(`ghost/x@sha256:${'0'.repeat(64)}`), { registry: 'docker.io', repository: 'ghost/x', digest: `sha256:${'0'.repeat(64)}` });
  for (const bad of ['', 'a/B', 'x:', 'x@sha256:1', 'a//b', 'x:y:z', '-a', 'host.io/']) assert.throws(() => parseReference(bad), { code: 'usage' }, bad);
});
