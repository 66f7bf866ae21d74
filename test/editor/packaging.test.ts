import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { candidates, imageName, imageText, lineOf, wordsOf } from '../../src/editor/packaging/choices';
import { parseReference } from '../../src/image/reference';

void test('folders that tools make are not offered as content, those named like content are chosen', () => {
  assert.deepEqual(candidates('/p', ['src', 'public', '.git', 'node_modules', 'Data', 'other'], path.posix), [
    { host: '/p/Data', guest: '/Data', likely: true }, { host: '/p/other', guest: '/other', likely: false }, { host: '/p/public', guest: '/public', likely: true },
  ]);
  assert.equal(candidates('C:\\p', ['www'], path.win32)[0]?.host, 'C:\\p\\www');
});

void test('a name of a project becomes one that registries take', () => {
  for (const [project, name] of [['hello', 'hello:latest'], ['My App', 'my-app:latest'], ['a__b..c', 'a-b-c:latest'], ['Ünï', 'n:latest'], ['---', 'app:latest']] as const) {
    assert.equal(imageName(project), name);
    parseReference(imageName(project));
  }
});

void test('arguments are read as a shell reads them, and written so that they are read again', () => {
  assert.deepEqual(wordsOf(` -q  "/my docs/a.php" 'it''s' x\\ y "a\\"b" ''`), ['-q', '/my docs/a.php', 'its', 'x y', 'a"b', '']);
  assert.deepEqual(wordsOf('C:\\dir\\file'), ['C:\\dir\\file']);
  for (const words of [[], ['a', 'b c', '', '"', "'", 'back\\slash', '\\']]) assert.deepEqual(wordsOf(lineOf(words)), words);
});

void test('rows of views, files and links name an image', () => {
  assert.deepEqual([
    imageText('/a/b.tar'), imageText({ fsPath: '/x.tar' }), imageText({ kind: 'image', source: { kind: 'file', path: '/y.tar' } }),
    imageText({ source: { kind: 'registry', reference: 'localhost:5000/a:1' } }), imageText({ source: { kind: 'engine', image: 'sha256:1' }, engine: { names: ['app:1'] } }),
    imageText({ source: { kind: 'engine', image: 'app:2' }, engine: { names: [] } }), imageText(undefined), imageText({}), imageText(7),
  ], ['/a/b.tar', '/x.tar', '/y.tar', 'localhost:5000/a:1', 'app:1', 'app:2', undefined, undefined, undefined]);
});
