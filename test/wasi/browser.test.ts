import test from 'node:test';
import assert from 'node:assert/strict';
import { assemble } from '../../src/wat/assemble';
import { runOnCopies, type FolderCopy } from '../../src/wasi/browser/run';

const p1 = 'wasi_snapshot_preview1';
const text = (words: string) => new TextEncoder().encode(words);

/** Paths by number from 1024 on, 16 bytes each with their length in the last. */
function guest(body: string, paths: readonly string[]): WebAssembly.Module {
  const data = paths.map((path, i) => `(data (i32.const ${1024 + 16 * i}) "${path}") (data (i32.const ${1039 + 16 * i}) "\\${path.length.toString(16).padStart(2, '0')}")`).join('\n');
  const { bytes, diagnostics } = assemble(`(module
    (import "${p1}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "${p1}" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "${p1}" "path_rename" (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
    (import "${p1}" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
    (import "${p1}" "path_create_directory" (func $mkdir (param i32 i32 i32) (result i32)))
    (import "${p1}" "path_remove_directory" (func $rmdir (param i32 i32 i32) (result i32)))
    (import "${p1}" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "${p1}" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) ${data} (data (i32.const 512) "new text")
    (func $must (param $errno i32) (if (local.get $errno) (then (call $exit (local.get $errno)))))
    (func $at (param $i i32) (result i32) (i32.add (i32.const 1024) (i32.mul (local.get $i) (i32.const 16))))
    (func $n (param $i i32) (result i32) (i32.load8_u offset=15 (call $at (local.get $i))))
    (func $put (param $fd i32) (i32.store (i32.const 0) (i32.const 512)) (i32.store (i32.const 4) (i32.const 8))
      (call $must (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func $make (param $i i32) (call $must (call $open (i32.const 3) (i32.const 1) (call $at (local.get $i)) (call $n (local.get $i)) (i32.const 9) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))
      (call $put (i32.load (i32.const 16))))
    (func (export "_start") ${body}))`);
  assert.ok(bytes !== undefined, JSON.stringify(diagnostics));
  return new WebAssembly.Module(bytes);
}

const folder = (): FolderCopy => ({
  guest: '/', entries: [{ path: 'dir' }, { path: 'dir/a', bytes: text('a') }, { path: 'b', bytes: text('b') }, { path: 'old' }, { path: 'old/c', bytes: text('c') }, { path: 'same', bytes: text('same') }],
});
const path = (i: number) => `(call $at (i32.const ${i})) (call $n (i32.const ${i}))`;

void test('a program over copies of folders prints, ends, and tells what it has changed', () => {
  const module = guest(`(call $put (i32.const 1)) (call $put (i32.const 2))
    (call $make (i32.const 0)) (call $make (i32.const 1)) (call $must (call $mkdir (i32.const 3) ${path(2)})) (call $make (i32.const 3))
    (call $must (call $unlink (i32.const 3) ${path(4)})) (call $must (call $rename (i32.const 3) ${path(5)} (i32.const 3) ${path(6)}))
    (call $exit (i32.const 7))`, ['dir/a', 'new', 'sub', 'sub/x', 'b', 'old', 'moved']);
  const printed: string[] = [];
  const { code, trap, changes } = runOnCopies({ module, args: ['p'], env: {}, folders: [folder()], print: (bytes, error) => printed.push(`${error ? 2 : 1}:${Buffer.from(bytes).toString()}`) });
  assert.deepEqual([code, trap, printed], [7, undefined, ['1:new text', '2:new text']]);
  const plain = changes.map(({ made, gone }) => ({ made: made.map(one => [one.path, one.bytes === undefined ? undefined : Buffer.from(one.bytes).toString()]), gone }));
  assert.deepEqual(plain, [{
    made: [['dir/a', 'new text'], ['new', 'new text'], ['sub', undefined], ['sub/x', 'new text'], ['moved', undefined], ['moved/c', 'c']],
    gone: ['old/c', 'b', 'old'],
  }]);
});

void test('a trap leaves what was done before it, a read-only folder stays, and a file that becomes a directory is both', () => {
  const trapped = runOnCopies({ module: guest('(call $make (i32.const 0)) unreachable', ['x']), args: ['p'], env: {}, folders: [folder()], print: () => {} });
  assert.deepEqual([trapped.code, trapped.trap?.message, trapped.changes[0]?.made.map(one => one.path)], [undefined, 'unreachable', ['x']]);
  const refused = runOnCopies({ module: guest('(call $make (i32.const 0))', ['x']), args: ['p'], env: {}, folders: [{ ...folder(), readonly: true }], print: () => {} });
  assert.deepEqual([refused.code, refused.changes], [69, [{ made: [], gone: [] }]]);
  const turned = runOnCopies({ module: guest(`(call $must (call $unlink (i32.const 3) ${path(0)})) (call $must (call $mkdir (i32.const 3) ${path(0)}))`, ['b']), args: ['p'], env: {}, folders: [folder()], print: () => {} });
  assert.deepEqual(turned.changes, [{ made: [{ path: 'b' }], gone: ['b'] }]);
});

void test('a program sleeps where nothing can wait', () => {
  const shared = globalThis.SharedArrayBuffer;
  (globalThis as { SharedArrayBuffer?: unknown }).SharedArrayBuffer = undefined;
  try {
    // A clock's subscription of 20 ms at 100.
    const module = guest('(i32.store (i32.const 116) (i32.const 1)) (i64.store (i32.const 124) (i64.const 20000000)) (call $must (call $poll (i32.const 100) (i32.const 200) (i32.const 1) (i32.const 300)))', []);
    const from = performance.now();
    assert.equal(runOnCopies({ module, args: ['p'], env: {}, folders: [], print: () => {} }).code, 0);
    assert.ok(performance.now() - from >= 19);
  } finally {
    globalThis.SharedArrayBuffer = shared;
  }
});
