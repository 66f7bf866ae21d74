import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, dirname, sep } from 'node:path';

// The rule of ARCHITECTURE.md: which room may import which. The child programs of run and debug and the compiler of build are the
// only ones that know wasi besides wasi itself.
const allowed: Readonly<Record<string, readonly string[]>> = {
  base: [],
  wasm: ['base'],
  wasi: ['base'],
  engine: ['base'],
  dwarf: ['base', 'wasm'],
  build: ['base', 'wasm', 'wasi'],
  run: ['base', 'wasm', 'wasi', 'dwarf', 'engine'],
  debug: ['base', 'wasm', 'wasi', 'dwarf', 'run'],
  image: ['base', 'wasm', 'engine'],
  wat: ['base', 'wasm'],
  cli: ['base', 'wasm', 'wasi', 'dwarf', 'engine', 'build', 'run', 'debug', 'image', 'wat'],
  editor: ['base', 'wasm', 'wasi', 'dwarf', 'engine', 'build', 'run', 'debug', 'image', 'wat'],
};
const mayUseWasi = /^(build\/compiler\/|run\/(child|threads|host)|debug\/(child|target)|cli|editor\/web)/;

const root = resolve(__dirname, '../..', 'src');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : entry.name.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from\s*|import\s*\(\s*|require\s*\(\s*|^import\s*)'([^']+)'/gm)].map(match => match[1] ?? '');
}

const room = (path: string): string => path.split('/')[0]?.replace(/\.ts$/, '') ?? '';

void test('each room imports only the rooms it may know', () => {
  const wrong: string[] = [];
  for (const file of sources(root)) {
    const here = relative(root, file).split(sep).join('/');
    const from = room(here).replace(/^extension.*/, 'editor');
    for (const name of importsOf(file)) {
      if (name === 'vscode' && from !== 'editor') wrong.push(`${here} imports vscode`);
      if (!name.startsWith('.')) continue;
      const there = relative(root, resolve(dirname(file), name)).split(sep).join('/');
      const to = room(there);
      if (to === from) continue;
      const rule = allowed[from] ?? [];
      if (!rule.includes(to)) wrong.push(`${here} imports ${there}`);
      if (to === 'wasi' && !mayUseWasi.test(here)) wrong.push(`${here} imports ${there}`);
    }
  }
  assert.deepEqual(wrong, []);
});

void test('only one file starts processes', () => {
  const starters = sources(root).filter(file => importsOf(file).some(name => name === 'node:child_process' || name === 'child_process'));
  assert.deepEqual(starters.map(file => relative(root, file).split(sep).join('/')), ['base/exec.ts']);
});
