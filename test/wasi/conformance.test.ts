import test from 'node:test';
import assert from 'node:assert/strict';
import { backends, CREAT, DIRECTORY, READ, SEEK, TELL, TRUNC, withFolder, WRITE, type Caller } from './caller';

// What the conformance suite's hardest cases ask of a host, in one place and on every backend: those that other hosts fail.

const SET_SIZE = 1n << 22n, PATH_SET_SIZE = 1n << 19n, PATH_STAT = 1n << 18n, LINKS = 3n << 11n, UNLINK = 1n << 26n, OPEN = 1n << 13n, STAT = 1n << 21n;
const MTIM = 4, MTIM_NOW = 8, ATIM = 1, ATIM_NOW = 2;
const APPEND = 1, NONBLOCK = 4, SYNC = 16;

/** A directory of the guest's own, opened with all that its parent may pass on. */
function own(guest: Caller): number {
  guest.do('path_create_directory', 3, ...guest.put('own'));
  const { rights, inheriting } = guest.fdstat(3);
  return guest.opened(3, 'own', { oflags: DIRECTORY, rights, inheriting });
}
const touch = (guest: Caller, dir: number, name: string): void => { guest.do('fd_close', guest.opened(dir, name, { oflags: CREAT, follow: false })); };
const times = (guest: Caller, dir: number, name: string, mtim: bigint, flags: number, follow = false) =>
  guest.call('path_filestat_set_times', dir, follow ? 1 : 0, ...guest.put(name), 0n, mtim, flags);
const found = (guest: Caller, dir: number, name: string, follow = false) => {
  const stat = guest.pathStat(dir, name, follow);
  if (typeof stat === 'string') throw new Error(`${name}: ${stat}`);
  return stat;
};

for (const backend of backends) {
  void test(`${backend}: a preopen is opened again with its own rights, with none, to read, but not to write`, t => {
    const guest = withFolder(t, backend);
    const { rights, inheriting } = guest.fdstat(3);
    for (const wish of [{ rights, inheriting }, {}, { oflags: DIRECTORY }, { oflags: DIRECTORY, rights: READ }, { flags: NONBLOCK }]) {
      assert.equal(typeof guest.open(3, '.', { follow: false, ...wish }), 'number', JSON.stringify(wish, (_, value: unknown) => String(value)));
    }
    assert.equal(guest.open(3, '.', { oflags: DIRECTORY, rights: READ | WRITE, follow: false }), 'ISDIR');
    const seeking = guest.opened(3, '.', { oflags: DIRECTORY, rights: SEEK });
    assert.equal(guest.fdstat(seeking).rights & SEEK, 0n);
    assert.match(String(guest.seek(seeking, 0n, 1)), /^(BADF|ISDIR|NOTCAPABLE)$/);
  });

  void test(`${backend}: truncating by path needs the directory's right alone`, t => {
    const guest = withFolder(t, backend);
    const dir = own(guest);
    touch(guest, dir, 'file');
    const { rights, inheriting, flags } = guest.fdstat(dir);
    assert.deepEqual([flags, rights & SET_SIZE, rights & PATH_SET_SIZE], [0, 0n, PATH_SET_SIZE]);
    guest.opened(dir, 'file', { oflags: TRUNC, follow: false });
    guest.do('fd_fdstat_set_rights', dir, rights, inheriting & ~SET_SIZE);
    guest.opened(dir, 'file', { oflags: TRUNC, follow: false });
    guest.do('fd_fdstat_set_rights', dir, rights & ~PATH_SET_SIZE, inheriting & ~SET_SIZE);
    assert.equal(guest.fdstat(dir).rights & PATH_SET_SIZE, 0n);
    assert.equal(guest.open(dir, 'file', { oflags: TRUNC, follow: false }), 'NOTCAPABLE');
  });

  void test(`${backend}: flags are told as they were asked for, and turned off`, t => {
    const guest = withFolder(t, backend);
    const dir = own(guest);
    const fd = guest.opened(dir, 'file', { oflags: CREAT, rights: READ | WRITE | PATH_STAT, flags: APPEND | SYNC, follow: false });
    assert.equal(guest.fdstat(fd).flags & (APPEND | SYNC), APPEND | SYNC);
    const plain = guest.opened(dir, 'other', { oflags: CREAT, rights: READ | WRITE | SEEK | TELL | (1n << 3n), flags: APPEND, follow: false });
    guest.write(plain, 'aaaa');
    guest.seek(plain, 0n, 0);
    guest.write(plain, 'bb');
    assert.equal(guest.call('fd_fdstat_set_flags', plain, 0), backend === 'walk' ? 'NOTSUP' : 'SUCCESS');
    if (backend === 'walk') return;
    guest.seek(plain, 0n, 0);
    guest.write(plain, 'c');
    guest.seek(plain, 0n, 0);
    assert.equal(guest.read(plain), 'caaabb');
  });

  void test(`${backend}: times to the nanosecond, of a link itself and through it`, t => {
    const guest = withFolder(t, backend);
    const dir = own(guest);
    touch(guest, dir, 'file');
    guest.do('path_symlink', ...guest.put('file'), dir, ...guest.put('link'));
    const [file, link] = [found(guest, dir, 'file'), found(guest, dir, 'link')];
    assert.equal(times(guest, dir, 'link', link.mtim - 200n, MTIM), 'SUCCESS');
    assert.deepEqual([found(guest, dir, 'link').mtim, found(guest, dir, 'file').mtim, found(guest, dir, 'link', true).mtim], [link.mtim - 200n, file.mtim, file.mtim]);
    assert.equal(times(guest, dir, 'link', link.mtim - 77n, MTIM, true), 'SUCCESS');
    assert.equal(found(guest, dir, 'file').mtim, link.mtim - 77n);
    for (const flags of [MTIM | MTIM_NOW, ATIM | ATIM_NOW]) assert.equal(times(guest, dir, 'file', 5n, flags), 'INVAL');
    assert.equal(found(guest, dir, 'file').mtim, link.mtim - 77n);
  });

  void test(`${backend}: a link is never followed unasked, whatever it leads to`, t => {
    const guest = withFolder(t, backend);
    const dir = own(guest);
    const link = (target: string) => { guest.do('path_symlink', ...guest.put(target), dir, ...guest.put('link')); };
    const opens = (oflags: number, follow: boolean) => { const fd = guest.open(dir, 'link', { oflags, follow }); return typeof fd === 'number' ? 'opened' : fd; };
    link('target');
    assert.match(opens(DIRECTORY, false), /^(NOTDIR|LOOP)$/);
    assert.equal(opens(0, false), 'LOOP');
    guest.do('path_create_directory', dir, ...guest.put('target'));
    assert.match(opens(DIRECTORY, false), /^(NOTDIR|LOOP)$/);
    assert.deepEqual([opens(0, false), opens(DIRECTORY, true)], ['LOOP', 'opened']);
    guest.do('path_remove_directory', dir, ...guest.put('target'));
    touch(guest, dir, 'target');
    assert.match(opens(DIRECTORY, false), /^(NOTDIR|LOOP)$/);
    assert.deepEqual([opens(0, false), opens(DIRECTORY, true), opens(0, true)], ['LOOP', 'NOTDIR', 'opened']);
    guest.do('path_unlink_file', dir, ...guest.put('link'));
    link('link');
    assert.deepEqual([opens(0, false), opens(0, true)], ['LOOP', 'LOOP']);
  });

  void test(`${backend}: a hard link is the same file with the same rights`, t => {
    const guest = withFolder(t, backend);
    const dir = own(guest);
    const rights = READ | LINKS | STAT | OPEN | UNLINK;
    const file = guest.opened(dir, 'file', { oflags: CREAT, rights, inheriting: rights, follow: false });
    guest.do('path_create_directory', dir, ...guest.put('sub'));
    const sub = guest.opened(dir, 'sub', { oflags: DIRECTORY, rights, inheriting: rights, follow: false });
    for (const into of [dir, sub]) {
      guest.do('path_link', dir, 0, ...guest.put('file'), into, ...guest.put('link'));
      const linked = guest.opened(into, 'link', { rights, inheriting: rights, follow: false });
      assert.deepEqual(guest.fdStat(linked), guest.fdStat(file));
      assert.deepEqual(guest.fdstat(linked), guest.fdstat(file));
      guest.do('fd_close', linked);
      guest.do('path_unlink_file', into, ...guest.put('link'));
    }
    const links = (from: string, to: string, follow = 0) => guest.call('path_link', dir, follow, ...guest.put(from), dir, ...guest.put(to));
    assert.deepEqual([links('file', 'file'), links('file', 'sub'), links('sub', 'link'), links('file', 'link/'), links('file', 'link', 1)], ['EXIST', 'EXIST', 'PERM', 'NOENT', 'INVAL']);
    guest.do('path_symlink', ...guest.put('nowhere'), dir, ...guest.put('dangling'));
    assert.deepEqual([links('file', 'dangling'), links('dangling', 'copied')], ['EXIST', 'SUCCESS']);
  });

  void test(`${backend}: renumbering over a preopen, and what a directory is not`, t => {
    const guest = withFolder(t, backend);
    const dir = own(guest);
    const before = guest.fdStat(dir);
    guest.do('fd_renumber', dir, 3);
    assert.deepEqual([guest.fdStat(3), guest.call('fd_fdstat_get', dir, guest.room(24))], [before, 'BADF']);
    const iovec = () => guest.iovec([guest.room(16), 16]);
    const refused = [
      guest.call('fd_read', 3, ...iovec(), guest.room(4)), guest.call('fd_pread', 3, ...iovec(), 0n, guest.room(4)), guest.call('fd_write', 3, ...iovec(), guest.room(4)),
      guest.call('fd_pwrite', 3, ...iovec(), 0n, guest.room(4)), guest.call('fd_tell', 3, guest.room(8)), guest.call('fd_allocate', 3, 0n, 1n), guest.call('fd_filestat_set_size', 3, 0n),
      ...[0, 1, 2].map(whence => String(guest.seek(3, 0n, whence))),
    ];
    assert.deepEqual(refused.filter(errno => !['BADF', 'ISDIR', 'NOTCAPABLE'].includes(errno)), []);
  });
}
