import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { ascParser } from '../../src/build/diagnostics/asc';
import { cmakeParser } from '../../src/build/diagnostics/cmake';
import { gccParser } from '../../src/build/diagnostics/gcc';
import { goParser } from '../../src/build/diagnostics/go';
import { hintFor } from '../../src/build/diagnostics/hints';
import { plainText } from '../../src/build/diagnostics/lines';
import { makeParser } from '../../src/build/diagnostics/make';
import { cargoParser } from '../../src/build/diagnostics/rustc';
import type { Diagnostic, DiagnosticParser } from '../../src/build/project';

// The .txt files are what the real tools printed about the sources in src (clang 14, wasm-ld 14, go 1.26, rustc 1.63, asc 0.28, CMake 3.25,
// GNU make 4.3). The .json files are what was made of them, looked at by eye; UPDATE_GOLDEN=1 writes them anew.

const fixtures = path.resolve(__dirname, '../../../test/build/fixtures/diagnostics');
const source = path.join(fixtures, 'src');
const subject = path.join(source, 'subject');

type Report = (diagnostic: Diagnostic) => void;

function feed(make: (report: Report) => DiagnosticParser, text: string, size: number, stream: 'stdout' | 'stderr' = 'stderr'): { found: Diagnostic[]; shown: string } {
  const found: Diagnostic[] = [];
  const parser = make(diagnostic => found.push(diagnostic));
  let shown = '';
  for (let i = 0; i < text.length; i += size) shown += parser.push(text.slice(i, i + size), stream);
  return { found, shown: shown + parser.end() };
}

function golden(name: string, make: (report: Report) => DiagnosticParser, stream: 'stdout' | 'stderr' = 'stderr'): string {
  const text = readFileSync(path.join(fixtures, `${name}.txt`), 'utf8').replaceAll('/project', source);
  const whole = feed(make, text, text.length, stream);
  for (const size of [1, 7, 1000]) assert.deepEqual(feed(make, text, size, stream), whole, `in chunks of ${size}`);
  const crlf = feed(make, text.replaceAll('\n', '\r\n'), 64, stream);
  assert.deepEqual(crlf.found, whole.found, 'with CRLF');
  const json = JSON.stringify(whole.found, null, 1).replaceAll(JSON.stringify(source).slice(1, -1), '/project') + '\n';
  const file = path.join(fixtures, `${name}.json`);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, json);
  assert.equal(json, readFileSync(file, 'utf8'));
  return whole.shown;
}

const gcc = (report: Report): DiagnosticParser => gccParser({ cwd: source, subject, sourceOf: object => (object.endsWith('.c.o') ? path.join(source, object.slice(0, -2)) : undefined) }, report);

void test('clang: ranges, columns in UTF-16 units, notes and includes as related places', () => {
  const shown = golden('clang', gcc);
  assert.match(shown, /^a\.c:4:21: warning:/m, 'ranges are taken out of what is shown');
});

void test('clang in colours says the same', () => {
  golden('clang-colors', gcc);
  assert.equal(readFileSync(path.join(fixtures, 'clang-colors.json'), 'utf8'), readFileSync(path.join(fixtures, 'clang.json'), 'utf8'));
});

void test('clang about a system header: the include is the related place, the hint names define and library', () => {
  golden('clang-signal', gcc);
});

void test('wasm-ld: objects become sources, symbols their places', () => {
  golden('wasm-ld', gcc);
});

void test('go: packages, continued lines, columns in bytes', () => {
  golden('go', report => goParser({ cwd: source, subject }, report));
});

void test('asc: blocks', () => {
  golden('asc', report => ascParser({ cwd: source, subject }, report));
});

void test('cargo: JSON spans; what is shown is what rustc rendered', () => {
  const shown = golden('cargo', report => cargoParser({ root: source, subject }, report), 'stdout');
  assert.match(shown, /^error\[E0308\]: mismatched types$/m);
  assert.doesNotMatch(shown, /"reason"/);
});

void test('cargo itself: a manifest that is no TOML', () => {
  const text = "error: failed to parse manifest at `/p/Cargo.toml`\n\nCaused by:\n  TOML parse error at line 5, column 3\n    |\n  5 | [[[\n    |   ^\n";
  const { found } = feed(report => cargoParser({ root: '/p', subject: '/p/Cargo.toml', flavour: path.posix }, report), text, 5);
  assert.equal(found.length, 1);
  assert.deepEqual([found[0]?.file, found[0]?.start, found[0]?.source], ['/p/Cargo.toml', { line: 5, column: 3 }, 'cargo']);
});

void test('cmake: blocks of several paragraphs', () => {
  golden('cmake', report => cmakeParser({ cwd: source, subject }, report));
});

void test('make: folders that it enters, temporary objects, its own errors', () => {
  golden('make', report => makeParser({ cwd: source, subject }, report), 'stdout');
});

void test('Windows paths keep their drive', () => {
  const gccText = 'C:\\my app\\x.c:1:2: error: bad [-Wbad]\r\nsub\\y.c:3:4: warning: odd\r\nC:\\clang\\bin\\wasm-ld.exe: error: obj\\x.c.o: undefined symbol: f\r\n';
  const sourceOf = (object: string): string | undefined => (object === 'obj\\x.c.o' ? 'C:\\my app\\x.c' : undefined);
  const { found } = feed(report => gccParser({ cwd: 'C:\\my app', subject: 'C:\\my app\\s', sourceOf, flavour: path.win32 }, report), gccText, 3);
  assert.deepEqual(found.map(one => [one.file, one.start.line, one.severity, one.code]), [
    ['C:\\my app\\x.c', 1, 'error', '-Wbad'], ['C:\\my app\\sub\\y.c', 3, 'warning', undefined], ['C:\\my app\\x.c', 1, 'error', undefined],
  ]);
  const go = feed(report => goParser({ cwd: 'C:\\m', subject: 'C:\\m\\go.mod', flavour: path.win32 }, report), '.\\main.go:4:2: bad\r\nC:\\other\\x.go:1:1: worse\r\n', 4);
  assert.deepEqual(go.found.map(one => one.file), ['C:\\m\\main.go', 'C:\\other\\x.go']);
  const asc = feed(report => ascParser({ cwd: 'C:\\m', subject: 'C:\\m\\a', flavour: path.win32 }, report), 'ERROR TS1: No.\r\n   :\r\n 1 │ x\r\n   │ ~\r\n   └─ in assembly/index.ts(1,1)\r\n', 9);
  assert.equal(asc.found[0]?.file, 'C:\\m\\assembly\\index.ts');
});

void test('a line without end, or of a megabyte, is no harm', () => {
  const { found, shown } = feed(gcc, `${'x'.repeat(1 << 20)}\na.c:1:1: error: last`, 4096);
  assert.deepEqual(found.map(one => one.message), ['last']);
  assert.equal(shown.length, (1 << 20) + 1 + 'a.c:1:1: error: last'.length);
});

void test('colours, links and cursor moves are taken out', () => {
  assert.equal(plainText('\u001b[0;1;31merror\u001b[0m \u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\ \u001b[2K.'), 'error link .');
});

void test('hints say what helps, and nothing where nothing is known', () => {
  const known: readonly [string, RegExp][] = [
    ["'bits/libc-header-start.h' file not found", /WASI preview 1 has none/],
    ['undefined symbol: __cxa_throw', /-fno-exceptions/],
    ['undefined symbol: raise', /-lwasi-emulated-signal/],
    ["'netdb.h' file not found", /no netdb\.h/],
    ['undefined symbol: fork', /no fork/],
    ["can't find crate for `std`", /rustup target add/],
    ['lib.o: unknown file type', /Clean the project/],
  ];
  for (const [message, hint] of known) assert.match(hintFor(message) ?? '', hint);
  assert.equal(hintFor("expected ';' after expression"), undefined);
});
