import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readModule } from '../../../src/wasm/read';
import { assemble } from '../../../src/wat/assemble';

void test('types with descriptors, exact references and exact imports are read', () => {
  const { bytes, diagnostics } = assemble(`(module
    (rec (type $d (descriptor $m) (struct)) (type $m (describes $d) (struct)))
    (type $f (func (param (ref null (exact $d)))))
    (import "a" "b" (func $g (exact (type $f))))
    (export "g" (func $g)))`);
  assert.ok(bytes !== undefined, diagnostics[0]?.message);
  const { imports, needs } = readModule(bytes);
  assert.deepEqual(imports.map(one => [one.kind, one.text]), [['func', '((ref null (exact 0))) -> ()']]);
  assert.ok(needs.includes('gc'));
});
