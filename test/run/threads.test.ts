import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../src/wat/assemble';
import { runCli, scratch, startCli } from './guests';

// Programs with threads: the proposal's imports and exports, as a toolchain's C library uses them.

const p1 = 'wasi_snapshot_preview1';
const head = (pages = '2 16') => `
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "${p1}" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "${p1}" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "${p1}" "proc_exit" (func $exit (param i32)))
  (import "env" "memory" (memory ${pages} shared))
  (export "memory" (memory 0))
  ;; Every thread has 256 bytes of its own, by its id, from 4096 on.
  (func $own (param $id i32) (result i32) (i32.add (i32.const 4096) (i32.mul (local.get $id) (i32.const 256))))
  (func $print (param $room i32) (param $at i32) (param $n i32)
    (i32.store (local.get $room) (local.get $at)) (i32.store offset=4 (local.get $room) (local.get $n))
    (drop (call $fd_write (i32.const 1) (local.get $room) (i32.const 1) (i32.add (local.get $room) (i32.const 8)))))
  (func $wait (param $at i32) (param $value i32)
    (block $done (loop $again
      (br_if $done (i32.eq (i32.atomic.load (local.get $at)) (local.get $value)))
      (drop (memory.atomic.wait32 (local.get $at) (i32.atomic.load (local.get $at)) (i64.const 1000000)))
      (br $again))))
  (func $count (param $at i32)
    (drop (i32.atomic.rmw.add (local.get $at) (i32.const 1))) (drop (memory.atomic.notify (local.get $at) (i32.const -1))))`;

function build(name: string, start: string, thread: string, extra = '', pages?: string): string {
  const { bytes, diagnostics } = assemble(`(module ${head(pages)} ${extra}
    (func (export "_start") (local $i i32) ${start})
    (func (export "wasi_thread_start") (param $id i32) (param $arg i32) (local $i i32) ${thread}))`);
  assert.ok(bytes !== undefined, JSON.stringify(diagnostics));
  const file = join(scratch, `${name}.wasm`);
  writeFileSync(file, bytes);
  return file;
}

const times = (n: number, body: string) => `(loop $l ${body} (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${n}))))`;

void test('four threads count in one memory, and their ids and arguments are their own', async () => {
  const module = build('count', `
    ${times(4, '(if (i32.le_s (call $spawn (i32.add (i32.const 10) (local.get $i))) (i32.const 0)) (then (call $exit (i32.const 9))))')}
    (call $wait (i32.const 64) (i32.const 4))
    ;; The sum of 1000 from each, of the arguments 10 to 13, and of the ids.
    (if (i32.ne (i32.atomic.load (i32.const 68)) (i32.const 4000)) (then (call $exit (i32.const 2))))
    (if (i32.ne (i32.atomic.load (i32.const 72)) (i32.const 46)) (then (call $exit (i32.const 3))))
    (call $exit (i32.add (i32.const 20) (i32.atomic.load (i32.const 76))))`, `
    ${times(1000, '(drop (i32.atomic.rmw.add (i32.const 68) (i32.const 1)))')}
    (drop (i32.atomic.rmw.add (i32.const 72) (local.get $arg)))
    (drop (i32.atomic.rmw.add (i32.const 76) (local.get $id)))
    (call $count (i32.const 64))`);
  const { code, stderr } = await runCli(['run', module]);
  assert.deepEqual([code, stderr], [30, '']);
});

void test('writes of several threads to one file come out whole, and a file is open in all', async () => {
  mkdirSync(join(scratch, 'threads'), { recursive: true });
  const module = build('files', `
    (if (call $path_open (i32.const 3) (i32.const 1) (i32.const 200) (i32.const 3) (i32.const 9) (i64.const 0x1fffff) (i64.const 0) (i32.const 0) (i32.const 80)) (then (call $exit (i32.const 9))))
    (memory.fill (i32.const 1000) (i32.const 97) (i32.const 15)) (i32.store8 (i32.const 1015) (i32.const 10))
    (memory.fill (i32.const 1100) (i32.const 98) (i32.const 15)) (i32.store8 (i32.const 1115) (i32.const 10))
    (memory.fill (i32.const 1200) (i32.const 99) (i32.const 15)) (i32.store8 (i32.const 1215) (i32.const 10))
    ${times(3, '(drop (call $spawn (i32.add (i32.const 1000) (i32.mul (local.get $i) (i32.const 100)))))')}
    (call $wait (i32.const 64) (i32.const 3))`, `
    (i32.store (call $own (local.get $id)) (local.get $arg)) (i32.store offset=4 (call $own (local.get $id)) (i32.const 16))
    ${times(300, '(if (call $fd_write (i32.load (i32.const 80)) (call $own (local.get $id)) (i32.const 1) (i32.add (call $own (local.get $id)) (i32.const 8))) (then (call $exit (i32.const 8))))')}
    (call $count (i32.const 64))`, '(data (i32.const 200) "out")');
  const { code, stderr } = await runCli(['run', '--dir', 'threads::/', module]);
  assert.deepEqual([code, stderr], [0, '']);
  const lines = readFileSync(join(scratch, 'threads/out'), 'utf8').split('\n');
  assert.equal(lines.pop(), '');
  assert.deepEqual(['a', 'b', 'c'].map(letter => lines.filter(line => line === letter.repeat(15)).length), [300, 300, 300]);
  assert.equal(lines.length, 900);
});

void test('the end of any thread is the end of all: exit, trap, return of the first', async t => {
  const spin = '(loop $for (br $for))';
  assert.equal((await runCli(['run', build('exits', `(drop (call $spawn (i32.const 0))) ${spin}`, '(call $exit (i32.const 7))')])).code, 7);
  const trapped = await runCli(['run', build('traps', `(drop (call $spawn (i32.const 0))) (drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))`, '(call $oops)', '(func $oops unreachable)')]);
  assert.equal(trapped.code, 134);
  assert.match(trapped.stderr, /^Trap: unreachable code[^\n]*\n {4}at oops \(traps\.wasm:0x[0-9a-f]+\)\n {4}at /);
  assert.equal((await runCli(['run', build('returns', '(drop (call $spawn (i32.const 0))) (call $wait (i32.const 64) (i32.const 1))', `(call $count (i32.const 64)) ${spin}`)])).code, 0);
  // The first traps while another waits for input that never comes.
  const reads = startCli(['run', build('reads', '(drop (call $spawn (i32.const 0))) (call $wait (i32.const 64) (i32.const 1)) unreachable', `
    (call $count (i32.const 64)) (i32.store (i32.const 300) (i32.const 400)) (i32.store (i32.const 304) (i32.const 10))
    (drop (call $fd_read (i32.const 0) (i32.const 300) (i32.const 1) (i32.const 308)))`)]);
  t.after(() => { reads.kill('SIGKILL'); });
  reads.stderr?.resume();
  assert.equal(await new Promise(resolve => reads.once('close', resolve)), 134);
});

void test('limits hold for all threads together, and a time limit ends them', async () => {
  const chatty = build('chatty', '(drop (call $spawn (i32.const 0))) (drop (call $spawn (i32.const 0))) (loop $for (br $for))', `
    (loop $l (call $print (call $own (local.get $id)) (i32.const 1000) (i32.const 1000)) (br $l))`);
  const { code, bytes, stderr } = await runCli(['run', '--max-output', '100000', chatty]);
  assert.equal(code, 1);
  // The end comes while the other thread's last write may be under way.
  assert.ok(bytes <= 100_000 && bytes > 90_000, String(bytes));
  assert.match(stderr, /more than the limit of 100000 bytes/);
  assert.equal((await runCli(['run', '--timeout', '500ms', build('for ever', '(drop (call $spawn (i32.const 0))) (loop $for (br $for))', '(loop $for (br $for))')])).code, 124);
  // Grows by one thread, until no page is left.
  const grows = build('grows', '(drop (call $spawn (i32.const 0))) (call $wait (i32.const 64) (i32.const 1)) (call $exit (memory.size))', `
    (loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (call $count (i32.const 64))`, '', '2 60');
  assert.equal((await runCli(['run', grows])).code, 60);
  assert.equal((await runCli(['run', '--max-memory', '640K', grows])).code, 10);
  const large = await runCli(['run', '--max-memory', '64K', grows]);
  assert.equal(large.code, 126);
  assert.match(large.stderr, /needs more memory to start than the limit of 65536 bytes/);
});

void test('threads beyond the limit are refused, and their ends make room', async () => {
  const many = build('many', `
    ${times(20, '(block $made (loop $retry (br_if $made (i32.gt_s (call $spawn (i32.const 0)) (i32.const 0))) (br $retry)))')}
    (call $wait (i32.const 64) (i32.const 20))`, '(call $count (i32.const 64))');
  assert.equal((await runCli(['run', many])).code, 0);
  const { bytes } = assemble(`(module ${head()} (func (export "_start") (call $exit (i32.sub (i32.const 0) (call $spawn (i32.const 0))))))`);
  assert.ok(bytes);
  const none = join(scratch, 'none.wasm');
  writeFileSync(none, bytes);
  assert.equal((await runCli(['run', none])).code, 58, 'NOTSUP where the module has no wasi_thread_start');
});

void test('a trace says which thread, and sums up all of them', async () => {
  const module = build('traced', '(drop (call $spawn (i32.const 1000))) (call $wait (i32.const 64) (i32.const 1))',
    '(call $print (call $own (local.get $id)) (local.get $arg) (i32.const 3)) (call $count (i32.const 64))', '(data (i32.const 1000) "hi\\n")');
  const { code, stdout, stderr } = await runCli(['run', '--trace', module]);
  assert.deepEqual([code, stdout], [0, 'hi\n']);
  assert.match(stderr, /^\[0\] thread-spawn\(0x3e8\) = 1\n\[1\] fd_write\(1, "hi\\n"\) = 3\n/);
  assert.match(stderr, /us\/call {2}calls {2}errors {2}call\n[^]*1 +fd_write/);
});
