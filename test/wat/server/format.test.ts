import { test } from 'node:test';
import assert from 'node:assert/strict';
import { EOF, Lexer } from '../../../src/wat/lexer';
import { format, formatOnType } from '../../../src/wat/server/format';
import { base } from '../document/texts';
import { applied, marked } from './support';

const options = { tabSize: 2, insertSpaces: true };
const formatted = (text: string): string => {
  const { opened } = marked(text);
  return applied(opened, format(opened, options, { maxBlankLines: 1 }));
};

/** The tokens of a text. */
function tokens(text: string): string[] {
  const found: string[] = [];
  const lexer = new Lexer(text, 0, text.length);
  for (lexer.next(); lexer.kind !== EOF; lexer.next()) found.push(lexer.value);
  return found;
}

void test('only white space changes, and formatting again changes nothing', () => {
  for (const text of [base, base.replaceAll('\n', '\r\n'), base.replaceAll(/\s+\(/g, '('), '(module(func(;c;)nop;;x\n)(@a (b)  c)(func))']) {
    const once = formatted(text);
    assert.deepEqual(tokens(once), tokens(text));
    assert.equal(formatted(once), once);
  }
});

void test('flat blocks, comments and blank lines', () => {
  assert.equal(formatted('(module\n\n\n\n(func   ;; why\nblock\nif\nnop\nelse\nnop\nend\nend))'), '(module\n\n  (func   ;; why\n    block\n      if\n        nop\n      else\n        nop\n      end\n    end))');
  assert.equal(formatted('( module ( func ( param i32 )))  \n'), '(module (func (param i32)))\n');
});

void test('a text whose parentheses do not match is left alone', () => {
  assert.equal(formatted('(module   (func'), '(module   (func');
});

void test('on type: a new line, an end', () => {
  const typed = (text: string, char: string): string => {
    const { opened, position } = marked(text);
    return applied(opened, formatOnType(opened, position, char, options));
  };
  assert.equal(typed('(module\n  (func\n|', '\n'), '(module\n  (func\n    ');
  assert.equal(typed('(module\n  (func\n    block\n      end|', 'd'), '(module\n  (func\n    block\n    end');
});
