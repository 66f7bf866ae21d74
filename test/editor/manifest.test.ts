import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { profiles } from '../../src/build/project';
import { runtimes } from '../../src/run/runtimes/index';
import { commandIds, fullId } from '../../src/editor/commandIds';

interface Menu { readonly command: string; readonly when?: string; readonly group?: string }
interface Setting { readonly markdownDescription?: string; readonly order?: number; readonly default?: unknown; readonly enum?: readonly string[]; readonly enumDescriptions?: readonly string[]; readonly scope?: string }
interface Step { readonly id: string; readonly description: string; readonly media: { readonly markdown: string }; readonly completionEvents: readonly string[] }
interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly Menu[]>>;
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Setting>> }[];
    readonly debuggers: readonly { readonly configurationAttributes: { readonly launch: { readonly properties: Readonly<Record<string, Setting>> } } }[];
    readonly taskDefinitions: readonly { readonly type: string; readonly properties: Readonly<Record<string, Setting>> }[];
    readonly problemMatchers: readonly { readonly pattern: Pattern | readonly Pattern[] }[];
    readonly viewsContainers: { readonly activitybar: readonly { readonly icon: string }[] };
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
  };
}
interface Pattern { readonly regexp: string }

const root = resolve(__dirname, '../../..');
const text = (name: string): string => readFileSync(join(root, name), 'utf8');
const manifest = JSON.parse(text('package.json')) as Manifest;
const { contributes } = manifest;
const settings = Object.assign({}, ...contributes.configuration.map(section => section.properties)) as Record<string, Setting>;

void test('the table of commands and the manifest are one', () => {
  assert.deepEqual(contributes.commands.map(entry => entry.command).sort(), commandIds.map(fullId).sort());
  assert.deepEqual(contributes.commands.filter(entry => entry.category !== 'Wasm'), []);
});

void test('menus, walkthrough steps and welcome texts name commands that exist', () => {
  const known = new Set(commandIds.map(fullId));
  const named = Object.values(contributes.menus).flat().map(item => item.command);
  const linked = [...JSON.stringify([contributes, JSON.parse(text('package.nls.json'))]).matchAll(/(?:command:|onCommand:)(wasmWorkbench\.\w+)/g)].map(match => match[1] ?? '');
  assert.deepEqual([...named, ...linked].filter(command => !known.has(command)), []);
  assert.ok(linked.length > 10);
});

void test('a row of the view has at most three inline icons, and menus keep to their groups', () => {
  const rows = contributes.menus['view/item/context'] ?? [];
  assert.ok(new Set(rows.filter(item => item.group?.startsWith('inline') === true).map(item => item.group)).size <= 3);
  for (const item of Object.values(contributes.menus).flat()) {
    if (item.group !== undefined) assert.match(item.group, /^(inline|navigation|1_run|2_general|9_destructive)@\d+$/);
  }
});

void test('every %key% of the manifest has a text, and every text a use', () => {
  const used = new Set([...text('package.json').matchAll(/"%([\w.]+)%"/g)].map(match => match[1] ?? ''));
  const texts = JSON.parse(text('package.nls.json')) as Record<string, string>;
  assert.deepEqual([...used].sort(), Object.keys(texts).sort());
  assert.deepEqual(Object.entries(texts).filter(([, value]) => value.trim() === ''), []);
});

void test('settings are described, ordered, and offer what the code knows', () => {
  for (const [name, setting] of Object.entries(settings)) {
    assert.match(name, /^wasmWorkbench\./);
    assert.ok(setting.markdownDescription !== undefined && setting.order !== undefined && 'default' in setting, name);
    if (setting.enum !== undefined) assert.equal(setting.enumDescriptions?.length, setting.enum.length, name);
    if (name.includes('.paths.')) assert.equal(setting.scope, 'machine-overridable', name);
  }
  const attributes = contributes.debuggers[0]?.configurationAttributes.launch.properties ?? {};
  const task = contributes.taskDefinitions[0]?.properties ?? {};
  for (const offered of [settings['wasmWorkbench.runtime'], attributes['runtime']]) assert.deepEqual([...offered?.enum ?? []].sort(), ['auto', ...runtimes.map(runtime => runtime.id)].sort());
  for (const offered of [settings['wasmWorkbench.profile'], attributes['profile'], task['profile']]) assert.deepEqual(offered?.enum, profiles);
});

void test('what decides which program is started is restricted in an untrusted folder', () => {
  const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  assert.equal(supported, 'limited');
  const decides = Object.keys(settings).filter(name => !name.endsWith('.profile') && !name.includes('.wat.'));
  assert.deepEqual([...restrictedConfigurations].sort(), decides.sort());
});

void test('the extension is never loaded merely because the editor was started', () => {
  assert.deepEqual(manifest.activationEvents.filter(event => !/^on(Debug|FileSystem:)/.test(event)), []);
});

void test('the walkthrough has its pages, and each step an end', () => {
  const steps = contributes.walkthroughs.flatMap(walkthrough => walkthrough.steps);
  assert.ok(steps.length >= 5 && steps.length <= 9);
  for (const step of steps) {
    assert.ok(existsSync(join(root, step.media.markdown)), step.id);
    assert.ok(step.completionEvents.length > 0, step.id);
  }
});

void test('matchers read what compilers print, spaces at the end of lines too', () => {
  const patterns = contributes.problemMatchers.map(matcher => [matcher.pattern].flat().map(pattern => new RegExp(pattern.regexp)));
  const read = (matcher: number, line: number, printed: string): readonly string[] | undefined => patterns[matcher]?.[line]?.exec(printed)?.slice(1);
  const [clang, go, rustc, asc] = [0, 1, 2, 3];
  assert.deepEqual(read(clang, 0, "src/a b.c:3:7: fatal error: 'x.h' file not found\r"), ['src/a b.c', '3', '7', 'error', "'x.h' file not found"]);
  assert.deepEqual(read(clang, 0, 'C:\\p\\a.c:3:7: warning: unused  '), ['C:\\p\\a.c', '3', '7', 'warning', 'unused']);
  assert.deepEqual(read(go, 0, './main.go:5:2: undefined: x'), ['./main.go', '5', '2', 'undefined: x']);
  assert.deepEqual(read(rustc, 0, 'error[E0425]: cannot find value'), ['error', 'E0425', 'cannot find value']);
  assert.deepEqual(read(rustc, 1, '  --> src/main.rs:3:9'), ['src/main.rs', '3', '9']);
  assert.deepEqual(read(asc, 0, "ERROR TS2304: Cannot find name 'x'."), ['ERROR', 'TS2304', "Cannot find name 'x'."]);
  assert.deepEqual(read(asc, 4, '    └─ in assembly/index.ts(3,5)'), ['assembly/index.ts', '3', '5']);
});

void test('icons of the activity bar have one colour', () => {
  for (const { icon } of contributes.viewsContainers.activitybar) {
    const colors = [...text(icon).matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(match => match[1]).filter(color => color !== 'none');
    assert.equal(new Set(colors).size, 1, icon);
  }
});

void test('less than 35 % of the source files need an editor to be tested', () => {
  const files = sources(join(root, 'src'));
  const tied = files.filter(file => /from 'vscode'/.test(readFileSync(file, 'utf8')));
  assert.ok(tied.length / files.length < 0.35, `${tied.length} of ${files.length}: ${tied.map(file => relative(root, file)).join(', ')}`);
});

void test('every text that users see can be given to translators', async () => {
  const files = sources(join(root, 'src')).sort();
  const calls = files.flatMap(file => [...readFileSync(file, 'utf8').matchAll(/\bl10n\.t\(\s*(?:(['"`])|\S+)/g)].map(match => ({ file: relative(root, file), call: match[0], literal: match[1] !== undefined && match[1] !== '`' })));
  assert.ok(calls.length > 300);
  // Anything but a plain string is not found by the tool that gathers them.
  assert.deepEqual(calls.filter(call => !call.literal), []);
  const found = await getL10nJson(files.map(file => ({ extension: '.ts' as const, contents: readFileSync(file, 'utf8') })));
  assert.ok(Object.keys(found).length > 300);
});

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts')).map(name => [folder, ...name.split(sep)].join(sep));
}
