import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../src/base/find';
import { cli, guest, guestBytes, runCli, scratch, startCli } from './guests';

// The command line with real guests, in each host that is here. Their names and folder hold spaces, quotes and more.

const hosts = ['embedded', 'node', ...['wasmedge', 'wasmtime'].filter(name => 'path' in findProgram([name]))];
for (const name of ['wasmedge', 'wasmtime']) {
  void test(`${name} is here`, { skip: hosts.includes(name) ? false : `${name} is not installed` }, () => {});
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const gone = async (pid: number): Promise<void> => {
  const end = Date.now() + 10_000;
  while (alive(pid)) {
    assert.ok(Date.now() < end, `process ${pid} is left`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
};

for (const host of hosts) {
  void test(`${host}: output, arguments, environment, exit code`, async () => {
    const hello = await runCli(['run', '--runtime', host, guest('hello')]);
    assert.deepEqual([hello.code, hello.stdout, hello.stderr], [0, 'Hello\n', '']);
    assert.equal((await runCli(['run', '--runtime', host, guest('exit42')])).code, 42);
    const said = await runCli(['run', '--runtime', host, '--env', "A=b 'c\"", guest('args'), '--', '-x', 'a b', 'ä"\'']);
    assert.equal(said.code, 0);
    const words = said.stdout.split('\0');
    assert.deepEqual(words.slice(1, 4), ['-x', 'a b', 'ä"\'']);
    assert.ok(words[0]?.endsWith('args.wasm'), words[0]);
    assert.ok(words.includes("A=b 'c\""), said.stdout);
  });

  void test(`${host}: standard input by pipe and by file, to its end`, async () => {
    const text = 'line\n'.repeat(10_000);
    assert.equal((await runCli(['run', '--runtime', host, guest('cat')], text)).stdout, text);
    assert.deepEqual((({ code, stdout }) => [code, stdout])(await runCli(['run', '--runtime', host, guest('cat')], '')), [0, '']);
    const file = join(scratch, 'in put.txt');
    writeFileSync(file, text);
    assert.equal((await runCli(['run', '--runtime', host, '--stdin', file, guest('cat')], 'not this')).stdout, text);
  });

  void test(`${host}: a trap is 134`, async () => {
    const ran = await runCli(['run', '--runtime', host, guest('divide')]);
    assert.equal(ran.code, 134);
    // WasmEdge's own log of a trap goes to standard output.
    assert.equal(ran.stdout.replace(/^\[.*\] \[error\] .*\n/gm, ''), 'before\n');
    assert.match(ran.stdout + ran.stderr, /divi(?:de|sion) by zero/);
  });

  void test(`${host}: an endless loop ends with the time limit`, async () => {
    const ran = await runCli(['run', '--runtime', host, '--timeout', '2s', guest('loop')]);
    assert.deepEqual([ran.code, ran.stdout], [124, 'spinning\n']);
    assert.match(ran.stderr, /time limit/);
  });

  void test(`${host}: 100 MB of output arrive, and a limit ends an endless one`, async () => {
    assert.equal((await runCli(['run', '--runtime', host, guest('flood')])).bytes, 1600 * 65536);
    const ran = await runCli(['run', '--runtime', host, '--max-output', '1M', guest('endless')]);
    assert.equal(ran.code, 1);
    assert.ok(ran.bytes <= (1 << 20) + 65536, String(ran.bytes));
    assert.match(ran.stderr, /more than the limit of 1048576 bytes/);
  });

  void test(`${host}: memory grows to the limit and no page further`, async () => {
    assert.equal((await runCli(['run', '--runtime', host, '--max-memory', '32M', guest('bomb')])).code, 10);
  });
}

void test('traps show the stack with function names, and recursion once', async () => {
  const divide = await runCli(['run', guest('divide')]);
  assert.match(divide.stderr, /^Trap: integer division by zero\.\n {4}at divide \(divide\.wasm:0x[0-9a-f]+\)\n {4}at main \(divide\.wasm:0x[0-9a-f]+\)\n/);
  assert.doesNotMatch(divide.stderr, /\.js|node:/);
  assert.match((await runCli(['run', guest('abort')])).stderr, /^Trap: unreachable code was reached[^\n]*\n {4}at abort/);
  const deep = await runCli(['run', guest('recurse')]);
  assert.equal(deep.code, 134);
  assert.match(deep.stderr, /call stack is used up[^\n]*\n {4}at deep[^\n]*\n.*more of the same/s);
  assert.ok(deep.stderr.split('\n').length < 20, deep.stderr);
});

void test('a reader that goes away ends the guest', async () => {
  const child = startCli(['run', guest('endless')]);
  child.stdout?.once('data', () => child.stdout?.destroy());
  const [code, signal] = await new Promise<[number | null, string | null]>(resolve => child.on('close', (c, s) => { resolve([c, s]); }));
  assert.ok(code === 141 || signal === 'SIGPIPE', `${String(code)} ${String(signal)}`);
});

void test('no host fits: a sentence that says what could, and 126', async () => {
  const reactor = await runCli(['run', guest('reactor')]);
  assert.equal(reactor.code, 126);
  assert.match(reactor.stderr, /reactor.*no _start/);
  const foreign = await runCli(['run', guest('foreign')]);
  assert.equal(foreign.code, 126);
  assert.match(foreign.stderr, /env\.callback/);
  const wished = await runCli(['run', '--runtime', 'node', '--dir', '.::/x::ro', guest('hello')]);
  assert.equal(wished.code, 126);
  assert.match(wished.stderr, /read-only/);
});

void test('bad input is told before anything starts', async () => {
  const told = async (args: string[], code: number, text: RegExp): Promise<void> => {
    const ran = await runCli(['run', ...args]);
    assert.deepEqual([ran.code, ran.stdout], [code, '']);
    assert.match(ran.stderr, text);
    assert.doesNotMatch(ran.stderr, /\n {4}at /);
  };
  mkdirSync(join(scratch, 'folder'), { recursive: true });
  writeFileSync(join(scratch, 'empty.wasm'), '');
  writeFileSync(join(scratch, 'cut.wasm'), guestBytes('hello').subarray(0, 100));
  writeFileSync(join(scratch, 'native.wasm'), Buffer.from('7f454c460201010000000000', 'hex'));
  writeFileSync(join(scratch, 'huge.wasm'), guestBytes('hello'));
  // A file with a hole: it takes no room on the disk.
  truncateSync(join(scratch, 'huge.wasm'), 4 * 2 ** 30);
  await told(['--dir', 'none', guest('hello')], 1, /there is no such folder/);
  await told(['--dir', guest('hello'), guest('hello')], 1, /it is a file/);
  await told(['--stdin', 'none', guest('hello')], 1, /there is no such file/);
  await told(['--stdin', 'folder', guest('hello')], 1, /it is a folder/);
  await told(['--env-file', 'none', guest('hello')], 1, /there is no such file/);
  await told(['none.wasm'], 1, /There is no file .*none\.wasm\./);
  await told(['empty.wasm'], 1, /it is empty\.\n {2}A build or download that was broken off/);
  await told(['native.wasm'], 1, /a native program for Linux/);
  await told(['huge.wasm'], 1, /too large to run: it has 4294967296 bytes/);
  await told(['folder'], 1, /holds no project/);
  await told(['cut.wasm'], 1, /cut off/);
  await told(['--timeout', 'soon', guest('hello')], 2, /not a time/);
  await told(['--runtime', 'wasmege', guest('hello')], 2, /Did you mean wasmedge/);
});

void test('two at once do not meet', async () => {
  const both = await Promise.all([runCli(['run', guest('cat')], 'one'), runCli(['run', '--timeout', '20s', guest('cat')], 'two')]);
  assert.deepEqual(both.map(ran => ran.stdout), ['one', 'two']);
});

void test('a killed parent leaves no orphan, however the guest spins', { skip: process.platform === 'win32' ? 'needs /proc or ps' : false }, async () => {
  // --timeout puts a process between the terminal and the guest.
  const parent = startCli(['run', '--timeout', '1h', guest('loop')]);
  await new Promise<void>(resolve => parent.stdout?.once('data', () => { resolve(); }));
  const list = spawn('ps', ['-A', '-o', 'pid=,ppid=']);
  let text = '';
  list.stdout.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  await new Promise(resolve => list.on('close', resolve));
  const children = text.trim().split('\n').map(line => line.trim().split(/\s+/).map(Number)).filter(([, ppid]) => ppid === parent.pid).map(([pid]) => pid ?? 0);
  assert.equal(children.length, 1, text);
  parent.kill('SIGKILL');
  await gone(children[0] ?? 0);
});

const python = findProgram(['python3']);
const pty = 'path' in python && process.platform !== 'win32' ? python.path : undefined;

/** Runs the command line in a terminal of its own: sends \`send\` once \`until\` was printed; gives the screen's text and how it ended. */
async function inTerminal(args: readonly string[], until: string, send: string): Promise<{ screen: string; status: string }> {
  const script = [
    'import os, pty, sys',
    'until, send, argv = sys.argv[1].encode(), bytes.fromhex(sys.argv[2]), sys.argv[3:]',
    'pid, fd = pty.fork()',
    'if pid == 0: os.execv(argv[0], argv)',
    'out = b""; sent = False',
    'while True:',
    '  try: data = os.read(fd, 65536)',
    '  except OSError: break',
    '  if not data: break',
    '  out += data',
    '  if not sent and until in out: sent = True; os.write(fd, send)',
    '_, status = os.waitpid(pid, 0)',
    'sys.stdout.buffer.write(out + b"\\n#" + (b"signal %d" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else b"code %d" % os.WEXITSTATUS(status)))',
  ].join('\n');
  const child = spawn(pty ?? '', ['-c', script, until, Buffer.from(send).toString('hex'), process.execPath, cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  await new Promise(resolve => child.on('close', resolve));
  const at = text.lastIndexOf('\n#');
  return { screen: text.slice(0, at), status: text.slice(at + 2) };
}

void test('Ctrl+C in a terminal ends a guest that spins, as any program', { skip: pty === undefined ? 'python3 is not installed' : false }, async () => {
  // A shell shows 130 for both.
  assert.equal((await inTerminal(['run', guest('loop')], 'spinning', '\x03')).status, 'signal 2');
  assert.equal((await inTerminal(['run', '--timeout', '1h', guest('loop')], 'spinning', '\x03')).status, 'code 130');
});

void test('a terminal is the guest\'s: it reads lines, and Ctrl+D is the end', { skip: pty === undefined ? 'python3 is not installed' : false }, async () => {
  writeFileSync(join(scratch, 'ask.wasm'), guestBytes('cat'));
  const { assemble } = await import('../../src/wat/assemble');
  const source = `(module
    (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $r (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (data (i32.const 100) "name? ")
    (func (export "_start") (local $n i32)
      (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 6))
      (drop (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (i32.store (i32.const 0) (i32.const 200)) (i32.store (i32.const 4) (i32.const 50))
      (loop $l (drop (call $r (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
        (local.set $n (i32.add (local.get $n) (i32.load (i32.const 8))))
        (br_if $l (i32.load (i32.const 8))))
      (call $exit (local.get $n))))`;
  const { bytes } = assemble(source);
  assert.ok(bytes !== undefined);
  writeFileSync(join(scratch, 'ask.wasm'), bytes);
  const { status } = await inTerminal(['run', join(scratch, 'ask.wasm')], 'name? ', 'Ada\n\x04');
  assert.equal(status, 'code 4');
});

void test('programs that write to one file go on where the other stopped, though they ask where they are', async () => {
  const p1 = 'wasi_snapshot_preview1';
  const { assemble } = await import('../../src/wat/assemble');
  const { bytes } = assemble(`(module
    (import "${p1}" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
    (import "${p1}" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
    (import "${p1}" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (data (i32.const 0) "\\64\\00\\00\\00\\05\\00\\00\\00") (data (i32.const 100) "text ")
    (func (export "_start")
      (call $seek (i32.const 1) (i64.const 0) (i32.const 1) (i32.const 16)) (drop)
      (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (drop)
      (call $seek (i32.const 1) (i64.const 0) (i32.const 1) (i32.const 16)) (drop)
      (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (drop)
      (call $exit (i32.load (i32.const 16)))))`);
  assert.ok(bytes !== undefined);
  const module = join(scratch, 'teller.wasm');
  writeFileSync(module, bytes);
  const out = openSync(join(scratch, 'shared output'), 'w');
  const codes: (number | null)[] = [];
  for (let i = 0; i < 2; i++) codes.push(await new Promise(resolve => startCli(['run', module], { stdio: ['ignore', out, 'inherit'] }).on('close', resolve)));
  closeSync(out);
  assert.deepEqual([readFileSync(join(scratch, 'shared output'), 'utf8'), codes], ['text text text text ', process.platform === 'linux' ? [5, 15] : codes]);
});
