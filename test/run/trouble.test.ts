import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../src/wat/assemble';
import { cli, scratch, startCli } from './guests';

// What the world does to a program under our host: it is told by an error number, and nobody crashes, hangs or stays behind.

const p1 = 'wasi_snapshot_preview1';
const head = `
  (import "${p1}" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "${p1}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 64) "full")
  (func $opened (param $flags i32) (result i32) (local $errno i32)
    (local.set $errno (call $open (i32.const 3) (i32.const 1) (i32.const 64) (i32.const 4) (local.get $flags) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))
    (if (local.get $errno) (then (call $exit (local.get $errno))))
    (i32.load (i32.const 16)))
  ;; Writes 4 KB again and again; ends with the error number.
  (func $fill (param $fd i32) (local $errno i32)
    (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 4096))
    (loop $more
      (local.set $errno (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br_if $more (i32.eqz (local.get $errno))))
    (call $exit (local.get $errno)))`;
const start = (body: string) => `(module ${head} (func (export "_start") ${body}))`;

function module(name: string, body: string): string {
  const { bytes, diagnostics } = assemble(start(body));
  assert.ok(bytes !== undefined, JSON.stringify(diagnostics));
  const path = join(scratch, `${name}.wasm`);
  writeFileSync(path, bytes);
  return path;
}

const NOSPC = 51;
const MFILE = 33;
const linux = process.platform === 'linux';
/** Runs a line of a shell whose "$@" is our command line with its arguments. */
const shell = (line: string, ...args: readonly string[]) => spawnSync('sh', ['-c', line, 'sh', process.execPath, '--', cli, ...args], { cwd: scratch, encoding: 'utf8', timeout: 60_000 });

void test('a full device is told, to writes of files and to standard output', { skip: !linux && 'there is no /dev/full' }, () => {
  const file = shell('exec "$@"', 'run', '--dir', '/dev::/', module('full-file', '(call $fill (call $opened (i32.const 0)))'));
  assert.deepEqual([file.status, file.stderr], [NOSPC, '']);
  const output = shell('exec "$@" > /dev/full', 'run', module('full-output', '(call $fill (i32.const 1))'));
  assert.deepEqual([output.status, output.stderr], [NOSPC, '']);
});

void test('a disk that fills up under way keeps what went onto it', { skip: linux && process.getuid?.() === 0 ? false : 'mounting a small disk needs root' }, t => {
  const disk = join(scratch, 'disk');
  mkdirSync(disk);
  const program = module('full-disk', '(call $fill (call $opened (i32.const 1)))');
  // In a namespace of its own, so that the mount goes with the shell.
  const ran = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=256k none "$0" || exit 99; "$@"; code=$?; stat -c %s "$0/full"; exit $code', disk, process.execPath, '--', cli, 'run', '--dir', `${disk}::/`, program], { encoding: 'utf8', timeout: 60_000 });
  if (ran.error !== undefined || ran.status === 99 || ran.status === 1) {
    t.skip('this machine lets nobody mount');
    return;
  }
  assert.deepEqual([ran.status, ran.stderr], [NOSPC, '']);
  assert.ok(Number(ran.stdout) >= 128 * 1024, ran.stdout);
});

void test('a program that opens file after file is told when there are no more, ours or the system’s', { skip: process.platform === 'win32' && 'needs a shell' }, () => {
  const folder = join(scratch, 'many');
  mkdirSync(folder);
  writeFileSync(join(folder, 'full'), '');
  const program = module('many', '(loop $more (drop (call $opened (i32.const 0))) (br $more))');
  for (const [line, options] of [['exec "$@"', ['--max-files', '50']], ['ulimit -n 128; exec "$@"', []]] as const) {
    const ran = shell(line, 'run', ...options, '--dir', `${folder}::/`, program);
    assert.deepEqual([ran.status, ran.stderr], [MFILE, ''], line);
  }
  // Ten thousand where the system has so many, and no crash.
  const all = shell('ulimit -n 10100 2>/dev/null; exec "$@"', 'run', '--dir', `${folder}::/`, program);
  assert.deepEqual([all.status, all.stderr], [MFILE, '']);
  assert.deepEqual(readdirSync(folder), ['full']);
});

void test('standard input that is closed has ended', { skip: process.platform === 'win32' && 'needs a shell' }, () => {
  const program = module('closed', `(i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 10)) (i32.store (i32.const 8) (i32.const 77))
    (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then (call $exit (i32.const 8))))
    (call $exit (i32.load (i32.const 8)))`);
  assert.equal(shell('exec "$@" <&-', 'run', program).status, 0);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  void test(`${signal} ends a program that sleeps for ever`, { skip: process.platform === 'win32' && 'Windows has no such signals' }, async () => {
    // A clock whose end is 584 years away; the line before it says that the program is there.
    const program = module('sleep', `(i32.store8 (i32.const 65536) (i32.const 46)) (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 1))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (i32.store (i32.const 1016) (i32.const 1)) (i64.store (i32.const 1024) (i64.const -1))
      (loop $again (drop (call $poll (i32.const 1000) (i32.const 2000) (i32.const 1) (i32.const 8))) (br $again))`);
    const child = startCli(['run', program]);
    const ended = new Promise<NodeJS.Signals | null>(resolve => child.once('exit', (_code, by) => { resolve(by); }));
    await new Promise(resolve => child.stdout?.once('data', resolve));
    child.kill(signal);
    assert.equal(await ended, signal);
  });
}

void test('a program whose output nobody reads waits, and goes when it is told to', async () => {
  const child = spawn(process.execPath, ['--', cli, 'run', module('unread', '(call $fill (i32.const 1))')], { cwd: scratch, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise(resolve => child.once('exit', (code, by) => { resolve([code, by]); }));
  // The first bytes have come, and no more are asked for.
  await new Promise(resolve => child.stdout.once('readable', resolve));
  child.kill('SIGTERM');
  assert.deepEqual(await ended, process.platform === 'win32' ? [1, null] : [null, 'SIGTERM']);
  assert.ok(statSync(scratch).isDirectory());
});
