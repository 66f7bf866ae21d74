import { test } from 'node:test';
import assert from 'node:assert/strict';
import { assemble } from '../../src/wat/assemble';
import { parseF32, parseF64, parseInt32, parseInt64 } from '../../src/wat/literals';

const hex = (text: string, names = false): string => Buffer.from(assemble(text, { names }).bytes ?? []).toString('hex').slice(16);

// The expected bytes follow from the specification's binary grammar.
void test('sections come in the order of the specification, and only those that hold something', () => {
  assert.equal(hex('(module)'), '');
  assert.equal(hex('(func)'), '01040160000003020100' + '0a040102000b');
  assert.equal(hex('(module (memory 1) (data (i32.const 8) "a" "b"))'), '0503010001' + '0b08010041080b026162');
});

void test('folded and flat instructions are the same', () => {
  const folded = hex('(func (param i32) (result i32) (if (result i32) (local.get 0) (then (i32.const -1)) (else (i32.const 64))))');
  const flat = hex('(func (param i32) (result i32) local.get 0 if (result i32) i32.const -1 else i32.const 64 end)');
  assert.equal(folded, flat);
  assert.match(flat, /2000047f417f0541c0000b0b$/);
});

void test('types that are only implied come after those that are written, each once', () => {
  assert.equal(hex('(module (func (param i32)) (func (param i32)) (type (func)))').slice(0, 20), '01080260000060017f00');
});

void test('names go to the name section', () => {
  assert.match(hex('(module $m (func $f (param $p i32) (block $b)))', true), /046e616d650002016d/);
  assert.ok(!hex('(module $m (func $f))').includes('6e616d65'));
});

void test('the data count is there when code refers to data, and only then', () => {
  assert.match(hex('(module (data $d "x") (func (data.drop $d)))'), /0c0101/);
  assert.doesNotMatch(hex('(module (data $d "x"))'), /0c0101/);
});

void test('numbers', () => {
  assert.equal(parseInt32('0xffff_ffff'), -1);
  assert.equal(parseInt32('-0x8000_0000'), -2147483648);
  assert.equal(parseInt32('-2147483649'), undefined);
  assert.equal(parseInt32('1__0'), undefined);
  assert.equal(parseInt64('18446744073709551615'), -1n);
  assert.equal(parseInt64('18446744073709551616'), undefined);
});

void test('floating-point numbers are rounded once, to the nearest, ties to even', () => {
  // Halfway between two singles, plus a little that a double does not hold.
  assert.equal(parseF32('1.00000005960464477539062500000000000000000001'), 0x3f800001);
  assert.equal(parseF32('1.000000059604644775390625'), 0x3f800000);
  assert.equal(parseF32('0x1.000001p0'), 0x3f800000);
  assert.equal(parseF32('0x1.00000100000000001p0'), 0x3f800001);
  assert.equal(parseF32('0x1p-149'), 1);
  assert.equal(parseF32('0x1p-150'), 0);
  assert.equal(parseF32('0x1.8p-150'), 1);
  assert.equal(parseF32('0x1.ffffffp127'), undefined);
  assert.equal(parseF32('1e39'), undefined);
  assert.equal(parseF32('-nan:0x1'), 0xff800001 >>> 0);
  assert.equal(parseF32('nan:0x800000'), undefined);
  assert.equal(parseF64('0x1.fffffffffffffp1023'), 0x7fefffffffffffffn);
  assert.equal(parseF64('4.9e-324'), 1n);
  assert.equal(parseF64('-0'), 1n << 63n);
});

void test('hostile texts end in diagnostics, in bounded time', () => {
  const deep = 100_000;
  for (const text of [
    '('.repeat(1_000_000), ')'.repeat(1_000_000), `(module (func ${'(block '.repeat(deep)}`, `(module (func ${'(block '.repeat(deep)}${')'.repeat(deep)}))`,
    `(module (func ${'block '.repeat(deep)}))`, '(;'.repeat(deep), '"'.repeat(deep), `(module (func ${'(i32.add '.repeat(deep)}`, '(@a '.repeat(deep), '\u0000\ufffd\ud800'.repeat(1000),
    `(module ${'(type (func '.repeat(1000)}`,
  ]) {
    const started = performance.now();
    const { bytes, diagnostics } = assemble(text);
    assert.ok(bytes !== undefined || diagnostics.length > 0);
    assert.ok(performance.now() - started < 10_000, text.slice(0, 30));
  }
});
