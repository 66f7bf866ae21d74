import { test } from 'node:test';
import assert from 'node:assert/strict';
import { checkFile } from '../../../src/wat/wit/check';
import { formatWit } from '../../../src/wat/wit/format';
import { hoverOf, occurrenceAt, sameDefinition } from '../../../src/wat/wit/hover';
import { layoutOf, rootOf, type Listing } from '../../../src/wat/wit/layout';
import { outline, type OutlineEntry } from '../../../src/wat/wit/outline';
import { parseWit } from '../../../src/wat/wit/parser';
import { problemsOf, projectOf } from './projects';

const io = `package wasi:io@0.2.0;
/// Streams of bytes.
interface streams {
  use error.{error};
  /// Why a stream ended.
  variant stream-error { last-operation-failed(error), closed }
  resource input-stream {
    /// Reads some bytes.
    read: func(len: u64) -> result<list<u8>, stream-error>;
  }
}
interface error { resource error { to-debug-string: func() -> string; } }
`;
const app = `package example:app@1.0.0;
use wasi:io/streams@0.2.0 as s;

interface api {
  use s.{input-stream as input};
  record point { x: s32, y: s32 }
  @since(version = 1.0.0)
  draw: func(source: borrow<input>, at: option<point>) -> result<_, string>;
}
world app {
  import api;
  export run: func() -> u32;
}
`;
const project = (): ReturnType<typeof projectOf> => projectOf({ 'app.wit': app }, { 'io.wit': io });
const codes = (text: string, ...more: Readonly<Record<string, string>>[]): string[] => problemsOf(projectOf({ 'a.wit': text.startsWith('package') ? text : `package a:b; ${text}` }, ...more)).map(one => one.code);

void test('a project with a dependency has nothing wrong', () => {
  assert.deepEqual(problemsOf(project()), []);
});

void test('definitions lead through use, aliases and packages', () => {
  const checked = checkFile(project(), 'app.wit');
  const at = (text: string, offset = 0): { uri: string; text: string } | undefined => {
    const found = occurrenceAt(checked, app.indexOf(text) + offset)?.definition;
    return found === undefined ? undefined : { uri: found.source.uri, text: found.source.file.text.slice(found.name.start, found.name.end) };
  };
  assert.deepEqual(at('input>'), { uri: 'io.wit', text: 'input-stream' });
  assert.deepEqual(at('wasi:io', 10), { uri: 'io.wit', text: 'streams' });
  assert.deepEqual(at('s.{input'), { uri: 'io.wit', text: 'streams' });
  assert.deepEqual(at('point>'), { uri: 'app.wit', text: 'point' });
  assert.deepEqual(at('api;\n  export'), { uri: 'app.wit', text: 'api' });
  assert.equal(at('string>'), undefined);
});

void test('hover shows a definition and its documentation', () => {
  const found = occurrenceAt(checkFile(project(), 'app.wit'), app.indexOf('input>'));
  assert.match(hoverOf(found?.definition ?? assert.fail()).code, /^resource input-stream \{\n {2}\/\/\/ Reads some bytes\.\n {2}read: func/);
  const streams = hoverOf(occurrenceAt(checkFile(project(), 'app.wit'), app.indexOf('streams@'))?.definition ?? assert.fail());
  assert.deepEqual(streams, { code: 'interface streams', docs: 'Streams of bytes.', package: 'wasi:io@0.2.0' });
});

void test('references are all places that mean the same', () => {
  const checked = checkFile(project(), 'app.wit');
  const point = occurrenceAt(checked, app.indexOf('point {'))?.definition ?? assert.fail();
  assert.deepEqual(sameDefinition(checked, point).map(one => one.start), [app.indexOf('point {'), app.indexOf('point>')]);
});

void test('the outline has everything that is defined', () => {
  const show = (one: OutlineEntry): string => `${one.kind} ${one.name}${one.children.length === 0 ? '' : `(${one.children.map(show).join(', ')})`}`;
  assert.deepEqual(outline(parseWit(app)).map(show), ['interface api(record point(field x, field y), func draw)', 'world app(import api, export run)']);
  assert.deepEqual(outline(parseWit(io)).map(show)[0], 'interface streams(variant stream-error(case last-operation-failed, case closed), resource input-stream(method read))');
});

const cases: readonly (readonly [text: string, ...codes: string[]])[] = [
  ['interface i { f: func(a: nothing); }', 'unknown-type'], ['interface i { use j.{t}; }', 'unknown-interface'], ['interface i { use j.{t}; } interface j {}', 'unknown-type'],
  ['interface i { use x:y/z.{t}; }', 'unknown-package'], ['interface i { record r { a: u8, A: u8 } }', 'duplicate'], ['interface i { enum e { a-b, ab } }', 'duplicate'],
  ['interface i { f: func(); f: func(); }', 'duplicate'], ['interface i {} interface i {}', 'duplicate'], ['interface i { type a = b; type b = list<a>; }', 'cycle'],
  ['interface i { use j.{t}; } interface j { use i.{t}; }', 'cycle', 'cycle'], ['world w { include w; }', 'cycle'], ['world w { include i; } interface i {}', 'wrong-kind'],
  ['world w { import x; import x; } interface x {}', 'duplicate'], ['interface i { type t = own<u32>; }', 'handle'], ['interface i { record r {} f: func(a: borrow<r>); }', 'handle'],
  ['interface i { resource r; f: func() -> borrow<r>; }', 'borrow'], ['interface i { resource r; type t = borrow<r>; f: func() -> list<t>; }', 'borrow'],
  ['interface i { f: func(); type t = f; }', 'wrong-kind'], ['interface i { type: func(); }', 'keyword'], ['interface i { a: func() }', 'expected'], ['interface i { a: func(x: u8', 'expected', 'unclosed'],
  ['interface i {', 'unclosed'], ['/* /* */', 'unclosed-comment'], ['interface Bad_name {}', 'bad-name'], ['interface i { type t = map<list<u8>, u8>; }', 'key'],
  ['interface i { type t = float32; }', 'unknown-type'], ['interface i { resource r { constructor() -> u8; } }', 'constructor'], ['interface i { enum e {} }', 'empty'],
  ['package a:b@1.0.0; @since(version = 2.0.0) interface i {}', 'gate'], ['@sometimes(version = 1.0.0) interface i {}', 'gate'], ['world w { include v with { a as b } } world v {}', 'unknown-name'],
  ['world w { import f: func(); include v; } world v { import f: func(); }', 'duplicate'], ['interface i { p: set(v: u8); }', 'setter'], ['interface i { p: get(); }', 'getter'],
  ['package a:b@1; interface i {}', 'version'], ['interface i {} }', 'expected'], ['interface i { a: func(); $ b: func(); }', 'bad-character', 'expected'],
];
for (const [text, ...expected] of cases) {
  void test(`${expected[0]}: ${text}`, () => { assert.deepEqual(codes(text).sort(), expected.sort()); });
}

void test('a mistake costs no more than its own item', () => {
  const found = parseWit('interface i { a: func(; b: func(x: u8) -> u8; record r { x: , y: u8 } type t = u8; }');
  const [item] = found.items;
  assert.ok(item?.kind === 'interface');
  assert.deepEqual(item.items.map(one => ('id' in one ? one.id.text : '')), ['b', 'r', 't']);
});

void test('files of one package see each other; a second version of a package is told apart', () => {
  assert.deepEqual(problemsOf(projectOf({ 'a.wit': 'package a:b; interface one { use two.{t}; }', 'b.wit': 'interface two { type t = u8; }' })), []);
  assert.deepEqual(problemsOf(projectOf({ 'a.wit': 'package a:b; interface x {}', 'b.wit': 'package a:c; interface y {}' })).map(one => one.code), ['package']);
  assert.deepEqual(problemsOf(projectOf({ 'a.wit': 'package a:b; world w { import c:d/e@0.1.0; }' }, { 'c.wit': 'package c:d@0.2.0; interface e {}' })).map(one => one.message), ['There is c:d@0.2.0, but not this version.']);
  assert.deepEqual(problemsOf(projectOf({ 'a.wit': 'package a:b; world w { import c:d/e; } package c:d { interface e {} }' })), []);
  assert.deepEqual(problemsOf(projectOf({ 'a.wit': 'interface x {}' })).map(one => [one.code, one.severity]), [['no-package', 'warning']]);
});

void test('formatting', () => {
  const before = `package   a:b@1.0.0 ;
use x:y/z@0.1.0  as q ;


// about i
interface  i{
    use q.{a,b as c} ; record point{x:s32,y : s32} // end

    /// Doc
    @since( version=1.0.0 )
    f:func( a:list<tuple<u8,u8>>,b:borrow< r > )->result<_,string>;
  resource r{} flags g { /* none */ }
}
world w{import wasi:io/streams@0.2.0;export f:func();include v with{a as b}}
`;
  const after = `package a:b@1.0.0;
use x:y/z@0.1.0 as q;

// about i
interface i {
  use q.{ a, b as c };
  record point {
    x: s32,
    y: s32,
  } // end

  /// Doc
  @since(version = 1.0.0)
  f: func(a: list<tuple<u8, u8>>, b: borrow<r>) -> result<_, string>;
  resource r {}
  flags g { /* none */
  }
}
world w {
  import wasi:io/streams@0.2.0;
  export f: func();
  include v with { a as b }
}
`;
  assert.equal(formatWit(before), after);
  assert.equal(formatWit(after), after);
  assert.equal(formatWit('interface i {\n  f: func();\n}\n', { tabSize: 4, insertSpaces: false }), 'interface i {\n\tf: func();\n}\n');
});

void test('where a file\'s project is', async () => {
  for (const path of ['/p/wit/app.wit', '/p/wit/deps/io.wit', '/p/wit/deps/io/streams.wit']) assert.equal(rootOf(path), '/p/wit');
  assert.equal(rootOf('/c:/x/a.wit'), '/c:/x');
  const tree: Readonly<Record<string, Listing>> = {
    '/p/wit': [['b.wit', false], ['a.wit', false], ['deps', true], ['README.md', false]], '/p/wit/deps': [['io', true], ['clocks.wit', false], ['deps.toml', false], ['none', true]],
    '/p/wit/deps/io': [['streams.wit', false]], '/p/wit/deps/none': [],
  };
  assert.deepEqual(await layoutOf('/p/wit', folder => Promise.resolve(tree[folder] ?? [])), [['/p/wit/a.wit', '/p/wit/b.wit'], ['/p/wit/deps/io/streams.wit'], ['/p/wit/deps/clocks.wit']]);
});

void test('hostile texts end in problems, in bounded time', () => {
  const deep = 100_000;
  for (const text of ['interface i { type t = ' + 'list<'.repeat(deep), '{'.repeat(deep), '/*'.repeat(deep), `interface i { ${'a:'.repeat(deep)}`, '"'.repeat(deep), '@'.repeat(deep), '\u0000\ufffd\ud800'.repeat(1000),
    `interface i { ${Array.from({ length: 20_000 }, (_, i) => `type t${i} = t${i + 1};`).join('')} }`, 'package a:b; '.repeat(5000), `package ${'a:'.repeat(5000)}`]) {
    const from = performance.now();
    assert.ok(problemsOf(projectOf({ 'a.wit': text })).length > 0);
    formatWit(text);
    assert.ok(performance.now() - from < 20_000, text.slice(0, 30));
  }
});
