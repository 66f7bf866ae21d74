import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../src/wat/assemble';
import type { Row } from './row';

const p1 = 'wasi_snapshot_preview1';
/** Sends back what comes, one connection after the other, at a listener that it finds open. */
const guest = `(module
  (import "${p1}" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
  (import "${p1}" "sock_recv" (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "${p1}" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start") (loop $next
    (br_if $next (call $accept (i32.const 3) (i32.const 0) (i32.const 16)))
    (loop $more
      (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 65536))
      (if (i32.and (i32.eqz (call $recv (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8) (i32.const 12))) (i32.ne (i32.load (i32.const 8)) (i32.const 0)))
        (then
          (i32.store (i32.const 4) (i32.load (i32.const 8)))
          (br_if $more (i32.eqz (call $send (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8)))))))
    (drop (call $close (i32.load (i32.const 16)))) (br $next))))`;
const plain = (port: number) => `require('node:net').createServer(socket => { socket.setNoDelay(true); socket.on('data', chunk => socket.write(chunk)).on('error', () => {}); }).listen(${port}, '127.0.0.1')`;

/** Requests a second, one after the other on one connection, of a program under our host against the same server in Node; both in processes of their own. */
export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wasm-workbench-bench-'));
  const children: ChildProcess[] = [];
  try {
    const { bytes, diagnostics } = assemble(guest);
    if (bytes === undefined) throw new Error(JSON.stringify(diagnostics));
    const module = join(folder, 'echo.wasm');
    writeFileSync(module, bytes);
    const [ours, theirs] = [await freePort(), await freePort()];
    const start = (args: readonly string[]): void => { children.push(spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })); };
    start([process.env['BENCH_CLI'] ?? '', 'run', '--listen', String(ours), module]);
    start(['-e', plain(theirs)]);
    const rates: [number[], number[]] = [[], []];
    for (let round = 0; round < 5; round++) {
      rates[0].push(await rate(ours));
      rates[1].push(await rate(theirs));
    }
    const [mine = 0, node = 0] = rates.map(list => list.sort((a, b) => a - b)[list.length >> 1]);
    return [{ name: 'requests a second, Node against ours', value: mine, unit: '/s', ratio: node / mine, goal: 2.5, note: `node ${node.toFixed(0)} /s` }];
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** Connects as soon as somebody listens, for ten seconds at most. */
async function connected(port: number): Promise<Socket> {
  for (const end = Date.now() + 10_000; ;) {
    const socket = connect(port, '127.0.0.1');
    const error = await new Promise<Error | undefined>(resolve => { socket.once('connect', () => { resolve(undefined); }).once('error', resolve); });
    if (error === undefined) return socket.setNoDelay(true);
    if (Date.now() > end) throw error;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

async function rate(port: number): Promise<number> {
  const socket = await connected(port);
  const request = Buffer.alloc(200, 'x');
  const count = 3000;
  let done = 0;
  let got = 0;
  const from = performance.now();
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject).on('data', (chunk: Buffer) => {
      got += chunk.length;
      if (got < request.length) return;
      got -= request.length;
      if (++done === count) resolve();
      else socket.write(request);
    });
    socket.write(request);
  });
  const seconds = (performance.now() - from) / 1000;
  socket.destroy();
  return count / seconds;
}
