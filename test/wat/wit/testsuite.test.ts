import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatWit } from '../../../src/wat/wit/format';
import { parseWit } from '../../../src/wat/wit/parser';
import { problemsOf, projectAt, witFiles } from './projects';

// The tests of the component tools' own WIT parser are the yardstick, but not ours to copy: point WIT_TESTSUITE at the folder tests/ui of the
// crate wit-parser.
const root = process.env['WIT_TESTSUITE'];
const skip = root === undefined ? 'set WIT_TESTSUITE to tests/ui of wit-parser' : false;

/** What only matters with some features switched on, or in the encoding of a world; and packages in other formats, which we do not read. */
const beyond = /^(bad-gate|import-and-export|foreign-world-dep-gated|kinds-of-deps|empty-tuple|include-setter-no-getter)/;

void test('the suite of wit-parser: what it accepts is accepted, what it refuses has an error', { skip }, async () => {
  const folder = root ?? '';
  const wrong: string[] = [];
  let count = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (beyond.test(name) || name === 'parse-fail' || !(name.endsWith('.wit') || (statSync(path).isDirectory() && witFiles(path).length > 0))) continue;
    count++;
    const [first] = problemsOf(await projectAt(path));
    if (first !== undefined) wrong.push(`${name}: ${first.message}`);
  }
  const failing = join(folder, 'parse-fail');
  for (const name of readdirSync(failing)) {
    if (beyond.test(name) || /\.(result|md)$/.test(name)) continue;
    count++;
    if (problemsOf(await projectAt(join(failing, name))).length === 0) wrong.push(`${name}: accepted`);
  }
  assert.ok(count > 200, String(count));
  assert.deepEqual(wrong, []);
});

void test('formatting the suite keeps its words and comments, and formatting twice changes nothing', { skip }, () => {
  const words = (text: string): string => {
    const { tokens, comments } = parseWit(text);
    return [...tokens.map(token => token.text), ...comments.map(one => text.slice(one.start, one.end).replace(/\s+/g, ' ').trim())].join(' ').replace(/, (?=[}>)])/g, '');
  };
  for (const file of witFiles(root ?? '')) {
    const text = readFileSync(file, 'utf8');
    const formatted = formatWit(text);
    assert.equal(words(formatted), words(text), file);
    assert.equal(formatWit(formatted), formatted, file);
  }
});
