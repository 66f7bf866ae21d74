import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { noLog } from '../../src/base/log';
import { isUserError } from '../../src/base/error';
import { parseEnvFile, parseMount, parseSize, parseTime } from '../../src/run/check';
import { chooseRuntime } from '../../src/run/choose';
import { exitCode } from '../../src/run/launch';
import type { Runtime, RunRequest } from '../../src/run/request';
import { runtimes } from '../../src/run/runtimes/index';
import { wasmedgeArgs } from '../../src/run/runtimes/wasmedge';
import { wasmtimeArgs } from '../../src/run/runtimes/wasmtime';
import { showTrap, wasmFrames } from '../../src/run/hosting/traps';
import { readModule } from '../../src/wasm/read';
import { command, component, name, section, vec, func, wasm } from '../wasm/encode';

const code = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (isUserError(error)) return error.code;
    throw error;
  }
  return '';
};

void test('preopens on both kinds of path', () => {
  assert.deepEqual(parseMount('data', '/home/me', path.posix), { host: '/home/me/data', guest: 'data' });
  assert.deepEqual(parseMount('/a b::/x', '/', path.posix), { host: '/a b', guest: '/x' });
  assert.deepEqual(parseMount('.::/::ro', '/w', path.posix), { host: '/w', guest: '/', readonly: true });
  assert.deepEqual(parseMount('C:\\data::/d', 'D:\\', path.win32), { host: 'C:\\data', guest: '/d' });
  assert.deepEqual(parseMount('sub\\dir', 'D:\\w', path.win32), { host: 'D:\\w\\sub\\dir', guest: 'sub/dir' });
  for (const bad of ['', '::x', 'a::', 'a::b::c', 'a::b::ro::d']) assert.equal(code(() => parseMount(bad, '/', path.posix)), 'usage', bad);
});

void test('sizes, times and environment files', () => {
  assert.deepEqual(['1', '64k', '1.5M', '2GiB', '10MB'].map(parseSize), [1, 65536, 1572864, 2 ** 31, 10 * 2 ** 20]);
  for (const bad of ['', 'x', '-1', '1T']) assert.equal(code(() => parseSize(bad)), 'usage', bad);
  assert.deepEqual(['10', '10s', '500ms', '2m', '1h'].map(parseTime), [10_000, 10_000, 500, 120_000, 3_600_000]);
  for (const bad of ['', '0', 'x', '1000h']) assert.equal(code(() => parseTime(bad)), 'usage', bad);
  assert.deepEqual(parseEnvFile('\uFEFF# c\nA=1\r\nexport B = two words # note\nC="x # y\\n"\nD=\'$A\'\n\nbroken\nE=\n'), { A: '1', B: 'two words', C: 'x # y\n', D: '$A', E: '' });
});

void test('exit codes are those of shells', () => {
  assert.deepEqual([exitCode(7, null), exitCode(null, 'SIGINT'), exitCode(null, 'SIGKILL'), exitCode(0xc000013a, null)], [7, 130, 137, 130]);
});

const fake = (id: string, objection: string | undefined, there: boolean): Runtime => ({
  id, title: id.toUpperCase(), objection: () => objection, install: [{ label: `get ${id}` }],
  find: () => Promise.resolve(there ? { path: `/bin/${id}` } : { tried: ['/bin'] }),
  run: () => Promise.reject(new Error('not run')),
});
const context = { paths: {}, log: noLog };
const never = new AbortController().signal;

void test('auto takes the first that fits and is there, and says why', async () => {
  const info = readModule(command());
  const table = [fake('a', 'it is odd', true), fake('b', undefined, false), fake('c', undefined, true)];
  const choice = await chooseRuntime(info, 'x.wasm', 'auto', context, never, table);
  assert.equal(choice.runtime.id, 'c');
  assert.equal(choice.reason, "Runs in C, since A can't: it is odd.");
  await assert.rejects(chooseRuntime(info, 'x.wasm', 'auto', context, never, table.slice(0, 2)), error => {
    assert.ok(isUserError(error));
    assert.equal(error.message, 'No runtime on this machine can run x.wasm: it is odd. B could, but it is not installed.');
    assert.deepEqual(error.remedies.map(r => r.label), ['get b']);
    return error.code === 'no-runtime';
  });
  await assert.rejects(chooseRuntime(info, 'x.wasm', 'a', context, never, table), /A can't run x\.wasm: it is odd\. Runtimes that could: b, c\./);
  await assert.rejects(chooseRuntime(info, 'x.wasm', 'z', context, never, table), { code: 'usage' });
});

void test('what each real host says of what a module needs', () => {
  const importing = (module: string, field: string): Uint8Array => wasm(section(1, vec(func([], []))), section(2, vec([...name(module), ...name(field), 0, 0])),
    section(3, vec([0])), section(7, vec([...name('_start'), 0, 1])), section(10, vec([2, 0, 0x0b])));
  const fits = (bytes: Uint8Array): string[] => runtimes.filter(r => r.onlyAsked !== true && r.objection(readModule(bytes)) === undefined).map(r => r.id).sort();
  assert.deepEqual(fits(command()), ['editor', 'embedded', 'node', 'wasmedge', 'wasmtime']);
  assert.deepEqual(fits(component()), ['wasmtime']);
  assert.deepEqual(fits(importing('env', 'x')), []);
  assert.ok(fits(importing('wasi_snapshot_preview1', 'sock_open')).includes('wasmedge'));
  assert.ok(!fits(importing('wasi_unstable', 'fd_write')).includes('node'));
  assert.deepEqual(fits(wasm(section(1, vec(func([], []))), section(3, vec([0])), section(7, vec([...name('_initialize'), 0, 0])), section(10, vec([2, 0, 0x0b])))), []);
});

void test('arguments of other programs are arrays, nothing is quoted', () => {
  const request: RunRequest = {
    module: '/m x.wasm', info: readModule(command()), args: ['-v', 'a b'], env: { A: 'x y' }, limits: { memory: 1 << 20 },
    mounts: [{ host: '/h', guest: '/g' }],
  };
  assert.deepEqual(wasmedgeArgs({ ...request, mounts: [{ host: '/h', guest: '/g', readonly: true }] }),
    ['--memory-page-limit', '16', '--dir', '/g:/h:readonly', '--env', 'A=x y', '/m x.wasm', '-v', 'a b']);
  assert.deepEqual(wasmtimeArgs(request), ['run', '-W', 'max-memory-size=1048576', '--dir', '/h::/g', '--env', 'A=x y', '/m x.wasm', '-v', 'a b']);
  assert.equal(code(() => wasmtimeArgs({ ...request, mounts: [{ host: '/h', guest: '/g', readonly: true }] })), 'no-runtime');
});

const stack = `RuntimeError: unreachable
    at core::panicking::panic::h0123456789abcdef (wasm://wasm/app.wasm-0005b212:wasm-function[11]:0x2c2)
    at wasm://wasm/0005b212:wasm-function[12]:0x2d0
    at deep (wasm://wasm/0005b212:wasm-function[9]:0x1d3)
    at deep (wasm://wasm/0005b212:wasm-function[9]:0x1d3)
    at deep (wasm://wasm/0005b212:wasm-function[9]:0x1d3)
    at start (file:///x/host.js:1:2)`;

void test('frames of a V8 stack, with and without names', () => {
  assert.deepEqual(wasmFrames(stack).slice(0, 3), [
    { name: 'core::panicking::panic', index: 11, offset: 0x2c2 }, { index: 12, offset: 0x2d0 }, { name: 'deep', index: 9, offset: 0x1d3 }]);
  assert.equal(wasmFrames(stack).length, 5);
});

void test('a trap is told with source places where they are known', () => {
  const error = new WebAssembly.RuntimeError('unreachable');
  error.stack = stack;
  assert.equal(showTrap(error, 'app.wasm'), `Trap: unreachable code was reached: abort(), a failed assertion or a panic.
    at core::panicking::panic (app.wasm:0x2c2)
    at wasm-function[12] (app.wasm:0x2d0)
    at deep (app.wasm:0x1d3)
    ... 2 more of the same
`);
  const told = showTrap(error, 'app.wasm', frames => frames.map((_, i) => (i > 0 ? [] : [{ file: 'lib.rs', line: 3, name: 'inner' }, { file: 'main.rs', line: 9, column: 5 }])));
  assert.match(told, /\n {4}at inner \(lib\.rs:3\)\n {4}at core::panicking::panic \(main\.rs:9:5\)\n {4}at wasm-function\[12\]/);
});
