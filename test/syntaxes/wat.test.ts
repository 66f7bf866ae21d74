import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ops } from '../../src/wasm/instructions';
import { typeWords } from '../../src/wat/types';
import { grammar, pieces } from './grammar';

const scopesOf = async (text: string, name = 'source.wat'): Promise<string[]> => pieces(await grammar(name), text).map(piece => `${piece.text}: ${piece.scopes}`);

void test('every instruction is one keyword, alone, folded and before an operand', async () => {
  const wat = await grammar('source.wat');
  const missed = ops.map(op => op.name).filter(name => [` ${name}`, `(${name} (nop))`, `${name};; x`, `${name}\t$x`].some(text =>
    !pieces(wat, text).some(piece => piece.text === name && /(?:^| )keyword\./.test(piece.scopes))));
  assert.deepEqual(missed, []);
  assert.ok(ops.length > 560);
});

void test('every word of the parser has a colour', async () => {
  const wat = await grammar('source.wat');
  const sources = ['header', 'fields', 'cursor'].map(name => readFileSync(resolve(__dirname, `../../../src/wat/${name}.ts`), 'utf8')).join('\n');
  const read = [...sources.matchAll(/(?:\.word|\.is|\.opens|\.open|takeOpen)\('([a-z_]+)'/g)].map(([, word = '']) => word);
  const all = new Set([...read, ...typeWords.keys(), 'module', 'func', 'then', 'param', 'result', 'local', 'mut', 'sub', 'final', 'rec', 'declare', 'item', 'offset']);
  all.delete('bot');
  assert.ok(all.size > 50, String(all.size));
  assert.deepEqual([...all].filter(word => !pieces(wat, `(${word} )`).some(piece => piece.text === word && /keyword|storage|support/.test(piece.scopes))), []);
});

void test('names, numbers, strings, comments and annotations', async () => {
  assert.deepEqual(await scopesOf('(func $add (param $a i32)'), [
    '(: punctuation.section.parens.wat', 'func: storage.type.wat', '$add: entity.name.function.wat', '(: punctuation.section.parens.wat', 'param: storage.type.wat',
    '$a: variable.other.wat', 'i32: support.type.wat', '): punctuation.section.parens.wat']);
  assert.deepEqual(await scopesOf('call $"a b" f32.const -0x1.8p+3 nan:0x7f i32.load offset=0x10 align=4'), [
    'call: keyword.control.wat', '$"a b": entity.name.function.wat', 'f32.const: keyword.operator.wat', '-0x1.8p+3: constant.numeric.float.hex.wat',
    'nan:0x7f: constant.numeric.nan.wat', 'i32.load: keyword.operator.wat', 'offset: storage.modifier.wat', '=: punctuation.separator.key-value.wat', '0x10: constant.numeric.integer.wat',
    'align: storage.modifier.wat', '=: punctuation.separator.key-value.wat', '4: constant.numeric.integer.wat']);
  const nested = await scopesOf('(; a (; b ;)\n c ;) nop');
  assert.deepEqual(nested.at(-1), 'nop: keyword.operator.wat');
  assert.ok(nested.slice(0, -1).every(piece => piece.includes('comment.block.wat')));
  assert.match((await scopesOf('"a\\n\\u{1f600}\\00"')).join('|'), /\\n: string\.quoted\.double\.wat constant\.character\.escape\.wat\|\\u\{1f600\}: .*escape\.wat\|\\00: /);
  assert.match((await scopesOf('(@name "x")')).join('|'), /@name: meta\.annotation\.wat/);
});

void test('words that only resemble a keyword have no colour of one', async () => {
  const found = (await scopesOf('func1 xblock i32x nopnop if! 0x1g $if')).filter(piece => /keyword|storage|support|numeric/.test(piece));
  assert.deepEqual(found, []);
});

void test('a script has its assertions, and the text in them', async () => {
  const found = await scopesOf('(assert_return (invoke $m "f" (i32.const 1)) (f32.const nan:canonical))', 'source.wast');
  for (const one of ['assert_return: keyword.control.assertion.wast', 'invoke: keyword.control.command.wast', 'i32.const: keyword.operator.wat', 'nan:canonical: constant.numeric.nan.wat']) assert.ok(found.includes(one), one);
});

void test('a broken string ends with its line, so that what follows keeps its colours', async () => {
  assert.equal((await scopesOf('(data "abc\nnop')).at(-1), 'nop: keyword.operator.wat');
});
