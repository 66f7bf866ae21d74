import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { Diagnostic, Project } from '../../src/build/project';
import { contains, labelsOf, ownerOf, placeOf, projectId, statusName, type KnownProject } from '../../src/editor/projectChoice';
import { lastText, projectRow, projectTooltip, targetRow } from '../../src/editor/projectRows';
import { DiagnosticStore } from '../../src/editor/diagnosticStore';
import { formatSize, formatTime, type LastBuild } from '../../src/editor/state';

function known(folder: string, more: Partial<Project> = {}, rootName?: string): KnownProject {
  const project: Project = { toolchain: 'c', folder, name: folder.split('/').pop() ?? '', marker: 'main.c', targets: [], ...more };
  return { id: projectId(project), project, root: '/ws', ...(rootName === undefined ? {} : { rootName }) };
}

void test('a path lies in a folder by its parts, and by the habits of the system', () => {
  assert.equal(contains('/ws/app', '/ws/app/src/main.c', 'linux'), true);
  assert.equal(contains('/ws/app', '/ws/application/main.c', 'linux'), false);
  assert.equal(contains('/ws/app', '/ws/..app', 'linux'), false);
  assert.equal(contains('/ws', '/ws/..app', 'linux'), true);
  assert.equal(contains('/ws/App', '/ws/app/x', 'linux'), false);
  assert.equal(contains('/ws/App', '/ws/app/x', 'darwin'), true);
  assert.equal(contains('C:\\Ws', 'c:\\ws\\app\\main.c', 'win32'), true);
  assert.equal(contains('C:\\ws', 'D:\\ws\\main.c', 'win32'), false);
});

void test('a file belongs to the project that is it, else to the deepest one around it', () => {
  const outer = known('/ws');
  const inner = known('/ws/lib');
  const single = known('/ws/lib', { file: '/ws/lib/tool.wat', toolchain: 'wat' });
  const all = [outer, inner, single];
  assert.equal(ownerOf(all, '/ws/lib/tool.wat', 'linux'), single);
  assert.equal(ownerOf(all, '/ws/lib/a.c', 'linux'), inner);
  assert.equal(ownerOf(all, '/ws/main.c', 'linux'), outer);
  assert.equal(ownerOf(all, '/elsewhere/main.c', 'linux'), undefined);
});

void test('the status bar names the project, counts those to choose from, and is silent where there are only single files', () => {
  const text = known('/ws', { file: '/ws/a.wat', toolchain: 'wat', name: 'a.wat' });
  const other = known('/ws', { file: '/ws/b.wat', toolchain: 'wat', name: 'b.wat' });
  assert.equal(statusName([], undefined), undefined);
  assert.equal(statusName([text, other], undefined), undefined);
  assert.equal(statusName([text, other], other), 'b.wat');
  assert.equal(statusName([known('/ws/app'), text], undefined), '2 Wasm projects');
});

void test('projects of one name are told apart by their place', () => {
  const all = [known('/ws/a/hello', {}, 'one'), known('/ws/b/hello', {}, 'two'), known('/ws/solo')];
  assert.deepEqual([...labelsOf(all).values()], [
    { label: 'hello', description: 'one/a/hello' }, { label: 'hello', description: 'two/b/hello' }, { label: 'solo', description: '' },
  ]);
  assert.equal(placeOf(known('/ws')), '');
  const file = known('/ws/a', { name: 'tool.wat', file: '/ws/a/tool.wat' });
  assert.deepEqual(labelsOf([file]).get(file.id), { label: 'tool.wat', description: 'a' });
});

const ok: LastBuild = { result: 'ok', profile: 'debug', took: 1234, errors: 0, module: '/ws/app/build/app.wasm', size: 27_640 };

void test('a row says how the last build ended, and offers what can be done', () => {
  const one = known('/ws/app', { targets: [{ name: 'app' }] });
  const state = { last: ok, building: false, current: true, place: '', toolchain: 'C/C++' };
  assert.deepEqual(projectRow(one, state), {
    id: 'c:/ws/app', label: 'app', description: 'C/C++ · debug, 27.6 KB', icon: 'pass', color: 'testing.iconPassed', context: 'project buildable runnable cleanable built',
  });
  const several = known('/ws/app', { targets: [{ name: 'a' }, { name: 'b' }] });
  assert.equal(projectRow(several, { ...state, last: undefined, place: 'x/app' }).context, 'project buildable cleanable');
  assert.equal(projectRow(several, { ...state, last: undefined, place: 'x/app' }).description, 'x/app · C/C++');
  assert.equal(projectRow(one, { ...state, building: true }).description, 'C/C++ · building');
  assert.deepEqual(targetRow(several, 'a', undefined).context, 'target buildable runnable');
  assert.deepEqual(targetRow(several, 'a', 999).description, '999 B');
  assert.equal(lastText({ ...ok, result: 'failed', errors: 1 }), '1 error');
  assert.equal(lastText({ ...ok, result: 'failed', errors: 3 }), '3 errors');
  assert.equal(lastText({ ...ok, result: 'canceled' }), 'cancelled');
});

void test("a tooltip shows a project's own words as text, not as Markdown", () => {
  const odd = known('/ws/app', { name: '[x](command:evil) *b*' });
  assert.ok(!projectTooltip(odd, 'C', ok).includes('[x](command'));
  assert.match(projectTooltip(odd, 'C', ok), /Last build: debug, 27\.6 KB, in 1\.2 s\./);
});

void test('sizes and times are said as people say them', () => {
  assert.deepEqual([0, 999, 1000, 27_640, 999_499, 999_500, 75_500_000, 4_294_967_296].map(formatSize), ['0 B', '999 B', '1.0 KB', '27.6 KB', '999 KB', '1.0 MB', '75.5 MB', '4.3 GB']);
  assert.deepEqual([12.4, 999, 1000, 61_000].map(formatTime), ['12 ms', '999 ms', '1.0 s', '1 min 1 s']);
});

function said(file: string, message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  return { file, start: { line: 1, column: 1 }, severity, message, source: 'clang' };
}

void test("a build replaces its own project's diagnostics only", () => {
  const store = new DiagnosticStore();
  assert.deepEqual([...store.replace('a', [said('/x.c', 'one'), said('/h.h', 'shared'), said('/h.h', 'shared')])], ['/x.c', '/h.h']);
  store.replace('b', [said('/h.h', 'shared'), said('/h.h', 'other', 'warning')]);
  assert.deepEqual(store.of('/h.h').map(one => one.message), ['shared', 'other']);
  assert.equal(store.errors('a'), 2);
  assert.equal(store.errors('b'), 1);
  assert.deepEqual([...store.replace('a', [])], ['/x.c', '/h.h']);
  assert.deepEqual(store.of('/x.c'), []);
  assert.deepEqual(store.of('/h.h').map(one => one.message), ['shared', 'other']);
  assert.deepEqual([...store.keep(new Set(['a']))], ['/h.h']);
  assert.deepEqual(store.of('/h.h'), []);
});
