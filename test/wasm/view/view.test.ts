import { test } from 'node:test';
import assert from 'node:assert/strict';
import { assemble } from '../../../src/wat/assemble';
import { isUserError } from '../../../src/base/error';
import { capabilitiesOf } from '../../../src/wasm/view/capabilities';
import { CodeIndex } from '../../../src/wasm/view/code';
import { compareModules } from '../../../src/wasm/view/compare';
import { comparisonText } from '../../../src/wasm/view/compareText';
import { readSegments } from '../../../src/wasm/view/data';
import { namePath } from '../../../src/wasm/view/names';
import type { ProfileNode } from '../../../src/wasm/view/node';
import { openModule, type ModuleFile, type Part } from '../../../src/wasm/view/parts';
import { profile } from '../../../src/wasm/view/profile';
import { savings, strip } from '../../../src/wasm/view/strip';
import { readModule } from '../../../src/wasm/read';
import { body, command, component, custom, func, section, u, vec, wasm } from '../encode';

const module = (text: string): ModuleFile => openModule(assemble(text).bytes ?? assert.fail('does not assemble'), 'x.wasm');
const only = (file: ModuleFile): Part => file.parts[0] ?? assert.fail('no part');

const text = `(module
  (import "env" "log" (func $log (param i32)))
  (memory 1 2)
  (func $a (param i32) (result i32) local.get 0)
  (func (export "shown"))
  (func)
  (data (i32.const 16) "hello")
  (data (i64.const 1) "x")
  (data "passive"))`.replace('(data (i64.const 1) "x")\n', '');

void test('functions are known by name, size, type and place', () => {
  const file = module(text);
  const index = new CodeIndex(only(file));
  assert.equal(index.imported, 1);
  assert.equal(index.count, 4);
  assert.deepEqual([0, 1, 2, 3].map(i => index.name(i)), ['log', 'a', 'shown', undefined]);
  assert.deepEqual([0, 1, 2].map(i => index.signature(i)), ['(i32) -> ()', '(i32) -> i32', '() -> ()']);
  assert.equal(index.size(0), 0);
  assert.equal(index.size(1), 4);
  const start = index.starts[0] ?? 0;
  assert.deepEqual([...file.bytes.subarray(start, start + 4)], [0, 0x20, 0, 0x0b]);
  assert.equal(index.at(start + 3), 1);
  assert.equal(index.at(start - 1), undefined);
});

void test('data segments have their address, their memory and their bytes', () => {
  const file = module(text);
  const { list } = readSegments(only(file));
  assert.deepEqual(list.map(({ memory, address, size }) => [memory, address, size]), [[0, 16n, 5], [-1, undefined, 7]]);
  assert.equal(new TextDecoder().decode(file.bytes.subarray(list[0]?.start, (list[0]?.start ?? 0) + 5)), 'hello');
  const high = readSegments(only(module('(module (memory 65536) (data (i32.const -16) "x"))')));
  assert.equal(high.list[0]?.address, 0xfffffff0n);
  const computed = readSegments(only(module('(module (import "a" "b" (global i32)) (memory 1) (data (i32.add (i32.const 1) (global.get 0)) "x"))')));
  assert.equal(computed.list[0]?.address, undefined);
});

void test('paths of names', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['core::fmt::Formatter::pad::h0123456789abcdef', ['core', 'fmt', 'Formatter', 'pad']],
    ['std::__1::basic_string<char, std::__1::char_traits<char>>::append(char const*)', ['std', '__1', 'basic_string<char, std::__1::char_traits<char>>', 'append(char const*)']],
    ['<alloc::vec::Vec<T> as core::ops::Drop>::drop', ['<alloc::vec::Vec<T> as core::ops::Drop>', 'drop']],
    ['runtime.mallocgc', ['runtime', 'mallocgc']], ['internal/poll.(*FD).Read', ['internal', 'poll', '(*FD).Read']], ['~lib/rt/itcms/__new', ['~lib', 'rt', 'itcms', '__new']],
    ['void std::swap<int>(int&, int&)', ['std', 'swap<int>(int&, int&)']], ['printf', ['printf']], ['operator->', ['operator->']], ['', ['']],
  ];
  for (const [name, path] of cases) assert.deepEqual(namePath(name), path);
});

function sum(node: ProfileNode): void {
  if (node.children === undefined) return;
  assert.equal(node.children.reduce((all, child) => all + child.size, 0), node.size, node.label);
  node.children.forEach(sum);
}

void test('a profile adds up to the file, groups functions by their names, and says where each is', () => {
  const file = module(`(module ${['std::vec::push', 'std::vec::pop', 'std::io::read', 'main'].map(name => `(func $"${name}" ${'nop '.repeat(name.length)})`).join('')} (memory 1) (data (i32.const 0) "abc"))`);
  const root = profile(file, 'x.wasm');
  assert.equal(root.size, file.bytes.length);
  sum(root);
  const code = root.children?.find(child => child.label === 'code') ?? assert.fail();
  const std = code.children?.find(child => child.label === 'std') ?? assert.fail();
  assert.deepEqual(std.children?.map(child => child.label), ['vec', 'io']);
  assert.deepEqual(code.children?.find(child => child.label === 'main')?.target, [0, 3]);
  const many = module(`(module ${'(func nop)'.repeat(200)})`);
  const parts = profile(many, 'x').children?.find(child => child.label === 'code')?.children ?? [];
  assert.ok(parts.length < 70);
  sum(profile(many, 'x'));
});

const debugged = (): Uint8Array => command(custom('.debug_info', [1, 2, 3]), custom('name', [1, 1, 0]), custom('dylink.0', [1]), custom('producers', vec()));

void test('stripping takes off what is for people, and keeps what hosts read', () => {
  const bytes = debugged();
  const names = (of: Uint8Array): string[] => readModule(of).sections.filter(one => one.custom).map(one => one.name);
  assert.deepEqual(names(strip(bytes, 'debug', 'x').bytes), ['name', 'dylink.0', 'producers']);
  const all = strip(bytes, 'all', 'x');
  assert.deepEqual(names(all.bytes), ['dylink.0']);
  assert.deepEqual(all.removed, ['.debug_info', 'name', 'producers']);
  assert.equal(bytes.length - all.bytes.length, savings(readModule(bytes).sections, 'all'));
  assert.deepEqual(strip(all.bytes, 'all', 'x').bytes, all.bytes);
});

void test('a component is stripped inside, and its modules are looked into', () => {
  const inner = debugged();
  const outer = component(section(1, [...inner]), custom('component-name', [1]), section(4, [...component(section(1, [...inner]))]));
  const file = openModule(outer, 'c.wasm');
  assert.deepEqual(file.parts.map(part => part.info.functions), [1, 1]);
  assert.equal(new CodeIndex(file.parts[1] ?? assert.fail()).name(2), '_start');
  sum(profile(file, 'c.wasm'));
  const { bytes } = strip(outer, 'all', 'c.wasm');
  const again = openModule(bytes, 'c.wasm');
  assert.deepEqual(again.parts.map(part => part.bytes), file.parts.map(part => strip(part.bytes, 'all', 'x').bytes));
  assert.deepEqual(again.info.sections.filter(one => one.custom).map(one => one.name), ['dylink.0', 'dylink.0']);
});

void test('two modules are compared by name', () => {
  const before = module('(module (import "a" "b" (func (param i32))) (func $same nop) (func $grown nop) (func $gone) (export "x" (func $same)))');
  const after = module('(module (import "a" "b" (func (param i64))) (func $new) (func $grown nop nop nop) (func $same nop) (export "y" (func $same)))');
  const found = compareModules(before, after);
  assert.deepEqual(found.functions, [{ name: 'gone', before: 2, after: undefined }, { name: 'grown', before: 3, after: 5 }, { name: 'new', before: undefined, after: 2 }].sort((a, b) => (a.name < b.name ? -1 : 1)));
  assert.equal(found.same, 1);
  assert.deepEqual(found.imports, [{ name: 'a.b', before: 'func (i32) -> ()', after: 'func (i64) -> ()' }]);
  assert.deepEqual(found.exports.map(one => one.name), ['x', 'y']);
  const shown = comparisonText('old.wasm', 'new.wasm', found);
  assert.match(shown, /~ \+2 {2}grown {2}3 -> 5/);
  assert.match(shown, /- x {2}func/);
});

void test('capabilities are what the imports ask for', () => {
  const of = (...names: string[]): string[] => capabilitiesOf({ imports: names.map(name => ({ module: name.startsWith('wasi:') ? '' : 'wasi_snapshot_preview1', name, kind: 'func', text: '' })) });
  assert.deepEqual(of('fd_write', 'proc_exit'), ['streams']);
  assert.deepEqual(of('path_open', 'sock_accept', 'clock_time_get', 'environ_get'), ['files', 'network', 'clocks', 'environment']);
  assert.deepEqual(of('wasi:filesystem/types@0.2.0', 'wasi:http/types@0.2.0'), ['files', 'http']);
});

void test('hostile binaries end in a sentence, in bounded time', () => {
  const claims = (id: number, count: number): Uint8Array => wasm(section(1, vec(func([], []))), section(3, vec([0])), section(id, u(count)));
  const bad: Uint8Array[] = [claims(10, 0xffffffff), claims(11, 0xffffffff), wasm(section(1, vec(func([], []))), section(3, vec([0])), section(10, [1, ...u(0xfffffff)]))];
  for (const bytes of bad) {
    const file = openModule(bytes, 'bad.wasm');
    const index = new CodeIndex(only(file));
    assert.ok((index.problem ?? readSegments(only(file)).problem ?? '').length > 0);
    profile(file, 'bad.wasm');
  }
  const good = command();
  let seed = 1;
  for (let i = 0; i < 3000; i++) {
    const bytes = good.slice();
    for (let n = 0; n < 3; n++) {
      seed = (seed * 48271) % 0x7fffffff;
      bytes[seed % bytes.length] = (seed >> 8) & 0xff;
    }
    try {
      const file = openModule(bytes, 'fuzz.wasm');
      for (const part of file.parts) {
        const index = new CodeIndex(part);
        for (let f = 0; f < Math.min(index.count, 5); f++) index.signature(f);
        readSegments(part);
      }
      profile(file, 'fuzz.wasm');
      strip(bytes, 'all', 'fuzz.wasm');
    } catch (error) {
      assert.ok(isUserError(error), String((error as Error).stack));
    }
  }
  assert.ok(body().length > 0);
});
