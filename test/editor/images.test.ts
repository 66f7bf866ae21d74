import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { EntryRow } from '../../src/image/explore/listing';
import { dockerfileLines } from '../../src/image/explore/dockerfileLines';
import { commandText } from '../../src/image/explore/outline';
import { linkParts, parseLink, type Link } from '../../src/editor/images/link';
import { debugSize, moduleRows } from '../../src/editor/images/moduleRows';
import { firstState, imageAt, type EntryNode, type ImageNode, type LayerNode } from '../../src/editor/images/nodes';
import { modeText, rowOf, visible } from '../../src/editor/images/rows';
import { emptyState, groupsOf, sourcesIn, type Sources } from '../../src/editor/images/sourceRows';
import type { EngineImage } from '../../src/image/stores/engine';
import { readModule } from '../../src/wasm/read';
import { smallModule } from '../image/make';

const source = { kind: 'file', path: '/w/a.tar' } as const;
const image: ImageNode = { kind: 'image', id: 'a', parent: { kind: 'group', id: 'files', group: 'files' }, source, label: 'a.tar', detail: '', wasm: false, added: true };
const layer: LayerNode = {
  kind: 'layer', id: 'l', parent: image, at: { source }, layer: 1, layers: 3, shown: 10,
  outline: { digest: 'sha256:00', mediaType: 'x', stored: 2000, command: 'COPY app.wasm /', module: false, known: true },
};
const file = (more: Partial<EntryRow>): EntryNode => ({
  kind: 'entry', id: 'e', parent: layer, at: { source }, layer: 1, mode: 'changes', shown: 10,
  row: { name: 'x', path: '/x', kind: 'file', size: 1234, mode: 0o755, uid: 0, gid: 0, mtime: 0, target: '', layer: 1, order: 0, opens: false, ...more },
});

void test('a layer\'s row tells its figures first, and all of it to who only listens', () => {
  assert.deepEqual([rowOf(layer, firstState).label, rowOf(layer, firstState).description], ['2  2.0 KB', 'COPY app.wasm /']);
  const read = rowOf({ ...layer, facts: { unpacked: 5000, entries: 4, strange: ['../x'], changes: { added: 3, modified: 1, removed: 2 } } }, firstState);
  assert.deepEqual([read.label, read.description], ['2  5.0 KB in 2.0 KB', '+3 ~1 -2  COPY app.wasm /']);
  assert.equal(read.spoken, 'Layer 2 of 3, COPY app.wasm /, 5.0 KB in 2.0 KB, 3 added, 1 changed, 2 removed');
  assert.match(read.tooltip ?? '', /leaves the image: `\.\.\/x`/);
});

void test('entries have marks by what was done to them, menus by what they are, and names that can\'t lie', () => {
  assert.deepEqual([rowOf(file({ change: 'added' }), firstState).mark, rowOf(file({ change: 'removed' }), firstState).context], ['A', 'entry file content gone']);
  assert.deepEqual([rowOf(file({ name: 'a.wasm' }), firstState).opens, rowOf(file({ name: 'a.wasm' }), firstState).context], ['closed', 'entry file module content']);
  assert.equal(rowOf(file({ kind: 'symlink', target: '/etc/x' }), firstState).description, '→ /etc/x');
  assert.equal(rowOf(file({ name: 'a\u202egpj.exe\n' }), firstState).label, 'a\\u202egpj.exe\\u000a');
  assert.equal(visible('plain'), 'plain');
  assert.deepEqual([modeText({ kind: 'directory', mode: 0o1777 }), modeText({ kind: 'file', mode: 0o4755 }), modeText({ kind: 'file', mode: 0o2640 })], ['drwxrwxrwt', '-rwsr-xr-x', '-rw-r-S---']);
});

void test('links find their way back, and others are none', () => {
  const link: Link = { kind: 'file', at: { source, manifest: 'sha256:1' }, layer: 2, path: '/a b/ü#?.txt', mark: 'M' };
  assert.deepEqual(parseLink(linkParts(link, '')), link);
  const page: Link = { kind: 'comparison', at: { source }, other: { source }, names: ['a', 'b'] };
  assert.deepEqual(parseLink(linkParts(page, 'x.md')), page);
  for (const query of ['', '{', '{"kind":"file"}', '{"kind":"evil","at":{"source":{}}}', '{"kind":"file","at":{"source":{}},"layer":"1"}']) assert.equal(parseLink({ path: '/x', query }), undefined, query);
  assert.deepEqual(imageAt(file({})), { source });
});

const engineImage = (name: string, size: number, os: string): EngineImage => ({ id: `sha256:${name}`, names: [name], repoDigests: [], size, created: 0, platforms: [{ os, architecture: os === 'wasi' ? 'wasm' : 'amd64' }], labels: {} });

void test('the engine\'s images stand by repository or size, Wasm first; a view with nothing says why', () => {
  const images = [engineImage('php:8', 500, 'linux'), engineImage('php:7', 400, 'linux'), engineImage('app:1', 5, 'wasi'), engineImage('alpine:3', 30, 'linux')];
  const sources: Sources = { engine: { place: 'x', wish: {}, images }, others: [{ source, added: true }], folders: ['/w'], wasmFirst: true };
  const [engine, files] = groupsOf(sources);
  assert.ok(engine !== undefined && files !== undefined);
  const labels = (state: { images: 'repository' | 'size' }, from = sources): string[] => sourcesIn(engine, from, state).map(node => ('label' in node ? node.label : 'name' in node ? node.name : ''));
  assert.deepEqual(labels({ images: 'repository' }), ['app:1', 'alpine:3', 'php']);
  assert.deepEqual(labels({ images: 'size' }), ['app:1', 'php:8', 'php:7', 'alpine:3']);
  assert.deepEqual(labels({ images: 'size' }, { ...sources, wasmFirst: false }), ['php:8', 'php:7', 'alpine:3', 'app:1']);
  assert.deepEqual(sourcesIn(files, sources, { images: 'size' }).map(node => ('label' in node ? node.label : '')), ['a.tar']);
  const none: Sources = { others: [], folders: [], wasmFirst: true };
  const failing = (code: string): Sources => ({ ...none, engine: { place: '', wish: {}, images: [], problem: { code, message: 'x' } } });
  assert.deepEqual([emptyState(none, true), emptyState(none, false), emptyState(failing('engine.not-there'), true), emptyState(failing('engine.down'), true)], ['empty', 'untrusted', 'noEngine', 'unreachable']);
  assert.deepEqual(groupsOf(failing('engine.down')), []);
});

void test('a module\'s rows tell what it is, asks for and consists of', () => {
  const module = readModule(smallModule);
  const rows = moduleRows(module, [{ group: 'process', calls: ['proc_exit'] }], ['it uses threads']);
  assert.deepEqual(rows.map(row => `${row.label}: ${row.description}`), [
    'Command: WASI preview 1 (wasm32-wasi), 1 functions', 'Capabilities: process', 'Needs: 1', 'Imports: 1', 'Exports: 2', 'Memories: 1', 'Sections: 7', `Debug Information: function names; strip saves ${String(debugSize(module))} B`,
  ]);
  assert.deepEqual(rows[3]?.rows[0]?.rows.map(row => `${row.label} ${row.description}`), ['proc_exit (i32) -> ()']);
});

void test('what builders write into histories is read as a Dockerfile has it', () => {
  assert.deepEqual([
    '/bin/sh -c #(nop)  CMD ["sh"]', '/bin/sh -c apk add x', 'RUN /bin/sh -c apk add x # buildkit', 'RUN |2 A=1 B=two words /bin/sh -c make # buildkit', '|1 A=1 /bin/sh -c make', 'COPY a /b # buildkit', 'ENV A=1',
  ].map(commandText), ['CMD ["sh"]', 'RUN apk add x', 'RUN apk add x', 'RUN make', 'RUN make', 'COPY a /b', 'ENV A=1']);
});

void test('steps of a history find their lines, from the last backwards, over stages, variables and continued lines', () => {
  const text = 'ARG V=1\nFROM rust AS build\nRUN cargo build\n\nFROM alpine AS base\nRUN apk add \\\n  # why\n  curl\nFROM base\nARG V\nENV LEVEL 2\nCOPY --from=build /x/app-$V.wasm /app/\nEXPOSE 80 443/udp\nENTRYPOINT ["/app", "run"]\n';
  const steps = ['ADD file:1 in /', 'CMD ["sh"]', 'RUN apk add curl', 'ENV LEVEL=2', 'COPY /x/app-7.wasm /app/', 'EXPOSE map[443/udp:{} 80/tcp:{}]', 'ENTRYPOINT ["/app" "run"]'].map(command => ({ command, raw: command }));
  assert.deepEqual([...dockerfileLines(text, steps)].sort((a, b) => a[0] - b[0]), [[2, 5], [3, 10], [4, 11], [5, 12], [6, 13]]);
  assert.equal(dockerfileLines('FROM scratch\nCOPY other /\n', steps).size, 0);
  const classic = [{ command: 'COPY file:0af in /app ', raw: '' }];
  assert.deepEqual([...dockerfileLines('FROM x\nCOPY a.wasm b.wasm /app/\n', classic)], [[0, 1]]);
});
