import type { TarKind } from '../../base/tar';
import type { LayerTree } from '../tree';
import type { Change } from '../union';
import { childrenOf, isFolder, lookUp, resolvePath, seen, totalOf, treeOf, type Stack } from './folders';
import type { LayerChange } from './changes';
import { isOpen, join, keptMembers, keptPaths, type Filter } from './filter';

export type Mode = 'changes' | 'files';
export type Order = 'name' | 'size' | 'change';

/** One file, folder or link of a layer as a view or a report shows it. */
export interface EntryRow {
  readonly name: string;
  readonly path: string;
  readonly kind: TarKind;
  /** Of a file, or of all files below a folder, in bytes. */
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** What a link names; empty for the rest. */
  readonly target: string;
  /** What the layer did to it; undefined while the layers below are not read. */
  readonly change?: Change;
  /** The layer that holds it, from 0, and which of its members it is. */
  readonly layer: number;
  readonly order: number;
  /** Whether there is something in the folder. */
  readonly opens: boolean;
}

export interface ListWish {
  readonly layer: number;
  readonly mode: Mode;
  readonly path: string;
  readonly sort: Order;
  readonly filter?: Filter;
  readonly from: number;
  readonly count: number;
}

export interface Listing {
  readonly rows: readonly EntryRow[];
  /** How many there are, shown or not. */
  readonly total: number;
}

/** What a listing reads from. `layers` holds the trees up to the wanted one; without `changes` those below may be missing. */
export interface Listed {
  readonly layers: readonly LayerTree[];
  readonly changes?: LayerChange;
  /** Remembers what a filter keeps, so that the next folder is shown at once. */
  readonly memory: Map<string, unknown>;
}

/** A folder's rows, sorted, filtered and cut to a page. */
export function list(listed: Listed, wish: ListWish): Listing {
  const all = wish.mode === 'changes' ? ownRows(listed, wish) : fileRows(listed, wish);
  all.sort(comparers[wish.sort]);
  return { rows: all.slice(wish.from, wish.from + wish.count), total: all.length };
}

const rank: Readonly<Record<Change, number>> = { removed: 0, modified: 1, added: 2, none: 3 };
const byName = (a: EntryRow, b: EntryRow): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
const foldersFirst = (a: EntryRow, b: EntryRow): number => Number(b.kind === 'directory') - Number(a.kind === 'directory');
const comparers: Readonly<Record<Order, (a: EntryRow, b: EntryRow) => number>> = {
  name: (a, b) => foldersFirst(a, b) || byName(a, b),
  size: (a, b) => b.size - a.size || byName(a, b),
  change: (a, b) => rank[a.change ?? 'none'] - rank[b.change ?? 'none'] || foldersFirst(a, b) || byName(a, b),
};

/** What a layer itself holds, and what it removes. */
function ownRows({ layers, changes, memory }: Listed, { layer, path, filter }: ListWish): EntryRow[] {
  const tree = treeOf(layers, layer);
  const folder = tree.find(path);
  if (folder === undefined) return [];
  const kept = isOpen(filter) ? undefined : remembered(memory, ['own', layer, changes !== undefined, filter], () => keptMembers(tree, changes, filter));
  const rows: EntryRow[] = [];
  for (const child of tree.children(folder)) {
    if (kept !== undefined && kept[child] !== 1) continue;
    const change = changes?.of(child);
    const name = tree.name(child);
    if (tree.isPresent(child) || tree.isImplied(child)) rows.push({ ...rowOf(tree, layer, child, join(path, name), tree.total(child)), ...(change === undefined ? {} : { change }) });
    else if (change === 'removed' || changes === undefined) {
      const was = changes === undefined ? undefined : resolvePath(layers, layer - 1, join(path, name));
      rows.push(removedRow(layers, layer, join(path, name), was, tree.order(child)));
    }
  }
  for (const [name, was] of changes?.hidden.get(folder) ?? []) {
    if (filter === undefined || filter.changes.length === 0 || filter.changes.includes('removed')) rows.push(removedRow(layers, layer, join(path, name), was, tree.order(folder)));
  }
  return rows;
}

function removedRow(layers: readonly LayerTree[], layer: number, path: string, was: Stack | undefined, order: number): EntryRow {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (was === undefined) return { name, path, kind: 'file', size: 0, mode: 0, uid: 0, gid: 0, mtime: 0, target: '', change: 'removed', layer, order, opens: false };
  const part = seen(layers, was);
  return { ...rowOf(treeOf(layers, part.layer), part.layer, part.index, path, totalOf(layers, was)), change: 'removed', opens: false };
}

/** What is there after a layer, from whichever layer it comes. */
function fileRows({ layers, changes, memory }: Listed, { layer, path, filter }: ListWish): EntryRow[] {
  const folder = resolvePath(layers, layer, path);
  if (folder === undefined || !isFolder(layers, folder)) return [];
  const below = layer === 0 ? undefined : resolvePath(layers, layer - 1, path);
  const changeOf = (stack: Stack, was: () => Stack | undefined): Change => {
    const top = stack.at(-1);
    if (top === undefined || top.layer !== layer) return 'none';
    return changes?.of(top.index) ?? (was() === undefined ? 'added' : 'modified');
  };
  const kept = isOpen(filter) ? undefined : remembered(memory, ['files', layer, filter], () => keptPaths(layers, layer, (at, stack) => changeOf(stack, () => (layer === 0 ? undefined : resolvePath(layers, layer - 1, at))), filter));
  const rows: EntryRow[] = [];
  for (const [name, stack] of childrenOf(layers, folder)) {
    const at = join(path, name);
    if (kept !== undefined && !kept.has(at)) continue;
    const part = seen(layers, stack);
    const was = (): Stack | undefined => (below === undefined ? undefined : lookUp(layers, below, name));
    const opens = stack.some(each => treeOf(layers, each.layer).hasChildren(each.index));
    rows.push({ ...rowOf(treeOf(layers, part.layer), part.layer, part.index, at, totalOf(layers, stack)), change: changeOf(stack, was), opens });
  }
  return rows;
}

/** A member's row. */
export function rowOf(tree: LayerTree, layer: number, index: number, path: string, size: number): EntryRow {
  const { kind, mode, uid, gid, mtime, target } = tree.facts(index);
  return { name: path.slice(path.lastIndexOf('/') + 1), path, kind, size, mode, uid, gid, mtime, target, layer, order: tree.order(index), opens: tree.hasChildren(index) };
}

function remembered<T>(memory: Map<string, unknown>, key: readonly unknown[], make: () => T): T {
  const text = JSON.stringify(key);
  if (!memory.has(text)) {
    // The last filters only: each keeps a mark for every member.
    for (const old of [...memory.keys()].slice(0, Math.max(0, memory.size - 7))) memory.delete(old);
    memory.set(text, make());
  }
  return memory.get(text) as T;
}
