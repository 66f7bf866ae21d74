import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { packImage } from '../../src/image/pack';
import { writeArchive } from '../../src/image/stores/archive';
import { openImageFile } from '../../src/image/stores/tarfile';
import { parseReference } from '../../src/image/reference';
import { readImage } from '../../src/image/read';
import { readLayer } from '../../src/image/entries';
import { pathsOf, unite } from '../../src/image/union';
import type { Blobs } from '../../src/image/oci';
import { digestOf } from '../../src/base/digest';
import { need } from '../tools/needs';

const signal = new AbortController().signal;

function workplace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'images-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
}

async function pathsIn(file: string): Promise<string[]> {
  const image = await openImageFile(file, signal);
  try {
    const { manifest } = await readImage(image, undefined, signal);
    const trees = [];
    for (const layer of manifest.layers) trees.push((await readLayer(image, layer, { signal })).tree);
    return [...pathsOf(unite(trees))].map(each => each.path);
  } finally {
    await image.dispose();
  }
}

async function sample(t: TestContext): Promise<{ folder: string; file: string; wanted: string[] }> {
  const folder = workplace(t);
  writeFileSync(join(folder, 'app.wasm'), Buffer.alloc(50_000, 1));
  mkdirSync(join(folder, 'docroot'));
  writeFileSync(join(folder, 'docroot', 'index.php'), 'x');
  const image = await packImage({
    module: join(folder, 'app.wasm'), additions: [{ host: join(folder, 'docroot'), guest: '/docroot' }], env: {}, labels: {}, expose: [],
    platform: { os: 'wasi', architecture: 'wasm' }, compress: true,
  }, { signal });
  t.after(() => image.dispose());
  const file = join(folder, 'image.tar');
  await writeArchive(image, file, parseReference('demo:1'), signal);
  await writeArchive(image, join(folder, 'image.tar.gz'), parseReference('demo:1'), signal);
  return { folder, file, wanted: ['/app.wasm', '/docroot', '/docroot/index.php'] };
}

void test('our own archive opens, plain and gzipped, with its name', async t => {
  const { folder, file, wanted } = await sample(t);
  assert.deepEqual(await pathsIn(file), wanted);
  assert.deepEqual(await pathsIn(join(folder, 'image.tar.gz')), wanted);
  const image = await openImageFile(file, signal);
  assert.deepEqual(image.names, ['docker.io/library/demo:1']);
  await image.dispose();
});

const skopeo = need('skopeo');
void test('what skopeo makes of it, a docker-archive and an oci-archive, opens the same', { skip: skopeo.skip }, async t => {
  const { folder, file, wanted } = await sample(t);
  const copy = (to: string): void => {
    execFileSync(skopeo.path, ['--insecure-policy', '--override-os', 'wasi', '--override-arch', 'wasm', 'copy', `oci-archive:${file}`, to], { stdio: 'pipe' });
  };
  copy(`docker-archive:${folder}/docker.tar:demo:1`);
  copy(`oci-archive:${folder}/oci.tar:demo`);
  assert.deepEqual(await pathsIn(join(folder, 'docker.tar')), wanted);
  assert.deepEqual(await pathsIn(join(folder, 'oci.tar')), wanted);
});

void test('the older docker-archive, with linked layers, opens', async t => {
  const folder = workplace(t);
  const image = join(folder, 'old');
  mkdirSync(join(image, 'a'), { recursive: true });
  mkdirSync(join(image, 'b'));
  mkdirSync(join(folder, 'content'));
  writeFileSync(join(folder, 'content', 'hello'), 'hello');
  execFileSync('tar', ['-cf', join(image, 'a', 'layer.tar'), '-C', join(folder, 'content'), '.']);
  execFileSync('ln', ['-s', '../a/layer.tar', join(image, 'b', 'layer.tar')]);
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } });
  writeFileSync(join(image, 'c.json'), config);
  writeFileSync(join(image, 'manifest.json'), JSON.stringify([{ Config: 'c.json', RepoTags: ['old:1'], Layers: ['a/layer.tar', 'b/layer.tar'] }]));
  execFileSync('tar', ['-cf', join(folder, 'old.tar'), '-C', image, '.']);
  assert.deepEqual(await pathsIn(join(folder, 'old.tar')), ['/hello']);
});

void test('cut off, empty and foreign files are said to be so', async t => {
  const { folder, file } = await sample(t);
  truncateSync(file, 700);
  await assert.rejects(openImageFile(file, signal), { code: 'bad-image', message: /not a whole image file/ });
  writeFileSync(join(folder, 'empty.tar'), '');
  await assert.rejects(openImageFile(join(folder, 'empty.tar'), signal), { code: 'bad-image', message: /is empty/ });
  execFileSync('tar', ['-cf', join(folder, 'other.tar'), '-C', folder, 'docroot']);
  await assert.rejects(openImageFile(join(folder, 'other.tar'), signal), { code: 'bad-image', message: /no manifest\.json/ });
  writeFileSync(join(folder, 'cut.tgz'), readFileSync(join(folder, 'image.tar.gz')).subarray(0, 300));
  await assert.rejects(openImageFile(join(folder, 'cut.tgz'), signal), { code: 'bad-image', message: /gzip/ });
  await assert.rejects(openImageFile(join(folder, 'none.tar'), signal), { code: 'not-found' });
});

function oneBlob(bytes: Buffer): { blobs: Blobs; layer: { mediaType: string; digest: string; size: number } } {
  const layer = { mediaType: 'x', digest: digestOf(bytes), size: bytes.length };
  return { layer, blobs: { root: layer, blob: async function* () { yield await Promise.resolve(bytes); } } };
}

void test('a gzip bomb stops at its limit, and a layer that is not what its digest says is not shown', async t => {
  const folder = workplace(t);
  writeFileSync(join(folder, 'zeros'), Buffer.alloc(20_000_000));
  const tar = execFileSync('tar', ['-cf', '-', '-C', folder, 'zeros'], { maxBuffer: 1 << 26 });
  const bomb = oneBlob(gzipSync(tar));
  await assert.rejects(readLayer(bomb.blobs, bomb.layer, { signal, largest: 1_000_000 }), { code: 'too-large' });
  assert.equal((await readLayer(bomb.blobs, bomb.layer, { signal })).unpacked, tar.length);
  const wrong = { ...bomb.layer, digest: `sha256:${createHash('sha256').update('x').digest('hex')}` };
  await assert.rejects(readLayer(bomb.blobs, wrong, { signal }), { code: 'integrity' });
});
