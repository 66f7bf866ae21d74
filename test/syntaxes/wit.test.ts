import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { grammar, pieces } from './grammar';

const root = resolve(__dirname, '../../..');
const scopesOf = async (text: string): Promise<string[]> => pieces(await grammar('source.wit'), text).map(piece => `${piece.text}: ${piece.scopes}`);

void test('definitions, functions, types and gates', async () => {
  const found = await scopesOf('package a:b@0.2.0-rc.1;\n/// Doc\n@since(version = 0.2.0)\ninterface my-types {\n  resource %list { get: func(key: list<u8>) -> result<_, error-context>; }\n}');
  for (const one of [
    'package: keyword.control.wit', 'a:b: entity.name.namespace.wit', '@0.2.0-rc.1: constant.numeric.version.wit', '@since: meta.annotation.wit storage.modifier.gate.wit',
    'interface: storage.type.wit', 'my-types: entity.name.type.wit', '%list: entity.name.type.wit', 'get: entity.name.function.wit', 'key: variable.other.member.wit', 'list: support.type.wit',
    'u8: support.type.wit', '_: variable.language.wildcard.wit', 'error-context: support.type.wit',
  ]) assert.ok(found.includes(one), `${one}\n${found.join('\n')}`);
  assert.ok(found.some(piece => piece.endsWith('comment.line.documentation.wit')));
});

void test('a name that holds a keyword is a name, and comments nest', async () => {
  assert.deepEqual((await scopesOf('use-me my-func funcs list-of')).filter(piece => !piece.endsWith('variable.other.wit')), []);
  assert.equal((await scopesOf('/* a /* b */ c */ use')).at(-1), 'use: keyword.control.wit');
});

void test('Markdown fences hold the languages', async () => {
  interface Fence { readonly begin: string; readonly patterns: readonly { readonly contentName: string }[] }
  const { patterns, injectionSelector } = JSON.parse(readFileSync(join(root, 'syntaxes/markdown.tmLanguage.json'), 'utf8')) as { patterns: Fence[]; injectionSelector: string };
  assert.equal(injectionSelector, 'L:text.html.markdown');
  assert.deepEqual(patterns.map(one => one.patterns[0]?.contentName), ['wast', 'wat', 'wit'].map(name => `meta.embedded.block.${name}`));
  const markdown = await grammar('markdown.wasm.codeblock');
  const found = pieces(markdown, 'text\n```wat\n(func $f)\n```\n~~~wit title\nuse a;\n~~~\nuse');
  const scopes = (text: string): string | undefined => found.find(piece => piece.text === text)?.scopes;
  assert.match(scopes('$f') ?? '', /meta\.embedded\.block\.wat entity\.name\.function\.wat$/);
  assert.match(found.filter(piece => piece.text === 'use')[0]?.scopes ?? '', /keyword\.control\.wit$/);
  assert.equal(found.at(-1)?.scopes, '');
});
