import { test } from 'node:test';
import assert from 'node:assert/strict';
import { EOF, LPAREN, Lexer, RPAREN } from '../../../src/wat/lexer';
import { WatDocument } from '../../../src/wat/document/document';
import { base } from './texts';

interface Place { readonly start: number; readonly end: number; readonly text: string }

/** Groups that say what a function or a block is: a mistake there is rightly told at every use. */
const heads = new Set(['param', 'result', 'local', 'export', 'type']);

/** The words of instructions, with what they name; not those that declare, and no flat `if`, whose `else` and `end` then close nothing. */
function words(text: string): Place[] {
  const lexer = new Lexer(text, text.indexOf('(func $f (type'), text.indexOf('(elem (table'));
  const groups: string[][] = [];
  const found: Place[] = [];
  for (lexer.next(); lexer.kind !== EOF; lexer.next()) {
    if (lexer.kind === LPAREN) groups.push([]);
    else if (lexer.kind === RPAREN) groups.pop();
    else {
      const group = groups.at(-1) ?? [];
      group.push(lexer.value);
      const [head = ''] = group;
      const declares = heads.has(head) || (head === 'func' && (group.length === 1 || (group.length === 2 && lexer.value.startsWith('$'))));
      if (!declares && !(head === 'func' && lexer.value === 'if')) found.push({ start: lexer.start, end: lexer.end, text: lexer.value });
    }
  }
  return found;
}

/** Errors of a text, as places in it. */
function errors(text: string): { readonly start: number; readonly end: number; readonly code: string }[] {
  const document = new WatDocument(text, false);
  const inside = document.modules.flatMap(module => [...module.problems()].map(({ field, problem }) => ({ ...problem, start: field.start + problem.start, end: field.start + problem.end })));
  return [...document.outside, ...inside].filter(one => one.kind !== 'hint');
}

void test('one typo in an instruction gives at most one error on other lines', () => {
  assert.deepEqual(errors(base), []);
  const wrong: string[] = [];
  const all = words(base);
  let told = 0;
  for (const { start, end, text: word } of all) {
    for (const typo of ['', `${word}x`, word.slice(0, -1)]) {
      const text = base.slice(0, start) + typo + base.slice(end);
      const from = text.lastIndexOf('\n', start) + 1;
      const to = text.indexOf('\n', start + typo.length);
      const found = errors(text);
      told += found.length > 0 ? 1 : 0;
      const outside = found.filter(one => one.end < from || one.start > to);
      if (outside.length > 1) wrong.push(`${word} -> ${typo}: ${text.slice(from, to)}: ${outside.map(one => `${one.code} at ${text.slice(one.start, one.end)}`).join('; ')}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(all.length > 50 && told > all.length * 2, `${all.length} words, ${told} typos told`);
});
