import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf } from '../../src/base/digest';
import { mediaTypes } from '../../src/image/oci';
import { prepareImage } from '../../src/image/prepare';
import { inRoot, Root } from '../../src/image/rootfs';
import { programPaths, startOf } from '../../src/image/start';
import { readImage } from '../../src/image/read';
import { imageOf, signal, tarOf, workplace, type Made } from './support';
import type { TestContext } from 'node:test';

async function laid(t: TestContext, ...layers: readonly (readonly Made[])[]): Promise<{ root: Root; readonly has: (path: string) => string | undefined; outside: string }> {
  const folder = workplace(t);
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'secret');
  const root = new Root(join(folder, 'root'));
  mkdirSync(root.folder);
  for (const members of layers) {
    const bytes = tarOf(members);
    const layer = { mediaType: mediaTypes.layer, digest: digestOf(bytes), size: bytes.length };
    await root.lay({ root: layer, blob: () => [bytes] as unknown as AsyncIterable<Uint8Array> }, layer, { signal });
  }
  return { root, outside, has: path => (existsSync(join(root.folder, path)) ? readFileSync(join(root.folder, path), 'utf8') : undefined) };
}

void test('later layers replace, whiteouts remove from lower layers only, wherever they stand', async t => {
  const { root, has } = await laid(t,
    [{ name: 'a/' }, { name: 'a/old', text: '1' }, { name: 'a/kept', text: '2' }, { name: 'd/x', text: '3' }, { name: 'f', text: '4' }, { name: 'o/one', text: '5' }, { name: 'o/sub/two', text: '6' }],
    [{ name: 'a/.wh.old' }, { name: 'd/new', text: '7' }, { name: 'd/.wh.x' }, { name: '.wh.f' }, { name: 'f', text: '8' }, { name: 'o/new', text: '9' }, { name: 'o/.wh..wh..opq' }, { name: 'o/sub/three', text: '10' }, { name: '.wh.none' }],
    [{ name: '.wh.d' }, { name: 'd/last', text: '11' }, { name: 'a', text: 'file now' }]);
  assert.deepEqual(readdirSync(root.folder, { recursive: true }).sort(), ['a', 'd', 'd/last', 'f', 'o', 'o/new', 'o/sub', 'o/sub/three']);
  assert.deepEqual([has('f'), has('a'), has('d/last')], ['8', 'file now', '11']);
});

void test('no name and no link leads out of the root', async t => {
  const { root, has, outside } = await laid(t,
    [
      { name: '../escaped', text: 'x' }, { name: 'a/../../escaped', text: 'x' }, { name: '/absolute', text: 'kept' },
      { name: 'up', kind: 'symlink', target: '../outside' }, { name: 'abs', kind: 'symlink', target: '/etc' }, { name: 'deep/er/up', kind: 'symlink', target: '../../../../outside' },
      { name: 'through', kind: 'symlink', target: 'deep/../../outside' },
    ],
    [{ name: 'up/secret', text: 'overwritten' }, { name: 'abs/passwd', text: 'mine' }, { name: 'deep/er/up/secret', text: 'over' }, { name: 'through/secret', text: 'over' }, { name: 'hard', kind: 'link', target: 'up/secret' }],
    [{ name: 'up', text: 'a file in the place of a link' }]);
  assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'secret');
  assert.deepEqual(readdirSync(join(root.folder, '..')).sort(), ['outside', 'root']);
  assert.equal(has('absolute'), 'kept');
  // As in a container: what climbs ends at the root, and an absolute link counts from it.
  assert.deepEqual([has('outside/secret'), has('etc/passwd'), has('hard'), has('up')], ['over', 'mine', 'over', 'a file in the place of a link']);
  assert.deepEqual(root.leftOut, ['../escaped', 'a/../../escaped']);
  for (const link of ['abs', 'deep/er/up', 'through']) assert.ok(!readlinkSync(join(root.folder, link)).startsWith('/'), link);
  assert.equal(readlinkSync(join(root.folder, 'deep/er/up')), '../../outside');
});

void test('links in circles, hard links to nothing and damage are reported; rights that shut us out are not taken', async t => {
  await assert.rejects(laid(t, [{ name: 'a', kind: 'symlink', target: 'b' }, { name: 'b', kind: 'symlink', target: 'a' }], [{ name: 'a/x', text: '1' }]), { code: 'bad-image', message: /circles/ });
  await assert.rejects(laid(t, [{ name: 'x', kind: 'link', target: 'nowhere' }]), { code: 'bad-image', message: /nowhere/ });
  const { root, has } = await laid(t, [{ name: 'locked/', mode: 0 }, { name: 'locked/file', mode: 0, text: 'readable', mtime: 1_000_000 }]);
  assert.equal(has('locked/file'), 'readable');
  assert.equal(lstatSync(join(root.folder, 'locked/file')).mtimeMs, 1_000_000_000);
});

void test('targets of links stay in the root at any depth', () => {
  assert.deepEqual([
    inRoot('b', 1), inRoot('../b', 1), inRoot('../b', 0), inRoot('/usr/lib', 2), inRoot('/', 1), inRoot('/', 0), inRoot('../../../x', 1), inRoot('a/../../../x', 1), inRoot('x/../y', 0),
  ], ['b', '../b', 'b', '../../usr/lib', '..', '.', '../x', '../x', 'y']);
});

const wasm = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

void test('all three shapes of a Wasm image are prepared, and removed again', async () => {
  const ordinary = imageOf([{ bytes: gzipSync(tarOf([{ name: 'bin/app.wasm', text: wasm.toString('latin1') }])) }], {
    os: 'wasi', architecture: 'wasm', rootfs: { type: 'layers', diff_ids: [] }, config: { Entrypoint: ['app.wasm'], Cmd: ['-x'], Env: ['A=b=c', 'PATH=/sbin:/bin'], WorkingDir: '/work', ExposedPorts: { '80/tcp': {} } },
  });
  const runwasi = imageOf([
    { bytes: tarOf([{ name: 'data.txt', text: 'data' }]) },
    { bytes: wasm, mediaType: 'application/vnd.bytecodealliance.wasm.component.layer.v0+wasm', annotations: { 'org.opencontainers.image.title': '../evil name.wasm' } },
  ], { os: 'wasip1', architecture: 'wasm', rootfs: { type: 'layers', diff_ids: [] }, config: { Entrypoint: ['/app.wasm', 'one'] } });
  const artifact = imageOf([{ bytes: wasm, mediaType: 'application/wasm' }], { os: 'wasip1', architecture: 'wasm', layerDigests: [digestOf(wasm)] }, mediaTypes.wasmConfig);
  const seen: unknown[] = [];
  for (const blobs of [ordinary, runwasi, artifact]) {
    const image = await prepareImage(blobs, { signal });
    assert.ok(readFileSync(image.module).equals(wasm));
    seen.push([image.module.slice(join(image.root, '..').length), readdirSync(image.root, { recursive: true }).sort(), image.start.command, image.start.env]);
    await image.dispose();
    assert.ok(!existsSync(join(image.root, '..')));
  }
  assert.deepEqual(seen, [
    ['/root/bin/app.wasm', ['bin', 'bin/app.wasm'], ['app.wasm', '-x'], { A: 'b=c', PATH: '/sbin:/bin' }],
    ['/module/evil_name.wasm', ['data.txt'], ['/app.wasm', 'one'], {}],
    ['/module/module.wasm', [], ['module.wasm'], {}],
  ]);
  const start = startOf(await readImage(ordinary, undefined, signal));
  assert.deepEqual([start.fixed, start.ports, start.workingFolder, programPaths(start)], [1, ['80/tcp'], '/work', ['/work/app.wasm', '/sbin/app.wasm', '/bin/app.wasm', '/app.wasm']]);
  assert.deepEqual(programPaths({ ...start, command: ['/a.wasm#run'] }), ['/a.wasm#run', '/a.wasm']);
});

void test('what is no Wasm image says what it is, and leaves nothing', async t => {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = workplace(t);
  t.after(() => { if (before === undefined) delete process.env['TMPDIR']; else process.env['TMPDIR'] = before; });
  const config = (Entrypoint?: string[]): object => ({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] }, config: { ...(Entrypoint === undefined ? {} : { Entrypoint }) } });
  const layer = { bytes: tarOf([{ name: 'bin/sh', text: '\u007fELF' }, { name: 'link.wasm', kind: 'symlink', target: '../../../../etc/passwd' }]) };
  await assert.rejects(prepareImage(imageOf([layer], config(['/bin/sh'])), { signal }), { code: 'no-module', message: /native program for linux\/amd64/ });
  await assert.rejects(prepareImage(imageOf([layer], config(['/app.wasm'])), { signal }), { code: 'no-module', message: /not in it/ });
  await assert.rejects(prepareImage(imageOf([layer], config(['/link.wasm'])), { signal }), { code: 'no-module', message: /not in it/ });
  await assert.rejects(prepareImage(imageOf([layer], config()), { signal }), { code: 'no-module', message: /starts nothing/ });
  await assert.rejects(prepareImage(imageOf([{ bytes: layer.bytes.subarray(0, 900) }], config(['/bin/sh'])), { signal }), { code: 'bad-image' });
  assert.deepEqual(readdirSync(process.env['TMPDIR']), []);
});
