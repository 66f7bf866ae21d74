import { test } from 'node:test';
import assert from 'node:assert/strict';
import { WatDocument } from '../../../src/wat/document/document';
import { base } from './texts';

/** All that a document knows, to be compared with what a fresh one knows. */
function known(document: WatDocument): unknown {
  return document.modules.map(module => ({
    span: [module.item.start, module.item.end],
    problems: [...module.problems()].map(({ field, problem }) => `${field.start + problem.start}-${field.start + problem.end} ${problem.code} ${problem.message}`),
    uses: module.fields.map((field, i) => module.usesIn(i).flatMap(list => [...list]).map(use => `${field.start + use.start} ${use.kind} ${use.index}`)),
    outside: document.outside.map(one => `${one.start} ${one.code}`),
  }));
}

/** A generator of numbers that is the same every time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

const pieces = [
  '(', ')', ' ', '\n', ';', ';;', '(;', ';)', '"', '$f', '$g', '$x', '0', '1', '7', 'i32.add', 'drop', 'local.get 0', '(local.get $x)', '(call $f)', '(call 1)', 'end', 'block', '(param i32)', '(result i64)', '(type 0)',
  '(func $new (param i64))', '(global $h i64 (i64.const 1))', '(import "a" "b" (func $i))', '(memory 1)', '(export "e" (func 0))', '(type $new (func))', '(elem declare func $f)', '(ref.func $f)', '(data "x")',
  '(call_indirect (param f64))', '(block (param f32))', '(module)', '\n(func', '(rec', '@name',
];

void test('a text that is edited is known as well as one that is read anew', () => {
  for (let seed = 1; seed <= 24; seed++) {
    const next = random(seed);
    const script = seed % 3 === 0;
    const document = new WatDocument(script ? `${base}\n(module (func $f))\n(assert_invalid (module (func (drop))) "x")` : base, script);
    const steps: string[] = [];
    for (let step = 0; step < 40; step++) {
      const start = next(document.text.length + 1);
      const end = next(3) === 0 ? Math.min(document.text.length, start + next(12)) : start;
      const text = next(4) === 0 ? '' : pieces[next(pieces.length)] ?? '';
      steps.push(`${start}-${end} ${JSON.stringify(text)}`);
      // Every other edit is taken back, so that texts stay near to sense.
      const removed = document.text.slice(start, end);
      document.edit({ start, end, text });
      assert.deepEqual(known(document), known(new WatDocument(document.text, script)), `seed ${seed}, after ${steps.at(-1) ?? ''}\n${document.text}`);
      if (next(5) !== 0) {
        document.edit({ start, end: start + text.length, text: removed });
        assert.deepEqual(known(document), known(new WatDocument(document.text, script)), `seed ${seed}, after taking back ${steps.at(-1) ?? ''}\n${document.text}`);
      }
    }
  }
});
