import test from 'node:test';
import assert from 'node:assert/strict';
import { backends, CREAT, DIRECTORY, EXCL, FILE, READ, SEEK, STAT, TELL, TRUNC, withFolder, WRITE, type Caller } from './caller';

const mtime = (stat: ReturnType<Caller['pathStat']>) => typeof stat === 'object' ? stat.mtim : -1n;

for (const backend of backends) {
  void test(`${backend}: a file is made, written, read, seeked and told`, t => {
    const guest = withFolder(t, backend);
    const fd = guest.opened(3, 'file', { oflags: CREAT | EXCL, rights: FILE });
    assert.ok(fd > 2);
    assert.equal(guest.write(fd, 'hello ', 'big ', 'world'), 15);
    assert.equal(guest.seek(fd, 0n, 1), 15n);
    assert.equal(guest.seek(fd, 6n, 0), 6n);
    assert.equal(guest.read(fd, 3), 'big');
    assert.equal(guest.seek(fd, -5n, 2), 10n);
    assert.equal(guest.read(fd), 'world');
    assert.equal(guest.read(fd), '');
    assert.equal(guest.seek(fd, -1n, 0), 'INVAL');
    assert.equal(guest.seek(fd, 0n, 3), 'INVAL');
    assert.equal(guest.seek(fd, 100n, 0), 100n);
    assert.equal(guest.read(fd), '');
    assert.equal(guest.write(fd, 'x'), 1);
    const stat = guest.fdStat(fd);
    assert.ok(typeof stat === 'object');
    assert.equal(stat.size, 101n);
    assert.equal(stat.type, 4);
    assert.equal(guest.open(3, 'file', { oflags: CREAT | EXCL, rights: FILE }), 'EXIST');
    guest.do('fd_close', fd);
    assert.equal(guest.call('fd_close', fd), 'BADF');
    assert.equal(guest.read(fd), '!BADF');
  });

  void test(`${backend}: reads and writes need their right, and positions theirs`, t => {
    const guest = withFolder(t, backend);
    guest.do('fd_close', guest.opened(3, 'file', { oflags: CREAT, rights: WRITE }));
    const reader = guest.opened(3, 'file', { rights: READ });
    assert.equal(guest.write(reader, 'x'), 'NOTCAPABLE');
    assert.equal(guest.read(reader), '');
    assert.equal(guest.seek(reader, 0n, 0), 'NOTCAPABLE');
    assert.equal(guest.call('fd_pread', reader, ...guest.iovec(guest.put('xx')), 0n, guest.room(4)), 'NOTCAPABLE');
    assert.equal(guest.fdStat(reader), 'NOTCAPABLE');
    const writer = guest.opened(3, 'file', { rights: WRITE | TELL });
    assert.equal(guest.write(writer, 'abc'), 3);
    assert.equal(guest.read(writer), '!NOTCAPABLE');
    assert.equal(guest.seek(writer, 0n, 1), 3n, 'asking for the position is telling');
    assert.equal(guest.seek(writer, 1n, 1), 'NOTCAPABLE');
  });

  void test(`${backend}: pread and pwrite leave the position alone`, t => {
    const guest = withFolder(t, backend);
    const fd = guest.opened(3, 'file', { oflags: CREAT, rights: FILE });
    guest.write(fd, '0123456789');
    guest.seek(fd, 2n, 0);
    const [at, length] = guest.put('....');
    const result = guest.room(4);
    guest.do('fd_pread', fd, ...guest.iovec([at, 2], [at + 2, length - 2]), 5n, result);
    assert.equal(guest.get(at, 4), '5678');
    guest.do('fd_pwrite', fd, ...guest.iovec(guest.put('AB'), guest.put('C')), 1n, result);
    assert.equal(guest.view.getUint32(result, true), 3);
    assert.equal(guest.read(fd), 'BC456789');
    assert.equal(guest.call('fd_pread', fd, ...guest.iovec([at, 1]), -1n, result), 'INVAL');
  });

  void test(`${backend}: appending writes go to the end, wherever the position is`, t => {
    const guest = withFolder(t, backend);
    const one = guest.opened(3, 'file', { oflags: CREAT, rights: WRITE | SEEK | TELL, flags: 1 });
    assert.equal(guest.write(one, 'ab'), 2);
    assert.equal(guest.seek(one, 0n, 0), 0n);
    assert.equal(guest.write(one, 'cd'), 2);
    assert.equal(guest.seek(one, 0n, 1), 4n);
    guest.do('fd_pwrite', one, ...guest.iovec(guest.put('efg')), 0n, guest.room(4));
    assert.equal(guest.seek(one, 0n, 1), 4n, 'pwrite moves no position');
    const both = guest.opened(3, 'file', { rights: FILE, flags: 1 });
    assert.equal(guest.read(both, 2), 'ab');
    guest.write(both, '!');
    const size = guest.fdStat(both);
    assert.ok(typeof size === 'object' && size.size === 8n);
    assert.equal(guest.seek(both, 0n, 1), 8n);
    assert.equal(guest.fdstat(both).flags, 1);
  });

  void test(`${backend}: truncation by flag, by size, and by allocate, which never shrinks`, t => {
    const guest = withFolder(t, backend);
    const fd = guest.opened(3, 'file', { oflags: CREAT, rights: FILE });
    guest.write(fd, '0123456789');
    guest.do('fd_filestat_set_size', fd, 4n);
    guest.do('fd_allocate', fd, 0n, 2n);
    const size = () => { const stat = guest.fdStat(fd); return typeof stat === 'object' ? stat.size : stat; };
    assert.equal(size(), 4n);
    guest.do('fd_allocate', fd, 2n, 6n);
    assert.equal(size(), 8n);
    guest.seek(fd, 0n, 0);
    assert.equal(guest.read(fd), '0123\0\0\0\0');
    assert.equal(guest.call('fd_allocate', fd, 0n, 0n), 'INVAL');
    guest.do('fd_close', guest.opened(3, 'file', { oflags: TRUNC, rights: WRITE }));
    assert.equal(size(), 0n);
    assert.equal(guest.open(3, '.', { oflags: TRUNC | DIRECTORY }), 'INVAL');
  });

  void test(`${backend}: a directory refuses what only files can`, t => {
    const guest = withFolder(t, backend);
    guest.do('path_create_directory', 3, ...guest.put('dir'));
    for (const fd of [3, guest.opened(3, 'dir', { oflags: DIRECTORY, rights: 1n << 14n }), guest.opened(3, 'dir', { rights: READ | SEEK | TELL })]) {
      const iovec = guest.iovec(guest.put('xx'));
      const result = guest.room(8);
      for (const [name, ...args] of [['fd_read', ...iovec, result], ['fd_pread', ...iovec, 0n, result], ['fd_write', ...iovec, result],
        ['fd_pwrite', ...iovec, 0n, result], ['fd_seek', 0n, 0, result], ['fd_seek', 0n, 1, result], ['fd_tell', result], ['fd_allocate', 0n, 1n],
        ['fd_filestat_set_size', 0n], ['fd_advise', 0n, 0n, 0]] as [string, ...(number | bigint)[]][]) {
        assert.match(guest.call(name, fd, ...args), /^(BADF|NOTCAPABLE)$/, name);
      }
    }
    assert.equal(guest.open(3, 'dir', { rights: READ | WRITE }), 'ISDIR');
    assert.equal(guest.open(3, 'dir', { oflags: CREAT | EXCL }), 'EXIST');
    const rights = guest.fdstat(3).rights;
    assert.equal(rights & (READ | WRITE | SEEK | TELL), 0n);
  });

  void test(`${backend}: a descriptor that is no directory can't be opened from`, t => {
    const guest = withFolder(t, backend);
    const fd = guest.opened(3, 'file', { oflags: CREAT, rights: READ });
    assert.equal(guest.open(fd, 'x'), 'NOTDIR');
    assert.equal(guest.open(1, 'x'), 'NOTDIR');
    assert.equal(guest.open(99, 'x'), 'BADF');
    assert.equal(guest.open(-1, 'x'), 'BADF');
  });

  void test(`${backend}: times are kept to the nanosecond, each by its own flag`, t => {
    const guest = withFolder(t, backend);
    const fd = guest.opened(3, 'file', { oflags: CREAT, rights: FILE });
    const old = guest.fdStat(fd);
    assert.ok(typeof old === 'object');
    guest.do('fd_filestat_set_times', fd, 0n, 1700000000123456789n, 4);
    let stat = guest.fdStat(fd);
    assert.ok(typeof stat === 'object');
    assert.equal(stat.mtim, 1700000000123456789n);
    assert.equal(stat.atim, old.atim);
    guest.do('path_filestat_set_times', 3, 1, ...guest.put('file'), 1600000000000000001n, 0n, 1);
    stat = guest.pathStat(3, 'file');
    assert.ok(typeof stat === 'object');
    assert.equal(stat.atim, 1600000000000000001n);
    assert.equal(stat.mtim, 1700000000123456789n);
    guest.do('path_symlink', ...guest.put('file'), 3, ...guest.put('link'));
    guest.do('path_filestat_set_times', 3, 0, ...guest.put('link'), 0n, 1500000000000000007n, 4);
    const link = guest.pathStat(3, 'link', false);
    assert.ok(typeof link === 'object');
    assert.equal(link.mtim, 1500000000000000007n);
    assert.equal(mtime(guest.pathStat(3, 'link')), 1700000000123456789n);
    guest.do('path_filestat_set_times', 3, 1, ...guest.put('.'), 0n, 1400000000000000009n, 4);
    assert.equal(mtime(guest.pathStat(3, '.')), 1400000000000000009n);
    guest.do('fd_filestat_set_times', fd, 0n, 0n, 8);
    assert.ok(mtime(guest.fdStat(fd)) > old.mtim - 1000000000n);
    assert.equal(guest.call('fd_filestat_set_times', fd, 0n, 0n, 12), 'INVAL');
    assert.equal(guest.call('fd_filestat_set_times', fd, 0n, 0n, 3), 'INVAL');
    assert.equal(guest.call('fd_filestat_set_times', fd, 0n, 0n, 16), 'INVAL');
  });

  void test(`${backend}: renumber moves, closes its target, and needs both`, t => {
    const guest = withFolder(t, backend);
    const a = guest.opened(3, 'a', { oflags: CREAT, rights: FILE });
    const b = guest.opened(3, 'b', { oflags: CREAT, rights: FILE });
    guest.write(a, 'from a');
    const inode = (guest.fdStat(a) as { inode: bigint }).inode;
    guest.do('fd_renumber', a, b);
    assert.equal((guest.fdStat(b) as { inode: bigint }).inode, inode);
    assert.equal(guest.seek(b, 0n, 1), 6n);
    assert.equal(guest.call('fd_renumber', a, b), 'BADF');
    assert.equal(guest.call('fd_renumber', b, a), 'BADF');
    guest.do('fd_renumber', b, b);
    guest.do('fd_renumber', b, 3);
    assert.equal(guest.call('fd_prestat_get', 3, guest.room(8)), 'BADF', 'no preopen any more');
    assert.equal(guest.seek(3, 0n, 0), 0n);
  });

  void test(`${backend}: rights shrink and never grow, for the descriptor and what it opens`, t => {
    const guest = withFolder(t, backend);
    const { rights, inheriting } = guest.fdstat(3);
    guest.do('fd_close', guest.opened(3, 'file', { oflags: CREAT, rights: FILE }));
    const fd = guest.opened(3, 'file', { rights: READ | SEEK | STAT });
    guest.do('fd_fdstat_set_rights', fd, READ, 0n);
    assert.equal(guest.fdstat(fd).rights, READ);
    assert.equal(guest.call('fd_fdstat_set_rights', fd, READ | SEEK, 0n), 'NOTCAPABLE');
    guest.do('fd_fdstat_set_rights', 3, rights & ~(1n << 19n), inheriting & ~WRITE);
    assert.equal(guest.open(3, 'file', { rights: WRITE }), 'NOTCAPABLE');
    assert.equal(guest.open(3, 'file', { oflags: TRUNC }), 'NOTCAPABLE', 'TRUNC needs path_filestat_set_size');
    assert.equal(guest.open(3, 'file', { rights: 1n << 40n }), 'NOTCAPABLE');
    guest.do('fd_fdstat_set_rights', 3, rights & ~((1n << 19n) | (1n << 10n)), inheriting & ~WRITE);
    assert.equal(guest.open(3, 'new', { oflags: CREAT }), 'NOTCAPABLE');
  });

  void test(`${backend}: a read-only preopen lets everything be read and nothing changed`, t => {
    const guest = withFolder(t, backend);
    guest.write(guest.opened(3, 'file', { oflags: CREAT, rights: FILE }), 'data');
    guest.do('path_create_directory', 3, ...guest.put('dir'));
    const { files, handle } = guest.wasi.context.options.preopens[0]!;
    const reader = withFolder(t, backend, { preopens: [{ name: '/', files, handle, readonly: true }] });
    assert.equal(reader.read(reader.opened(3, 'file', { rights: READ })), 'data');
    assert.equal(reader.open(3, 'file', { rights: READ | WRITE }), 'ROFS');
    assert.equal(reader.open(3, 'file', { oflags: TRUNC }), 'ROFS');
    assert.equal(reader.open(3, 'new', { oflags: CREAT }), 'ROFS');
    assert.equal(typeof reader.open(3, 'file', { oflags: CREAT }), 'number');
    const dir = reader.opened(3, 'dir', { oflags: DIRECTORY });
    for (const fd of [3, dir]) {
      if (fd === dir) continue;
      const file = reader.put('file');
      const fresh = reader.put('new');
      assert.equal(reader.call('path_create_directory', fd, ...fresh), 'ROFS');
      assert.equal(reader.call('path_unlink_file', fd, ...file), 'ROFS');
      assert.equal(reader.call('path_remove_directory', fd, ...reader.put('dir')), 'ROFS');
      assert.equal(reader.call('path_rename', fd, ...file, fd, ...fresh), 'ROFS');
      assert.equal(reader.call('path_link', fd, 0, ...file, fd, ...fresh), 'ROFS');
      assert.equal(reader.call('path_symlink', ...file, fd, ...fresh), 'ROFS');
      assert.equal(reader.call('path_filestat_set_times', fd, 0, ...file, 0n, 0n, 4), 'ROFS');
    }
    const below = reader.opened(3, 'dir', { oflags: DIRECTORY, rights: reader.fdstat(3).rights, inheriting: reader.fdstat(3).inheriting });
    assert.equal(reader.open(below, 'x', { oflags: CREAT, rights: WRITE }), 'ROFS');
    assert.equal(reader.call('path_create_directory', below, ...reader.put('x')), 'ROFS');
    assert.equal(reader.call('fd_filestat_set_times', reader.opened(3, 'file', { rights: 1n << 23n }), 0n, 0n, 4), 'ROFS');
  });
}
