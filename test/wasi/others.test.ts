import test from 'node:test';
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backends, CREAT, DIRECTORY, FILE, READ, withFolder } from './caller';

// What others do to the files of a program while it runs.

for (const backend of backends) {
  if (backend === 'memory') continue;
  void test(`${backend}: folders that vanish while they are open`, t => {
    const guest = withFolder(t, backend);
    mkdirSync(join(guest.folder, 'a/b'), { recursive: true });
    writeFileSync(join(guest.folder, 'a/b/file'), 'text');
    const { rights, inheriting } = guest.fdstat(3);
    const dir = guest.opened(3, 'a/b', { oflags: DIRECTORY, rights, inheriting });
    const file = guest.opened(dir, 'file', { rights: FILE });
    // Often enough that every way of being quick is taken.
    for (let i = 0; i < 20; i++) assert.notEqual(typeof guest.pathStat(3, 'a/b/file'), 'string');
    for (let i = 0; i < 20; i++) assert.notEqual(typeof guest.pathStat(dir, 'file'), 'string');
    rmSync(join(guest.folder, 'a'), { recursive: true });
    assert.equal(guest.open(3, 'a/b/file'), 'NOENT');
    for (let i = 0; i < 20; i++) {
      assert.equal(guest.open(dir, 'file'), 'NOENT');
      assert.equal(guest.open(dir, 'new', { oflags: CREAT, rights: FILE }), 'NOENT');
      assert.equal(guest.pathStat(dir, 'file'), 'NOENT');
    }
    assert.equal(guest.call('path_create_directory', dir, ...guest.put('sub')), 'NOENT');
    // The file itself lives as long as it is open.
    assert.equal(guest.read(file), 'text');
    // And what comes in their place is something else.
    mkdirSync(join(guest.folder, 'a/b'), { recursive: true });
    writeFileSync(join(guest.folder, 'a/b/file'), 'other');
    assert.equal(guest.open(dir, 'file'), 'NOENT');
    assert.equal(guest.read(guest.opened(3, 'a/b/file', { rights: READ })), 'other');
  });

  void test(`${backend}: a folder that is moved away and another in its place`, t => {
    const guest = withFolder(t, backend);
    mkdirSync(join(guest.folder, 'a'));
    writeFileSync(join(guest.folder, 'a/file'), 'first');
    const { rights, inheriting } = guest.fdstat(3);
    const dir = guest.opened(3, 'a', { oflags: DIRECTORY, rights, inheriting });
    for (let i = 0; i < 20; i++) assert.equal(guest.read(guest.opened(dir, 'file', { rights: READ })), 'first');
    renameSync(join(guest.folder, 'a'), join(guest.folder, 'moved'));
    mkdirSync(join(guest.folder, 'a'));
    writeFileSync(join(guest.folder, 'a/file'), 'second');
    // By descriptor the folder is where it went; by name only what stands there now is seen, and never the wrong one.
    const found = guest.open(dir, 'file', { rights: READ });
    if (backend === 'walk') assert.equal(found, 'NOENT');
    else assert.equal(typeof found === 'number' ? guest.read(found) : found, 'first');
    assert.equal(guest.read(guest.opened(3, 'a/file', { rights: READ })), 'second');
  });

  void test(`${backend}: files that others append to and cut`, t => {
    const guest = withFolder(t, backend);
    const path = join(guest.folder, 'file');
    writeFileSync(path, 'one ');
    const file = guest.opened(3, 'file', { rights: FILE });
    assert.equal(guest.read(file), 'one ');
    assert.equal(guest.read(file), '');
    appendFileSync(path, 'two');
    assert.equal(guest.read(file), 'two');
    truncateSync(path, 2);
    assert.equal(guest.read(file), '');
    guest.write(file, '!');
    assert.equal(guest.call('fd_seek', file, 0n, 0, guest.room(8)), 'SUCCESS');
    assert.equal(guest.read(file), 'on\0\0\0\0\0!');
  });
}
