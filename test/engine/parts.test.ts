import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createOptions } from '../../src/engine/container';
import { Demux } from '../../src/engine/demux';
import { isWasm } from '../../src/engine/list';
import { isOrphan, ownerValue } from '../../src/engine/owner';
import { hostOf, parsePublished } from '../../src/engine/ports';
import { bindsOf } from '../../src/run/inDocker';
import { containerRow } from '../../src/editor/containers/rows';
import { noLog } from '../../src/base/log';
import type { Endpoint } from '../../src/engine/endpoint';

void test('ports to publish: of this machine alone unless told', () => {
  const port = (text: string): unknown[] => Object.values(parsePublished(text));
  assert.deepEqual(port('18097:8000'), [18097, 8000, '127.0.0.1', 'tcp']);
  assert.deepEqual(port('80'), [80, 80, '127.0.0.1', 'tcp']);
  assert.deepEqual(port(':80'), [0, 80, '127.0.0.1', 'tcp']);
  assert.deepEqual(port('0.0.0.0:8080:80'), [8080, 80, '0.0.0.0', 'tcp']);
  assert.deepEqual(port('*:8080:80/udp'), [8080, 80, '0.0.0.0', 'udp']);
  assert.deepEqual(port('[::1]:8080:80'), [8080, 80, '::1', 'tcp']);
  for (const wrong of ['', 'x', '8080:0', '70000:80', '1:2:3', '8080:80/sctp', '-1:80']) assert.throws(() => parsePublished(wrong), { code: 'usage' }, wrong);
});

void test("an engine's ports are at its own machine", () => {
  const at = (endpoint: Partial<Endpoint>): string => hostOf({ context: 'x', from: 'default', address: '', tried: [], transport: { kind: 'socket', path: '' }, ...endpoint });
  assert.equal(at({}), 'localhost');
  assert.equal(at({ transport: { kind: 'tcp', host: '10.0.0.1', port: 2375 } }), '10.0.0.1');
  assert.equal(at({ address: 'ssh://me@far:22', transport: { kind: 'dial', command: { tool: 'docker', args: [], cwd: '/' } } }), 'far');
});

void test('frames of a container come apart, wherever chunks end', () => {
  const frame = (kind: number, text: string): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt8(kind, 0);
    head.writeUInt32BE(text.length, 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const all = Buffer.concat([frame(1, 'one'), frame(2, 'errors'), frame(1, ''), frame(1, 'two')]);
  for (const size of [1, 2, 3, 7, 8, 9, 11, 100]) {
    const got = { out: '', err: '' };
    const demux = new Demux(chunk => { got.out += Buffer.from(chunk).toString(); }, chunk => { got.err += Buffer.from(chunk).toString(); });
    for (let at = 0; at < all.length; at += size) demux.push(all.subarray(at, at + size));
    assert.deepEqual(got, { out: 'onetwo', err: 'errors' });
  }
});

void test('a create call: platform and name in the query, the rest in the body; no folder is made by the engine', () => {
  const { _query, _body } = createOptions({
    image: 'x:1', platform: 'wasi/wasm', runtime: 'r', args: ['a'], env: { A: '1' }, binds: [{ host: '/h', guest: '/g', readonly: true }], ports: [parsePublished('8080:80')],
    annotations: { k: 'v' }, name: 'n', tty: false, stdin: true, remove: true, log: noLog, memory: 5,
  });
  assert.deepEqual(_query, { platform: 'wasi/wasm', name: 'n' });
  assert.deepEqual([_body['Image'], _body['Cmd'], _body['Env'], _body['OpenStdin'], _body['StdinOnce']], ['x:1', ['a'], ['A=1'], true, true]);
  assert.deepEqual(_body['HostConfig'], {
    Runtime: 'r', Annotations: { k: 'v' }, Memory: 5, Mounts: [{ Type: 'bind', Source: '/h', Target: '/g', ReadOnly: true }], PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] },
  });
});

void test('a folder preopened as / becomes a mount of each thing in it', () => {
  assert.deepEqual(bindsOf([{ host: '/p', guest: '/' }, { host: '/q', guest: 'data/', readonly: true }], () => ['a.txt', 'src', '.git', 'proc']), [
    { host: '/p/a.txt', guest: '/a.txt' }, { host: '/p/src', guest: '/src' }, { host: '/q', guest: '/data', readonly: true },
  ]);
});

void test('what is made for a process goes with it, and with no other', () => {
  assert.equal(isOrphan(ownerValue()), false);
  assert.equal(isOrphan(ownerValue().replace(/-\d+-/, '-4194303-')), true);
  assert.equal(isOrphan('0badcafe-4194303-1'), false);
  if (process.platform === 'linux') assert.equal(isOrphan(ownerValue().replace(/\d+$/, '1')), true);
  for (const text of ['', 'x', 'a-b-c']) assert.equal(isOrphan(text), false);
});

void test('containers that run WebAssembly are told by runtime, annotation, command or platform', () => {
  assert.deepEqual([
    isWasm('io.containerd.wasmedge.v1', {}, [], undefined), isWasm('io.containerd.spin.v2', {}, [], undefined), isWasm('crun', { 'run.oci.handler': 'wasm' }, [], undefined),
    isWasm('runc', {}, ['/app.wasm'], undefined), isWasm('runc', {}, [], 'wasi'), isWasm('runc', {}, ['/bin/sh'], 'linux'),
  ], [true, true, true, true, true, false]);
});

void test('a row of the Containers view says what runs, where, and what can be done', () => {
  const base = { id: '1', name: 'keen_bell', title: 'server.wasm', image: 'x', status: 'Up 2 minutes' };
  const running = containerRow({ ...base, state: 'running', ports: [{ host: 8080, guest: 80 }] });
  assert.deepEqual([running.label, running.description, running.context], ['server.wasm', 'keen_bell · :8080 · Up 2 minutes', 'container running published']);
  assert.equal(containerRow({ ...base, state: 'exited', ports: [] }).context, 'container exited');
});
