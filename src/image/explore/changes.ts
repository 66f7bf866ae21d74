import { rootIndex, type LayerTree } from '../tree';
import type { Change } from '../union';
import { childrenOf, isFolder, lookUp, rootStack, seen, treeOf, type Stack } from './folders';

/** What one layer did to the ones below it, by its members' indexes; and what it hid by making a folder opaque. */
export interface LayerChange {
  of(index: number): Change;
  /** Folders that the layer emptied: the names that it hid there and does not have itself, with what they were. */
  readonly hidden: ReadonlyMap<number, ReadonlyMap<string, Stack>>;
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
}

const codes: readonly Change[] = ['none', 'added', 'modified', 'removed'];

/** Compares a layer with the file system that it is laid over. All layers up to it must be read. */
export function changesOf(layers: readonly LayerTree[], layer: number): LayerChange {
  const tree = treeOf(layers, layer);
  const marks = new Uint8Array(tree.count);
  const hidden = new Map<number, Map<string, Stack>>();
  const count = { added: 0, modified: 0, removed: 0 };
  const mark = (index: number, change: 'added' | 'modified' | 'removed'): void => {
    marks[index] = codes.indexOf(change);
    count[change]++;
  };
  const visit = (index: number, below: Stack | undefined): void => {
    if (tree.isOpaque(index) && below !== undefined && isFolder(layers, below)) {
      const names = new Map<string, Stack>();
      for (const [name, stack] of childrenOf(layers, below)) {
        count.removed++;
        const child = tree.child(index, name);
        if (child === undefined || !(tree.isPresent(child) || tree.isImplied(child))) names.set(name, stack);
      }
      if (names.size > 0) hidden.set(index, names);
      below = undefined;
    }
    for (const child of tree.children(index)) {
      const was = below === undefined || !isFolder(layers, below) ? undefined : lookUp(layers, below, tree.name(child));
      const there = tree.isPresent(child) || tree.isImplied(child);
      if (tree.removes(child) && was !== undefined) {
        if (there) count.removed++;
        else mark(child, 'removed');
      }
      if (!there) continue;
      const stays = tree.removes(child) ? undefined : was;
      if (stays === undefined) mark(child, 'added');
      else if (!tree.isFolder(child) || !isFolder(layers, stays)) mark(child, 'modified');
      else {
        const { layer: from, index: old } = seen(layers, stays);
        if (tree.isPresent(child) && !tree.sameOwner(child, treeOf(layers, from), old)) mark(child, 'modified');
      }
      if (tree.isFolder(child)) visit(child, stays);
    }
  };
  visit(rootIndex, layer === 0 ? undefined : rootStack(layer - 1));
  return { of: index => codes[marks[index] ?? 0] ?? 'none', hidden, ...count };
}
