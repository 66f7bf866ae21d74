import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { TarHeader } from '../../src/base/tar';
import { changesOf } from '../../src/image/explore/changes';
import { rootStack, seen, totalOf, treeOf, walk } from '../../src/image/explore/folders';
import { list, type EntryRow, type Mode } from '../../src/image/explore/listing';
import { LayerTree } from '../../src/image/tree';
import { pathsOf, unite } from '../../src/image/union';

function member(name: string, size: number, mode?: number): TarHeader {
  const folder = name.endsWith('/');
  return {
    name: folder ? name.slice(0, -1) : name, kind: folder ? 'directory' : 'file', size: folder ? 0 : size, mode: mode ?? (folder ? 0o755 : 0o644),
    uid: 0, gid: 0, user: '', group: '', mtime: 0, target: '', pax: new Map(),
  };
}

function layerOf(lines: readonly string[]): LayerTree {
  const tree = new LayerTree();
  lines.forEach((line, at) => {
    const [name = '', size = '0'] = line.split(' ');
    tree.add(member(name, Number(size)), at);
  });
  return tree;
}

/** Small numbers that repeat for a seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

function randomLayers(seed: number): LayerTree[] {
  const pick = numbers(seed);
  const name = (): string => 'abc'[pick(3)] ?? 'a';
  return Array.from({ length: 4 }, () => layerOf(Array.from({ length: 12 }, () => {
    const folder = Array.from({ length: pick(3) }, name).map(each => each + '/').join('');
    switch (pick(6)) {
      case 0: return `${folder}.wh.${name()}`;
      case 1: return `${folder}.wh..wh..opq`;
      case 2: case 3: return `${folder}${name()}/`;
      default: return `${folder}${name()} ${String(1 + pick(9))}`;
    }
  })));
}

void test('folders laid out on demand are the union, and changes are counted alike, for 500 random images', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const layers = randomLayers(seed);
    for (let last = 0; last < layers.length; last++) {
      const union = unite(layers.slice(0, last + 1));
      const wanted = [...pathsOf(union)].map(({ path, node }) => `${path} ${String(node.layer)} ${String(layers[node.layer]?.size(node.index))}`).sort();
      const found: string[] = [];
      walk(layers, rootStack(last), '/', (path, stack) => {
        const part = seen(layers, stack);
        found.push(`${path} ${String(part.layer)} ${String(treeOf(layers, part.layer).size(part.index))}`);
        return true;
      });
      assert.deepEqual(found.sort(), wanted, `seed ${String(seed)}, layer ${String(last)}`);
      assert.equal(totalOf(layers, rootStack(last)), union.live, `seed ${String(seed)}, bytes after layer ${String(last)}`);
      const { added, modified, removed } = changesOf(layers, last);
      assert.deepEqual({ added, modified, removed, bytes: union.changes[last]?.bytes }, union.changes[last], `seed ${String(seed)}, changes of layer ${String(last)}`);
    }
  }
});

const image = [layerOf(['bin/', 'bin/sh 100', 'etc/', 'etc/passwd 10', 'etc/old 5', 'var/cache/x 7', 'var/cache/y 8']), layerOf(['etc/.wh.old', 'etc/passwd 12', 'app/', 'app/main.wasm 500', 'var/cache/', 'var/cache/.wh..wh..opq', 'var/cache/z 1'])];

function rows(mode: Mode, path: string, more: Partial<Parameters<typeof list>[1]> = {}): string[] {
  const { rows: found } = list({ layers: image, changes: changesOf(image, 1), memory: new Map() }, { layer: 1, mode, path, sort: 'name', from: 0, count: 100, ...more });
  return found.map((row: EntryRow) => `${row.name} ${String(row.change)} ${String(row.size)} ${String(row.layer)}${row.opens ? ' >' : ''}`);
}

void test('a layer lists its own changes, with what it removed', () => {
  assert.deepEqual(rows('changes', '/'), ['app added 500 1 >', 'etc none 12 1 >', 'var none 1 1 >']);
  assert.deepEqual(rows('changes', '/etc'), ['old removed 5 0', 'passwd modified 12 1']);
  assert.deepEqual(rows('changes', '/var/cache'), ['x removed 7 0', 'y removed 8 0', 'z added 1 1']);
});

void test('the file system after a layer lists what is there, from whichever layer', () => {
  assert.deepEqual(rows('files', '/'), ['app added 500 1 >', 'bin none 100 0 >', 'etc none 12 0 >', 'var none 1 0 >']);
  assert.deepEqual(rows('files', '/etc'), ['passwd modified 12 1']);
  assert.deepEqual(rows('files', '/bin'), ['sh none 100 0']);
});

void test('rows are sorted by size and change, filtered by text, pattern and change, and cut to pages', () => {
  assert.deepEqual(rows('files', '/', { sort: 'size' }).map(row => row.split(' ')[0]), ['app', 'bin', 'etc', 'var']);
  assert.deepEqual(rows('changes', '/var/cache', { sort: 'change' }).map(row => row.split(' ')[0]), ['x', 'y', 'z']);
  for (const mode of ['changes', 'files'] as const) {
    assert.deepEqual(rows(mode, '/', { filter: { text: 'MAIN', changes: [] } }), ['app added 500 1 >'], mode);
    assert.deepEqual(rows(mode, '/', { filter: { text: '*.wasm', changes: [] } }), ['app added 500 1 >'], mode);
    assert.deepEqual(rows(mode, '/', { filter: { text: '', changes: ['modified'] } }).map(row => row.split(' ')[0]), ['etc'], mode);
  }
  assert.deepEqual(rows('changes', '/var', { filter: { text: '', changes: ['removed'] } }).map(row => row.split(' ')[0]), ['cache']);
  const page = list({ layers: image, memory: new Map() }, { layer: 1, mode: 'files', path: '/', sort: 'name', from: 1, count: 2 });
  assert.deepEqual([page.total, page.rows.map(row => row.name)], [4, ['bin', 'etc']]);
});
