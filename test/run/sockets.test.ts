import { test } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { assemble } from '../../src/wat/assemble';
import { runCli, scratch, startCli } from './guests';

// Programs with sockets: WasmEdge's calls, and sock_accept on listeners that the run opens. The clients and servers are Node's.

const p1 = 'wasi_snapshot_preview1';
const common = `
  (import "${p1}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_close" (func $close (param i32) (result i32)))
  (import "${p1}" "fd_fdstat_set_flags" (func $flags (param i32 i32) (result i32)))
  (import "${p1}" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "sock_recv" (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "${p1}" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "${p1}" "sock_shutdown" (func $shutdown (param i32 i32) (result i32)))
  (import "${p1}" "proc_exit" (func $exit (param i32)))`;
const body = `
  (memory (export "memory") 4)
  (func $must (param $errno i32) (if (local.get $errno) (then (call $exit (i32.add (i32.const 100) (local.get $errno))))))
  ;; Sends back what comes until the other side ends; then closes.
  (func $echo (param $fd i32)
    (loop $more
      (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 100000))
      (call $must (call $recv (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8) (i32.const 12)))
      (if (i32.load (i32.const 8)) (then
        (i32.store (i32.const 4) (i32.load (i32.const 8)))
        (call $must (call $send (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8)))
        (br $more))))
    (call $must (call $close (local.get $fd))))
  (func $say (param $at i32) (param $n i32)
    (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $n))
    (call $must (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))`;
const edge = `
  (import "${p1}" "sock_open" (func $open (param i32 i32 i32) (result i32)))
  (import "${p1}" "sock_bind" (func $bind (param i32 i32 i32) (result i32)))
  (import "${p1}" "sock_listen" (func $listen (param i32 i32) (result i32)))
  (import "${p1}" "sock_accept" (func $accept (param i32 i32) (result i32)))
  (import "${p1}" "sock_connect" (func $connect (param i32 i32 i32) (result i32)))
  (import "${p1}" "sock_getlocaladdr" (func $local (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "sock_getpeeraddr" (func $peer (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "sock_getsockopt" (func $getopt (param i32 i32 i32 i32 i32) (result i32)))
  (import "${p1}" "sock_getaddrinfo" (func $info (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))`;
/** Opens and binds every address at a port (0 for any), listens, and prints the port as four bytes. */
const serve = `
  (data (i32.const 200) "\\e0\\00\\00\\00\\04\\00\\00\\00")
  (func $serve (param $port i32) (result i32)
    (call $must (call $open (i32.const 1) (i32.const 2) (i32.const 16)))
    (call $must (call $bind (i32.load (i32.const 16)) (i32.const 200) (local.get $port)))
    (call $must (call $listen (i32.load (i32.const 16)) (i32.const 10)))
    (call $must (call $local (i32.load (i32.const 16)) (i32.const 200) (i32.const 240) (i32.const 244)))
    (call $say (i32.const 224) (i32.const 24))
    (i32.load (i32.const 16)))`;

function build(name: string, text: string): string {
  const { bytes, diagnostics } = assemble(text);
  assert.ok(bytes !== undefined, JSON.stringify(diagnostics));
  const file = join(scratch, `${name}.wasm`);
  writeFileSync(file, bytes);
  return file;
}

/** Serves connections one after the other, until one begins with nothing: then the exit code is 7. */
const echoServer = (): string => build('echo', `(module ${common} ${edge} ${body} ${serve}
  (func (export "_start") (local $fd i32) (local $n i32)
    (local.set $fd (call $serve (i32.const 0)))
    (loop $next
      (call $must (call $accept (local.get $fd) (i32.const 20)))
      (call $echo (i32.load (i32.const 20)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $n) (i32.const 3))))
    (call $exit (i32.const 7))))`);

interface Server { readonly address: string; readonly port: number; readonly ended: Promise<{ code: number | null; stderr: string }>; kill(): void }

/** Starts a server that prints its address as `serve` does. */
async function started(args: readonly string[]): Promise<Server> {
  const child = startCli(args);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
  const ended = new Promise<{ code: number | null; stderr: string }>(resolve => child.on('close', code => { resolve({ code, stderr }); }));
  let out = Buffer.alloc(0);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      out = Buffer.concat([out, chunk]);
      if (out.length >= 24) resolve();
    });
    void ended.then(({ code, stderr: text }) => { reject(new Error(`ended with ${String(code)}: ${text}`)); });
  });
  assert.equal(out.readUInt32LE(16), 4, 'version 4');
  return { address: out.subarray(0, 4).join('.'), port: out.readUInt32LE(20), ended, kill: () => { child.kill('SIGKILL'); } };
}

async function exchange(port: number, data: Buffer, pieces = 1): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => socket.on('error', reject).on('end', resolve));
  for (let i = 0; i < pieces; i++) socket.write(data.subarray(Math.floor(data.length * i / pieces), Math.floor(data.length * (i + 1) / pieces)));
  socket.end();
  await ended;
  return Buffer.concat(chunks);
}

void test("a server by WasmEdge's calls: connections, megabytes both ways, its end", async t => {
  const server = await started(['run', '--listen', '127.0.0.1:0', echoServer()]);
  t.after(() => { server.kill(); });
  assert.equal(server.address, '127.0.0.1', 'every address was asked for, one was allowed');
  const big = Buffer.alloc(5_000_000, 'some data that is no power of two');
  assert.equal((await exchange(server.port, Buffer.from('hello'))).toString(), 'hello');
  assert.ok((await exchange(server.port, big, 100)).equals(big));
  assert.equal((await exchange(server.port, Buffer.alloc(0))).length, 0);
  assert.deepEqual(await server.ended, { code: 7, stderr: '' });
});

void test('what was not allowed is refused, and how to allow it is said', async () => {
  const refused = await runCli(['run', echoServer()]);
  assert.equal(refused.code, 100 + 2, 'ACCES');
  assert.match(refused.stderr, /may not listen at 0\.0\.0\.0:0\. Allow it with --listen 0\.0\.0\.0:0/);
  const wrong = await runCli(['run', '--listen', 'a:b', echoServer()]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /not an address/);
  const node = await runCli(['run', '--runtime', 'node', '--listen', '0', echoServer()]);
  assert.equal(node.code, 126);
});

void test('a port that is taken is told: to a guest by its errno, for a listener of ours before it starts', async t => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => other.once('listening', resolve));
  t.after(() => { other.close(); });
  const { port } = other.address() as AddressInfo;
  const taken = build('taken', `(module ${common} ${edge} ${body} ${serve} (func (export "_start") (drop (call $serve (i32.const ${port})))))`);
  assert.equal((await runCli(['run', '--listen', String(port), taken])).code, 100 + 3);
  const given = build('given', `(module ${common} (import "${p1}" "sock_accept" (func $accept (param i32 i32 i32) (result i32))) ${body} (func (export "_start")))`);
  const ran = await runCli(['run', '--listen', String(port), given]);
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /Can't listen at 127\.0\.0\.1:\d+: another program does already/);
});

void test('sock_accept on a preopened listener, which waits in poll_oneoff', async t => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await new Promise(resolve => other.close(resolve));
  const file = build('preopened', `(module ${common} (import "${p1}" "sock_accept" (func $accept (param i32 i32 i32) (result i32))) ${body}
    (data (i32.const 224) "ready, with 24 bytes....")
    (func (export "_start")
      ;; Not yet: AGAIN.
      (call $must (call $flags (i32.const 3) (i32.const 4)))
      (if (i32.ne (call $accept (i32.const 3) (i32.const 0) (i32.const 20)) (i32.const 6)) (then (call $exit (i32.const 50))))
      (i32.store (i32.const 240) (i32.const 4)) (call $say (i32.const 224) (i32.const 24))
      (i64.store (i32.const 300) (i64.const 77)) (i32.store8 (i32.const 308) (i32.const 1)) (i32.store (i32.const 316) (i32.const 3))
      (call $must (call $poll (i32.const 300) (i32.const 400) (i32.const 1) (i32.const 24)))
      (if (i64.ne (i64.load (i32.const 400)) (i64.const 77)) (then (call $exit (i32.const 51))))
      (call $must (i32.load16_u (i32.const 408)))
      (call $must (call $accept (i32.const 3) (i32.const 0) (i32.const 20)))
      (call $echo (i32.load (i32.const 20)))
      (call $exit (i32.const 9))))`);
  const server = await started(['run', '--listen', `127.0.0.1:${port}`, file]);
  t.after(() => { server.kill(); });
  assert.equal((await exchange(port, Buffer.from('to a listener of ours'))).toString(), 'to a listener of ours');
  assert.deepEqual(await server.ended, { code: 9, stderr: '' });
});

void test('a client: names, blocking and non-blocking connects, the peer, refusal, and what is sent last', async t => {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const other = createServer({ allowHalfOpen: true }, socket => {
    sockets.push(socket);
    let text = '';
    socket.on('data', (chunk: Buffer) => { text += chunk.toString(); });
    socket.on('end', () => {
      heard.push(text);
      socket.end();
    });
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => other.once('listening', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    other.close();
  });
  const { port } = other.address() as AddressInfo;
  const file = build('client', `(module ${common} ${edge} ${body}
    (data (i32.const 200) "\\e0\\00\\00\\00\\04\\00\\00\\00") (data (i32.const 224) "\\7f\\00\\00\\01")
    (data (i32.const 500) "localhost\\00${String(port)}\\00") (data (i32.const 600) "first") (data (i32.const 610) "last")
    ;; The list for sock_getaddrinfo: its address, one element, and the room of its address.
    (data (i32.const 700) "\\c8\\02\\00\\00") (data (i32.const 724) "\\00\\03\\00\\00") (data (i32.const 772) "\\1a\\00\\00\\00\\40\\03\\00\\00")
    (func $sendText (param $fd i32) (param $at i32) (param $n i32)
      (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $n))
      (call $must (call $send (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8))))
    (func (export "_start") (local $fd i32)
      (call $must (call $info (i32.const 500) (i32.const 10) (i32.const 510) (i32.const ${String(port).length + 1}) (i32.const 0) (i32.const 700) (i32.const 1) (i32.const 704)))
      (if (i32.ne (i32.load (i32.const 704)) (i32.const 1)) (then (call $exit (i32.const 50))))
      (if (i32.ne (i32.load16_u (i32.const 832)) (i32.const ${((port & 255) << 8) | (port >> 8)})) (then (call $exit (i32.const 51))))
      (call $must (call $open (i32.const 1) (i32.const 2) (i32.const 16)))
      (local.set $fd (i32.load (i32.const 16)))
      (call $must (call $connect (local.get $fd) (i32.const 200) (i32.const ${port})))
      (call $must (call $peer (local.get $fd) (i32.const 200) (i32.const 240) (i32.const 244)))
      (if (i32.ne (i32.load (i32.const 244)) (i32.const ${port})) (then (call $exit (i32.const 52))))
      (call $sendText (local.get $fd) (i32.const 600) (i32.const 5))
      (call $must (call $shutdown (local.get $fd) (i32.const 2)))
      ;; The other side ends when it has seen our end.
      (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 10))
      (call $must (call $recv (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8) (i32.const 12)))
      (if (i32.load (i32.const 8)) (then (call $exit (i32.const 53))))
      (if (i32.ne (call $send (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8)) (i32.const 64)) (then (call $exit (i32.const 54))))
      (call $must (call $close (local.get $fd)))
      ;; Without waiting: INPROGRESS, then writable, then no error.
      (call $must (call $open (i32.const 1) (i32.const 2) (i32.const 16)))
      (local.set $fd (i32.load (i32.const 16)))
      (call $must (call $flags (local.get $fd) (i32.const 4)))
      (if (i32.ne (call $connect (local.get $fd) (i32.const 200) (i32.const ${port})) (i32.const 26)) (then (call $exit (i32.const 55))))
      (i64.store (i32.const 300) (i64.const 5)) (i32.store8 (i32.const 308) (i32.const 2)) (i32.store (i32.const 316) (local.get $fd))
      (call $must (call $poll (i32.const 300) (i32.const 400) (i32.const 1) (i32.const 24)))
      (i32.store (i32.const 264) (i32.const 4))
      (call $must (call $getopt (local.get $fd) (i32.const 0) (i32.const 2) (i32.const 260) (i32.const 264)))
      (call $must (i32.load (i32.const 260)))
      (if (i32.ne (call $recv (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8) (i32.const 12)) (i32.const 6)) (then (call $exit (i32.const 56))))
      ;; Ends the program at once: what was sent still arrives.
      (call $sendText (local.get $fd) (i32.const 610) (i32.const 4))
      (call $exit (i32.const 11))))`);
  const ran = await runCli(['run', '--connect', `localhost:${port}`, file]);
  assert.deepEqual([ran.code, ran.stderr], [11, '']);
  while (heard.length < 2) await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(heard, ['first', 'last']);
  const refused = await runCli(['run', '--connect', 'localhost:1', file]);
  assert.equal(refused.code, 102);
  assert.match(refused.stderr, new RegExp(`may not connect to 127\\.0\\.0\\.1:${port}\\. Allow it with --connect`));
  const unresolved = await runCli(['run', file.replace('client', 'client')]);
  assert.equal(unresolved.code, 102, 'localhost is looked up, but not connected to');
});
