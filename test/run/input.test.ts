import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../src/wat/assemble';
import { runCli, scratch, startCli } from './guests';

const p1 = 'wasi_snapshot_preview1';

/** Polls standard input with a clock of 50 ms again and again, prints `.` when only the clock has come, and sends back what it reads. */
function poller(): string {
  const { bytes, diagnostics } = assemble(`(module
    (import "${p1}" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "${p1}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "${p1}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "${p1}" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 500) ".")
    (func $say (param $at i32) (param $n i32)
      (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $n))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func (export "_start") (loop $again
      ;; A clock: 50 ms from now, monotonic; and descriptor 0 for reading.
      (memory.fill (i32.const 100) (i32.const 0) (i32.const 96))
      (i32.store (i32.const 116) (i32.const 1)) (i64.store (i32.const 124) (i64.const 50000000))
      (i64.store (i32.const 148) (i64.const 7)) (i32.store8 (i32.const 156) (i32.const 1))
      (if (call $poll (i32.const 100) (i32.const 200) (i32.const 2) (i32.const 300)) (then (call $exit (i32.const 9))))
      (if (i32.and (i32.eq (i32.load (i32.const 300)) (i32.const 1)) (i64.eqz (i64.load (i32.const 200))))
        (then (call $say (i32.const 500) (i32.const 1)) (br $again)))
      (i32.store (i32.const 0) (i32.const 600)) (i32.store (i32.const 4) (i32.const 100))
      (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then (call $exit (i32.const 8))))
      (if (i32.load (i32.const 8)) (then (call $say (i32.const 600) (i32.load (i32.const 8))) (br $again))))))`);
  assert.ok(bytes !== undefined, JSON.stringify(diagnostics));
  const file = join(scratch, 'poller.wasm');
  writeFileSync(file, bytes);
  return file;
}

void test('a program that waits for input or time has both, on what programs are started with', { skip: process.platform === 'linux' ? false : 'only Linux can be asked' }, async t => {
  const child = startCli(['run', poller()]);
  t.after(() => { child.kill('SIGKILL'); });
  let seen = '';
  const until = (what: RegExp) => new Promise<void>(resolve => {
    const look = () => { if (what.test(seen)) resolve(); };
    child.stdout?.on('data', look);
    look();
  });
  child.stdout?.on('data', (chunk: Buffer) => { seen += chunk.toString(); });
  await until(/^\.\./);
  child.stdin?.write('one');
  await until(/\.one\.+$/);
  child.stdin?.end('two');
  const code = await new Promise(resolve => child.once('close', resolve));
  assert.equal(code, 0);
  assert.match(seen, /^\.\.+one\.+two\.*$/);
});

void test('a limit of open files counts what the program opens itself', async () => {
  const { bytes, diagnostics } = assemble(`(module
    (import "${p1}" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "${p1}" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (data (i32.const 64) "x")
    (func (export "_start") (local $n i32) (loop $more
      (if (i32.eqz (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 1) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 0)))
        (then (local.set $n (i32.add (local.get $n) (i32.const 1))) (br_if $more (i32.lt_u (local.get $n) (i32.const 100))))))
      (call $exit (local.get $n))))`);
  assert.ok(bytes !== undefined, JSON.stringify(diagnostics));
  writeFileSync(join(scratch, 'opens.wasm'), bytes);
  mkdirSync(join(scratch, 'opened'), { recursive: true });
  const run = (...options: string[]) => runCli(['run', '--dir', 'opened::/', ...options, 'opens.wasm']);
  assert.equal((await run('--max-files', '7')).code, 7);
  assert.equal((await run()).code, 100);
  const wrong = await run('--max-files', 'none');
  assert.deepEqual([wrong.code, /"none" is not a number of things/.test(wrong.stderr)], [2, true]);
  assert.match((await run('--max-files', '7', '--runtime', 'node')).stderr, /Runtime node has no limit of open files/);
});
