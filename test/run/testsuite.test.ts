import { test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { runCli, scratch } from './guests';

// The WebAssembly organization's conformance suite, where WASI_TESTSUITE names the folder of its built tests: each .wasm runs as its .json says
// (arguments, environment, folders), and must print and end as told. Those of later WASI versions are left out.

interface Case {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folders beside the test, seen by the same name; or one that is seen as `/`. */
  readonly dirs?: readonly string[];
  readonly root?: string;
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

const suite = process.env['WASI_TESTSUITE'];

function modules(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /wasip[23]|\.dir$/.test(entry.name) ? [] : modules(path);
    return entry.name.endsWith('.wasm') ? [path] : [];
  });
}

async function check(file: string): Promise<void> {
  const description = file.replace(/\.wasm$/, '.json');
  const wanted = existsSync(description) ? JSON.parse(readFileSync(description, 'utf8')) as Case : {};
  // Tests write: each has folders of its own.
  const folder = mkdtempSync(join(scratch, 'suite-'));
  const preopen = (name: string, guest: string): string[] => {
    const own = join(folder, basename(name));
    cpSync(join(dirname(file), name), own, { recursive: true, filter: source => !source.endsWith('.cleanup') });
    return ['--dir', `${own}::${guest}`];
  };
  const options = [
    ...(wanted.dirs ?? []).flatMap(name => preopen(name, name)), ...(wanted.root === undefined ? [] : preopen(wanted.root, '/')),
    ...Object.entries(wanted.env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
  try {
    const ran = await runCli(['run', ...options, file, '--', ...wanted.args ?? []]);
    assert.equal(ran.code, wanted.exit_code ?? 0, ran.stderr);
    if (wanted.stdout !== undefined) assert.equal(ran.stdout, wanted.stdout);
    if (wanted.stderr !== undefined) assert.equal(ran.stderr, wanted.stderr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (suite === undefined) {
  void test('the conformance suite of WASI preview 1', { skip: 'WASI_TESTSUITE names no folder with its built tests' }, () => {});
} else {
  for (const file of modules(suite)) void test(relative(suite, file), () => check(file));
}
