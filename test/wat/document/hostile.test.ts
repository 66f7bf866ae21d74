import { test } from 'node:test';
import assert from 'node:assert/strict';
import { completion } from '../../../src/wat/server/completion';
import { diagnostics } from '../../../src/wat/server/diagnostics';
import { readDocument } from '../../../src/wat/server/documents';
import { documentSymbols } from '../../../src/wat/server/documentSymbols';
import { format } from '../../../src/wat/server/format';
import { hover } from '../../../src/wat/server/hover';
import { inlayHints } from '../../../src/wat/server/inlayHints';
import { SemanticTokens } from '../../../src/wat/server/semanticTokens';
import { folding, selectionRanges } from '../../../src/wat/server/structure';

// No crash, and bounded time: a minute is far more than any of these takes.

const deep = 100_000;
const texts: Readonly<Record<string, string>> = {
  'a million parentheses that open': '('.repeat(1_000_000),
  'a million that close': ')'.repeat(1_000_000),
  'blocks 100,000 deep': `(module (func ${'(block '.repeat(deep)}${')'.repeat(deep)}))`,
  'flat blocks 100,000 deep, not ended': `(module (func ${'block '.repeat(deep)}))`,
  'operands 100,000 deep': `(module (func (drop ${'(i32.eqz '.repeat(deep)}(i32.const 1)${')'.repeat(deep)})))`,
  'comments 100,000 deep': `(module ${'(;'.repeat(deep)})`,
  'annotations 100,000 deep': '(@a '.repeat(deep),
  'groups 100,000 deep of nothing': `(module ${'('.repeat(deep)}${')'.repeat(deep)})`,
  'bytes that are no UTF-8, read as text': `(module (func $\ufffd (param \ud800)) \u0000 "\ufffd")`.repeat(1000),
  'a long name': `(module (func $${'a'.repeat(1_000_000)}))`,
  'types 8,000 deep': `(module (rec ${Array.from({ length: 8_000 }, (_, i) => `(type $t${i} (sub ${i === 0 ? '' : `$t${i - 1} `}(struct)))`).join(' ')}))`,
  'half a million strings': `(module (data ${'"a" '.repeat(500_000)}))`,
};

for (const [name, text] of Object.entries(texts)) {
  void test(`${name}: every feature answers`, () => {
    const started = performance.now();
    const opened = readDocument('file:///hostile.wat', 'wat', 1, text);
    const middle = opened.lines.positionAt(text.length >> 1);
    const all = { start: { line: 0, character: 0 }, end: opened.lines.positionAt(text.length) };
    const told = diagnostics(opened);
    assert.ok(told.length <= 1000);
    hover(opened, middle);
    completion(opened, middle);
    documentSymbols(opened);
    folding(opened);
    selectionRanges(opened, [middle]);
    new SemanticTokens().full(opened);
    inlayHints(opened, all, { indices: true, blockEnds: true, signatures: true });
    format(opened, { tabSize: 2, insertSpaces: true }, { maxBlankLines: 1 });
    opened.wat.edit({ start: text.length >> 1, end: text.length >> 1, text: ')' });
    opened.wat.edit({ start: 0, end: 1, text: '' });
    assert.ok(performance.now() - started < 60_000, `${performance.now() - started} ms`);
  });
}

void test('50 MB on one line are read and told of, and an edit in them too', () => {
  const body = `(drop (i32.const 0x${'0'.repeat(1000)}1)) `.repeat(1000);
  const text = `(module ${`(func ${body})`.repeat(50)})`;
  assert.ok(text.length > 50_000_000);
  const opened = readDocument('file:///long.wat', 'wat', 1, text);
  // Functions that nobody uses, and nothing else.
  assert.deepEqual(new Set(diagnostics(opened).map(one => one.code)), new Set(['unused-func']));
  const at = text.indexOf('i32.const', text.length >> 1);
  const started = performance.now();
  opened.wat.edit({ start: at, end: at + 3, text: 'i64' });
  opened.wat.edit({ start: at, end: at + 3, text: 'i32' });
  assert.ok(performance.now() - started < 20_000);
});
