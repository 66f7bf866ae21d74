import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../src/base/temporary';
import { noLog } from '../../src/base/log';
import { watchEvents, type EngineEvent } from '../../src/engine/events';
import { packImage } from '../../src/image/pack';
import { readImage } from '../../src/image/read';
import { parseReference } from '../../src/image/reference';
import { hasEngineImage, listEngineImages, loadIntoEngine, openEngineImage, pullIntoEngine, removeEngineImage, tagEngineImage } from '../../src/image/stores/engine';
import { engineTest } from '../tools/engine';

const signal = AbortSignal.timeout(120_000);
const wasi = { os: 'wasi', architecture: 'wasm' };

engineTest('an engine: an image is loaded, listed with its platform, opened with the same digests, tagged and removed; its events come', {}, async ({ engine }) => {
  const folder = await temporaryFolder('test');
  const name = `wb-test-store:${String(process.pid)}`;
  const other = `wb-test-other:${String(process.pid)}`;
  const stop = new AbortController();
  const events: EngineEvent[] = [];
  let ready = (): void => {};
  const watching = new Promise<void>(resolve => { ready = resolve; });
  let removed = (): void => {};
  const gone = new Promise<void>(resolve => { removed = resolve; });
  const watch = watchEvents(engine, {
    types: ['image'], log: noLog, state: up => { if (up) ready(); },
    happened(event) {
      events.push(event);
      if (event.action === 'delete') removed();
    },
  }, stop.signal);
  try {
    await watching;
    writeFileSync(join(folder.path, 'app.wasm'), Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    const packed = await packImage({ module: join(folder.path, 'app.wasm'), additions: [], env: {}, labels: { test: 'yes' }, expose: [], platform: wasi, compress: true }, { signal });
    assert.equal(await loadIntoEngine(engine, packed, parseReference(name), { signal }), name);
    assert.equal(await hasEngineImage(engine, name, signal), true);
    const listed = (await listEngineImages(engine, signal)).find(image => image.names.includes(name));
    assert.deepEqual(listed?.platforms, [wasi]);
    assert.equal(listed.labels['test'], 'yes');
    let bytes = 0;
    const opened = await openEngineImage(engine, name, { signal, progress: sum => { bytes = sum; } });
    const read = await readImage(opened, undefined, signal);
    assert.deepEqual(read.manifest.layers, packed.layers);
    assert.equal(opened.root.digest, packed.root.digest);
    assert.ok(bytes > 1000);
    await opened.dispose();
    await packed.dispose();
    await tagEngineImage(engine, name, parseReference(other), signal);
    assert.equal(await hasEngineImage(engine, other, signal), true);
    await removeEngineImage(engine, name, signal);
    await removeEngineImage(engine, other, signal);
    assert.equal(await hasEngineImage(engine, name, signal), false);
    await gone;
    assert.ok(events.some(event => event.type === 'image' && event.action === 'tag'));
    await assert.rejects(openEngineImage(engine, name, { signal }), { code: 'engine.no-image' });
  } finally {
    stop.abort();
    await watch;
    for (const each of [name, other]) await removeEngineImage(engine, each, signal).catch(() => {});
    await folder.dispose();
  }
});

engineTest('an engine pulls from a registry what we pushed there, and says when the image is not there', { own: true }, async ({ engine, registry }) => {
  const folder = await temporaryFolder('test');
  const name = `${registry ?? ''}/wb-test-pull:${String(process.pid)}`;
  try {
    writeFileSync(join(folder.path, 'app.wasm'), Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    const packed = await packImage({ module: join(folder.path, 'app.wasm'), additions: [], env: {}, labels: {}, expose: [], platform: wasi, compress: true }, { signal });
    const { repositoryOf } = await import('../../src/image/open');
    const reference = parseReference(name);
    await (await repositoryOf(reference, signal)).push(packed, reference.tag ?? '');
    await packed.dispose();
    await pullIntoEngine(engine, reference, wasi, { signal });
    assert.equal(await hasEngineImage(engine, name, signal), true);
    await assert.rejects(pullIntoEngine(engine, parseReference(`${registry ?? ''}/wb-none:1`), wasi, { signal }), error => (error as { code: string }).code.startsWith('engine.'));
  } finally {
    await removeEngineImage(engine, name, signal).catch(() => {});
    await folder.dispose();
  }
});
