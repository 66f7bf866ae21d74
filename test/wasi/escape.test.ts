import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, readFileSync, readdirSync, statSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWasi } from '../../src/wasi';
import { canOpenByDescriptor, isWindowsName, LinuxFiles, PortableFiles } from '../../src/wasi/node';
import { backends, Caller, CREAT, DIRECTORY, FILE, READ, TRUNC, WRITE } from './caller';

const SECRET = 'the secret outside';

/** outside/secret beside inside/, which is the preopen. */
function prison(t: { after(f: () => void): void }, backend: string): { guest: Caller; inside: string; outside: string; untouched: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'wasi-escape-'));
  const inside = join(folder, 'inside');
  const outside = join(folder, 'outside');
  mkdirSync(inside);
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), SECRET);
  const files = backend === 'walk' ? new PortableFiles() : new LinuxFiles([inside], false, backend === 'moving');
  const guest = new Caller({ preopens: [{ name: '/', files, handle: files.openRoot(inside) }] });
  t.after(() => {
    guest.wasi.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    guest, inside, outside,
    untouched: () => {
      assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), SECRET);
      assert.deepEqual(readdirSync(outside), ['secret']);
      assert.deepEqual(readdirSync(folder).sort(), ['inside', 'outside']);
      assert.equal(statSync(join(outside, 'secret')).nlink, 1);
    },
  };
}

/** Everything that a path can be used for; answers whether anything but a refusal came. */
function tryAll(guest: Caller, dir: number, path: string): string[] {
  const hits: string[] = [];
  const note = (what: string, result: string | number | object) => { if (typeof result !== 'string' || result === 'SUCCESS') hits.push(`${what} ${path}`); };
  for (const follow of [true, false]) {
    for (const oflags of [0, CREAT, TRUNC, DIRECTORY]) {
      for (const rights of [0n, READ, WRITE | READ]) {
        const fd = guest.open(dir, path, { oflags, rights, follow });
        note('open', fd);
        if (typeof fd === 'number') guest.call('fd_close', fd);
      }
    }
    note('stat', guest.pathStat(dir, path, follow));
    note('times', guest.call('path_filestat_set_times', dir, follow ? 1 : 0, ...guest.put(path), 0n, 0n, 4));
  }
  note('mkdir', guest.call('path_create_directory', dir, ...guest.put(path + '-new')));
  note('symlink', guest.call('path_symlink', ...guest.put('x'), dir, ...guest.put(path + '-link')));
  note('readlink', guest.call('path_readlink', dir, ...guest.put(path), guest.room(64), 64, guest.room(4)));
  note('link from', guest.call('path_link', dir, 0, ...guest.put(path), 3, ...guest.put('stolen')));
  note('link to', guest.call('path_link', 3, 0, ...guest.put('mine'), dir, ...guest.put(path + '-hard')));
  note('rename from', guest.call('path_rename', dir, ...guest.put(path), 3, ...guest.put('stolen')));
  note('rename to', guest.call('path_rename', 3, ...guest.put('mine'), dir, ...guest.put(path + '-moved')));
  note('unlink', guest.call('path_unlink_file', dir, ...guest.put(path)));
  note('rmdir', guest.call('path_remove_directory', dir, ...guest.put(path)));
  return hits;
}

for (const backend of backends) {
  if (backend === 'memory') continue;
  void test(`${backend}: no way out by dots, absolute paths, links, or chains of links`, t => {
    const { guest, inside, outside, untouched } = prison(t, backend);
    mkdirSync(join(inside, 'dir/deep'), { recursive: true });
    writeFileSync(join(inside, 'mine'), 'mine');
    // Links that somebody left in the folder, and those that the guest makes itself.
    symlinkSync('..', join(inside, 'up'));
    symlinkSync(outside, join(inside, 'absolute'));
    symlinkSync('../outside', join(inside, 'relative'));
    symlinkSync(join(outside, 'secret'), join(inside, 'file'));
    symlinkSync('/', join(inside, 'root'));
    symlinkSync('/proc/self/root', join(inside, 'proc'));
    for (const [target, name] of [['..', 'a'], ['dir/../..', 'b'], ['a/outside', 'c'], ['../../outside', 'dir/d'], ['dir/d', 'e'], ['dir/deep/../../../outside', 'f'], ['./././..', 'g']] as const) {
      assert.equal(guest.call('path_symlink', ...guest.put(target), 3, ...guest.put(name)), 'SUCCESS', name);
    }
    const hits: string[] = [];
    const prefixes = ['../outside', '/../outside', outside, 'dir/../../outside', 'dir/deep/../../../outside', 'up/outside', 'absolute', 'relative', 'root' + outside,
      'a/outside', 'b/outside', 'c', 'dir/d', 'e', 'f', 'g/outside', './../outside', 'dir//..//..//outside', 'proc' + outside, 'a/inside/../outside', 'up/inside/up/outside'];
    for (const prefix of prefixes) hits.push(...tryAll(guest, 3, `${prefix}/secret`), ...tryAll(guest, 3, `${prefix}/./secret`), ...tryAll(guest, 3, `${prefix}/../outside/secret`));
    const deep = guest.opened(3, 'dir/deep', { oflags: DIRECTORY, rights: guest.fdstat(3).rights, inheriting: guest.fdstat(3).inheriting });
    for (const prefix of ['../../../outside', '../..', '..', '../../up/outside']) hits.push(...tryAll(guest, deep, `${prefix}/secret`));
    hits.push(...[guest.open(3, 'file'), guest.open(3, 'file', { rights: READ }), guest.open(3, 'file', { oflags: TRUNC, rights: WRITE })].filter(fd => typeof fd === 'number').map(String));
    assert.deepEqual(hits, []);
    untouched();
  });

  void test(`${backend}: no way out by renaming an open directory and putting a link in its place`, t => {
    const { guest, untouched } = prison(t, backend);
    guest.do('path_create_directory', 3, ...guest.put('dir'));
    guest.do('path_create_directory', 3, ...guest.put('dir/sub'));
    const dir = guest.opened(3, 'dir/sub', { oflags: DIRECTORY, rights: guest.fdstat(3).rights, inheriting: guest.fdstat(3).inheriting });
    guest.write(guest.opened(dir, 'own', { oflags: CREAT, rights: FILE }), 'own');
    guest.opened(3, 'dir/sub/own');
    guest.do('path_rename', 3, ...guest.put('dir/sub'), 3, ...guest.put('moved'));
    guest.do('path_symlink', ...guest.put('../../outside'), 3, ...guest.put('dir/sub'));
    assert.deepEqual(tryAll(guest, 3, 'dir/sub/secret'), []);
    assert.equal(guest.open(dir, 'secret', { rights: READ }), 'NOENT');
    assert.match(String(guest.open(dir, 'own', { rights: READ })), backend === 'walk' ? /^NOENT$/ : /^\d+$/);
    untouched();
  });

  void test(`${backend}: no link to a folder that is moved out of reach stays`, t => {
    const { guest, inside, untouched } = prison(t, backend);
    guest.do('path_create_directory', 3, ...guest.put('a'));
    guest.do('path_create_directory', 3, ...guest.put('a/b'));
    // From a/b, `..` may never be more than the descriptor it was asked at.
    const b = guest.opened(3, 'a/b', { oflags: DIRECTORY, rights: guest.fdstat(3).rights, inheriting: guest.fdstat(3).inheriting });
    guest.do('path_symlink', ...guest.put('../../../outside'), b, ...guest.put('link'));
    assert.equal(guest.open(b, 'link/secret'), 'NOTCAPABLE');
    assert.equal(guest.open(3, 'a/b/link/secret'), 'NOTCAPABLE');
    guest.do('path_rename', 3, ...guest.put('a/b'), 3, ...guest.put('b'));
    assert.equal(guest.open(3, 'b/link/secret'), 'NOTCAPABLE');
    assert.ok(existsSync(join(inside, 'b')));
    untouched();
  });
}

const linux = canOpenByDescriptor();

for (const backend of ['descriptor', 'moving'] as const) void test(`${backend}: a second process that swaps a folder and a link all the time is no way out`, { skip: !linux && 'only systems with descriptors in /proc are proof against that' }, async t => {
  const { guest, inside, outside, untouched } = prison(t, backend);
  mkdirSync(join(inside, 'real/sub'), { recursive: true });
  writeFileSync(join(inside, 'real/secret'), 'inside');
  writeFileSync(join(inside, 'real/sub/secret'), 'inside');
  mkdirSync(join(inside, 'hold'));
  const swapper = spawn(process.execPath, ['-e', `
    const fs = require('fs'); process.chdir(${JSON.stringify(inside)});
    fs.symlinkSync(${JSON.stringify('../outside')}, 'hold/link');
    process.stdout.write('.');
    for (let i = 0;; i++) {
      try { fs.renameSync('real', 'hold/real'); fs.renameSync('hold/link', 'real'); fs.renameSync('real', 'hold/link'); fs.renameSync('hold/real', 'real'); } catch {}
    }`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise(done => swapper.once('exit', done));
  t.after(() => swapper.kill('SIGKILL'));
  await new Promise(done => swapper.stdout.once('data', done));
  const seconds = Number(process.env['WASI_RACE_SECONDS'] ?? 1);
  const counts = new Map<string, number>();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    for (const path of ['real/secret', 'real/sub/../secret', 'real/sub/secret', './real/secret']) {
      const fd = guest.open(3, path, { rights: READ });
      const result = typeof fd === 'number' ? guest.read(fd) : fd;
      if (typeof fd === 'number') guest.call('fd_close', fd);
      counts.set(result, (counts.get(result) ?? 0) + 1);
    }
    if (typeof guest.call('path_unlink_file', 3, ...guest.put('real/new')) !== 'string') break;
    const made = guest.open(3, 'real/new', { oflags: CREAT, rights: WRITE });
    if (typeof made === 'number') guest.call('fd_close', made);
  }
  assert.equal(counts.get(SECRET), undefined, 'escaped');
  assert.ok((counts.get('inside') ?? 0) > 10, 'nothing was opened at all');
  swapper.kill('SIGKILL');
  // It may still be in the middle of a rename.
  await gone;
  assert.ok(existsSync(join(outside, 'secret')));
  untouched();
});

void test("the host's own processes are out of reach even where the whole disk is open", { skip: !linux && 'there is no /proc' }, t => {
  const files = new LinuxFiles(['/']);
  const guest = new Caller({ preopens: [{ name: '/', files, handle: files.openRoot('/') }] });
  t.after(() => { guest.wasi.close(); });
  for (const path of ['proc/self/mem', 'proc/self/fd/0', `proc/${process.pid}/mem`, `proc/${process.pid}/environ`, 'proc', 'proc/', 'tmp/../proc/self/environ', './proc/version']) {
    const fd = guest.open(3, path, { rights: READ });
    assert.equal(typeof fd, 'string', path);
  }
  assert.throws(() => new LinuxFiles(['/proc/self']).openRoot('/proc/self'));
});

void test('names that Windows takes for something else are refused', () => {
  for (const name of ['a\\b', 'c:', 'file:stream', 'nul', 'NUL.txt', 'con', 'Com1', 'lpt9.log', 'COM¹', 'conin$', 'trailing.', 'trailing ', 'a<b', 'q?', 'x*', '"', 'p|q', 'bell\x07', '..', 'nul .txt']) {
    assert.equal(isWindowsName(name), false, name);
  }
  for (const name of ['a', '.', '.hidden', 'nully', 'con-tact', 'com', 'com10', 'ünïcode', 'a.b.c', 'with space']) assert.equal(isWindowsName(name), true, name);
});

void test('a module without memory, or a call before it, answers FAULT', () => {
  const { wasi } = new Caller();
  const bare = createWasi(wasi.context.options);
  assert.equal((bare.calls['random_get'] as unknown as (a: number, b: number) => number)(0, 4), 21);
});
