import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { assemble, assembleModule } from '../../src/wat/assemble';
import { disassemble } from '../../src/wat/disassemble';
import type { Diagnostic } from '../../src/wat/diagnostic';
import { WatDocument } from '../../src/wat/document/document';
import { diagnostics } from '../../src/wat/server/diagnostics';
import { modulesOf, wastFiles } from './suite';

// The specification's own suite is the yardstick, but not ours to copy: point WASM_TESTSUITE at a checkout of WebAssembly/testsuite, or
// at any folder of .wast files.
const root = process.env['WASM_TESTSUITE'];

/** Parts of a folder that hold the suites of standards before 3.0, and of proposals that are part of it now: they forbid what it allows. */
const older = /(^|[\\/])(wasm-v[12]|bulk-memory|compact-import-section|exceptions|extended-const|function-references|gc|memory64|multi-memory|multi-value|mutable-global|nontrapping-float-to-int-conversions|reference-types|sign-extension-ops|simd|tail-call)[\\/]/;

/** Where a proposal's suite says something else than the standard does. */
const superseded = [
  // Written against 1.0, which had one memory and one table.
  /threads[\\/]imports\.wast:(309|313|317|404|408|412)\b/, /threads[\\/]memory\.wast:(14|15)\b/,
  // Casts to a type that may be null from one that may not: 3.0's own suite has them as invalid.
  /custom-descriptors[\\/]br_on_cast(_fail)?\.wast:2[1-4]\d\b/,
];

void test('the specification suite: no valid module rejected, no malformed or invalid one accepted', { skip: root === undefined ? 'set WASM_TESTSUITE to a folder of .wast files' : false }, () => {
  const wrong: string[] = [];
  const count = { valid: 0, malformed: 0, invalid: 0 };
  for (const file of wastFiles(root ?? '')) {
    if (older.test(relative(root ?? '', file))) continue;
    for (const { text, module, expected, line } of modulesOf(file)) {
      if (module.form === 'binary') continue;
      const problems: Diagnostic[] = [];
      assembleModule(text, module, true, problems);
      count[expected]++;
      const found = problems.find(one => one.kind !== 'hint');
      const told = `${relative(root ?? '', file)}:${line} ${expected}: ${found === undefined ? 'accepted' : found.message}`;
      if ((found === undefined) !== (expected === 'valid') && !superseded.some(known => known.test(told))) wrong.push(told);
    }
  }
  assert.ok(count.valid > 0);
  assert.deepEqual(wrong, [], JSON.stringify(count));
});

void test('the specification suite: its scripts are understood, with nothing wrong in them', { skip: root === undefined ? 'set WASM_TESTSUITE to a folder of .wast files' : false }, () => {
  const wrong: string[] = [];
  let count = 0;
  for (const file of wastFiles(root ?? '')) {
    if (older.test(relative(root ?? '', file))) continue;
    const lines = TextDocument.create(pathToFileURL(file).href, 'wast', 1, readFileSync(file, 'utf8'));
    count++;
    for (const one of diagnostics({ lines, wat: new WatDocument(lines.getText(), true) })) {
      const told = `${relative(root ?? '', file)}:${one.range.start.line + 1}:${one.range.start.character + 1} ${typeof one.message === 'string' ? one.message : one.message.value}`;
      if (one.severity === 1 && !superseded.some(known => known.test(told))) wrong.push(told);
    }
  }
  assert.ok(count > 0);
  assert.deepEqual(wrong, []);
});

void test('the specification suite: a module that is printed and assembled again is the same', { skip: root === undefined ? 'set WASM_TESTSUITE to a folder of .wast files' : false }, () => {
  const wrong: string[] = [];
  let count = 0;
  for (const file of wastFiles(root ?? '')) {
    if (/compact-import-section/.test(file)) continue;
    for (const { text, module, expected, line } of modulesOf(file)) {
      if (expected !== 'valid') continue;
      const problems: Diagnostic[] = [];
      const bytes = assembleModule(text, module, false, problems);
      if (bytes === undefined || problems.length > 0) continue;
      count++;
      const told = `${relative(root ?? '', file)}:${line}`;
      try {
        const printed = [...disassemble(bytes)].join('');
        const again = assemble(printed, { names: false });
        if (again.bytes === undefined) wrong.push(`${told} ${again.diagnostics[0]?.message ?? ''}`);
        // A binary may be written longer than it need be, which a text does not tell: then the text is to be the same.
        else if (module.form === 'binary' ? withoutNotes([...disassemble(again.bytes)].join('')) !== withoutNotes(printed) : !Buffer.from(withoutCustoms(bytes)).equals(withoutCustoms(again.bytes))) wrong.push(`${told} differs`);
      } catch (error) {
        wrong.push(`${told} ${String(error)}`);
      }
    }
  }
  assert.ok(count > 0);
  assert.deepEqual(wrong, [], String(count));
});

/** A text without the annotations that custom sections become. */
function withoutNotes(text: string): string {
  return text.split('\n').filter(line => !line.includes('(@custom')).join('\n');
}

/** A module's bytes without its custom sections. */
function withoutCustoms(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length;) {
    let size = 0;
    let next = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[next++] ?? 0;
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (bytes[at] !== 0) kept.push(bytes.subarray(at, next + size));
    at = next + size;
  }
  return Buffer.concat(kept);
}
