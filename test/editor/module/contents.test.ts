import { test } from 'node:test';
import assert from 'node:assert/strict';
import { assemble } from '../../../src/wat/assemble';
import { openModule } from '../../../src/wasm/view/parts';
import { Contents } from '../../../src/editor/module/contents';
import { bytesPerLine, hexLine } from '../../../src/editor/module/hex';
import type { ListQuery, ListRow } from '../../../src/editor/module/messages';
import { parsePlace, textPlace } from '../../../src/editor/module/place';
import { ModuleTexts } from '../../../src/editor/module/text';
import { squarify } from '../../../src/editor/module/treemap';
import { component, section } from '../../wasm/encode';

const bytesOf = (text: string): Uint8Array => assemble(text).bytes ?? assert.fail('does not assemble');
const text = `(module (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (global $g (mut i32) (i32.const 0)) (type $t (func (param i32)))
  (func $_start (export "_start") i32.const 1 call $big)
  (func $big (param $p i32) local.get $p drop global.get $g drop nop nop nop)
  (func $small) (data (i32.const 1024) "hello, world"))`;
const contents = (): Contents => new Contents(openModule(bytesOf(text), 'app.wasm'), 'app.wasm');
const query = (list: ListQuery['list'], more: Partial<ListQuery> = {}): ListQuery => ({ list, filter: '', sort: -1, descending: false, from: 0, count: 100, ...more });
const cells = (rows: readonly ListRow[], column: number): (string | undefined)[] => rows.map(row => row.cells[column]);

void test('the summary tells what a module is and may reach', () => {
  const reply = contents().answer({ kind: 'summary' });
  if (reply.kind !== 'summary') assert.fail();
  const fact = (label: string): string | undefined => reply.summary.facts.find(one => one.label === label)?.text;
  assert.match(fact('Kind') ?? '', /^command/);
  assert.match(fact('May reach') ?? '', /^standard streams/);
  assert.equal(fact('Functions'), '3, and 1 imported');
  assert.match(fact('Stripping') ?? '', /^saves \d+ B$/);
  assert.deepEqual(reply.summary.lists.map(one => [one.name, one.total]), [['functions', 4], ['imports', 1], ['exports', 2], ['sections', 9], ['data', 1]]);
  assert.deepEqual(reply.summary.actions.map(one => one.action), ['text', 'strip', 'compare', 'run']);
});

void test('functions are sorted, searched and paged', () => {
  const of = contents();
  assert.deepEqual(cells(of.list(query('functions')).rows, 1), ['write', '_start', 'big', 'small']);
  assert.deepEqual(cells(of.list(query('functions', { sort: 2, descending: true })).rows, 1), ['big', '_start', 'small', 'write']);
  const found = of.list(query('functions', { filter: 'AL' }));
  assert.deepEqual([found.total, cells(found.rows, 1)], [1, ['small']]);
  const page = of.list(query('functions', { from: 2, count: 1 }));
  assert.deepEqual([page.total, cells(page.rows, 0)], [4, ['2']]);
  assert.deepEqual(page.rows[0]?.open, [0, 2]);
  assert.equal(of.list(query('functions')).rows[0]?.open, undefined, 'an imported function has no text');
});

void test('exports lead to their function, sections and data to their bytes', () => {
  const of = contents();
  assert.deepEqual(of.list(query('exports')).rows.map(row => row.open), [undefined, [0, 1]]);
  const [data] = of.list(query('data')).rows;
  const [start = 0, size = 0] = data?.bytes ?? [];
  const reply = of.answer({ kind: 'bytes', from: start, count: size });
  assert.equal(reply.kind === 'bytes' ? new TextDecoder().decode(reply.bytes) : '', 'hello, world');
  assert.equal(data?.bytes?.[2], '0x400');
});

void test('never more than a piece of the file is handed over', () => {
  const large = new Contents(openModule(bytesOf(`(module (memory 9) (data (i32.const 0) "${'x'.repeat(500_000)}"))`), 'x'), 'x');
  const reply = large.answer({ kind: 'bytes', from: 0, count: 1 << 30 });
  assert.ok(reply.kind === 'bytes' && reply.bytes.length === 65536);
  const buffered = new Contents(openModule(Buffer.from(bytesOf('(module)')), 'x'), 'x').answer({ kind: 'bytes', from: 0, count: 4 });
  assert.ok(buffered.kind === 'bytes' && !Buffer.isBuffer(buffered.bytes), 'messages turn a Buffer into JSON');
  const functions = new Contents(openModule(bytesOf(`(module ${'(func)'.repeat(3000)})`), 'x'), 'x');
  assert.equal(functions.list(query('functions', { count: 1e9 })).rows.length, 500);
});

void test('functions of all modules of a component stand in one list', () => {
  const inner = [...bytesOf('(module (func $one) (func $two nop))')];
  const of = new Contents(openModule(component(section(1, inner), section(1, inner)), 'c.wasm'), 'c.wasm');
  const { rows, total } = of.list(query('functions'));
  assert.equal(total, 4);
  assert.deepEqual(rows.map(row => row.open), [[0, 0], [0, 1], [1, 0], [1, 1]]);
  assert.deepEqual(cells(of.list(query('functions', { sort: 2, descending: true, count: 2 })).rows, 1), ['two', 'two']);
});

void test('the profile is handed over two levels at a time', () => {
  const reply = contents().answer({ kind: 'profile', path: [] });
  if (reply.kind !== 'profile') assert.fail();
  const place = reply.node.children?.findIndex(child => child.label === 'code') ?? -1;
  assert.ok(reply.node.children?.[place]?.children?.some(child => child.label === 'big'));
  const inside = contents().answer({ kind: 'profile', path: [place] });
  assert.deepEqual(inside.kind === 'profile' ? inside.trail : [], ['app.wasm', 'code']);
});

void test('a treemap has areas as the sizes, inside of its rectangle, without overlap', () => {
  const sizes = [60, 30, 20, 10, 5, 5, 1, 1];
  const rects = squarify(sizes, { x: 0, y: 0, width: 100, height: 100 }, 1.6);
  const total = sizes.reduce((a, b) => a + b);
  rects.forEach((rect, i) => {
    assert.ok(Math.abs(rect.width * rect.height - (10_000 * (sizes[i] ?? 0)) / total) < 1e-6);
    assert.ok(rect.x >= -1e-9 && rect.y >= -1e-9 && rect.x + rect.width <= 100 + 1e-9 && rect.y + rect.height <= 100 + 1e-9);
    for (const other of rects.slice(i + 1)) {
      const apart = other.x >= rect.x + rect.width - 1e-9 || rect.x >= other.x + other.width - 1e-9 || other.y >= rect.y + rect.height - 1e-9 || rect.y >= other.y + other.height - 1e-9;
      assert.ok(apart, JSON.stringify([rect, other]));
    }
  });
  const [first] = rects;
  assert.ok(first !== undefined && (first.width * 1.6) / first.height < 3 && first.height / (first.width * 1.6) < 3);
  assert.deepEqual(squarify([0, 0], { x: 0, y: 0, width: 9, height: 9 }).map(rect => rect.width), [0, 0]);
  assert.deepEqual(squarify([], { x: 0, y: 0, width: 9, height: 9 }), []);
});

void test('hex lines', () => {
  const line = hexLine(new TextEncoder().encode('Hello\n'), 0x400n);
  assert.deepEqual([line.address, line.text], ['00000400', 'Hello.']);
  assert.match(line.hex, /^48 65 6c 6c 6f 0a +$/);
  assert.equal(hexLine(new Uint8Array(bytesPerLine), 0n).hex, `${'00 '.repeat(8)} ${'00 '.repeat(8)}`.trimEnd());
});

void test('a function as text knows what each line refers to', () => {
  const texts = new ModuleTexts(bytesOf(text));
  const { text: start, offsets } = texts.function(1);
  assert.match(start, /^ {2}\(func \$_start \(;1;\) \(type \d\)\n {4}i32\.const 1\n {4}call \$big\n {2}\)\n$/);
  const call = offsets[2] ?? -1;
  assert.deepEqual(texts.referenceAt(call, '$big'), { space: 'func', index: 2 });
  assert.equal(texts.referenceAt(call, 'call'), undefined);
  assert.equal(texts.describe({ space: 'func', index: 2 }), '(func $big (;2;) (param i32))');
  const inBig = texts.function(2);
  const line = inBig.text.split('\n').findIndex(one => one.includes('global.get'));
  assert.deepEqual(texts.referencesAt(inBig.offsets[line] ?? -1).map(one => texts.describe(one)), ['(global $g (;0;) (mut i32))']);
  assert.deepEqual(texts.referencesAt(0), []);
});

void test('the whole module as text, with the lines of its functions, unless it is too large', () => {
  const texts = new ModuleTexts(bytesOf(text));
  const whole = texts.whole() ?? assert.fail('too large');
  const lines = whole.text.split('\n');
  assert.deepEqual([...whole.lines].map(([index, line]) => [index, /\$\w+/.exec(lines[line] ?? '')?.[0]]), [[1, '$_start'], [2, '$big'], [3, '$small']]);
  const call = lines.findIndex(line => line.includes('call $big'));
  assert.deepEqual(texts.referenceAt(whole.offsets[call] ?? -1, '$big'), { space: 'func', index: 2 });
  assert.equal(texts.whole({ characters: 100, lines: 1000 }), undefined);
  assert.equal(texts.whole({ characters: 1e6, lines: 3 }), undefined);
});

void test('addresses of texts', () => {
  for (const [place, name, scheme] of [[{ part: 0, index: 12 }, 'std::fmt::pad', 'file'], [{ part: 3, index: undefined }, undefined, 'vscode-vfs'], [{ part: 0, index: 1 }, undefined, 'file']] as const) {
    const { file, query: asked } = textPlace(place, name, scheme);
    assert.ok(!/[\\/:*?"<>|]/.test(file), file);
    assert.deepEqual(parsePlace(`/c:/a b/app.wasm/${file}`, asked), { ...place, scheme, module: '/c:/a b/app.wasm' });
  }
  assert.equal(parsePlace('/x', 'abc'), undefined);
  assert.equal(parsePlace('x', '0.1'), undefined);
});
