import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { archiverArguments, archiverScript } from '../../../src/build/compiler/archive';
import { driverArguments, looksLikeLink, withEmulation } from '../../../src/build/compiler/arguments';
import { dependencies, frontendOptions, withoutOwn } from '../../../src/build/compiler/headers';
import { hintsFor } from '../../../src/build/compiler/hints';
import { leadingHeaders, type LocalFile } from '../../../src/build/compiler/includes';
import { frontendJob, readJobs, temporaryOutputs } from '../../../src/build/compiler/jobs';
import { absoluteArguments, linkerTable, nmTable, objdumpTable, stripTable } from '../../../src/build/compiler/operands';
import { absoluteOperand, guestPath, hostPath } from '../../../src/build/compiler/paths';
import { Frame, frame, Frames, readsStdin } from '../../../src/build/compiler/protocol';
import { expandResponses, splitWords } from '../../../src/build/compiler/response';
import { scratch } from './support';

const places = { cwd: '/w', sysroot: '/s' };
const after = (args: readonly string[], plusPlus = false): readonly string[] => {
  const { argv } = driverArguments(plusPlus, args, places);
  return argv.slice(argv.indexOf('-D_WASI_EMULATED_GETPID') + 1);
};

void test("the driver's arguments: the folder first, the user's last", () => {
  assert.deepEqual(driverArguments(true, ['-c', 'a.cc'], places).argv, [
    'clang', '--driver-mode=g++', '-working-directory=/w', '--sysroot=/s', '-resource-dir', '/s', '-fno-exceptions',
    '-D_WASI_EMULATED_SIGNAL', '-D_WASI_EMULATED_PROCESS_CLOCKS', '-D_WASI_EMULATED_GETPID', '-c', 'a.cc',
  ]);
  assert.deepEqual(after(['--target=wasm32-wasi', '-target', 'wasm32-unknown-wasi', 'a.c']), ['--target=wasm32-wasip1', '--target=wasm32-wasip1', 'a.c']);
  assert.deepEqual(after(['--target=wasm32-wasip2']), ['--target=wasm32-wasip2']);
  assert.deepEqual(after(['-fsanitize=undefined,bounds', 'a.c']), ['-fsanitize=undefined,bounds', 'a.c', '-fsanitize-trap=all']);
  assert.deepEqual(after(['-fsanitize=address', 'a.c']), ['-fsanitize=address', 'a.c']);
  assert.deepEqual(after(['-fsanitize=undefined', '-fsanitize-trap=undefined']), ['-fsanitize=undefined', '-fsanitize-trap=undefined']);
  const threads = driverArguments(false, ['-pthread', 'a.c'], places);
  assert.equal(threads.argv.includes('-pthread'), false);
  assert.match(threads.warnings.join(), /no threads/);
});

void test('what looks like a link, and what is linked besides', () => {
  assert.equal(looksLikeLink(['a.c', '-o', 'a']), true);
  for (const arg of ['-c', '-S', '-E', '-M', '-fsyntax-only', '--version', '-print-search-dirs']) assert.equal(looksLikeLink(['a.c', arg]), false, arg);
  assert.deepEqual(withEmulation(['wasm-ld', 'a.o', '-lc']).slice(3), ['-lwasi-emulated-signal', '-lwasi-emulated-process-clocks', '-lwasi-emulated-getpid', '-lsetjmp']);
  for (const job of [['wasm-ld', 'a.o'], ['wasm-ld', '-shared', '-lc'], ['wasm-ld', '--relocatable', '-lc']]) assert.deepEqual(withEmulation(job), job);
});

void test("words as LLVM's GNU tokenizer splits them", () => {
  assert.deepEqual(splitWords(`a  "b c" 'd "e' f\\ g "\\"h\\\\" ''\n\ti"j"k`), ['a', 'b c', 'd "e', 'f g', '"h\\', '', 'ijk']);
});

void test('response files: nested, missing, self-holding, UTF-16', t => {
  const folder = scratch(t);
  writeFileSync(join(folder, 'a.rsp'), '-c "x y.c" @b.rsp @a.rsp @none');
  writeFileSync(join(folder, 'b.rsp'), Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('-DÜ=1', 'utf16le')]));
  assert.deepEqual(expandResponses(['@a.rsp', '@'], folder), ['-c', 'x y.c', '-DÜ=1', '@a.rsp', '@none', '@']);
});

void test("jobs of -###, and what a frontend's job needs to run on its own", () => {
  const plan = readJobs([
    'clang version 22.1.0 (https://x)', 'Target: wasm32-unknown-wasip1', 'Thread model: posix', 'InstalledDir: ', 'Build config: +assertions',
    'clang: warning: argument unused', ' "" "clang" "-cc1" "-dependency-file" "x y.d" "-MT" "x\\\\ y" "-o" "/tmp/t/a-1.o" "-x" "c" "a \\"q\\".c"',
    ' "wasm-ld" "-L/s" "/tmp/t/a-1.o" "-o" "x"', '',
  ].join('\n'));
  assert.equal(plan.messages, 'clang: warning: argument unused\n');
  assert.deepEqual(plan.jobs, [['clang', '-cc1', '-dependency-file', 'x y.d', '-MT', 'x\\ y', '-o', '/tmp/t/a-1.o', '-x', 'c', 'a "q".c'], ['wasm-ld', '-L/s', '/tmp/t/a-1.o', '-o', 'x']]);
  assert.deepEqual(frontendJob(plan.jobs[0] ?? [], '/w', 'linux').slice(2, 8), ['-dependency-file', '/w/x y.d', '-MT', 'x\\ y', '-o', '/tmp/t/a-1.o']);
  assert.deepEqual(frontendJob(['clang', '-cc1as', '-o', 'a.o', 'a.s'], '/w', 'linux'), ['clang', '-cc1as', '-o', '/w/a.o', '/w/a.s']);
  assert.deepEqual(temporaryOutputs(plan.jobs, '/tmp/t'), ['/tmp/t/a-1.o']);
});

void test("tools' operands by their own tables", () => {
  const on = (args: string[], table: typeof linkerTable): string[] => absoluteArguments(args, table, '/w', 'linux');
  assert.deepEqual(on(['-m', 'wasm32', '-Llib', '-L', 'lib', 'a.o', '-lc', '-o', 'out', '--Map=m', '-Map', 'm', '-z', 'stack-size=9', '--export', 'x', '-O2', '--allow-undefined-file', 'u', '/abs.o', '-mllvm', 'y', '-e', 'main'], linkerTable),
    ['-m', 'wasm32', '-L/w/lib', '-L', '/w/lib', '/w/a.o', '-lc', '-o', '/w/out', '--Map=/w/m', '-Map', '/w/m', '-z', 'stack-size=9', '--export', 'x', '-O2', '--allow-undefined-file', '/w/u', '/abs.o', '-mllvm', 'y', '-e', 'main']);
  assert.deepEqual(on(['-gC', 'a', '-f', 'posix', '-ftx', '--radix', 'x', '--', '-b'], nmTable), ['-gC', '/w/a', '-f', 'posix', '-ftx', '--radix', 'x', '--', '/w/-b']);
  assert.deepEqual(on(['-dj', 'CODE', 'a.o', '--section', 'x', '-'], objdumpTable), ['-dj', 'CODE', '/w/a.o', '--section', 'x', '-']);
  assert.deepEqual(on(['-R', '.x', '--keep-section', 'y', '-oz', 'a'], stripTable), ['-R', '.x', '--keep-section', 'y', '-o/w/z', '/w/a']);
});

void test('ar: files are put in, members are named', () => {
  const ar = (...args: string[]): string => archiverArguments(args, '/w', 'linux').join(' ');
  assert.equal(ar('rcs', 'l.a', 'a.o', 'd/b.o'), 'rcs /w/l.a /w/a.o /w/d/b.o');
  assert.equal(ar('-r', '-c', 'l.a', 'a.o'), 'rc /w/l.a /w/a.o');
  assert.equal(ar('t', 'l.a', 'a.o'), 't /w/l.a a.o');
  assert.equal(ar('x', 'l.a', 'a.o'), '--output=/w x /w/l.a a.o');
  assert.equal(ar('--output', 'd', 'x', 'l.a'), '--output /w/d x /w/l.a');
  assert.equal(ar('rb', 'a.o', 'l.a', 'n.o'), 'rb a.o /w/l.a /w/n.o');
  assert.equal(ar('dN', '2', 'l.a', 'a.o'), 'dN 2 /w/l.a a.o');
  assert.equal(ar('--thin', 'qc', 'l.a', 'a.o'), '--thin qc /w/l.a /w/a.o');
  assert.equal(ar('--version'), '--version');
  assert.equal(archiverScript('CREATE l.a\nADDMOD x y.o\naddlib /q.a\nSAVE\nEND\n', '/w', 'linux'), 'CREATE /w/l.a\nADDMOD /w/x y.o\naddlib /q.a\nSAVE\nEND\n');
});

void test('paths of both kinds', () => {
  assert.equal(guestPath('C:\\a b\\c.c', 'win32'), '/C:/a b/c.c');
  assert.equal(guestPath('\\\\server\\share\\x', 'win32'), '/UNC:/server/share/x');
  assert.equal(guestPath('\\\\?\\C:\\x', 'win32'), '/C:/x');
  assert.equal(hostPath('C:/a b/c.c', 'win32'), 'C:\\a b\\c.c');
  assert.equal(hostPath('C:/build/D:/src/a.c', 'win32'), 'D:\\src\\a.c');
  assert.equal(hostPath('C:/build/src\\a.c', 'win32'), 'C:\\build\\src\\a.c');
  assert.equal(hostPath('UNC:/server/share/x', 'win32'), '\\\\server\\share\\x');
  assert.equal(hostPath('a\\b/c', 'linux'), '/a\\b/c');
  assert.equal(absoluteOperand('a/../b', '/w', 'linux'), '/w/a/../b');
  assert.equal(absoluteOperand('b.o', 'C:\\w', 'win32'), '/C:/w/b.o');
  assert.equal(absoluteOperand('D:/b.o', 'C:\\w', 'win32'), '/D:/b.o');
  assert.equal(absoluteOperand('-', '/w', 'linux'), '-');
});

void test('headers that a source begins with', () => {
  const known = (name: string): boolean => ['iostream', 'vector', 'stdio.h'].includes(name);
  const file = (text: string, others: Record<string, string> = {}): LocalFile => ({ text, read: name => (others[name] === undefined ? undefined : file(others[name], others)) });
  const of = (text: string, others?: Record<string, string>): string[] => leadingHeaders(file(text, others), known);
  assert.deepEqual(of('/* x\n#include <bad>\n*/ #include <iostream> // y\n\n# include <stdio.h>\nint x;\n#include <vector>'), ['iostream', 'stdio.h']);
  assert.deepEqual(of('#define X\n#include <iostream>'), []);
  assert.deepEqual(of('#if 1\n#include <iostream>\n#endif'), []);
  assert.deepEqual(of('#include <mine.h>\n#include <iostream>'), []);
  assert.deepEqual(of('#include \\\n<vector>\nint'), ['vector']);
  const guarded = '#ifndef A_H\n#define A_H\n#include <vector>\n#endif';
  assert.deepEqual(of('#include "a.h"\n#include <iostream>', { 'a.h': guarded }), ['vector', 'iostream']);
  assert.deepEqual(of('#include "a.h"\n#include <iostream>', { 'a.h': '#pragma once\n#include <vector>\nint f();' }), ['vector']);
  assert.deepEqual(of('#include "a.h"\n#include <iostream>', { 'a.h': '#define _LIBCPP_X\n' }), []);
  assert.deepEqual(of('#include "a.h"', { 'a.h': '#ifndef NDEBUG\n#define NDEBUG\n#include <vector>\n#endif' }), []);
  assert.deepEqual(of('#include "a.h"', { 'a.h': '#include "a.h"\n#include <vector>' }), []);
  assert.deepEqual(of('#include "none.h"\n#include <vector>'), []);
});

void test("what of a frontend's job matters to headers", () => {
  const job = ['clang', '-cc1', '-emit-obj', '-O2', '-main-file-name', 'a.cc', '-I', 'inc', '-Iinc', '-isystem', '/x', '-working-directory', '/w', '-fdebug-compilation-dir=/w', '-dependency-file', 'd', '-MT', 'o', '-o', 'a.o', '-x', 'c++', 'a.cc'];
  assert.deepEqual(frontendOptions(job, '/w'), ['-O2', '-I', '/w/inc', '-I/w/inc', '-isystem', '/x']);
});

void test('dependency files are read and put right', () => {
  assert.deepEqual(dependencies('a.o b.o: x\\ y.c \\\n  $$z.h \\\n  q\\#.h\n\nx\\ y.c:\n'), ['x y.c', '$z.h', 'q#.h']);
  assert.equal(withoutOwn('a.o: /k/1.h \\\n  /s/a \\\n  my\\ a.cc \\\n  l.h\n\n/k/1.h:\n\nl.h:\n', 'my a.cc', ['/k/1.h'], ['/s/a', '/s/b']),
    'a.o: my\\ a.cc \\\n  /s/a \\\n  l.h \\\n  /s/b\nl.h:\n/s/b:\n');
});

void test('hints say what to do about what WASI lacks', () => {
  const told: readonly (readonly [string, RegExp])[] = [
    ["'netdb.h' file not found", /^$/],
    ["a.c:1:10: fatal error: 'netdb.h' file not found", /no netdb\.h/],
    ['wasm-ld: error: a.o: undefined symbol: fork', /no fork/],
    ['to enable minimal mmap emulation, compile with -D_WASI_EMULATED_MMAN and', /-lwasi-emulated-mman/],
    ["error: cannot use 'throw' with exceptions disabled", /without exceptions/],
    ["clang: error: unsupported option '-march=' for target", /leave out -march/],
    ["clang: error: unsupported option '-fsanitize=thread' for target", /sanitizer/],
    ['undefined symbol: forklift', /^$/],
  ];
  for (const [output, wanted] of told) assert.match(hintsFor(output).join('\n'), wanted, output);
});

void test('frames survive any cut', () => {
  const bytes = Buffer.concat([frame(Frame.REQUEST, 'é'), frame(Frame.STDIN_END, ''), frame(Frame.STDOUT, Buffer.alloc(3000, 7))]);
  for (const size of [1, 2, 5, 1000, bytes.length]) {
    const got: string[] = [];
    const frames = new Frames((kind, payload) => { got.push(`${kind}:${payload.length}`); });
    for (let at = 0; at < bytes.length; at += size) frames.push(bytes.subarray(at, at + size));
    assert.deepEqual(got, ['1:2', '3:0', '4:3000'], `pieces of ${size}`);
  }
  assert.throws(() => { new Frames(() => {}).push(Buffer.from([255, 255, 255, 255, 1])); }, RangeError);
  assert.equal(readsStdin('cc', ['-c', 'a.c']), false);
  assert.equal(readsStdin('cc', ['-xc', '-']), true);
  assert.equal(readsStdin('ar', ['-M']), true);
});
