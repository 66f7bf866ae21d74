import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { assemble } from '../../src/wat/assemble';

const rules = readFileSync(resolve(__dirname, '../../../test/wat/fixtures/rules.txt'), 'utf8').split(/^=== /m).slice(1).map(block => {
  const [code = '', ...lines] = block.split('\n');
  return { code, text: lines.join('\n') };
});

for (const { code, text } of rules) {
  void test(`${code}: ${text.trim().slice(0, 70)}`, () => {
    const good = code === 'ok' || code === 'runs';
    const { bytes, diagnostics } = assemble(text);
    assert.deepEqual(diagnostics.map(one => one.code), good ? [] : [code], diagnostics.map(one => one.message).join('\n'));
    assert.equal(bytes !== undefined, good);
    if (code === 'runs') assert.doesNotThrow(() => new WebAssembly.Module(new Uint8Array(bytes ?? [])));
  });
}

void test('a mistake has the line and the column of what is wrong', () => {
  const [found] = assemble('(module\n  (func (result i32)\n    i64.const 1))').diagnostics;
  assert.deepEqual([found?.line, found?.column], [3, 16]);
});
