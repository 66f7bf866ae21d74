import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { strip } from '../../src/wasm/view/strip';
import { assemble, assembleModule, moduleBytes } from '../../src/wat/assemble';
import type { Diagnostic } from '../../src/wat/diagnostic';
import { disassemble } from '../../src/wat/disassemble';
import { readBinary } from '../../src/wat/read';
import { modulesOf, wastFiles } from './suite';

const root = process.env['WASM_TESTSUITE'];
/** A form of the import section that no engine has yet. */
const beyond = /compact-import-section/;

function printed(bytes: Uint8Array): string {
  return [...disassemble(bytes)].join('');
}

/** A module without custom sections of any kind. */
function bare(bytes: Uint8Array): string {
  const { sections } = readBinary(bytes);
  const kept = sections.filter(one => one.id !== 0).map(one => Buffer.from([one.id, ...bytes.subarray(one.start, one.end)]));
  return createHash('sha256').update(Buffer.concat(kept)).digest('hex');
}

/** The text of a module without its names and custom sections. */
function plain(bytes: Uint8Array): string {
  return printed(strip(bytes, 'all', 'x').bytes).replace(/^ {2}\(@custom .*\n/gm, '');
}

function again(bytes: Uint8Array, label: string): Uint8Array {
  const result = assemble(printed(bytes));
  assert.ok(result.bytes !== undefined, `${label}: ${result.diagnostics[0]?.message ?? ''}\n${printed(bytes).slice(0, 2000)}`);
  return result.bytes;
}

void test('printing then assembling keeps a module', () => {
  const text = `(module $m (import "a" "b" (func $f (param i32))) (memory 1 2) (table 2 funcref) (global $g (mut f64) (f64.const -0x1.8p-3)) (tag $e (param i64))
    (type $s (sub (struct (field $x (mut i8)) (field (ref null $s))))) (start $go) (elem (i32.const 0) $f $go) (data (i32.const 0) "${'\\00\\ff"x'.replace('"x', '')}${'long '.repeat(100)}")
    (func $go (local $l i32) (local v128) (block $out (loop (br_if $out (i32.eqz (local.get $l))) (br 0))) (call $f (i32.const -1))
      (drop (f32.const nan:0x7)) (drop (i64.const 0x8000000000000000)) (try_table (catch_all 0) (throw $e (i64.const 1)))
      (i32.store8 offset=4294967295 align=1 (i32.const 0) (i32.const 1)) (local.set 1 (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get 1) (local.get 1)))))`;
  const { bytes, diagnostics } = assemble(text);
  assert.ok(bytes !== undefined, diagnostics[0]?.message);
  const second = again(bytes, 'module');
  assert.deepEqual(second, bytes);
  assert.ok(printed(bytes).split('\n').every(line => line.length < 700), 'data stands in lines');
});

void test('the specification suite: printing then assembling keeps every module', { skip: root === undefined ? 'set WASM_TESTSUITE to a folder of .wast files' : false }, () => {
  let count = 0;
  const wrong: string[] = [];
  for (const file of wastFiles(root ?? '')) {
    for (const { text, module, expected, line } of modulesOf(file)) {
      if (expected !== 'valid') continue;
      const problems: Diagnostic[] = [];
      const bytes = module.form === 'binary' ? moduleBytes(text, module) : assembleModule(text, module, true, problems);
      // That nothing valid is refused is for testsuite.test.ts to say.
      if (problems.some(one => one.kind !== 'hint')) continue;
      if (bytes === undefined || bytes[6] === 1 || beyond.test(file)) continue;
      const label = `${relative(root ?? '', file)}:${line}`;
      // Bytes that the suite writes itself may have numbers longer than they need be: what is compared is made by us once.
      try {
        const once = module.form === 'binary' ? again(bytes, label) : bytes;
        count++;
        if (bare(again(once, label)) !== bare(once)) wrong.push(label);
        if (module.form === 'binary' && plain(once) !== plain(bytes)) wrong.push(`${label}: text`);
      } catch (error) {
        wrong.push(`${label}: ${String(error).slice(0, 300)}`);
      }
    }
  }
  assert.ok(count > 1000);
  assert.deepEqual(wrong, [], `${wrong.length} of ${count}`);
});

const real = (process.env['WASM_MODULES'] ?? '').split(':').filter(existsSync);

void test('modules that toolchains made: their text makes a module with the same text, and V8 takes it', { skip: real.length === 0 ? 'set WASM_MODULES to module files, parted by colons' : false }, () => {
  for (const path of real) {
    // Linkers leave room in their numbers, so that the bytes differ once; without names nothing else does.
    const bytes = strip(readFileSync(path), 'all', path).bytes;
    const once = again(bytes, basename(path));
    assert.ok(WebAssembly.validate(new Uint8Array(once)), path);
    const hash = (text: Iterable<string>): string => {
      const sum = createHash('sha256');
      for (const piece of text) sum.update(piece);
      return sum.digest('hex');
    };
    assert.equal(hash(disassemble(strip(once, 'all', path).bytes)), hash(disassemble(bytes)), path);
  }
});
