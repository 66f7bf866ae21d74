import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../src/wat/assemble';
import { guest, runCli, scratch, startCli } from './guests';

// What `run --trace` prints, and what a run tells of its capabilities.

const p1 = 'wasi_snapshot_preview1';
const source = `(module
  (import "${p1}" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "${p1}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_filestat_get" (func $stat (param i32 i32) (result i32)))
  (import "${p1}" "random_get" (func $random (param i32 i32) (result i32)))
  (import "${p1}" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (data (i32.const 200) "a.txtnone")
  (func (export "_start")
    (drop (call $open (i32.const 3) (i32.const 1) (i32.const 205) (i32.const 4) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)))
    (drop (call $open (i32.const 3) (i32.const 1) (i32.const 200) (i32.const 5) (i32.const 0) (i64.const 0x200002) (i64.const 0) (i32.const 0) (i32.const 8)))
    (drop (call $stat (i32.const 4) (i32.const 400)))
    (i32.store (i32.const 0) (i32.const 1000)) (i32.store (i32.const 4) (i32.const 100))
    (drop (call $read (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 16)))
    (i32.store (i32.const 4) (i32.load (i32.const 16)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
    (drop (call $write (i32.const 1) (i32.const -8) (i32.const 1) (i32.const 16)))
    (call $exit (i32.const 3))))`;

function reader(): string {
  const { bytes } = assemble(source);
  assert.ok(bytes !== undefined);
  const file = join(scratch, 'reader.wasm');
  writeFileSync(file, bytes);
  mkdirSync(join(scratch, 'data'), { recursive: true });
  writeFileSync(join(scratch, 'data/a.txt'), 'some\ntext that is longer than what a line shows');
  return file;
}

void test('each call with its arguments, its data and its result, then the summary and the capabilities', async () => {
  const { code, stdout, stderr } = await runCli(['run', '--trace', '--dir', 'data::/d::ro', '--env', 'KEY=secret', reader(), '--', 'x']);
  assert.equal(code, 3);
  assert.equal(stdout, readFileSync(join(scratch, 'data/a.txt'), 'utf8'));
  const [calls = '', summary = '', report = ''] = stderr.split('\n\n');
  assert.deepEqual(calls.split('\n'), [
    'path_open(3, SYMLINK_FOLLOW, "none", 0, 0x2, 0x0, 0) = NOENT',
    'path_open(3, SYMLINK_FOLLOW, "a.txt", 0, 0x200002, 0x0, 0) = 4',
    'fd_filestat_get(4) = {file, 47 bytes}',
    'fd_read(4, 100) = 47, "some\\ntext that is longer than wh"...',
    'fd_write(1, "some\\ntext that is longer than wh"...) = 47',
    'fd_write(1, FAULT(0xfffffff8+1*8)) = FAULT',
    'proc_exit(3)',
  ]);
  const rows = summary.split('\n').slice(1).map(line => line.trim().split(/\s+/));
  assert.deepEqual(rows.map(row => [row.at(-1), row[2], row.length === 5 ? row[3] : '0']).sort(), [['fd_filestat_get', '1', '0'], ['fd_read', '1', '0'], ['fd_write', '2', '1'], ['path_open', '2', '1'], ['proc_exit', '1', '0']]);
  assert.match(report, /Asks for +file \(path_open\)\n +descriptor \(fd_filestat_get, fd_read, fd_write\)\n +random \(random_get\)/);
  assert.match(report, /Is given +.*data as \/d, to read only\n +environment variables KEY\n +1 argument/);
  assert.match(report, /Has used +file \(path_open\)/);
  assert.doesNotMatch(stderr, /secret/, 'values of variables are often secrets');
  assert.doesNotMatch(report.slice(report.indexOf('Has used')), /random/);
});

void test('groups and names choose what is printed; summary leaves the calls out; others are told what there is', async () => {
  const calls = async (groups: string): Promise<string[]> => {
    const { stderr } = await runCli(['run', `--trace=${groups}`, '--dir', 'data::/d', reader()]);
    return (stderr.split('\n\n')[0] ?? '').split('\n').filter(line => line !== '').map(line => line.slice(0, line.indexOf('(')));
  };
  assert.deepEqual(await calls('file'), ['path_open', 'path_open']);
  assert.deepEqual(await calls('fd_read,process'), ['fd_read', 'proc_exit']);
  assert.match((await runCli(['run', '--trace=summary', '--dir', 'data::/d', reader()])).stderr, /^\n *ms +us\/call/);
  const wrong = await runCli(['run', '--trace=files', guest('hello')]);
  assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
  assert.match(wrong.stderr, /no group "files".*file, descriptor, socket/);
});

void test('JSON lines, in a file where the environment names one', async () => {
  const file = join(scratch, 'trace.jsonl');
  const ran = await runCli(['run', '--trace', '--json', '--dir', 'data::/d', reader()], '', { env: { ...process.env, WASM_WORKBENCH_TRACE: file } });
  assert.deepEqual([ran.code, ran.stderr], [3, '']);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map(line => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(lines.slice(0, -1).map(line => [line['call'], line['errno']]), [
    ['path_open', 'NOENT'], ['path_open', 'SUCCESS'], ['fd_filestat_get', 'SUCCESS'], ['fd_read', 'SUCCESS'], ['fd_write', 'SUCCESS'], ['fd_write', 'FAULT'], ['proc_exit', undefined],
  ]);
  const last = lines.at(-1) as { summary: { name: string; calls: number }[]; capabilities: { granted: { folders: unknown[] } } };
  assert.equal(last.summary.find(({ name }) => name === 'fd_write')?.calls, 2);
  assert.deepEqual(last.capabilities.granted.folders, [{ guest: '/d', host: join(scratch, 'data'), readonly: false }]);
  const unwritable = await runCli(['run', '--trace', guest('hello')], '', { env: { ...process.env, WASM_WORKBENCH_TRACE: join(scratch, 'none/x') } });
  assert.deepEqual([unwritable.code, unwritable.stdout], [1, '']);
  assert.match(unwritable.stderr, /Can't write the trace/);
});

void test('a program that hangs has its last call on the screen, and a trap its summary', async () => {
  const child = startCli(['run', '--trace', guest('loop')]);
  let text = '';
  await new Promise<void>(resolve => child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes('\n')) resolve();
  }));
  child.kill('SIGKILL');
  await new Promise(resolve => child.once('close', resolve));
  assert.equal(text, 'fd_write(1, "spinning\\n") = 9\n');
  const trapped = await runCli(['run', '--trace', guest('divide')]);
  assert.equal(trapped.code, 134);
  assert.match(trapped.stderr, /= 7\nTrap: integer division by zero\.\n[^]*us\/call[^]*fd_write/);
  // Through a process in between, and what is waited for is said before.
  const waits = startCli(['run', '--trace', '--timeout', '1h', guest('cat')]);
  let seen = '';
  await new Promise<void>(resolve => waits.stderr?.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    if (seen.endsWith(')')) resolve();
  }));
  assert.equal(seen, 'fd_read(0, 4096)');
  waits.stdin?.end('ab');
  assert.equal(await new Promise(resolve => waits.once('close', resolve)), 0);
  assert.match(seen, /^fd_read\(0, 4096\) = 2, "ab"\nfd_write\(1, "ab"\) = 2\nfd_read\(0, 4096\) = 0, ""\n/);
});

void test('--why tells what a module asks for and would be given, and runs nothing', async () => {
  const { code, stdout } = await runCli(['run', '--why', '--dir', 'data::/d::ro', reader()]);
  assert.equal(code, 0);
  assert.match(stdout, /Asks for +file \(path_open\)/);
  assert.match(stdout, /Is given +.*data as \/d, to read only/);
  const told = JSON.parse((await runCli(['run', '--why', '--json', reader()])).stdout) as { capabilities: { asked: { group: string }[] } };
  assert.deepEqual(told.capabilities.asked.map(({ group }) => group), ['file', 'descriptor', 'random', 'process']);
});
