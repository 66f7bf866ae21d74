import { rootIndex, type LayerTree } from './tree';

// The figures of wagoodman/dive, by its own rules, so that a `.dive-ci` file means here what it means there. Its rules count a rewritten
// file twice and miss removed folders: `union.ts` has ours.

export interface DiveFigures {
  /** Sum of each path's smallest size over the sum of all its sizes; 1 for an empty image. */
  readonly efficiency: number;
  /** Bytes of all layers, and of all but the first. */
  readonly sizeBytes: number;
  readonly userSizeBytes: number;
  readonly wastedBytes: number;
  /** wastedBytes over userSizeBytes. */
  readonly wastedUserPercent: number;
  /** Paths that are there more than once, most wasteful first. */
  readonly inefficient: readonly { readonly path: string; readonly bytes: number; readonly count: number }[];
}

/** dive's efficiency of an image's layers. */
export function diveFigures(layers: readonly LayerTree[]): DiveFigures {
  const paths = new Map<string, { sum: number; smallest: number; count: number }>();
  const sizes: number[] = [];
  const merged: Seen = { size: -1, there: true, below: new Map() };
  for (const tree of layers) {
    let size = 0;
    const note = (path: string, bytes: number): void => {
      const known = paths.get(path);
      if (known === undefined) paths.set(path, { sum: bytes, smallest: bytes, count: 1 });
      else {
        known.sum += bytes;
        known.smallest = Math.min(known.smallest, bytes);
        known.count++;
      }
    };
    const removed: string[] = [];
    let aborted = false;
    const visit = (at: number): void => {
      for (const child of [...tree.children(at)].sort((a, b) => (tree.name(a) < tree.name(b) ? -1 : 1))) {
        if (tree.isPresent(child) && tree.kind(child) === 'file') size += tree.size(child);
        const leaf = firstOf(tree, child) === undefined;
        if (tree.removes(child) && !aborted) {
          const path = tree.path(child);
          const below = subtreeBytes(merged, path);
          // A whiteout of what isn't there ends dive's walk of the layer.
          if (below === undefined) aborted = true;
          else {
            note(path, below.folder ? below.bytes : 0);
            removed.push(path);
          }
        }
        if (leaf && tree.isPresent(child) && !tree.isFolder(child) && !aborted) note(tree.path(child), tree.size(child));
        visit(child);
      }
    };
    visit(rootIndex);
    for (const path of removed) {
      const { parent, name } = parentOf(merged, path);
      parent?.below.delete(name);
    }
    const keep = (at: number, into: Seen): void => {
      for (const child of tree.children(at)) {
        const name = tree.name(child);
        let node = into.below.get(name);
        if (node === undefined) into.below.set(name, node = { size: -1, there: false, below: new Map() });
        if (tree.isPresent(child) || tree.isImplied(child)) {
          node.there = true;
          node.size = tree.isFolder(child) ? -1 : tree.size(child);
        }
        keep(child, node);
      }
    };
    keep(rootIndex, merged);
    sizes.push(size);
  }
  let sum = 0;
  let smallest = 0;
  let wasted = 0;
  const inefficient: { path: string; bytes: number; count: number }[] = [];
  for (const [path, each] of paths) {
    sum += each.sum;
    smallest += each.smallest;
    if (each.count < 2) continue;
    wasted += each.sum;
    inefficient.push({ path, bytes: each.sum, count: each.count });
  }
  inefficient.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
  const total = sizes.reduce((all, size) => all + size, 0);
  const user = total - (sizes[0] ?? 0);
  return {
    efficiency: sum === 0 ? 1 : smallest / sum, sizeBytes: total, userSizeBytes: user, wastedBytes: wasted,
    wastedUserPercent: user === 0 ? 0 : wasted / user, inefficient,
  };
}

function firstOf(tree: LayerTree, index: number): number | undefined {
  for (const child of tree.children(index)) return child;
  return undefined;
}

/** A path of the layers so far; folders have size -1. One that is not there only leads to others. */
interface Seen {
  size: number;
  there: boolean;
  readonly below: Map<string, Seen>;
}

function parentOf(root: Seen, path: string): { parent: Seen | undefined; name: string } {
  const parts = path.split('/').filter(part => part !== '');
  const name = parts.pop() ?? '';
  let parent: Seen | undefined = root;
  for (const part of parts) parent = parent?.below.get(part);
  return { parent, name };
}

function subtreeBytes(root: Seen, path: string): { folder: boolean; bytes: number } | undefined {
  const { parent, name } = parentOf(root, path);
  const own = parent?.below.get(name);
  if (own?.there !== true) return undefined;
  if (own.size >= 0) return { folder: false, bytes: own.size };
  const sum = (node: Seen): number => {
    let bytes = node.there && node.size > 0 ? node.size : 0;
    for (const each of node.below.values()) bytes += sum(each);
    return bytes;
  };
  return { folder: true, bytes: sum(own) };
}
