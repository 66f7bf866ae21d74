import { test } from 'node:test';
import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { assembleModule } from '../../src/wat/assemble';
import type { Diagnostic } from '../../src/wat/diagnostic';
import { modulesOf, wastFiles } from './suite';

// The specification's own suite is the yardstick, but not ours to copy: point WASM_TESTSUITE at a checkout of WebAssembly/testsuite, or
// at any folder of .wast files.
const root = process.env['WASM_TESTSUITE'];

void test('the specification suite: no valid module rejected, no malformed or invalid one accepted', { skip: root === undefined ? 'set WASM_TESTSUITE to a folder of .wast files' : false }, () => {
  const wrong: string[] = [];
  const count = { valid: 0, malformed: 0, invalid: 0 };
  for (const file of wastFiles(root ?? '')) {
    for (const { text, module, expected, line } of modulesOf(file)) {
      if (module.form === 'binary') continue;
      const problems: Diagnostic[] = [];
      assembleModule(text, module, true, problems);
      count[expected]++;
      const found = problems.find(one => one.kind !== 'hint');
      if ((found === undefined) !== (expected === 'valid')) wrong.push(`${relative(root ?? '', file)}:${line} ${expected}: ${found === undefined ? 'accepted' : found.message}`);
    }
  }
  assert.ok(count.valid > 0);
  assert.deepEqual(wrong, [], JSON.stringify(count));
});
