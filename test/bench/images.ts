import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tarEnd, tarHeader, tarPadding } from '../../src/base/tarwrite';
import { digestOf } from '../../src/base/digest';
import { ImageClient } from '../../src/image/explore/client';
import { readLayers } from '../../src/image/layers';
import { mediaTypes, type Descriptor } from '../../src/image/oci';
import { openLayout } from '../../src/image/stores/layout';
import { readImage } from '../../src/image/read';
import { readModuleFile } from '../../src/wasm/read';
import { best, median, type Row } from './row';
import { watchStalls, type Stalls } from './stall';

// An image as big ones are: six layers, some 8,400 files, 1.3 GB unpacked, half of it compressible.
const layerSizes = [430, 330, 220, 160, 110, 50];
const filesPerMB = 6.5;
const rounds = 3;

/** Lists all files of an image beside `gzip -dc`, memory, the first rows, modules, and half a million entries. */
export async function bench(): Promise<Row[]> {
  const dist = process.env['BENCH_DIST'];
  if (dist === undefined) throw new Error('Start this by npm run bench.');
  const folder = mkdtempSync(join(tmpdir(), 'wasm-workbench-bench-'));
  try {
    const layout = join(folder, 'layout');
    const layers = makeImage(layout);
    const rows: Row[] = [];
    const files = layers.map(layer => join(layout, 'blobs', 'sha256', layer.digest.slice(7)));
    gunzipAll(files);
    // In turns, and each round by itself: a machine that is busy for a while is so for all three.
    const turns = Array.from({ length: rounds }, () => {
      const floor = gunzipAll(files);
      const one = listed(layout, 1);
      const four = listed(layout, 4);
      return { floor, one, four, oneRatio: one.ms / floor, fourRatio: four.ms / floor };
    });
    const of = (pick: (turn: typeof turns[number]) => number): number => median(turns.map(pick));
    rows.push(
      { name: 'gzip -dc of six layers, one after another', value: of(turn => turn.floor), unit: 'ms', note: `1.3 GB unpacked; medians of ${rounds} rounds` },
      { name: 'list all files, one layer after another', value: of(turn => turn.one.ms), unit: 'ms', ratio: of(turn => turn.oneRatio), goal: 1.15, note: `${(turns[0]?.one.files ?? 0).toLocaleString('en')} files, contents hashed` },
      { name: 'list all files, several layers at once', value: of(turn => turn.four.ms), unit: 'ms', ratio: of(turn => turn.fourRatio), goal: 0.7 },
      { name: 'memory of the process that lists', value: Math.max(...turns.flatMap(turn => [turn.one.memory, turn.four.memory])), unit: 'MB', goal: 150, note: 'most ever resident' },
    );
    rows.push(await firstRows(dist, layout), await moduleScan(folder));
    rows.push(...halfAMillion(dist, folder));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Lists the files in a process of its own, for its memory; this bundle is what it runs. */
function listed(layout: string, parallel: number): { ms: number; memory: number; files: number } {
  const ran = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(__filename)}).child(${JSON.stringify(layout)}, ${parallel})`], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout) as { ms: number; memory: number; files: number };
}

/** What `listed` runs. */
export async function child(layout: string, parallel: number): Promise<void> {
  const { signal } = new AbortController();
  const blobs = await openLayout(layout);
  const { manifest } = await readImage(blobs, undefined, signal);
  const from = performance.now();
  const read = await readLayers(blobs, manifest.layers, { signal, contents: true }, parallel);
  const ms = performance.now() - from;
  let files = 0;
  for (const { tree } of read) for (let index = 0; index < tree.count; index++) if (tree.isPresent(index) && tree.kind(index) === 'file') files++;
  process.stdout.write(JSON.stringify({ ms, memory: process.resourceUsage().maxRSS / 1000, files }));
}

function gunzipAll(files: readonly string[]): number {
  const nowhere = openSync('/dev/null', 'w');
  const from = performance.now();
  for (const file of files) {
    const ran = spawnSync('gzip', ['-dc', file], { stdio: ['ignore', nowhere, 'ignore'] });
    if (ran.status !== 0) throw new Error(`gzip can't read ${file}`);
  }
  const ms = performance.now() - from;
  closeSync(nowhere);
  return ms;
}

async function firstRows(dist: string, layout: string): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const client = new ImageClient(join(dist, 'image-explore-worker.js'), {}, () => 2 ** 34);
    const from = performance.now();
    const outline = await client.ask('outline', { source: { kind: 'folder', path: layout } });
    times.push(performance.now() - from);
    if (outline.layers.length !== layerSizes.length) throw new Error('not all layers are there');
    await client.dispose();
  }
  return { name: 'first layers visible, the thread started too', value: Math.min(...times), unit: 'ms', goal: 300 };
}

async function moduleScan(folder: string): Promise<Row> {
  const file = join(folder, 'big.wasm');
  const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(Math.floor(value / 128))]);
  const custom = (name: string, size: number): Buffer => Buffer.concat([Buffer.from([0, ...leb(size + 1 + name.length), name.length]), Buffer.from(name), Buffer.alloc(size)]);
  writeFileSync(file, Buffer.concat([
    Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0]), ...['.debug_info', '.debug_line', '.debug_str', '.debug_ranges', 'name'].map(name => custom(name, 10_000_000)),
  ]));
  const ms = await best(5, () => readModuleFile(file));
  return { name: `scan of a .wasm of ${Math.round(statSync(file).size / 1e6)} MB`, value: ms, unit: 'ms', goal: 60 };
}

function halfAMillion(dist: string, folder: string): Row[] {
  const tar = join(folder, 'many.tar');
  const out = openSync(tar, 'w');
  for (let folderAt = 0; folderAt < 500; folderAt++) {
    const part: Uint8Array[] = [tarHeader({ name: `usr/share/part-${folderAt}`, kind: 'directory', mode: 0o755 })];
    for (let i = 0; i < 1000; i++) part.push(tarHeader({ name: `usr/share/part-${folderAt}/some-file-name-${i}.txt`, kind: 'file', size: 0, mode: 0o644 }));
    writeSync(out, Buffer.concat(part));
  }
  writeSync(out, tarEnd);
  closeSync(out);
  const layout = join(folder, 'many');
  const layer = storeFile(layout, tar, mediaTypes.layer);
  writeLayoutIndex(layout, [layer]);
  const ran = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(__filename)}).many(${JSON.stringify(dist)}, ${JSON.stringify(layout)})`], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  const { memory, base, work, idle, ms } = JSON.parse(ran.stdout) as { memory: number; base: number; work: Stalls; idle: Stalls; ms: number };
  return [
    { name: '500,000 entries: read, listed, filtered, compared', value: ms, unit: 'ms' },
    { name: '500,000 entries: memory', value: memory - base, unit: 'MB', goal: 400, note: 'above the process without them' },
    { name: '500,000 entries: longest stall of the asking thread', value: work.own, unit: 'ms', goal: 50, note: `its own; by the clock ${work.clock.toFixed(0)} ms, idle as long ${idle.clock.toFixed(0)} ms` },
  ];
}

/** What `halfAMillion` runs: as the editor does, from another thread. */
export async function many(dist: string, layout: string): Promise<void> {
  const client = new ImageClient(join(dist, 'image-explore-worker.js'), {}, () => 2 ** 34);
  const source = { kind: 'folder', path: layout } as const;
  await client.ask('outline', { source });
  const base = process.memoryUsage().rss;
  const from = performance.now();
  const stop = watchStalls();
  await client.ask('layer', { source, layer: 0, below: true });
  await client.ask('list', { source, wish: { layer: 0, mode: 'files', path: '/usr/share/part-3', sort: 'size', from: 0, count: 1000 } });
  await client.ask('list', { source, wish: { layer: 0, mode: 'changes', path: '/usr/share', sort: 'name', from: 0, count: 1000, filter: { text: 'name-999', changes: [] } } });
  await client.ask('search', { source, text: 'name-77.txt', most: 500 });
  await client.ask('compare', { before: { source }, after: { source } });
  const ms = performance.now() - from;
  const work = stop();
  const memory = process.memoryUsage().rss;
  const rest = watchStalls();
  await new Promise(done => setTimeout(done, ms));
  process.stdout.write(JSON.stringify({ memory: memory / 1e6, base: base / 1e6, ms, work, idle: rest() }));
  await client.dispose();
}

function makeImage(layout: string): Descriptor[] {
  mkdirSync(join(layout, 'blobs', 'sha256'), { recursive: true });
  const noise = randomBytes(8 << 20);
  const words = Buffer.from('The quick brown fox jumps over the lazy dog, again and again and again. '.repeat(4000));
  const layers = layerSizes.map((megabytes, at) => {
    const tar = join(layout, `layer-${at}.tar`);
    const out = openSync(tar, 'w');
    const files = Math.round(megabytes * filesPerMB);
    for (let i = 0; i < files; i++) {
      const size = Math.round(1e6 / filesPerMB);
      const parts: Uint8Array[] = [tarHeader({ name: `usr/lib/layer-${at}/${i >> 6}/file-${i}.bin`, kind: 'file', size, mode: 0o644 })];
      const offset = (i * 7919 * 512) % (noise.length - size);
      for (let filled = 0; filled < size;) {
        const chunk = (filled >> 14) % 2 === 0 ? noise.subarray(offset + filled, offset + Math.min(filled + 16_384, size)) : words.subarray(filled % 1000, filled % 1000 + Math.min(16_384, size - filled));
        parts.push(chunk);
        filled += chunk.length;
      }
      parts.push(tarPadding(size));
      writeSync(out, Buffer.concat(parts));
    }
    writeSync(out, tarEnd);
    closeSync(out);
    execFileSync('gzip', ['-1', '-n', tar]);
    return storeFile(layout, `${tar}.gz`, mediaTypes.layerGzip);
  });
  writeLayoutIndex(layout, layers);
  return layers;
}

/** Moves a file to where a layout has the blob of its digest. */
function storeFile(layout: string, file: string, mediaType: string): Descriptor {
  const hash = createHash('sha256');
  const handle = openSync(file, 'r');
  const buffer = Buffer.alloc(1 << 20);
  mkdirSync(join(layout, 'blobs', 'sha256'), { recursive: true });
  for (let read = readSync(handle, buffer); read > 0; read = readSync(handle, buffer)) hash.update(buffer.subarray(0, read));
  closeSync(handle);
  const digest = `sha256:${hash.digest('hex')}`;
  const { size } = statSync(file);
  execFileSync('mv', [file, join(layout, 'blobs', 'sha256', digest.slice(7))]);
  return { mediaType, digest, size };
}

function writeLayoutIndex(layout: string, layers: readonly Descriptor[]): void {
  const keep = (value: unknown, mediaType: string): Descriptor => {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = digestOf(bytes);
    writeFileSync(join(layout, 'blobs', 'sha256', digest.slice(7)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const config = keep({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] }, history: layers.map((_, at) => ({ created_by: `RUN step ${at}` })) }, mediaTypes.config);
  const manifest = keep({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }, mediaTypes.manifest);
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
}
