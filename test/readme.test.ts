import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compilerTools, verbs } from '../src/cli/verbs';
import { runtimes } from '../src/run/runtimes/index';

// The README's tables against the manifest and the code: what it names exists, and what exists is named.

const root = resolve(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
interface Property { readonly properties?: Readonly<Record<string, unknown>> }
const { contributes, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: { readonly commandPalette: readonly { readonly command: string; readonly when: string }[] };
    readonly configuration: readonly Property[];
    readonly debuggers: readonly { readonly configurationAttributes: { readonly launch: Property } }[];
  };
};
const texts = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Readonly<Record<string, string>>;

function section(title: string): string {
  const text = readme.split(/^## /m).find(part => part.startsWith(title + '\n'));
  assert.ok(text !== undefined, title);
  return text;
}

/** First cells of a section's table, and the rests. */
function rows(title: string): readonly (readonly [string, string])[] {
  return [...section(title).matchAll(/^\| (?!---)(.*?) \|(.*)\|$/gm)].slice(1).map(([, first = '', rest = '']) => [first, rest]);
}

const words = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
const sorted = (list: readonly string[]): string[] => [...new Set(list)].sort();

void test('the table of commands is what the palette offers', () => {
  const never = new Set(contributes.menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command));
  const offered = contributes.commands.filter(({ command }) => !never.has(command)).map(({ title }) => texts[title.slice(1, -1)] ?? title);
  assert.deepEqual(sorted(rows('Commands').flatMap(([names]) => names.split(', '))), sorted(offered));
});

void test('the table of verbs and their options is that of the command line', () => {
  const all = verbs();
  assert.deepEqual(sorted(rows('Command line').flatMap(([names]) => words(names))), sorted([...all.map(({ name }) => name), ...Object.keys(compilerTools)]));
  for (const [names, about] of rows('Command line')) {
    const options = all.filter(({ name }) => words(names).includes(name)).flatMap(verb => verb.options.map(({ name }) => `--${name}`));
    for (const [option] of about.matchAll(/--[a-z-]+/g)) assert.ok(options.includes(option), `${names}: ${option}`);
  }
});

void test('the table of runtimes is that of the code, and the editor\'s', () => {
  assert.deepEqual(sorted(rows('Runtimes').flatMap(([names]) => words(names))), sorted([...runtimes.map(({ id }) => id), 'editor']));
});

void test('the table of settings names every setting, and no other', () => {
  const settings = contributes.configuration.flatMap(({ properties = {} }) => Object.keys(properties));
  const named = rows('Settings').flatMap(([names]) => words(names)).map(name => (name.startsWith('.') ? `wasmWorkbench${name}` : name));
  const patterns = named.map(name => new RegExp(`^${name.replaceAll('.', '\\.').replace('*', '\\w+')}$`));
  assert.deepEqual(settings.filter(setting => !patterns.some(pattern => pattern.test(setting))), []);
  assert.deepEqual(named.filter((_, at) => !settings.some(setting => patterns[at]?.test(setting))), []);
  const paths = settings.flatMap(setting => /^wasmWorkbench\.paths\.(\w+)$/.exec(setting)?.[1] ?? []);
  const [, about = ''] = rows('Settings').find(([names]) => names.includes('paths.*')) ?? [];
  assert.deepEqual(sorted(words(about)), sorted(paths));
});

void test('every property of a launch configuration is named', () => {
  const [debuggers] = contributes.debuggers;
  const known = Object.keys(debuggers?.configurationAttributes.launch.properties ?? {});
  const text = section('Tasks and launch configurations');
  assert.deepEqual(known.filter(name => !text.includes(`\`${name}\``) && !text.includes(`"${name}"`)), []);
});

void test('scripts, files and pictures that it names exist', () => {
  for (const [, script = ''] of readme.matchAll(/npm run ([\w:]+)/g)) assert.ok(script in scripts, script);
  for (const [, file = ''] of readme.matchAll(/\]\(((?!https?:|#)[^)]+)\)/g)) assert.ok(existsSync(join(root, file)), file);
  for (const [, file = ''] of readme.matchAll(/`([A-Z]+\.md)`/g)) assert.ok(existsSync(join(root, file)), file);
});
