import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ImageClient } from '../../src/image/explore/client';
import { ImageService } from '../../src/image/explore/service';
import type { ListWish } from '../../src/image/explore/listing';
import type { Source } from '../../src/image/explore/source';
import { writeArchive } from '../../src/image/stores/archive';
import { writeLayout } from '../../src/image/stores/layout';
import { looksLikeImage } from '../../src/image/stores/sniff';
import { demoImage, imageOf, smallModule, tarOf, type MadeMember } from './make';

const signal = new AbortController().signal;
const wish = { signal, largest: 2 ** 30 };

function workplace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'explore-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
}

async function opened(t: TestContext, image = demoImage()): Promise<{ service: ImageService; source: Source; folder: string }> {
  const folder = workplace(t);
  const source: Source = { kind: 'file', path: join(folder, 'demo.tar') };
  await writeArchive(image, source.path, undefined, signal);
  const service = new ImageService();
  t.after(() => service.dispose());
  return { service, source, folder };
}

async function names(service: ImageService, source: Source, layer: number, path: string, more: Partial<ListWish> = {}): Promise<string[]> {
  const { rows } = await service.ask('list', { source, wish: { layer, mode: 'changes', path, sort: 'name', from: 0, count: 100, ...more } }, wish);
  return rows.map(row => `${row.name}${row.change === undefined ? '' : ` ${row.change}`}`);
}

void test('layers are told from manifest and history, before any is read', async t => {
  const { service, source } = await opened(t);
  const outline = await service.ask('outline', { source }, wish);
  assert.deepEqual(outline.layers.map(layer => layer.command), ['ADD file:0123456789abcdef in /', 'COPY app.wasm /app/', 'RUN rm /usr/lib/old.so && apk add x', 'RUN rm -r /var/cache && mkdir /var/cache']);
  assert.deepEqual([outline.platform, outline.kind, outline.config.Entrypoint, outline.history.length], ['linux/amd64', 'image', ['/app/app.wasm'], 4]);
});

void test('a layer lists at once, and tells changes once the layers below are read', async t => {
  const { service, source } = await opened(t);
  assert.deepEqual(await names(service, source, 1, '/etc'), ['motd']);
  assert.deepEqual((await service.ask('layer', { source, layer: 3, below: true }, wish)).changes, { added: 0, modified: 0, removed: 1 });
  assert.deepEqual(await names(service, source, 1, '/etc'), ['motd modified']);
  assert.deepEqual(await names(service, source, 2, '/usr/lib'), ['new.so added', 'old.so removed']);
  assert.deepEqual(await names(service, source, 3, '/var/cache'), ['apt removed']);
  assert.deepEqual(await names(service, source, 3, '/usr/lib', { mode: 'files' }), ['new.so none']);
});

void test('files are read through hard and symbolic links, of the layer that has them', async t => {
  const { service, source } = await opened(t);
  const read = async (layer: number, path: string): Promise<string> => Buffer.from(await service.ask('read', { source, layer, path, most: 1 << 20 }, wish)).toString();
  assert.equal(await read(0, '/etc/motd'), 'hello\n');
  assert.equal(await read(1, '/etc/motd'), 'hello, world\n');
  assert.equal(await read(3, '/etc/motd'), 'hello, world\n');
  assert.equal(await read(1, '/app/hard.html'), '<h1>Hello</h1>\n');
  assert.equal((await read(3, '/bin/sh')).length, 90_000);
  await assert.rejects(read(3, '/bin'), { code: 'bad-path' });
  await assert.rejects(read(3, '/nothing'), { code: 'not-found' });
  await assert.rejects(service.ask('read', { source, layer: 0, path: '/bin/busybox', most: 1000 }, wish), { code: 'too-large' });
});

void test('a module of a layer opens into imports, exports and sections', async t => {
  const { service, source } = await opened(t);
  const module = await service.ask('module', { source, layer: 1, path: '/app/app.wasm' }, wish);
  assert.deepEqual([module.kind, module.wasi, module.imports.map(each => each.name), module.exports.map(each => each.name), module.hasNames], ['command', 'preview1', ['proc_exit'], ['memory', '_start'], true]);
});

void test('a search finds every layer that has a path, and which one the image shows', async t => {
  const { service, source } = await opened(t);
  const { hits, total } = await service.ask('search', { source, text: 'motd', most: 10 }, wish);
  assert.deepEqual([total, hits.map(hit => [hit.path, hit.layer, hit.change, hit.live])], [2, [['/etc/motd', 0, 'added', false], ['/etc/motd', 1, 'modified', true]]]);
  assert.deepEqual((await service.ask('search', { source, text: '*.so', most: 10 }, wish)).hits.map(hit => `${hit.path} ${hit.change}`), ['/usr/lib/new.so added', '/usr/lib/old.so added', '/usr/lib/old.so removed']);
});

void test('waste, duplicates and traits are in the report', async t => {
  const { service, source } = await opened(t);
  const { waste, traits, modules } = await service.ask('report', { source }, wish);
  assert.deepEqual([waste.dead, waste.byLayers.map(each => [each.addedBy, each.killedBy, each.how, each.bytes])], [80_006, [[0, 2, 'deleted', 50_000], [0, 3, 'deleted', 30_000], [0, 1, 'overwritten', 6]]]);
  assert.deepEqual([waste.duplicated, waste.duplicates], [15, [{ bytes: 15, count: 2, paths: ['/app/index.html', '/app/copy.html'] }]]);
  assert.deepEqual([traits.shell, traits.executables, modules.length], ['/bin/sh', 1, 1]);
});

void test('a folder is extracted with links, modes and times, and nothing lands outside', { skip: process.platform === 'win32' }, async t => {
  const tricks: MadeMember[] = [
    { name: 'd/', mode: 0o750, mtime: 1_000_000 }, { name: 'd/run', body: '#!', mode: 0o4755, mtime: 1_500_000_000 }, { name: 'd/in', target: 'run' }, { name: 'd/abs', target: '/d/run' }, { name: 'd/out', target: '../../../etc/passwd' }, { name: 'd/etc', target: '/etc' },
    { name: 'd/sub/' }, { name: 'd/sub/up', target: '../run' }, { name: 'd/sub/sly', target: 'x/../../../../etc' }, { name: 'd/same', target: 'd/run', hard: true }, { name: 'd/a', target: 'd/b', hard: true }, { name: 'd/b', target: 'd/a', hard: true }, { name: 'd/loop', target: 'loop' },
    // Written through a link, if anything were.
    { name: 'd/link', target: 'sub' }, { name: 'd/link/evil', body: '!' }, { name: '../evil', body: '!' }, { name: '/d/root', body: 'r' },
  ];
  const { service, source, folder } = await opened(t, imageOf({ layers: [{ createdBy: 'x', tar: tarOf(tricks) }] }));
  const to = join(folder, 'out', 'd');
  const { files, left } = await service.ask('extract', { source, taken: { layer: 0, mode: 'changes', path: '/d' }, to }, wish);
  assert.deepEqual(readdirSync(to).sort(), ['abs', 'in', 'link', 'loop', 'root', 'run', 'same', 'sub']);
  assert.deepEqual([readFileSync(join(to, 'run'), 'utf8'), statSync(join(to, 'run')).mode & 0o7777, statSync(join(to, 'run')).mtimeMs, readlinkSync(join(to, 'abs')), readlinkSync(join(to, 'sub', 'up'))], ['#!', 0o755, 1_500_000_000_000, 'run', '../run']);
  assert.equal(lstatSync(join(to, 'same')).ino, lstatSync(join(to, 'run')).ino);
  assert.equal(lstatSync(join(to, 'link')).isDirectory(), true, 'what has members is a folder, and not the link that it was');
  assert.deepEqual(left.map(each => each.path).sort(), ['/d/a', '/d/b', '/d/etc', '/d/out', '/d/sub/sly']);
  assert.deepEqual([files, readdirSync(folder).sort(), readdirSync(join(folder, 'out'))], [3, ['demo.tar', 'out'], ['d']]);
  await assert.rejects(service.ask('extract', { source, taken: { layer: 0, mode: 'changes', path: '/d' }, to }, wish), { code: 'io' });
});

void test('the file system after a layer is extracted from all layers below', { skip: process.platform === 'win32' }, async t => {
  const { service, source, folder } = await opened(t);
  const to = join(folder, 'root');
  await service.ask('extract', { source, taken: { layer: 3, mode: 'files', path: '/' }, to }, wish);
  assert.deepEqual([readFileSync(join(to, 'etc/motd'), 'utf8'), readdirSync(join(to, 'usr/lib')), readdirSync(join(to, 'var/cache')), readlinkSync(join(to, 'bin/sh'))], ['hello, world\n', ['new.so'], [], 'busybox']);
});

void test('layouts, compressed files and runwasi layers are sources too; files are told from other archives by their first bytes', async t => {
  const folder = workplace(t);
  const service = new ImageService();
  t.after(() => service.dispose());
  await writeLayout(demoImage(), join(folder, 'layout'), undefined, signal);
  await writeArchive(demoImage(), join(folder, 'demo.tgz'), undefined, signal);
  writeFileSync(join(folder, 'other.tar'), tarOf([{ name: 'src/main.c', body: 'x' }]));
  for (const source of [{ kind: 'folder', path: join(folder, 'layout') }, { kind: 'file', path: join(folder, 'demo.tgz') }] as const) assert.deepEqual(await names(service, source, 2, '/usr/lib'), ['new.so', 'old.so removed'], source.path);
  assert.deepEqual([await looksLikeImage(join(folder, 'demo.tgz')), await looksLikeImage(join(folder, 'other.tar')), await looksLikeImage(join(folder, 'none.tar'))], [true, false, false]);
  const wasm = imageOf({ platform: { os: 'wasi', architecture: 'wasm' }, layers: [{ createdBy: 'x', tar: smallModule, plain: true, mediaType: 'application/vnd.bytecodealliance.wasm.component.layer.v0+wasm' }, { createdBy: 'y', tar: Buffer.from('{"a":1}'), plain: true, mediaType: 'application/vnd.example.thing' }] });
  await writeArchive(wasm, join(folder, 'wasm.tar'), undefined, signal);
  const source: Source = { kind: 'file', path: join(folder, 'wasm.tar') };
  assert.deepEqual(await names(service, source, 0, '/'), ['module.wasm added']);
  assert.equal((await service.ask('module', { source, layer: 0, path: '/module.wasm' }, wish)).kind, 'command');
  const outline = await service.ask('outline', { source }, wish);
  assert.deepEqual(outline.layers.map(layer => [layer.module, layer.known]), [[true, true], [false, false]]);
  assert.equal(Buffer.from(await service.ask('read', { source, layer: 1, path: `/${outline.layers[1]?.digest.slice(7, 19) ?? ''}.blob`, most: 100 }, wish)).toString(), '{"a":1}');
});

void test('a registry that says nothing is given up when the user leaves', async t => {
  const server = createServer(() => {});
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  t.after(() => { server.close(); });
  const service = new ImageService();
  const abort = new AbortController();
  const asked = service.ask('open', { source: { kind: 'registry', reference: `127.0.0.1:${String((server.address() as AddressInfo).port)}/a:1` } }, { signal: abort.signal, largest: 1 });
  setImmediate(() => { abort.abort(); });
  await assert.rejects(asked, { name: 'AbortError' });
  await service.dispose();
});

void test('a thread answers, tells its progress, is cancelled, and leaves this one free while it reads 60,000 entries', async t => {
  const folder = workplace(t);
  const many = Array.from({ length: 60_000 }, (_, i) => ({ name: `flat/file-${String(i)}` }));
  const source: Source = { kind: 'file', path: join(folder, 'many.tar') };
  await writeArchive(imageOf({ layers: [{ createdBy: 'x', tar: tarOf(many) }, { createdBy: 'y', tar: tarOf([{ name: 'z', body: 'z' }]) }] }), source.path, undefined, signal);
  const client = new ImageClient(resolve(__dirname, '../../src/image/explore/worker.js'), {}, () => 2 ** 34);
  t.after(() => client.dispose());
  const abort = new AbortController();
  const canceled = client.ask('layer', { source, layer: 0, below: false }, { signal: abort.signal });
  abort.abort();
  await assert.rejects(canceled, { name: 'AbortError' });
  let told = 0;
  let ticks = 0;
  const timer = setInterval(() => { ticks++; }, 5);
  const facts = await client.ask('layer', { source, layer: 1, below: true }, { progress: () => { told++; } });
  const page = await client.ask('list', { source, wish: { layer: 0, mode: 'files', path: '/flat', sort: 'name', from: 30_000, count: 3 } });
  clearInterval(timer);
  assert.deepEqual([facts.changes, page.total, page.rows.length], [{ added: 1, modified: 0, removed: 0 }, 60_000, 3]);
  assert.ok(told > 0);
  assert.ok(ticks > 3, 'this thread went on');
  await assert.rejects(client.ask('outline', { source: { kind: 'file', path: join(folder, 'none.tar') } }), { code: 'not-found' });
});
