import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isUserError, type UserError } from '../../src/base/error';
import { temporaryFolder } from '../../src/base/temporary';
import { runContainer } from '../../src/engine/container';
import { checkEngine, handlesWasm, storeRow } from '../../src/engine/check';
import { Engine } from '../../src/engine/engine';
import { resolveEndpoint, type Endpoint } from '../../src/engine/endpoint';
import type { Failure } from '../../src/engine/failure';
import { explainExit, translate, troubles } from '../../src/engine/troubles';
import { noLog } from '../../src/base/log';
import { engineTest } from '../tools/engine';
import { guest, runCli, scratch } from '../run/guests';

// Every way in which engines are known to fail: provoked on the real engine where it can be, else replayed from recorded answers.

const signal = AbortSignal.timeout(240_000);
const endpoint: Endpoint = { context: 'default', from: 'default', address: 'unix:///x.sock', tried: [], transport: { kind: 'socket', path: '/x.sock' } };
const facts = (more: Partial<Failure>): Failure => ({ step: 'start', endpoint, about: { image: 'app:1', runtime: 'io.containerd.wasmedge.v1', platform: 'wasi/wasm', name: 'n' }, message: '', platform: 'linux', ...more });

/** Recorded answers: the code that must come, and the facts. */
const recorded: readonly (readonly [string, Partial<Failure>])[] = [
  ['not-there', { step: 'connect', system: 'ENOENT', message: 'connect ENOENT /x.sock' }],
  ['down', { step: 'connect', system: 'ECONNREFUSED', message: 'connect ECONNREFUSED /x.sock' }],
  ['no-permission', { step: 'connect', system: 'EACCES', message: 'connect EACCES /x.sock' }],
  ['unreachable', { step: 'connect', system: 'EDIAL', message: 'ssh: connect to host far port 22: No route to host' }],
  ['certificate', { step: 'connect', system: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: 'self-signed certificate' }],
  ['certificate', { step: 'connect', status: 400, message: 'Client sent an HTTP request to an HTTPS server.' }],
  ['network', { step: 'wait', system: 'ECONNRESET', message: 'socket hang up' }],
  ['network', { step: 'connect', system: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND far' }],
  ['runtime-unknown', { step: 'create', status: 400, message: 'unknown or invalid runtime name: nope' }],
  ['shim-missing', { status: 500, message: 'failed to create task for container: failed to start shim: failed to resolve runtime path: runtime "io.containerd.wasmedge.v1" binary not installed "containerd-shim-wasmedge-v1": file does not exist: unknown' }],
  ['shim-gone', { status: 500, message: 'failed to create task for container: failed to start shim: start failed: : fork/exec /usr/bin/containerd-shim-wasmedge-v1: no such file or directory: unknown' }],
  ['shim-architecture', { status: 500, message: 'failed to create task for container: failed to start shim: start failed: : fork/exec /usr/bin/containerd-shim-wasmedge-v1: exec format error: unknown' }],
  ['shim-denied', { status: 400, message: 'failed to create task for container: failed to start shim: start failed: : fork/exec /usr/bin/containerd-shim-wasmedge-v1: permission denied: unknown' }],
  ['shim-crashed', { status: 500, message: 'failed to create task for container: failed to start shim: start failed: thread main panicked: exit status 1: unknown' }],
  ['no-terminal', { status: 500, message: 'failed to create task for container: failed to create shim task: terminal is not supported: invalid argument' }],
  ['classic-store', { step: 'load', message: 'cannot load wasi image on linux' }],
  ['classic-store', { step: 'pull', message: 'operating system is not supported' }],
  ['classic-store', { step: 'build', message: 'ERROR: failed to solve: operating system is not supported' }],
  ['platform-invalid', { step: 'create', status: 400, message: '"wasi": unknown operating system or architecture: invalid argument' }],
  ['platform-missing', { step: 'create', status: 404, message: 'No such image: app:latest' }],
  ['platform-missing', { step: 'create', status: 404, message: 'image with reference app:1 was found but does not provide the specified platform (wasi/wasm)' }],
  ['platform-missing', { step: 'pull', status: 404, message: 'no match for platform in manifest: not found' }],
  ['platform-missing', { step: 'pull', status: 404, message: 'no matching manifest for wasi/wasm32 in the manifest list entries' }],
  ['image-incomplete', { step: 'save', status: 404, message: 'unable to create manifests file: content digest sha256:0123abcd: not found' }],
  ['login', { step: 'pull', status: 500, message: 'Head "https://r.example/v2/app/manifests/1": no basic auth credentials' }],
  ['login', { step: 'pull', status: 500, message: 'failed to resolve reference: unexpected status from HEAD request: 401 Unauthorized' }],
  ['login', { step: 'pull', status: 404, message: 'pull access denied for app, repository does not exist or may require docker login' }],
  ['no-image', { step: 'list', status: 404, message: 'No such image: app:1' }],
  ['name-taken', { step: 'create', status: 409, message: 'Conflict. The container name "/n" is already in use by container "abc". You have to remove (or rename) that container.' }],
  ['port-taken', { status: 500, message: 'driver failed programming external connectivity on endpoint n: failed to bind host port for 127.0.0.1:8080:172.17.0.2:80/tcp: address already in use' }],
  ['port-taken', { status: 500, message: 'driver failed programming external connectivity on endpoint n (1): Bind for 0.0.0.0:8080 failed: port is already allocated' }],
  ['no-entrypoint', { step: 'create', status: 400, message: 'no command specified' }],
  ['bad-mount', { step: 'create', status: 400, message: 'invalid mount config for type "bind": bind source path does not exist: /none' }],
  ['disk-full', { step: 'load', message: 'write /blob: no space left on device' }],
  ['no-container', { step: 'remove', status: 404, message: 'No such container: abc' }],
  ['no-buildx', { step: 'build', message: 'docker: unknown command: docker buildx' }],
  ['no-buildx', { step: 'build', message: 'unknown shorthand flag: \'t\' in -t' }],
  ['no-module', { status: 500, message: 'failed to create task for container: module not found: unknown' }],
  ['runc', { step: 'run', about: { runtime: 'runc' }, exit: { code: 255, stdout: '', stderr: 'exec /app.wasm: exec format error\n' } }],
  ['runc', { step: 'run', about: { runtime: 'runc' }, exit: { code: 1, stdout: '', stderr: 'exec /app.wasm: exec format error\n' } }],
  ['crun-annotation', { step: 'run', about: { runtime: 'crun' }, exit: { code: 1, stdout: '', stderr: '{"msg":"exec container process `/app.wasm`: Exec format error","level":"error"}\n' } }],
  ['crun-no-module', { step: 'run', about: { runtime: 'crun' }, exit: { code: 1, stdout: '[error] loading failed: invalid path, Code: 0x100\n', stderr: '' } }],
  ['crun-trap', { step: 'run', about: { runtime: 'crun' }, exit: { code: 1, stdout: 'before\n[error] execution failed: unreachable, Code: 0x40a\n', stderr: '' } }],
  ['silent-137', { step: 'run', exit: { code: 137, stdout: '', stderr: '' } }],
];

void test('each recorded failure has its own sentence and remedy', () => {
  for (const [id, more] of recorded) {
    const failure = facts(more);
    const error = failure.exit === undefined ? translate(failure) : explainExit(failure);
    assert.equal(error?.code, `engine.${id}`, JSON.stringify(more));
    assert.ok(/\.$/.test(error.message), error.message);
    if (id !== 'no-container') assert.ok(error.remedies.length > 0, id);
    assert.doesNotMatch(error.message, /undefined|\{\d\}/);
  }
  // No row without a recorded answer, so that none is forgotten.
  assert.deepEqual(troubles.map(row => row.id).filter(id => !recorded.some(([known]) => known === id)), []);
});

void test('what is said names port, shim, runtime and platform; what is unknown is said in the engine\'s words', () => {
  const said = (more: Partial<Failure>): string => translate(facts(more)).message;
  assert.match(said({ status: 500, message: 'Bind for 0.0.0.0:8080 failed: port is already allocated' }), /port 8080/);
  assert.match(said({ status: 500, message: 'failed to bind host port for 127.0.0.1:8081:172.17.0.2:80/tcp: address already in use' }), /port 8081/);
  assert.match(said({ status: 500, message: 'runtime "io.containerd.spin.v2" binary not installed "containerd-shim-spin-v2": file does not exist' }), /containerd-shim-spin-v2/);
  assert.match(said({ status: 500, message: 'binary not installed "containerd-shim-wasmedge-v1"', about: { desktop: true } }), /Docker Desktop/);
  assert.match(said({ status: 500, message: 'something new' }), /refused \(500\): something new/);
  // A program that ends as it likes is no trouble.
  for (const exit of [{ code: 0, stdout: '', stderr: '' }, { code: 3, stdout: 'x', stderr: 'y' }, { code: 137, stdout: 'said something', stderr: '' }]) assert.equal(explainExit(facts({ step: 'run', exit })), undefined);
});

/** An engine on a socket that answers as a test says. */
async function fake(answer: (method: string, path: string) => { status: number; body: unknown }): Promise<{ engine: Engine; close: () => Promise<void> }> {
  const folder = await temporaryFolder('fake');
  const path = join(folder.path, 'engine.sock');
  const server: Server = createServer((request, response) => {
    request.resume();
    const { status, body } = answer(request.method ?? '', (request.url ?? '').split('?')[0] ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(path);
  await new Promise(resolve => server.once('listening', resolve));
  const engine = await Engine.of({ ...endpoint, address: `unix://${path}`, transport: { kind: 'socket', path } });
  return {
    engine,
    async close() {
      await new Promise(resolve => { server.close(resolve); server.closeAllConnections(); });
      await folder.dispose();
    },
  };
}

const request = { image: 'app:1', platform: 'wasi/wasm', runtime: 'r', env: {}, binds: [], ports: [], annotations: {}, tty: false, remove: true, log: noLog };
const codeOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'none', (error: unknown) => (isUserError(error) ? error.code : String(error)));

void test('through the wire: answers of engines that are not here', async () => {
  const calls: string[] = [];
  const { engine, close } = await fake((method, path) => {
    calls.push(`${method} ${path}`);
    if (path === '/containers/create') return { status: 404, body: { message: 'image with reference app:1 was found but does not provide the specified platform (wasi/wasm)' } };
    if (path === '/images/load') return { status: 200, body: '{"stream":"Loading"}\r\n{"errorDetail":{"message":"cannot load wasi image on linux"},"error":"cannot load wasi image on linux"}\r\n' };
    if (path === '/images/json') return { status: 200, body: '<html>not an engine</html>' };
    return { status: 500, body: { message: 'no' } };
  });
  try {
    assert.equal(await codeOf(runContainer(engine, request, { stdout() {}, stderr() {}, signal })), 'engine.platform-missing');
    const { proveRuntime } = await import('../../src/engine/prove');
    const proof = await proveRuntime(engine, {}, signal);
    assert.equal(proof.works ? '' : proof.error.code, 'engine.classic-store');
    // Nothing was made, so that nothing is removed but the image's name.
    assert.deepEqual(calls.filter(call => call.startsWith('DELETE /containers')), []);
  } finally {
    await close();
  }
});

void test('no socket, one that nobody listens at, and one that is not ours', async () => {
  const folder = await temporaryFolder('sockets');
  const at = async (path: string): Promise<string> => codeOf((await Engine.of({ ...endpoint, transport: { kind: 'socket', path } })).ask('connect', {}, signal, docker => docker.ping()));
  assert.equal(await at(join(folder.path, 'none.sock')), 'engine.not-there');
  const server = createServer().listen(join(folder.path, 'dead.sock'));
  await new Promise(resolve => server.once('listening', resolve));
  const port = await new Promise<number>(resolve => { const other = createServer().listen(0, '127.0.0.1', () => { const { port: free } = other.address() as { port: number }; other.close(() => { resolve(free); }); }); });
  await new Promise(resolve => server.close(resolve));
  assert.equal(await codeOf((await Engine.of({ ...endpoint, transport: { kind: 'tcp', host: '127.0.0.1', port } })).ask('connect', {}, signal, docker => docker.ping())), 'engine.down');
  await folder.dispose();
  const rows = await checkEngine({}, signal, () => {}).catch((error: unknown) => error as UserError);
  assert.ok(Array.isArray(rows));
});

void test('an answer that never comes is cancelled', async () => {
  const { engine, close } = await fake(() => ({ status: 200, body: {} }));
  const stop = new AbortController();
  const waiting = engine.ask('wait', {}, stop.signal, () => new Promise(() => {}));
  stop.abort(Object.assign(new Error('stop'), { name: 'AbortError' }));
  await assert.rejects(waiting, { name: 'AbortError' });
  await close();
});

void test('image store and crun are told by what the engine says of itself', () => {
  assert.equal(storeRow({ Driver: 'overlayfs', DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']] }).state, 'ok');
  assert.equal(storeRow({ Driver: 'overlay2', DriverStatus: [['Backing Filesystem', 'extfs']] }).state, 'missing');
  const features = (wasm: string) => ({ Runtimes: { x: { path: 'crun', status: { 'org.opencontainers.runtime-spec.features': JSON.stringify({ annotations: { 'run.oci.crun.wasm': wasm } }) } } } });
  assert.deepEqual([handlesWasm(features('true'), 'x'), handlesWasm(features('false'), 'x'), handlesWasm({}, 'x')], [true, false, true]);
});

// Provoked on the real engine, by our own command line.
const docker = (...args: string[]) => runCli(['run', '--runtime', 'docker', ...args], '', { stdio: ['ignore', 'pipe', 'pipe'] });

engineTest('provoked: runtimes that are not there, or run no WebAssembly', { own: true }, async () => {
  const unknown = await docker('--docker-runtime', 'nope', guest('hello'));
  assert.deepEqual([unknown.code, /has no runtime nope/.test(unknown.stderr)], [1, true], unknown.stderr);
  const missing = await docker('--docker-runtime', 'io.containerd.nowhere.v1', guest('hello'));
  assert.match(missing.stderr, /no containerd-shim-nowhere-v1/);
  assert.match(missing.stderr, /How to Install the Shim/);
  const runc = await docker('--docker-runtime', 'runc', guest('hello'));
  assert.match(runc.stderr, /runs no WebAssembly/);
  const plain = await docker('--docker-runtime', 'crun-wasm', '--annotation', 'run.oci.handler=none', guest('hello'));
  assert.match(plain.stderr, /annotation|took the module|refused|handler/);
});

engineTest('provoked: shims that are broken', { own: true }, async () => {
  const folder = join(process.env['WASM_WORKBENCH_ENGINE'] ?? '', 'bin');
  mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string, mode: number): void => { writeFileSync(join(folder, `containerd-shim-${name}-v1`), text, { mode }); };
  put('wbwrong', 'not a program', 0o755);
  put('wbcrash', '#!/bin/sh\necho broken >&2\nexit 1\n', 0o755);
  const wrong = await docker('--docker-runtime', 'io.containerd.wbwrong.v1', guest('hello'));
  assert.match(wrong.stderr, /another processor or system/);
  const crash = await docker('--docker-runtime', 'io.containerd.wbcrash.v1', guest('hello'));
  assert.match(crash.stderr, /crashed when it was started/);
});

engineTest('provoked: a trap and a missing module under each runtime, a platform that is none, a port and a folder that are not to be had', { own: true }, async ({ engine }) => {
  const trap = await docker(guest('abort'));
  assert.equal(trap.code, 137);
  assert.match(trap.stderr, /trapped in WasmEdge: unreachable/);
  const crunTrap = await docker('--docker-runtime', 'crun-wasm', guest('abort'));
  assert.match(crunTrap.stderr, /trapped in WasmEdge: unreachable/);
  const tar = join(scratch, 'hello.tar');
  await runCli(['pack', guest('hello'), '--tag', 'wb-test-hello:1', '--output', tar]);
  const platform = await docker('--platform', 'wasi/wasm32', tar);
  assert.match(platform.stderr, /for platform wasi\/wasm32/);
  const port = Number(new URL(`http://${process.env['WASM_WORKBENCH_REGISTRY'] ?? ''}`).port);
  const taken = await docker('--publish', `127.0.0.1:${String(port)}:80`, guest('hello'));
  assert.match(taken.stderr, new RegExp(`port ${String(port)} is taken`));
  const folder = await docker('--dir', `${join(scratch, 'none')}::/none`, guest('hello'));
  assert.match(folder.stderr, /no such folder/);
  const far = await docker('--docker-context', 'nowhere', guest('hello'));
  assert.match(far.stderr, /no Docker context "nowhere"/);
  assert.equal(resolveEndpoint({}).address, engine.endpoint.address);
});

engineTest('doctor shows each runtime at work, or why it is not', { own: true }, async () => {
  const { code, stdout } = await runCli(['doctor', '--json']);
  assert.equal(code, 0);
  const parts = JSON.parse(stdout) as { id: string; rows: { tool: string; found: { path?: string } }[] }[];
  const rows = parts.find(part => part.id === 'docker')?.rows ?? [];
  const found = (name: string): string => rows.find(row => row.tool === name)?.found.path ?? '';
  assert.match(found('Runtime io.containerd.wasmedge.v1'), /ran a tiny module/);
  assert.match(found('Runtime crun-wasm'), /Exit codes are lost/);
  assert.match(found('Image store'), /containerd/);
});
