import { test } from 'node:test';
import assert from 'node:assert/strict';
import { assemble } from '../../../src/wat/assemble';
import { incomingCalls, outgoingCalls, prepareCalls } from '../../../src/wat/server/calls';
import { codeActions } from '../../../src/wat/server/codeActions';
import { codeLenses, resolveLens } from '../../../src/wat/server/codeLens';
import { completion, resolveCompletion } from '../../../src/wat/server/completion';
import { declaration, definition, typeDefinition } from '../../../src/wat/server/definition';
import { diagnostics } from '../../../src/wat/server/diagnostics';
import { documentSymbols, workspaceSymbols } from '../../../src/wat/server/documentSymbols';
import { hover } from '../../../src/wat/server/hover';
import { inlayHints } from '../../../src/wat/server/inlayHints';
import { highlights, prepareRename, references, rename } from '../../../src/wat/server/references';
import { SemanticTokens } from '../../../src/wat/server/semanticTokens';
import { signatureHelp } from '../../../src/wat/server/signatureHelp';
import { folding, selectionRanges } from '../../../src/wat/server/structure';
import type { Range } from 'vscode-languageserver-types';
import { applied, marked, textAt } from './support';

const all = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
const labels = (text: string): string[] => {
  const { opened, position } = marked(text);
  return completion(opened, position).items.sort((a, b) => ((a.sortText ?? a.label) < (b.sortText ?? b.label) ? -1 : 1)).map(item => item.label);
};
const hoverText = (text: string): string => {
  const { opened, position } = marked(text);
  const found = hover(opened, position);
  return found === undefined ? '' : (found.contents as { value: string }).value;
};

void test('completion: instructions that take what is on the stack come first', () => {
  const flat = labels('(module (func (param i64) local.get 0 |))');
  assert.ok(flat.indexOf('i64.eqz') < flat.indexOf('i32.eqz'));
  const loads = labels('(module (memory 1) (func (param i32) local.get 0 i32.|))');
  assert.ok(loads.indexOf('i32.load') < loads.indexOf('i32.atomic.load') && loads.indexOf('i32.atomic.load') < loads.indexOf('f64.eq'));
  const folded = labels('(module (func (result i32) (i32.add (i32.const 1) (|))))');
  assert.ok(folded.indexOf('i32.mul') < folded.indexOf('f64.mul'));
  assert.ok(!folded.includes('end'));
});

void test('completion: what all instructions replace is sent once to a client that knows it', () => {
  const { opened, position } = marked('(module (func (param i64) local.get 0 i64.e|))');
  const [whole, brief] = [completion(opened, position), completion(opened, position, true)];
  assert.deepEqual(brief.items.map(item => item.label), whole.items.map(item => item.label));
  const item = brief.items.find(one => one.label === 'i64.eqz') ?? assert.fail();
  assert.equal(item.textEdit, undefined);
  assert.equal(textAt(opened, brief.itemDefaults?.editRange as Range), 'i64.e');
  assert.ok(resolveCompletion(item).documentation);
  assert.ok(JSON.stringify(brief).length * 2 < JSON.stringify(whole).length);
  const fields = marked('(module (|))');
  assert.equal(completion(fields.opened, fields.position, true).itemDefaults, undefined);
});

void test('completion: names where names are asked for, the fitting ones first', () => {
  assert.deepEqual(labels('(module (func $f (param $a f32) (local $b i32) (drop (i32.eqz (local.get |)))))'), ['$b', '$a']);
  assert.deepEqual(labels('(module (func $f (block $out (loop $in (br |)))))'), ['$in', '$out']);
  assert.deepEqual(labels('(module (global $g i32 (i32.const 0)) (func (drop (global.get $|))))'), ['$g']);
  assert.deepEqual(labels('(module (type $s (struct (field $a i32) (field $b i64))) (func (param (ref $s)) (struct.get $s | (local.get 0)) drop))'), ['$a', '$b']);
  assert.ok(labels('(module (func $f) (func (call |)))').includes('$f'));
  assert.ok(labels('(module (func $f) (start |))').includes('$f'));
  assert.ok(labels('(module (func $f) (export "a" (func |)))').includes('$f'));
});

void test('completion: WASI imports, with a fix that imports what is called', () => {
  assert.ok(labels('(module\n  |\n)').some(label => label === 'import fd_write'));
  assert.ok(labels('(module (import "wasi_snapshot_preview1" "|" (func)))').includes('fd_write'));
  assert.ok(labels('(module (import "|" "x" (func)))').includes('wasi_snapshot_preview1'));
  const { opened, position } = marked('(module\n  (func (call |)))');
  const item = completion(opened, position).items.find(one => one.label === '$proc_exit');
  assert.equal(applied(opened, item?.additionalTextEdits ?? []), '(module\n  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))\n  (func (call )))');
});

void test('completion: fields of a module, types where types stand', () => {
  assert.ok(labels('(module (|))').includes('func'));
  assert.ok(labels('|').includes('(func'));
  assert.ok(labels('(module (func (param |)))').includes('i64'));
  assert.ok(labels('(module (func (local $x |)))').includes('funcref'));
});

void test('hover: the stack before and after, what a name is, what a string holds', () => {
  assert.match(hoverText('(module (func (result i32) i32.const 1 i32.const 2 i32.a|dd))'), /\[i32 i32\] → \[i32\][^]*Stack before: `\[i32 i32\]`[^]*Stack after: `\[i32\]`/);
  assert.match(hoverText('(module (func $f (param $x i64)) (func (call $|f (i64.const 1))))'), /\(func \$f \(param \$x i64\)\)/);
  assert.match(hoverText('(module (func (local $x f32) (drop (local.get $x|))))'), /\(local \$x f32\)/);
  assert.match(hoverText('(module (memory 1) (data (i32.const 0) "ab|\\00"))'), /3 bytes[^]*61 62 00/);
  assert.match(hoverText('(module (func (drop (i32.const 0x1|0))))'), /`16`/);
  assert.match(hoverText('(module (func unreachable i32.a|dd drop))'), /Nothing ever gets here/);
  assert.equal(hoverText('(module |)'), '');
});

void test('definition, declaration, type definition', () => {
  const to = (text: string, find: typeof definition): string | undefined => {
    const { opened, position } = marked(text);
    const found = find(opened, position);
    return found === undefined ? undefined : `${found.range.start.character} ${textAt(opened, found.range)}`;
  };
  assert.equal(to('(module (func $f) (func (call $f|)))', definition), '14 $f');
  assert.equal(to('(module (func) (func (call 0|)))', definition), '9 func');
  assert.equal(to('(module (func $f) (export "x" (func $f)) (func (call $f|)))', declaration), '36 $f');
  assert.equal(to('(module (type $t (func)) (func $f (type $t)) (func (call $f|)))', typeDefinition), '14 $t');
  assert.equal(to('(module (type $s (struct)) (func (local $x (ref null $s)) (drop (local.get $x|))))', typeDefinition), '14 $s');
  assert.equal(to('(module (func (block $l (br $l|))))', definition), '21 $l');
});

void test('references, highlights and rename keep to what is meant', () => {
  const { opened, position } = marked('(module (func $f (param $x i32) (local.set $x (local.get $x|))) (func (param $x i32) (drop (local.get $x))))');
  assert.equal(references(opened, position, true).length, 3);
  assert.equal(references(opened, position, false).length, 2);
  assert.deepEqual(highlights(opened, position).map(one => one.kind), [3, 3, 2]);
  assert.equal(applied(opened, rename(opened, position, 'y') as never), '(module (func $f (param $y i32) (local.set $y (local.get $y))) (func (param $x i32) (drop (local.get $x))))');
  assert.deepEqual(typeof prepareRename(opened, position), 'object');
  const taken = marked('(module (func $f|) (func $g))');
  assert.match(rename(taken.opened, taken.position, '$g') as string, /another/);
  assert.match(rename(taken.opened, taken.position, 'a b') as string, /spaces/);
  const hidden = marked('(module (func (block $a (block $a (br $a|)) (br $a))))');
  assert.equal(applied(hidden.opened, rename(hidden.opened, hidden.position, '$b') as never), '(module (func (block $a (block $b (br $b)) (br $a))))');
});

void test('symbols, of a document and of the workspace', () => {
  const { opened } = marked('(module (type $t (func)) (import "a" "b" (func $i)) (func $f (param $p i32)) (func (export "e")) (memory 1) (global $g i32 (i32.const 1)))');
  assert.deepEqual(documentSymbols(opened).map(one => one.name), ['$t', '$i', '$f', '"e"', 'memory 0', '$g']);
  assert.deepEqual(documentSymbols(opened)[2]?.children?.map(one => one.name), ['$p']);
  assert.deepEqual(workspaceSymbols(opened, 'f', 10).map(one => one.name), ['$f']);
  assert.deepEqual(workspaceSymbols(opened, 'e', 10).map(one => one.name), ['e']);
});

void test('folding takes groups, flat blocks and comments; selections grow outwards', () => {
  const { opened } = marked('(module\n  ;; a\n  ;; b\n  (func\n    block\n      nop\n    end\n  )\n)\n');
  assert.deepEqual(folding(opened).map(one => [one.startLine, one.endLine]), [[0, 7], [1, 2], [3, 6], [4, 5]]);
  const { opened: nested, position } = marked('(module (func (i32.add (i32.const 1|) (i32.const 2))))');
  const texts: string[] = [];
  for (let one = selectionRanges(nested, [position])[0]; one !== undefined; one = one.parent) texts.push(textAt(nested, one.range));
  assert.deepEqual(texts.slice(0, 4), ['1', 'i32.const 1', '(i32.const 1)', 'i32.add (i32.const 1) (i32.const 2)']);
});

void test('calls: who calls, and whom', () => {
  const { opened, position } = marked('(module (func $a (call $b)) (func $b| (call $c) (call $c)) (func $c))');
  const [item] = prepareCalls(opened, position);
  assert.ok(item);
  assert.deepEqual(incomingCalls(opened, item).map(call => call.from.name), ['$a']);
  assert.deepEqual(outgoingCalls(opened, item).map(call => [call.to.name, call.fromRanges.length]), [['$c', 2]]);
});

void test('signature help counts operands', () => {
  const { opened, position } = marked('(module (func $f (param $x i32) (param $y i64)) (func (call $f (i32.const 1) |)))');
  const help = signatureHelp(opened, position);
  assert.equal(help?.signatures[0]?.label, 'call $f $x: i32 $y: i64');
  assert.equal(help.activeParameter, 1);
});

void test('hints: names of indices, what an end ends, signatures of types', () => {
  const { opened } = marked('(module (type $t (func (param i32)))\n(func $f (type $t)\nblock $l\nnop\nend)\n(func (call 0 (i32.const 1))))');
  assert.deepEqual(inlayHints(opened, all, { indices: true, blockEnds: true, signatures: true }).map(one => one.label), ['(param i32)', 'block $l', '$f']);
});

void test('semantic tokens: full, a delta after an edit, a range', () => {
  const { opened } = marked('(module (func $f (param $x i32) (drop (local.get $x))))');
  const tokens = new SemanticTokens();
  const { data, resultId } = tokens.full(opened);
  assert.deepEqual(data.length / 5, 3);
  const again = tokens.delta(opened, resultId ?? '');
  assert.deepEqual('edits' in again ? again.edits : undefined, []);
  assert.equal(tokens.full(opened, { start: { line: 0, character: 40 }, end: { line: 0, character: 60 } }).data.length / 5, 1);
});

void test('lenses: references, and exports that can be called', () => {
  const { opened } = marked('(module (func $f (export "f")) (func (call $f)))');
  const found = codeLenses(opened).map(lens => resolveLens(opened, lens).command?.title);
  assert.deepEqual(found, ['1 reference', 'Run this export', '0 references']);
});

const fixed = (text: string, title: RegExp): string => {
  const { opened } = marked(text);
  const found = diagnostics(opened);
  for (const one of found) {
    const action = codeActions(opened, one.range, [one]).find(other => title.test(other.title));
    if (action !== undefined) return applied(opened, Object.values(action.edit?.changes ?? {})[0] ?? []);
  }
  return `no ${String(title)} for ${found.map(one => String(one.code)).join()}`;
};

void test('quick fixes mend what they are offered for', () => {
  assert.equal(fixed('(module (func (drop (i32.cosnt 1))))', /i32\.const/), '(module (func (drop (i32.const 1))))');
  assert.equal(fixed('(module (func (local $abc i32) (drop (local.get $acb))))', /\$abc/), '(module (func (local $abc i32) (drop (local.get $abc))))');
  assert.equal(fixed('(module (func (drop (local.get $x))))', /local \$x i32/), '(module (func (local $x i32) (drop (local.get $x))))');
  assert.equal(fixed('(module (global $g i32 (i32.const 0)) (func (global.set $g (i32.const 1))))', /mutable/), '(module (global $g (mut i32) (i32.const 0)) (func (global.set $g (i32.const 1))))');
  assert.equal(fixed('(module (func (call $sched_yield) drop))', /WASI/), '(module (import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))\n(func (call $sched_yield) drop))');
  assert.equal(fixed('(module (func $f) (func (drop (ref.func $f))))', /Declare/), '(module (func $f) (elem declare func $f)\n(func (drop (ref.func $f))))');
  assert.equal(fixed('(module (func (export "f") (local $x i32)))', /Remove/), '(module (func (export "f")))');
  assert.equal(fixed('(module (func block nop))', /Add "end"/), '(module (func block nop end))');
  assert.equal(fixed('(module (func block $a end $b))', /Remove the label/), '(module (func block $a end))');
});

const rewritten = (text: string, title: RegExp): string => {
  const { opened, position } = marked(text);
  const action = codeActions(opened, { start: position, end: position }, []).find(other => title.test(other.title));
  return action === undefined ? 'none' : applied(opened, Object.values(action.edit?.changes ?? {})[0] ?? []);
};

void test('folded and flat forms turn into each other and mean the same', () => {
  const folded = '(module (func $f| (param i32) (result i32) (local $x i32) (if (result i32) (i32.eqz (local.get 0)) (then (i32.add (i32.const 1) (i32.const 2))) (else (block $b (result i32) (br $b (i32.const 3)))))))';
  const flat = rewritten(folded, /flat/);
  assert.match(flat, /local\.get 0\n\s+i32\.eqz\n\s+if \(result i32\)/);
  const same = (a: string, b: string): void => { assert.deepEqual(assemble(a, { names: false }).bytes, assemble(b, { names: false }).bytes); };
  same(folded.replace('|', ''), flat);
  const again = rewritten(flat.replace('func $f', 'func |$f'), /Fold/);
  same(flat, again);
  assert.match(again, /\(i32\.add \(i32\.const 1\) \(i32\.const 2\)\)/);
});

void test('names for indices, and for what has none', () => {
  assert.equal(rewritten('(module (func $f (param $x i32) (drop (local.get 0))| (call 0 (i32.const 1))))', /Write names/), '(module (func $f (param $x i32) (drop (local.get $x)) (call $f (i32.const 1))))');
  assert.equal(rewritten('(module (func| (export "go")) (func (call 0)))', /Give names/), '(module (func $go (export "go")) (func (call $go)))');
});

void test('mistakes say what they are about, and hints what is unused', () => {
  const { opened } = marked('(module (global $g i32 (i32.const 0)) (func $f (export "f") (global.set $g (i32.const 1))) (func $f))');
  const found = diagnostics(opened);
  assert.deepEqual(found.map(one => one.code).sort(), ['duplicate', 'immutable']);
  assert.deepEqual(found.map(one => one.relatedInformation?.map(other => textAt(opened, other.location.range))).sort(), [['$f'], ['$g']]);
  assert.deepEqual(diagnostics(marked('(module (func $f (local $x i32)) (type $t (func)))').opened).map(one => one.code), ['unused-func', 'unused-type', 'unused-local']);
  assert.deepEqual(diagnostics(marked('(component (core module $m (func (result i32) i32.const 1)) (core instance (instantiate $m)))').opened), []);
});

void test('scripts: quoted modules are checked where they are written', () => {
  const { opened } = marked('(module quote "(func" " (i32.ad))")\n(assert_malformed (module quote "(func)") "x")\n(assert_return (invoke "nope"))', 'wast');
  assert.deepEqual(diagnostics(opened).map(one => [one.code, textAt(opened, one.range)]), [['unknown-instruction', 'i32.ad'], ['assertion', 'assert_malformed']]);
  const known = marked('(module (func (export "f") (param i32)))\n(invoke "g")\n(invoke "f")\n(assert_return (invoke "f" (f32.const 1)))\n(assert_retrun)', 'wast');
  assert.deepEqual(diagnostics(known.opened).map(one => one.code), ['unknown-export', 'assertion-count', 'assertion-type', 'unknown-command']);
});
