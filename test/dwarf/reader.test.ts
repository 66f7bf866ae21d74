import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Cursor, DwarfError } from '../../src/dwarf/cursor';
import { joinPath } from '../../src/dwarf/paths';
import { Program } from '../../src/dwarf/program';
import { symbolize } from '../../src/dwarf/symbolize';
import { fixture, lineOf } from '../debug/fixtures';

/** Every distinct `function path:line` chain of a source's code, in the order of addresses. */
function chains(name: string): string[] {
  const program = new Program(fixture(name));
  const seen: string[] = [];
  for (const unit of program.units) {
    const rows = program.lineTable(unit)?.rows;
    if (!unit.path.startsWith('/src/') || rows === undefined) continue;
    for (let i = 0; i < rows.count; i++) {
      const chain = program.framesAt(rows.addresses[i] ?? 0).map(frame => `${frame.name} ${frame.place?.path}:${frame.place?.line}`).join(' < ');
      if (seen[seen.length - 1] !== chain) seen.push(chain);
    }
  }
  return seen;
}

void test('every version of the format tells the same functions and lines', () => {
  const expected = chains('c14-O0');
  assert.ok(expected.length > 50);
  assert.ok(expected.includes(`factorial /src/shapes.c:${lineOf('shapes.c', 'return n * factorial')}`));
  for (const other of ['c14-dwarf2', 'c14-dwarf3', 'c14-dwarf5']) assert.deepEqual(chains(other), expected, other);
});

void test('inlined functions are frames of their own, called from where the source calls them', () => {
  for (const name of ['c14-O2', 'c22-O2']) {
    const line = lineOf('shapes.c', 'int result = value * value');
    const call = lineOf('shapes.c', 'return square(width)');
    const found = chains(name);
    assert.ok(found.some(chain => chain.startsWith(`square /src/shapes.c:${line} < area /src/shapes.c:${call}`)), `${name}: ${found.filter(chain => chain.includes('square')).join('\n')}`);
  }
});

void test('functions are found by plain and by qualified name', () => {
  const cpp = new Program(fixture('cpp14'));
  assert.equal(cpp.functionsNamed('geometry::Box<int>::size').length, 1);
  assert.equal(cpp.functionsNamed('Box<int>::size').length, 1);
  assert.equal(cpp.functionsNamed('geometry::Nothing').length, 0);
  assert.deepEqual(cpp.functionsNamed('main').map(code => cpp.framesAt(code.ranges[0]?.low ?? 0)[0]?.name), ['main']);
  const rust = new Program(fixture('rust-debug'));
  assert.equal(rust.functionsNamed('values::area').length, 1);
});

void test('a symbolizer tells sources, and names where there is no debug information', () => {
  const program = new Program(fixture('names'));
  assert.equal(program.state, 'none');
  const body = program.bodies[0];
  assert.ok(body !== undefined);
  assert.deepEqual(symbolize(fixture('names'))?.ofCode(body.start + 1), [{ name: 'double', inlined: false }]);
  assert.equal(symbolize(new Uint8Array([0, 0x61, 0x73, 0x6d, 13, 0, 1, 0])), undefined);
});


void test('debug information that no longer fits the code is stale', () => {
  const bytes = fixture('c14-O0');
  assert.equal(new Program(bytes).state, 'alive');
  // What an optimizer does that leaves custom sections alone: other bodies, old addresses.
  const { codeStart, bodies } = ((program: Program) => ({ codeStart: program.image.codeStart, bodies: program.bodies }))(new Program(bytes));
  const count = bodies.length;
  const before = count < 128 ? 1 : 2;
  const size = new Program(bytes).image.codeSize + 3 - before;
  // A count in three bytes moves every body.
  const sizeAt = bytes.lastIndexOf(10, codeStart - 2) + 1;
  const long = (value: number, length: number): number[] => Array.from({ length }, (_, i) => ((value >> (7 * i)) & 127) | (i < length - 1 ? 128 : 0));
  const all = new Uint8Array([...bytes.subarray(0, sizeAt), ...long(size, 5), ...long(count, 3), ...bytes.subarray(codeStart + before)]);
  assert.notEqual(new Program(all).bodies[0]?.start, bodies[0]?.start);
  assert.equal(new Program(all).state, 'stale');
});

void test('numbers are read to their last bit and never beyond the end', () => {
  assert.equal(new Cursor(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)).ulebExact(), 1n << 63n);
  assert.equal(new Cursor(Uint8Array.of(0x7f)).sleb(), -1);
  assert.equal(new Cursor(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f)).slebExact(), -(1n << 63n));
  assert.throws(() => new Cursor(Uint8Array.of(0x80)).uleb(), DwarfError);
  assert.throws(() => new Cursor(Uint8Array.of(1)).block(Number.MAX_SAFE_INTEGER), DwarfError);
  assert.throws(() => new Cursor(Uint8Array.of(65, 66)).string(), DwarfError);
});

void test('paths join in the flavour of the machine that compiled', () => {
  assert.equal(joinPath('/home/me', '../lib/./a.c'), '/home/lib/a.c');
  assert.equal(joinPath('C:\\work', 'src\\a.c'), 'C:\\work\\src\\a.c');
  assert.equal(joinPath('C:\\work', 'D:\\a.c'), 'D:\\a.c');
  assert.equal(joinPath('', 'a.c'), 'a.c');
  assert.equal(joinPath('/', '../../a.c'), '/a.c');
});
