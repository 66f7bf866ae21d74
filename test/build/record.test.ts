import { test } from 'node:test';
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseDepfile } from '../../src/build/depfile';
import type { BuildStep } from '../../src/build/project';
import { BuildRecord } from '../../src/build/record';
import { scratch, write } from './scratch';

void test('a depfile: continued lines, spaces, dollars, drives', () => {
  assert.deepEqual(parseDepfile('a.o: a.c \\\n  my\\ dir/b.h \\\r\n c$$d.h #e\\#f.h\n'), ['a.c', 'my dir/b.h', 'c$d.h', '#e#f.h']);
  assert.deepEqual(parseDepfile('C:\\out\\a.o: C:\\src\\a.c \\\r\n  C:\\src\\h\\b.h\r\n'), ['C:\\src\\a.c', 'C:\\src\\h\\b.h']);
  assert.deepEqual(parseDepfile('a.o: a.c h.h\n\nh.h:\n'), ['a.c', 'h.h']);
  assert.deepEqual(parseDepfile(''), []);
  assert.deepEqual(parseDepfile('a.o:'), []);
});

interface Case {
  readonly step: BuildStep;
  readonly file: string;
  readonly folder: string;
}

/** A record in which one step has run. */
async function ran(): Promise<Case> {
  const folder = scratch('record');
  write(folder, { 'a.c': 'int a;', 'a.h': '', 'a.o': 'object', 'a.d': 'a.o: a.c a.h\n' });
  // What was there before the build began.
  const past = new Date(Date.now() - 60_000);
  for (const name of ['a.c', 'a.h']) utimesSync(path.join(folder, name), past, past);
  const at = (name: string): string => path.join(folder, name);
  const step: BuildStep = { command: { tool: 'cc', args: ['-c', 'a.c'], cwd: folder }, inputs: [at('a.c')], outputs: [at('a.o')], depfile: at('a.d'), stage: 0, subject: at('a.c') };
  const file = at('record.json');
  const record = await BuildRecord.open(file, 'clang 1');
  assert.equal(record.upToDate(step), undefined);
  await record.done(step, record.begin(step), [{ file: at('a.c'), start: { line: 1, column: 1 }, severity: 'warning', message: 'odd', source: 'cc' }]);
  await record.save();
  return { step, file, folder };
}

const upToDate = async ({ step, file }: Case, identity = 'clang 1'): Promise<boolean> => (await BuildRecord.open(file, identity)).upToDate(step) !== undefined;

void test('a step is up to date when nothing changed, and its messages are kept', async () => {
  const one = await ran();
  const before = (await BuildRecord.open(one.file, 'clang 1')).upToDate(one.step);
  assert.equal(before?.[0]?.message, 'odd');
});

const changes: Readonly<Record<string, (one: Case) => Case>> = {
  'a changed source': one => (appendFileSync(path.join(one.folder, 'a.c'), '//'), one),
  'a header that became older': one => (utimesSync(path.join(one.folder, 'a.h'), 1000, 1000), one),
  'a header that is gone': one => (rmSync(path.join(one.folder, 'a.h')), one),
  'an object that was cut off': one => (writeFileSync(path.join(one.folder, 'a.o'), 'ob'), one),
  'an object that is gone': one => (rmSync(path.join(one.folder, 'a.o')), one),
  'another flag': one => ({ ...one, step: { ...one.step, command: { ...one.step.command, args: ['-O2', '-c', 'a.c'] } } }),
  'another environment': one => ({ ...one, step: { ...one.step, command: { ...one.step.command, env: { CPATH: '/x' } } } }),
  'a damaged record': one => (writeFileSync(one.file, readFileSync(one.file, 'utf8').slice(0, 50)), one),
};
for (const [name, change] of Object.entries(changes)) {
  void test(`${name} makes a step run again`, async () => {
    const one = await ran();
    assert.equal(await upToDate(one), true);
    assert.equal(await upToDate(change(one)), false);
  });
}

void test('another compiler makes a step run again, colours do not', async () => {
  const one = await ran();
  assert.equal(await upToDate(one, 'clang 2'), false);
  const coloured = { ...one, step: { ...one.step, command: { ...one.step.command, args: ['-fcolor-diagnostics', ...one.step.command.args] } } };
  assert.equal(await upToDate(coloured), true);
});

void test('a header that was written while the compiler ran makes the step run again', async () => {
  const one = await ran();
  const record = await BuildRecord.open(one.file, 'clang 1');
  const begun = record.begin(one.step);
  const later = new Date(Date.now() + 1000);
  utimesSync(path.join(one.folder, 'a.h'), later, later);
  await record.done(one.step, begun, []);
  await record.save();
  assert.equal(await upToDate(one), false);
});

void test('a step that began and did not end is not up to date', async () => {
  const one = await ran();
  const record = await BuildRecord.open(one.file, 'clang 1');
  record.begin(one.step);
  await record.save();
  assert.equal(await upToDate(one), false);
});

void test('a step whose outputs need only exist', async () => {
  const one = await ran();
  const step = { ...one.step, once: true };
  appendFileSync(path.join(one.folder, 'a.o'), 'more');
  assert.equal(await upToDate({ ...one, step }), true);
  rmSync(path.join(one.folder, 'a.o'));
  assert.equal(await upToDate({ ...one, step }), false);
});
