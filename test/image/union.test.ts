import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { TarHeader } from '../../src/base/tar';
import { LayerTree } from '../../src/image/tree';
import { pathsOf, unite, type Change } from '../../src/image/union';
import { diveFigures } from '../../src/image/dive';

function layer(text: string): LayerTree {
  const tree = new LayerTree();
  text.trim().split(/\s*\n\s*/).forEach((line, at) => {
    const [name = '', size = '0', mode] = line.split(' ');
    const folder = name.endsWith('/');
    const header: TarHeader = {
      name: folder ? name.slice(0, -1) : name, kind: folder ? 'directory' : 'file', size: Number(size), mode: mode === undefined ? (folder ? 0o755 : 0o644) : parseInt(mode, 8),
      uid: 0, gid: 0, user: '', group: '', mtime: 0, target: '', pax: new Map(),
    };
    tree.add(header, at);
  });
  return tree;
}

const vector = ['etc/\netc/a 1000\netc/b 2000\nusr/\nusr/lib/\nusr/lib/x.so 5000\nusr/lib/y.so 3000\nvar/\nvar/log/',
  'etc/\netc/.wh.b\netc/a 1500\netc/c 700', 'etc/\netc/a 1500\nusr/\nusr/.wh.lib', 'usr/\nusr/lib/\nusr/lib/.wh..wh..opq\nusr/lib/z.so 400'];

void test('the figures of dive are its own, to the last digit', () => {
  const figures = diveFigures(vector.map(text => layer(text)));
  assert.deepEqual(figures, {
    efficiency: 0.7835497835497836, sizeBytes: 15100, userSizeBytes: 4100, wastedBytes: 6000, wastedUserPercent: 1.4634146341463414,
    inefficient: [{ path: '/etc/a', bytes: 4000, count: 3 }, { path: '/etc/b', bytes: 2000, count: 2 }],
  });
});

void test('ours count what is stored and not shown, with who added and who killed it', () => {
  const union = unite(vector.map(text => layer(text)));
  assert.equal(union.live, 2600);
  assert.equal(union.stored - union.live, 12500);
  assert.deepEqual(union.dead, [
    { path: '/etc/b', bytes: 2000, addedBy: 0, killedBy: 1, how: 'deleted' },
    { path: '/etc/a', bytes: 1000, addedBy: 0, killedBy: 1, how: 'overwritten' },
    { path: '/usr/lib/x.so', bytes: 5000, addedBy: 0, killedBy: 2, how: 'deleted' },
    { path: '/usr/lib/y.so', bytes: 3000, addedBy: 0, killedBy: 2, how: 'deleted' },
    { path: '/etc/a', bytes: 1500, addedBy: 1, killedBy: 2, how: 'overwritten' },
  ]);
  assert.deepEqual([...pathsOf(union)].map(each => each.path), ['/etc', '/etc/a', '/etc/c', '/usr', '/usr/lib', '/usr/lib/z.so', '/var', '/var/log']);
});

void test('a whiteout holds for the layers below wherever it stands, and a folder is modified by its owner or mode only', () => {
  const seen: string[] = [];
  const union = unite([layer('a/\na/x 1\nb/\nb/y 2\nc 3'), layer( 'a/\na/new 5\na/.wh..wh..opq\nb/ 0 700\n.wh.missing\nc/\nc/d 4')], {
    change(at: number, path: () => string, change: Change) { if (at === 1) seen.push(`${change} ${path()}`); },
  });
  assert.deepEqual(seen, ['removed /a/x', 'added /a/new', 'modified /b', 'modified /c', 'added /c/d']);
  assert.deepEqual([...pathsOf(union)].map(each => each.path).sort(), ['/a', '/a/new', '/b', '/b/y', '/c', '/c/d']);
});

void test('names that leave the root are left out, and ./ and / are the same as nothing', () => {
  const tree = layer('./a/ 0\n/a/b 1\n../c 2\na/../d 3\n./ 0 700');
  assert.deepEqual([tree.find('/a/b') !== undefined, tree.find('/c'), tree.find('/d'), tree.count], [true, undefined, undefined, 3]);
  assert.equal(tree.entry(0).mode, 0o700);
});

void test('half a million members stay findable', () => {
  const tree = new LayerTree();
  const base = { kind: 'file', size: 1, mode: 0o644, uid: 0, gid: 0, user: '', group: '', mtime: 0, target: '', pax: new Map<string, string>() } as const;
  for (let i = 0; i < 500_000; i++) tree.add({ ...base, name: `usr/share/${String(i >> 10)}/${String(i)}` }, i);
  for (const i of [0, 1023, 1024, 499_999]) assert.equal(tree.order(tree.find(`/usr/share/${String(i >> 10)}/${String(i)}`) ?? -1), i);
});
