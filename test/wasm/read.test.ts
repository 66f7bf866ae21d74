import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, openSync, closeSync, ftruncateSync, rmSync, writeFileSync, writeSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUserError } from '../../src/base/error';
import { functionNames, readFunctionNames } from '../../src/wasm/names';
import { ModuleSink, readModule, readModuleFile } from '../../src/wasm/read';
import { command, component, custom, func, i32, i64, name, section, u, vec, wasm } from './encode';

const scratch = mkdtempSync(join(tmpdir(), 'wasm-read-'));
process.on('exit', () => { rmSync(scratch, { recursive: true, force: true }); });

function message(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(isUserError(error), String((error as Error).stack));
    assert.equal(error.code, 'bad-module');
    return error.message;
  }
  return assert.fail('no error');
}

void test('a command is told with its imports, exports, memory and sections', () => {
  const info = readModule(command(
    custom('producers', vec([...name('language'), ...vec([...name('C11'), ...name('')])], [...name('processed-by'), ...vec([...name('clang'), ...name('14.0')])])),
    custom('target_features', vec([0x2b, ...name('sign-ext')], [0x2d, ...name('shared-mem')])),
    custom('.debug_info', [1, 2, 3]), custom('name', [1, 1, 0])));
  assert.equal(info.kind, 'command');
  assert.equal(info.wasi, 'preview1');
  assert.deepEqual(info.imports.map(i => `${i.module}.${i.name} ${i.text}`), [
    'wasi_snapshot_preview1.proc_exit (i32) -> ()', 'wasi_snapshot_preview1.fd_seek (i32, i32, i32, i64) -> i32']);
  assert.deepEqual(info.exports.map(e => [e.name, e.kind, e.text]), [['_start', 'func', '() -> ()'], ['memory', 'memory', '2 64'], ['sp', 'global', '(mut i32)']]);
  assert.deepEqual(info.memories, [{ min: 2, max: 64, shared: false, is64: false, imported: false }]);
  assert.deepEqual(info.sections.map(s => s.name), ['type', 'import', 'function', 'memory', 'global', 'export', 'code', 'producers', 'target_features', '.debug_info', 'name']);
  assert.deepEqual(info.producers, [{ field: 'language', name: 'C11', version: '' }, { field: 'processed-by', name: 'clang', version: '14.0' }]);
  assert.deepEqual(info.targetFeatures, ['sign-ext']);
  assert.equal(info.functions, 1);
  assert.ok(info.hasDwarf && info.hasNames);
  assert.deepEqual(info.needs, []);
});

void test('section offsets lead to the bytes', () => {
  const bytes = command(custom('x', [9, 9]));
  for (const s of readModule(bytes).sections) {
    assert.equal(bytes[s.offset], s.id);
    assert.deepEqual([...bytes.subarray(s.offset + 1, s.payloadOffset)], u(s.size));
  }
});

void test('needs, kinds and flavours', () => {
  const imports = (...list: [string, string, number[]?][]): Uint8Array => wasm(section(1, vec(func([], []))),
    section(2, vec(...list.map(([m, n, type]) => [...name(m), ...name(n), ...(type ?? [0, 0])]))));
  assert.deepEqual(readModule(imports(['wasi_snapshot_preview1', 'sock_open'])).needs, ['sockets']);
  assert.deepEqual(readModule(imports(['wasi_snapshot_preview1', 'sock_accept'])).needs, []);
  const threads = readModule(imports(['env', 'memory', [2, 3, 1, 16]], ['wasi', 'thread-spawn'], ['wasi_snapshot_preview1', 'fd_write']));
  assert.deepEqual(threads.needs, ['threads']);
  assert.equal(threads.memories[0]?.shared, true);
  assert.equal(threads.imports[0]?.text, '1 16 shared');
  assert.deepEqual(readModule(imports(['env', 'callback'])).needs, ['env']);
  const old = readModule(imports(['wasi_unstable', 'fd_write']));
  assert.deepEqual([old.wasi, old.needs, old.kind], ['unstable', ['unstable'], 'library']);
  assert.deepEqual(readModule(wasm(section(5, vec([5, ...u(1), ...u(2 ** 40)])))).needs, ['memory64']);
  assert.equal(readModule(wasm(section(5, vec([5, ...u(1), ...u(2 ** 40)])))).memories[0]?.max, 2 ** 40);
  assert.deepEqual(readModule(wasm(section(1, vec(func([i32], []))), section(13, vec([0, 0])))).needs, ['exceptions']);
  assert.deepEqual(readModule(wasm(section(1, vec([0x4e, 2, 0x5f, 1, 0x63, 0, 1, 0x5e, 0x78, 1])))).needs, ['gc']);
  const reactor = wasm(section(1, vec(func([], []))), section(3, vec([0])), section(7, vec([...name('_initialize'), 0, 0])), section(10, vec([2, 0, 0x0b])));
  assert.equal(readModule(reactor).kind, 'reactor');
});

void test('references and initialisers of every constant kind', () => {
  const info = readModule(wasm(
    section(1, vec([0x60, 2, 0x63, 0x70, 0x6f, 2, i64, i32])),
    section(6, vec(
      [0x7d, 0, 0x43, 0, 0, 0, 0x0b, 0x0b], [0x7c, 0, 0x44, 0, 0, 0, 0, 0, 0, 0x0b, 0x0b, 0x0b],
      [0x7b, 0, 0xfd, 12, ...new Array<number>(16).fill(0x0b), 0x0b], [0x70, 1, 0xd0, 0x70, 0x0b], [i32, 0, 0x41, 1, 0x41, 2, 0x6a, 0x0b])),
    section(7, vec([...name('a'), 3, 0], [...name('v'), 3, 2], [...name('r'), 3, 3], [...name('e'), 3, 4]))));
  assert.deepEqual(info.exports.map(e => e.text), ['f32', 'v128', '(mut funcref)', 'i32']);
});

void test('a component shows its imports, exports and what is inside', () => {
  const inner = command(custom('.debug_line', [1]));
  const info = readModule(component(
    section(10, vec([0, ...name('wasi:cli/environment@0.2.0'), 5, 0], [0, ...name('run'), 1, 3])),
    section(1, [...inner]),
    section(11, vec([0, ...name('wasi:cli/run@0.2.0'), 5, 0, 0]))));
  assert.deepEqual([info.kind, info.wasi, info.needs], ['component', 'preview2', ['component']]);
  assert.deepEqual(info.imports.map(i => [i.name, i.text]), [['wasi:cli/environment@0.2.0', 'instance'], ['run', 'func']]);
  assert.deepEqual(info.exports.map(e => [e.name, e.text]), [['wasi:cli/run@0.2.0', 'instance']]);
  assert.ok(info.hasDwarf);
  assert.deepEqual(info.sections.filter(s => s.depth === 0).map(s => s.name), ['import', 'core module', 'export']);
});

void test('what is not a module is named', () => {
  const say = (...bytes: number[]): string => message(() => readModule(Uint8Array.from(bytes), 'x.wasm'));
  assert.match(message(() => readModule(new Uint8Array(0), 'x.wasm')), /^x\.wasm can't be read as a WebAssembly module: it is empty\.$/);
  assert.match(say(0x7f, 0x45, 0x4c, 0x46, 2), /Linux \(ELF\)/);
  assert.match(say(0x4d, 0x5a, 0x90), /Windows \(PE\)/);
  assert.match(say(0xcf, 0xfa, 0xed, 0xfe), /macOS \(Mach-O\)/);
  assert.match(say(...Buffer.from('(module')), /\.wat/);
  assert.match(say(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0), /version 2, layer 0/);
  assert.match(say(0, 0x61, 0x73, 0x6d, 1), /cut off/);
});

void test('cut off anywhere: an error with a sentence, or a whole shorter module', () => {
  const bytes = command(custom('name', [1, 2, 1, 0]));
  const ends = new Set(readModule(bytes).sections.map(s => s.payloadOffset + s.size).concat(8));
  for (let i = 0; i < bytes.length; i++) {
    // Where a section ends, the bytes so far are a module, unless it exports what comes later.
    if (ends.has(i)) readModule(bytes.subarray(0, i));
    else message(() => readModule(bytes.subarray(0, i)));
  }
});

void test('any byte changed: an outline or a UserError, never another error', () => {
  const bytes = command(custom('producers', vec([...name('language'), ...vec([...name('C11'), ...name('')])])));
  for (let i = 0; i < bytes.length; i++) {
    for (const value of [0, 1, 0x40, 0x7f, 0x80, 0xff]) {
      const copy = bytes.slice();
      copy[i] = value;
      try {
        readModule(copy);
      } catch (error) {
        assert.ok(isUserError(error), `byte ${i} = ${value}: ${String((error as Error).stack)}`);
      }
    }
  }
});

void test('a section that claims more than there is', () => {
  assert.match(message(() => readModule(wasm([2, ...u(0xffffffff)]))), /import.*4294967295|4294967295.*import/);
  assert.match(message(() => readModule(wasm([10, ...u(1000), 1]))), /section code begins at byte 11 and should be 1000 bytes long, but only 1 are there/);
  assert.match(message(() => readModule(wasm(section(1, u(0xffffff))))), /16777215 entries/);
});

void test('a stream in chunks of any size tells the same', () => {
  const bytes = command(custom('big', new Array<number>(5000).fill(7)), custom('name', [1, 1, 0]));
  const whole = readModule(bytes);
  for (const size of [1, 2, 7, 100, 100_000]) {
    const sink = new ModuleSink();
    for (let i = 0; i < bytes.length; i += size) sink.push(bytes.subarray(i, i + size));
    assert.deepEqual(sink.end(), whole, `chunks of ${size}`);
  }
  const cut = new ModuleSink('layer entry');
  cut.push(bytes.subarray(0, 300));
  assert.match(message(() => cut.end()), /^layer entry .*cut off/);
});

void test('files: the same outline, and each way to fail has its sentence', async () => {
  const file = join(scratch, 'ä module\'s.wasm');
  const bytes = command(custom('big', new Array<number>(200_000).fill(7)), custom('name', [1, 5, 1, 2, 2, 0x68, 0x69]));
  writeFileSync(file, bytes);
  const info = await readModuleFile(file);
  assert.deepEqual(info, readModule(bytes));
  assert.deepEqual([...await readFunctionNames(file, info)], [[2, 'hi']]);
  await assert.rejects(readModuleFile(join(scratch, 'none.wasm')), { code: 'not-found' });
  mkdirSync(join(scratch, 'folder'));
  await assert.rejects(readModuleFile(join(scratch, 'folder')), { code: 'bad-module' });
  const aborted = AbortSignal.abort();
  await assert.rejects(readModuleFile(file, aborted), { name: 'AbortError' });
});

void test('a 4 GB file is judged by its head', async () => {
  const file = join(scratch, 'huge.wasm');
  const fd = openSync(file, 'w');
  writeSync(fd, Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, ...u(0xfffffff0), 1, 0x78]));
  ftruncateSync(fd, 8 + 6 + 0xfffffff0);
  closeSync(fd);
  const info = await readModuleFile(file);
  assert.equal(info.size, 8 + 6 + 0xfffffff0);
  assert.deepEqual(info.sections.map(s => [s.name, s.size]), [['x', 0xfffffff0]]);
  writeFileSync(join(scratch, 'zeros.wasm'), '');
  const zeros = openSync(join(scratch, 'zeros.wasm'), 'r+');
  ftruncateSync(zeros, 2 ** 32);
  closeSync(zeros);
  await assert.rejects(readModuleFile(join(scratch, 'zeros.wasm')), { code: 'bad-module' });
});

void test('names: what is broken is left out', () => {
  const payload = [...name('name'), 0, ...u(2), ...name('m'), 1, ...u(9), ...u(2), 0, ...name('a'), 1, ...name('bcd')];
  assert.deepEqual([...functionNames(Uint8Array.from(payload))], [[0, 'a'], [1, 'bcd']]);
  assert.deepEqual([...functionNames(Uint8Array.from(payload.slice(0, -2)))], []);
  assert.equal(functionNames(Uint8Array.from([1, 2, 3])).size, 0);
});
