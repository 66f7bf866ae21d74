import assert from 'node:assert/strict';
import { readTar } from '../../src/base/tar';
import { ImageService } from '../../src/image/explore/service';
import { rootStack, walk } from '../../src/image/explore/folders';
import { readLayers } from '../../src/image/layers';
import { readImage } from '../../src/image/read';
import { parseReference } from '../../src/image/reference';
import { listEngineImages, loadIntoEngine, openEngineImage, removeEngineImage, tagEngineImage } from '../../src/image/stores/engine';
import { engineTest } from '../tools/engine';
import { demoImage } from './make';

const signal = AbortSignal.timeout(120_000);
// What an engine puts into every container.
const injected = new Set(['/.dockerenv', '/dev', '/dev/console', '/dev/pts', '/dev/shm', '/etc/hostname', '/etc/hosts', '/etc/mtab', '/etc/resolv.conf', '/proc', '/sys']);

engineTest('the union of layers is what docker export gives, path by path; the engine\'s history stands before anything is read', {}, async ({ engine }, t) => {
  const name = `wasm-workbench-explore-${String(process.pid)}`;
  await loadIntoEngine(engine, demoImage(), parseReference(`${name}:1`), { signal });
  t.after(() => removeEngineImage(engine, `${name}:1`, AbortSignal.timeout(60_000), true).catch(() => {}));
  const service = new ImageService();
  t.after(() => service.dispose());
  const source = { kind: 'engine', image: `${name}:1`, engine: {} } as const;
  const outline = await service.ask('outline', { source }, { signal, largest: 2 ** 30 });
  assert.deepEqual(outline.layers.map(layer => layer.command), ['ADD file:0123456789abcdef in /', 'COPY app.wasm /app/', 'RUN rm /usr/lib/old.so && apk add x', 'RUN rm -r /var/cache && mkdir /var/cache']);
  const { rows } = await service.ask('list', { source, wish: { layer: 2, mode: 'changes', path: '/usr/lib', sort: 'name', from: 0, count: 10 } }, { signal, largest: 2 ** 30 });
  assert.deepEqual(rows.map(row => row.name), ['new.so', 'old.so']);

  // The second image is one that `docker commit` makes, on top of the first.
  const made = await engine.ask('create', {}, signal, docker => docker.createContainer({ Image: `${name}:1`, Cmd: ['/bin/sh'] }));
  t.after(() => made.remove({ force: true }).catch(() => {}));
  const exported: string[] = [];
  const stream = await engine.ask('save', {}, signal, () => made.export());
  for await (const { header } of readTar(stream as AsyncIterable<Uint8Array>)) {
    const path = '/' + header.name.replace(/^(\.?\/)+/, '');
    if (path !== '/' && path !== '/.') exported.push(path);
  }
  const pathsOf = async (image: string): Promise<string[]> => {
    const file = await openEngineImage(engine, image, { signal });
    try {
      const { manifest } = await readImage(file, undefined, signal);
      const trees = (await readLayers(file, manifest.layers, { signal })).map(each => each.tree);
      const paths: string[] = [];
      walk(trees, rootStack(trees.length - 1), '/', path => {
        paths.push(path);
        return true;
      });
      return paths;
    } finally {
      await file.dispose();
    }
  };
  const ours = await pathsOf(`${name}:1`);
  const plain = (paths: readonly string[]): string[] => [...paths].filter(path => !injected.has(path)).sort();
  assert.deepEqual(plain(ours), plain(exported));
  assert.ok(ours.includes('/app/app.wasm') && !ours.includes('/usr/lib/old.so'));

  await engine.ask('create', {}, signal, () => made.commit({ repo: name, tag: '2', comment: 'x' }) as Promise<unknown>);
  t.after(() => removeEngineImage(engine, `${name}:2`, AbortSignal.timeout(60_000), true).catch(() => {}));
  assert.deepEqual(plain(await pathsOf(`${name}:2`)), plain(ours));

  await tagEngineImage(engine, `${name}:1`, parseReference(`${name}:3`), signal);
  const listed = await listEngineImages(engine, signal);
  assert.ok(listed.some(each => each.names.includes(`${name}:3`)));
  await removeEngineImage(engine, `${name}:3`, signal);
});
