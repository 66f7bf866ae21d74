import test from 'node:test';
import assert from 'node:assert/strict';
import { backends, CREAT, DIRECTORY, EXCL, FILE, READ, withFolder, type Caller } from './caller';

const make = (guest: Caller, path: string, text = '') => {
  const fd = guest.opened(3, path, { oflags: CREAT, rights: FILE });
  guest.write(fd, text);
  guest.do('fd_close', fd);
};
const mkdir = (guest: Caller, path: string) => guest.call('path_create_directory', 3, ...guest.put(path));
const rmdir = (guest: Caller, path: string) => guest.call('path_remove_directory', 3, ...guest.put(path));
const unlink = (guest: Caller, path: string) => guest.call('path_unlink_file', 3, ...guest.put(path));
const symlink = (guest: Caller, target: string, path: string) => guest.call('path_symlink', ...guest.put(target), 3, ...guest.put(path));
const link = (guest: Caller, from: string, to: string) => guest.call('path_link', 3, 0, ...guest.put(from), 3, ...guest.put(to));
const rename = (guest: Caller, from: string, to: string) => guest.call('path_rename', 3, ...guest.put(from), 3, ...guest.put(to));
const isOpen = (fd: number | string) => typeof fd === 'number' ? 'open' : fd;

for (const backend of backends) {
  void test(`${backend}: odd paths lead where POSIX says`, t => {
    const guest = withFolder(t, backend);
    assert.equal(mkdir(guest, 'dir'), 'SUCCESS');
    assert.equal(mkdir(guest, 'dir/nested/'), 'SUCCESS');
    make(guest, 'dir/nested/file', 'x');
    for (const [path, expected] of Object.entries({
      '/dir/nested/file': 'NOTCAPABLE', 'dir/.//nested/../../dir/nested/../nested///./file': 'open', 'dir/nested/file/': 'NOTDIR',
      'dir/nested/file///': 'NOTDIR', 'dir/nested/': 'open', 'dir/nested///': 'open', 'dir/nested/../../../x': 'NOTCAPABLE', '..': 'NOTCAPABLE',
      '.': 'open', './': 'open', 'dir/..': 'open', 'dir/../..': 'NOTCAPABLE', '': 'NOENT', 'dir/nested/file\0': 'ILSEQ', 'dir/nested/file/x': 'NOTDIR',
      'dir/missing/x': 'NOENT', 'missing': 'NOENT', 'missing/': 'NOENT', 'dir/nested/file/..': 'NOTDIR', ['x'.repeat(300)]: 'NAMETOOLONG',
    })) {
      if (backend === 'memory' && expected === 'NAMETOOLONG') continue;
      assert.equal(isOpen(guest.open(3, path)), expected, JSON.stringify(path));
    }
    const [at] = guest.put(new Uint8Array([0x66, 0xff, 0xfe]));
    assert.equal(guest.call('path_open', 3, 0, at, 3, 0, 0n, 0n, 0, guest.room(4)), 'ILSEQ');
    assert.equal(guest.open(3, 'dir', { oflags: 16 }), 'INVAL');
    assert.equal(guest.open(3, 'dir', { flags: 64 }), 'INVAL');
    const dir = guest.opened(3, 'dir', { oflags: DIRECTORY, rights: guest.fdstat(3).rights, inheriting: guest.fdstat(3).inheriting });
    assert.equal(guest.open(dir, '../dir/nested/file'), 'NOTCAPABLE', 'a directory is a sandbox, not only a preopen');
    assert.equal(isOpen(guest.open(dir, 'nested/file', { rights: READ })), 'open');
  });

  void test(`${backend}: names with spaces, quotes, unicode, and what a decoder replaces`, t => {
    const guest = withFolder(t, backend);
    for (const name of ['a b', "it's", 'ü→😀', '\ufffd', 'x\ny', '-', '...', ' ']) {
      make(guest, name, name);
      assert.equal(guest.read(guest.opened(3, name, { rights: READ })), name);
    }
    assert.deepEqual(new Set(guest.readdir(guest.opened(3, '.', { rights: 1n << 14n }), 0n, 4096).entries.map(entry => entry.name)),
      new Set(['.', '..', 'a b', "it's", 'ü→😀', '\ufffd', 'x\ny', '-', '...', ' ']));
  });

  void test(`${backend}: symbolic links are followed inside, as far as 40`, t => {
    const guest = withFolder(t, backend);
    mkdir(guest, 'a');
    mkdir(guest, 'a/b');
    make(guest, 'a/b/file', 'deep');
    assert.equal(symlink(guest, 'a/b', 'short'), 'SUCCESS');
    assert.equal(symlink(guest, '../b/./file', 'a/b/up'), 'SUCCESS');
    assert.equal(symlink(guest, '../../short/up', 'a/b/chain'), 'SUCCESS');
    assert.equal(guest.read(guest.opened(3, 'short/chain', { rights: READ })), 'deep');
    assert.equal(guest.read(guest.opened(3, 'a/b/chain', { rights: READ })), 'deep', 'a link that climbs above its own folder, inside the preopen');
    assert.equal(guest.open(3, 'short/chain', { follow: false }), 'LOOP');
    assert.equal(guest.open(3, 'short', { follow: false, oflags: DIRECTORY }), 'LOOP');
    assert.equal(isOpen(guest.open(3, 'short/', { follow: false, oflags: DIRECTORY })), 'open');
    assert.equal(guest.open(3, 'a/b/up', { oflags: DIRECTORY }), 'NOTDIR');
    assert.equal((guest.pathStat(3, 'short', false) as { type: number }).type, 7);
    assert.equal((guest.pathStat(3, 'short') as { type: number }).type, 3);
    assert.equal(symlink(guest, 'loop', 'loop'), 'SUCCESS');
    assert.equal(guest.open(3, 'loop'), 'LOOP');
    assert.equal(guest.open(3, 'loop/x'), 'LOOP');
    assert.equal(guest.pathStat(3, 'loop'), 'LOOP');
    for (let i = 0; i < 41; i++) symlink(guest, i === 0 ? 'a' : `l${i - 1}`, `l${i}`);
    assert.equal(isOpen(guest.open(3, 'l39')), 'open');
    assert.equal(guest.open(3, 'l40'), 'LOOP');
  });

  void test(`${backend}: dangling links`, t => {
    const guest = withFolder(t, backend);
    assert.equal(symlink(guest, 'target', 'link'), 'SUCCESS');
    assert.equal(symlink(guest, 'other', 'link'), 'EXIST');
    assert.equal(guest.open(3, 'link'), 'NOENT');
    assert.equal(guest.open(3, 'link', { follow: false }), 'LOOP');
    assert.equal(guest.open(3, 'link', { oflags: CREAT | EXCL }), 'EXIST');
    assert.equal(guest.open(3, 'link', { oflags: CREAT, follow: false }), 'LOOP');
    guest.write(guest.opened(3, 'link', { oflags: CREAT, rights: FILE }), 'made');
    assert.equal(guest.read(guest.opened(3, 'target', { rights: READ })), 'made', 'creating through a link makes its target');
    assert.equal(symlink(guest, '../outside', 'out'), 'SUCCESS', 'the text of a link is not resolved when it is made');
    assert.equal(guest.open(3, 'out', { oflags: CREAT, rights: FILE }), 'NOTCAPABLE');
    assert.equal(symlink(guest, '/etc', 'absolute'), 'NOTCAPABLE');
    assert.equal(symlink(guest, '', 'empty'), 'NOENT');
  });

  void test(`${backend}: readlink gives what fits`, t => {
    const guest = withFolder(t, backend);
    symlink(guest, 'some/target', 'link');
    make(guest, 'file');
    const read = (path: string, size: number) => {
      const at = guest.room(64);
      const result = guest.room(4);
      const errno = guest.call('path_readlink', 3, ...guest.put(path), at, size, result);
      return errno === 'SUCCESS' ? guest.get(at, guest.view.getUint32(result, true)) : errno;
    };
    assert.equal(read('link', 64), 'some/target');
    assert.equal(read('link', 4), 'some');
    assert.equal(read('link', 0), '');
    assert.equal(read('file', 64), 'INVAL');
    assert.equal(read('.', 64), 'INVAL');
    assert.equal(read('missing', 64), 'NOENT');
  });

  void test(`${backend}: making and removing directories`, t => {
    const guest = withFolder(t, backend);
    mkdir(guest, 'dir');
    make(guest, 'dir/file');
    assert.equal(mkdir(guest, 'dir'), 'EXIST');
    assert.equal(mkdir(guest, '.'), 'EXIST');
    assert.equal(mkdir(guest, 'missing/x'), 'NOENT');
    assert.equal(rmdir(guest, 'dir'), 'NOTEMPTY');
    assert.equal(rmdir(guest, 'dir/file'), 'NOTDIR');
    assert.equal(rmdir(guest, 'dir/file/'), 'NOTDIR');
    assert.equal(rmdir(guest, 'dir/.'), 'INVAL');
    assert.equal(rmdir(guest, 'missing'), 'NOENT');
    assert.equal(unlink(guest, 'dir'), 'ISDIR');
    assert.equal(unlink(guest, 'dir/'), 'ISDIR');
    assert.equal(unlink(guest, 'dir/file/'), 'NOTDIR');
    assert.equal(unlink(guest, 'dir/file'), 'SUCCESS');
    assert.equal(unlink(guest, 'dir/file'), 'NOENT');
    symlink(guest, 'dir', 'link');
    assert.equal(rmdir(guest, 'link'), 'NOTDIR');
    assert.equal(unlink(guest, 'link/'), backend === 'memory' ? 'NOTDIR' : 'NOTDIR');
    assert.equal(unlink(guest, 'link'), 'SUCCESS');
    assert.equal(rmdir(guest, 'dir/'), 'SUCCESS');
  });

  void test(`${backend}: hard links`, t => {
    const guest = withFolder(t, backend);
    make(guest, 'file', 'x');
    mkdir(guest, 'dir');
    assert.equal(link(guest, 'file', 'dir/link'), 'SUCCESS');
    const [one, two] = [guest.pathStat(3, 'file'), guest.pathStat(3, 'dir/link')];
    assert.deepEqual(one, two);
    assert.equal((one as { links: bigint }).links, 2n);
    assert.equal(link(guest, 'file', 'file'), 'EXIST');
    assert.equal(link(guest, 'file', 'dir'), 'EXIST');
    assert.equal(link(guest, 'file', 'dir/'), 'EXIST');
    assert.equal(link(guest, 'file', 'new/'), 'NOENT');
    assert.equal(link(guest, 'file', 'dir/link/'), 'NOTDIR');
    assert.equal(link(guest, 'dir', 'new'), 'PERM');
    assert.equal(link(guest, 'missing', 'new'), 'NOENT');
    symlink(guest, 'nowhere', 'dangling');
    assert.equal(link(guest, 'dangling', 'linked'), 'SUCCESS', 'the link itself, not what it names');
    assert.equal((guest.pathStat(3, 'linked', false) as { type: number }).type, 7);
    assert.equal(link(guest, 'file', 'dangling'), 'EXIST');
    assert.equal(guest.call('path_link', 3, 1, ...guest.put('dangling'), 3, ...guest.put('new')), 'INVAL');
  });

  void test(`${backend}: renaming files and directories`, t => {
    const guest = withFolder(t, backend);
    make(guest, 'file', 'f');
    make(guest, 'other', 'o');
    for (const dir of ['dir', 'dir/sub', 'empty']) mkdir(guest, dir);
    assert.equal(rename(guest, 'file', 'file'), 'SUCCESS');
    assert.equal(rename(guest, 'file', 'other'), 'SUCCESS');
    assert.equal(guest.pathStat(3, 'file'), 'NOENT');
    assert.equal(guest.read(guest.opened(3, 'other', { rights: READ })), 'f');
    assert.equal(rename(guest, 'missing', 'x'), 'NOENT');
    assert.equal(rename(guest, 'other', 'dir'), 'ISDIR');
    assert.equal(rename(guest, 'dir', 'other'), 'NOTDIR');
    assert.equal(rename(guest, 'empty', 'dir'), 'NOTEMPTY');
    assert.equal(rename(guest, 'dir', 'dir/sub/inside'), 'INVAL');
    assert.equal(rename(guest, 'other', 'new/'), 'NOTDIR');
    assert.equal(rename(guest, 'other/', 'new'), 'NOTDIR');
    assert.equal(rename(guest, '.', 'new'), 'BUSY');
    assert.equal(rename(guest, 'dir/..', 'new'), 'BUSY');
    assert.equal(rename(guest, 'dir/', 'moved/'), 'SUCCESS');
    assert.equal(rename(guest, 'moved', 'empty'), 'SUCCESS', 'an empty directory is replaced');
    assert.equal((guest.pathStat(3, 'empty/sub') as { type: number }).type, 3);
    make(guest, 'empty/sub/seen', 'cached parent');
    assert.equal(rename(guest, 'empty', 'later'), 'SUCCESS');
    assert.equal(guest.open(3, 'empty/sub/seen'), 'NOENT', 'what was moved is not found where it was');
    assert.equal(guest.read(guest.opened(3, 'later/sub/seen', { rights: READ })), 'cached parent');
  });

  void test(`${backend}: new names with trailing slashes`, t => {
    const guest = withFolder(t, backend);
    make(guest, 'file');
    mkdir(guest, 'dir');
    assert.equal(symlink(guest, 'x', 'new/'), 'NOENT');
    assert.equal(symlink(guest, 'x', 'dir/'), 'EXIST');
    assert.equal(symlink(guest, 'x', 'file/'), 'NOTDIR');
    assert.equal(symlink(guest, 'x', '.'), 'EXIST');
  });

  void test(`${backend}: a directory is listed in pieces, from any cookie`, t => {
    const guest = withFolder(t, backend);
    mkdir(guest, 'dir');
    const dir = guest.opened(3, 'dir', { oflags: DIRECTORY, rights: guest.fdstat(3).rights, inheriting: guest.fdstat(3).inheriting });
    const empty = guest.readdir(dir, 0n, 256);
    assert.deepEqual(empty.entries.map(entry => [entry.name, entry.type]), [['.', 3], ['..', 3]]);
    assert.equal(empty.entries[0]!.inode, (guest.fdStat(dir) as { inode: bigint }).inode);
    assert.ok(empty.used < 256);
    for (let i = 0; i < 200; i++) make(guest, `dir/file.${i}`);
    symlink(guest, 'nowhere', 'dir/link');
    const names: string[] = [];
    let cookie = 0n;
    for (;;) {
      const { entries, used } = guest.readdir(dir, cookie, 256);
      names.push(...entries.map(entry => entry.name));
      if (used < 256) break;
      cookie = entries[entries.length - 1]!.next;
    }
    assert.equal(names.length, 203);
    assert.equal(new Set(names).size, 203);
    const all = guest.readdir(dir, 0n, 16384);
    assert.equal(all.entries.find(entry => entry.name === 'link')!.type, 7);
    const again = guest.readdir(dir, all.entries[5]!.next, 16384);
    assert.equal(again.entries[0]!.name, all.entries[6]!.name);
    assert.equal(guest.readdir(dir, 100000n, 256).used, 0);
    assert.equal(guest.readdir(dir, 0n, 10).used, 10, 'even a header is cut, so that the buffer is full');
    assert.equal(guest.call('fd_readdir', 1, 0, 0, 0n, guest.room(4)), 'NOTDIR');
  });
}
