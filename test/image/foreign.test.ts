import { test, type TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/base/digest';
import { cutComparison } from '../../src/image/explore/cut';
import { ImageService } from '../../src/image/explore/service';
import { openSource } from '../../src/image/explore/source';
import { mediaTypes, type Blobs, type Descriptor } from '../../src/image/oci';
import { writeLayout } from '../../src/image/stores/layout';
import { need } from '../tools/needs';
import { smallModule } from './make';

const wish = { signal: new AbortController().signal, largest: 2 ** 30 };

function workplace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true, maxRetries: 3 }); });
  return folder;
}

void test('a registry that takes the connection and never answers is given up, as often as was asked, and a wish to stop ends it at once', async t => {
  const sockets = new Set<Socket>();
  const server = createServer(socket => sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { for (const socket of sockets) socket.destroy(); server.close(); });
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const source = { kind: 'registry', reference: `${host}/silent/app:1` } as const;
  await assert.rejects(openSource(source, { ...wish, patience: { attempts: 2, silence: 50, pause: 1 } }), { code: 'network', message: `${host} does not answer. Check the network and the proxy, and try again.` });
  assert.equal(sockets.size, 2);
  const abort = new AbortController();
  server.once('connection', () => { abort.abort(); });
  await assert.rejects(openSource(source, { ...wish, signal: abort.signal, patience: { attempts: 2, silence: 600_000, pause: 1 } }), { name: 'AbortError' });
});

void test('an artifact of CNCF\'s layout is a module that opens, without a configuration or layers of a tar', async t => {
  const folder = workplace(t);
  const blobs = new Map<string, Buffer>();
  const keep = (bytes: Buffer, mediaType: string): Descriptor => {
    blobs.set(digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const layer = keep(smallModule, 'application/wasm');
  const config = keep(Buffer.from(JSON.stringify({ created: '2026-01-02T03:04:05Z', os: 'wasip1', architecture: 'wasm', layerDigests: [layer.digest] })), mediaTypes.wasmConfig);
  const root = keep(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] })), mediaTypes.manifest);
  const image: Blobs = { root, async *blob(digest) { yield await Promise.resolve(blobs.get(digest) ?? Buffer.alloc(0)); } };
  await writeLayout(image, join(folder, 'layout'), undefined, wish.signal);
  const service = new ImageService();
  t.after(() => service.dispose());
  const source = { kind: 'folder', path: join(folder, 'layout') } as const;
  const outline = await service.ask('outline', { source }, wish);
  assert.deepEqual([outline.platform, outline.layers.map(each => each.module)], ['wasip1/wasm', [true]]);
  const { rows } = await service.ask('list', { source, wish: { layer: 0, mode: 'changes', path: '/', sort: 'name', from: 0, count: 10 } }, wish);
  assert.deepEqual(rows.map(row => [row.kind, row.size, row.change]), [['file', smallModule.length, 'added']]);
  const path = rows[0]?.path ?? '';
  assert.match(path, /\.wasm$/);
  const module = await service.ask('module', { source, layer: 0, path }, wish);
  assert.deepEqual(module.imports.map(each => `${each.module} ${each.name}`), ['wasi_snapshot_preview1 proc_exit']);
  assert.deepEqual(Buffer.from(await service.ask('read', { source, layer: 0, path, most: 1 << 20 }, wish)), smallModule);
});

void test('what two images differ in is cut to the largest, and counted whole', () => {
  const files = Array.from({ length: 1000 }, (_, i) => ({ path: `/f${i}`, change: 'added' as const, before: 0, after: i }));
  const cut = cutComparison({ shared: 0, files, counts: { added: 1000, removed: 0, modified: 0 }, config: [] });
  assert.deepEqual([cut.files.length, cut.files[0]?.path, cut.files.at(-1)?.path, cut.counts.added], [200, '/f999', '/f800', 1000]);
});

const buildah = need('buildah');
void test('what buildah commits is read', { skip: buildah.skip !== false ? buildah.skip : process.getuid?.() === 0 ? false : 'buildah needs root here' }, async t => {
  const folder = workplace(t);
  // buildah refuses a DOCKER_CONFIG without a file in it.
  writeFileSync(join(folder, 'config.json'), '{}');
  const run = (...args: string[]): string => execFileSync(buildah.path, ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, BUILDAH_ISOLATION: 'chroot', DOCKER_CONFIG: folder } }).trim();
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app', 'app.wasm'), smallModule);
  writeFileSync(join(folder, 'app', 'note.txt'), 'hello\n');
  const path = join(folder, 'image.tar');
  const container = run('from', 'scratch');
  run('copy', container, join(folder, 'app'), '/app');
  run('config', '--entrypoint', '["/app/app.wasm"]', '--os', 'wasi', '--arch', 'wasm', container);
  run('commit', container, `oci-archive:${path}:demo:1`);
  const service = new ImageService();
  t.after(() => service.dispose());
  const source = { kind: 'file', path } as const;
  const outline = await service.ask('outline', { source }, wish);
  assert.deepEqual([outline.platform, outline.config.Entrypoint, outline.layers.length], ['wasi/wasm', ['/app/app.wasm'], 1]);
  const { rows } = await service.ask('list', { source, wish: { layer: 0, mode: 'files', path: '/app', sort: 'name', from: 0, count: 10 } }, wish);
  assert.deepEqual(rows.map(row => [row.name, row.size]), [['app.wasm', smallModule.length], ['note.txt', 6]]);
  assert.equal(Buffer.from(await service.ask('read', { source, layer: 0, path: '/app/note.txt', most: 100 }, wish)).toString(), 'hello\n');
});
