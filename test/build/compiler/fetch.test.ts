import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync, existsSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Exec } from '../../../src/base/command';
import type { UserError } from '../../../src/base/error';
import type { Machine } from '../../../src/base/find';
import { fetchCompiler, installFrom } from '../../../src/build/compiler/fetch';
import { compilerAt, installFolder, locateCompiler, storageFolder } from '../../../src/build/compiler/locate';
import { npmCommand } from '../../../src/build/compiler/npm';
import { pinned } from '../../../src/build/compiler/pinned';
import { scratch } from './support';

const signal = new AbortController().signal;
const machine = (platform: NodeJS.Platform, path: string, programs: readonly string[]): Machine => ({ platform, env: { PATH: path }, isProgram: file => programs.includes(file) });
const withNpm = machine('linux', '/bin', ['/bin/npm']);

/** An npm that prints, and may leave a file where it was told to. */
function npm(code: number, stdout: string, stderr = '', file?: Uint8Array): Exec {
  return (command, output) => {
    output.stdout(Buffer.from(stdout));
    output.stderr(Buffer.from(stderr));
    const folder = command.args.find(arg => arg.startsWith('--pack-destination='))?.slice(19) ?? command.cwd;
    if (file !== undefined) writeFileSync(join(folder, 'yowasp-clang.tgz'), file);
    return Promise.resolve({ code });
  };
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  return work.then(() => assert.fail('it should have failed'), (error: unknown) => error as UserError);
}

const nothingLeft = (storage: string): void => {
  assert.deepEqual(existsSync(join(storage, 'compiler')) ? readdirSync(join(storage, 'compiler')) : [], []);
};

const said = (code: string): string => JSON.stringify({ error: { code, summary: `request failed\nmore`, detail: '' } });

void test('each way that a fetch fails is told, and leaves nothing', async t => {
  const cases: readonly { readonly what: string; readonly exec: Exec; readonly machine?: Machine; readonly code: string; readonly message: RegExp }[] = [
    { what: 'no npm', exec: npm(0, ''), machine: machine('linux', '/bin', []), code: 'tool-missing', message: /no npm on PATH/ },
    { what: 'no network', exec: npm(1, said('ENOTFOUND')), code: 'network', message: /can't reach its registry.*ENOTFOUND: request failed\)/ },
    { what: 'connection cut', exec: npm(1, said('ECONNRESET')), code: 'network', message: /connection broke/ },
    { what: 'proxy certificate', exec: npm(1, said('SELF_SIGNED_CERT_IN_CHAIN')), code: 'network', message: /cafile/ },
    { what: 'refused', exec: npm(1, said('E401')), code: 'network', message: /npm login/ },
    { what: 'not in the registry', exec: npm(1, said('E404')), code: 'network', message: /does not have @yowasp\/clang/ },
    { what: 'old npm without JSON', exec: npm(1, 'oops', 'npm ERR! code ENOSPC\nnpm ERR! nospc'), code: 'io', message: /no space left/ },
    { what: 'nothing written', exec: npm(0, '[]'), code: 'network', message: /npm failed/ },
    { what: 'cut off', exec: npm(0, '[]', '', Buffer.alloc(1000)), code: 'integrity', message: /1000 of 27112311 bytes, so it was cut off/ },
    { what: 'other bytes', exec: npm(0, '[]', '', Buffer.alloc(pinned.downloadSize)), code: 'integrity', message: /SHA-512 is another/ },
  ];
  for (const one of cases) {
    const storage = scratch(t);
    const error = await failure(fetchCompiler({ storage, signal, exec: one.exec, machine: one.machine ?? withNpm }));
    assert.equal(error.code, one.code, one.what);
    assert.match(error.message, one.message, one.what);
    nothingLeft(storage);
  }
});

void test('a fetch that is cancelled leaves nothing', async t => {
  const storage = scratch(t);
  const abort = new AbortController();
  const exec: Exec = async (_, output) => {
    abort.abort(new DOMException('cancelled', 'AbortError'));
    output.signal.throwIfAborted();
    return Promise.resolve({ code: 0 });
  };
  const error = await failure(fetchCompiler({ storage, signal: abort.signal, exec, machine: withNpm }));
  assert.equal(error.name, 'AbortError');
  nothingLeft(storage);
});

void test('a storage that may not be written to', { skip: process.platform === 'win32' || process.getuid?.() === 0 ? 'needs a user whom permissions bind' : false }, async t => {
  const storage = scratch(t);
  chmodSync(storage, 0o500);
  t.after(() => { chmodSync(storage, 0o700); });
  const error = await failure(fetchCompiler({ storage: join(storage, 'in'), signal, exec: npm(0, ''), machine: withNpm }));
  assert.equal(error.code, 'io');
  assert.match(error.message, /may not be written to/);
});

void test('a picked path that is no package', async t => {
  const storage = scratch(t);
  const picked = scratch(t);
  assert.equal((await failure(installFrom(join(picked, 'none'), { storage, signal }))).code, 'not-found');
  assert.match((await failure(installFrom(picked, { storage, signal }))).message, /does not hold @yowasp\/clang/);
  writeFileSync(join(picked, 'x.tgz'), 'not a package');
  assert.equal((await failure(installFrom(join(picked, 'x.tgz'), { storage, signal }))).code, 'integrity');
  nothingLeft(storage);
});

void test('places in order: the setting, node_modules upwards, the storage', t => {
  const base = scratch(t);
  const make = (folder: string): string => {
    mkdirSync(join(folder, 'gen'), { recursive: true });
    for (const name of ['package.json', 'gen/llvm.core.wasm', 'gen/llvm-resources.tar']) writeFileSync(join(folder, name), '{"version":"1.2.3"}');
    return folder;
  };
  const storage = join(base, 'storage');
  const cwd = join(base, 'project', 'deep');
  mkdirSync(cwd, { recursive: true });
  const nowhere = locateCompiler({ cwd, storage });
  assert.ok('tried' in nowhere && nowhere.tried.includes(installFolder(storage)));
  make(installFolder(storage));
  const from = (setting?: string): string => {
    const found = locateCompiler({ cwd, storage, setting });
    return 'tried' in found ? 'nowhere' : `${found.from} ${found.version}`;
  };
  assert.equal(from(), 'storage 1.2.3');
  make(join(base, 'project', 'node_modules', '@yowasp', 'clang'));
  assert.equal(from(), 'workspace 1.2.3');
  assert.equal(from(make(join(base, 'own'))), 'setting 1.2.3');
  // A setting that leads nowhere is not passed over in silence.
  assert.equal(from(join(base, 'wrong')), 'nowhere');
  assert.equal(compilerAt(base, 'setting'), undefined);
});

void test('the storage folder of each system', () => {
  assert.equal(storageFolder({ WASM_WORKBENCH_STORAGE: '/s', XDG_DATA_HOME: '/x' }, 'linux', '/h'), '/s');
  assert.equal(storageFolder({ XDG_DATA_HOME: '/x' }, 'linux', '/h'), '/x/wasm-workbench');
  assert.equal(storageFolder({ XDG_DATA_HOME: 'relative' }, 'linux', '/h'), '/h/.local/share/wasm-workbench');
  assert.equal(storageFolder({}, 'darwin', '/h'), '/h/Library/Application Support/wasm-workbench');
  assert.equal(storageFolder({ LOCALAPPDATA: 'C:\\L' }, 'win32', 'C:\\h'), 'C:\\L\\wasm-workbench');
});

void test("npm as each system has it, never through a shell's quoting", () => {
  const at = (programs: readonly string[], files: readonly string[] = []): string => {
    const command = npmCommand(['pack', '@a/b@1'], 'C:\\t', machine('win32', 'C:\\n;C:\\m', programs), file => files.includes(file));
    return command === undefined ? 'none' : [command.tool, ...command.args].join(' ');
  };
  const cli = 'C:\\n\\node_modules\\npm\\bin\\npm-cli.js';
  assert.equal(at(['C:\\n\\npm.cmd'], [cli, 'C:\\n\\node.exe']), `C:\\n\\node.exe ${cli} pack @a/b@1`);
  assert.equal(at(['C:\\n\\npm.cmd', 'C:\\m\\node.exe'], [cli]), `C:\\m\\node.exe ${cli} pack @a/b@1`);
  assert.equal(at(['C:\\n\\npm.cmd']), 'cmd.exe /d /c npm.cmd pack @a/b@1');
  assert.equal(at(['C:\\n\\npm.exe']), 'C:\\n\\npm.exe pack @a/b@1');
  assert.equal(at([]), 'none');
  assert.equal(npmCommand(['--x=a b&c'], 'C:\\t', machine('win32', 'C:\\n', ['C:\\n\\npm.cmd']), () => false), undefined);
  assert.deepEqual(npmCommand(['pack'], '/t', withNpm)?.tool, '/bin/npm');
});
