import { rootIndex, type LayerTree } from '../tree';

// The file system as it stands after a layer, folder by folder: nothing is laid out before somebody looks at it.

/** A member of one layer. */
export interface Part {
  readonly layer: number;
  readonly index: number;
}

/** A path of the file system: the members that it is made of, oldest first. Only folders have several; none is empty. */
export type Stack = readonly Part[];

/** The root after layer `last`. */
export function rootStack(last: number): Stack {
  return Array.from({ length: last + 1 }, (_, layer) => ({ layer, index: rootIndex }));
}

/** One name in a folder (layer.md: whiteouts hide what lies below, a folder over a folder adds to it, anything else replaces). */
export function lookUp(layers: readonly LayerTree[], folder: Stack, name: string): Stack | undefined {
  let found: Stack | undefined;
  for (const { layer, index } of folder) {
    const tree = treeOf(layers, layer);
    if (tree.isOpaque(index)) found = undefined;
    const child = tree.child(index, name);
    if (child === undefined) continue;
    if (tree.removes(child)) found = undefined;
    if (isThere(tree, child)) found = laid(layers, found, { layer, index: child });
  }
  return found;
}

/** What is in a folder, by name, in no order. */
export function childrenOf(layers: readonly LayerTree[], folder: Stack): Map<string, Stack> {
  const all = new Map<string, Stack>();
  for (const { layer, index } of folder) {
    const tree = treeOf(layers, layer);
    if (tree.isOpaque(index)) all.clear();
    for (const child of tree.children(index)) if (tree.removes(child)) all.delete(tree.name(child));
    for (const child of tree.children(index)) {
      if (isThere(tree, child)) all.set(tree.name(child), laid(layers, all.get(tree.name(child)), { layer, index: child }));
    }
  }
  return all;
}

/** What is at an absolute path after layer `last`. */
export function resolvePath(layers: readonly LayerTree[], last: number, path: string): Stack | undefined {
  let at: Stack | undefined = rootStack(last);
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    at = at === undefined || !isFolder(layers, at) ? undefined : lookUp(layers, at, name);
  }
  return at;
}

/** The member that is seen: the newest, but for folders that a layer only passes through. */
export function seen(layers: readonly LayerTree[], stack: Stack): Part {
  for (let at = stack.length - 1; at > 0; at--) {
    const part = stack[at];
    if (part !== undefined && treeOf(layers, part.layer).isPresent(part.index)) return part;
  }
  return stack[0] ?? { layer: 0, index: rootIndex };
}

/** Whether a path is a folder. */
export function isFolder(layers: readonly LayerTree[], stack: Stack): boolean {
  const last = stack.at(-1);
  return last !== undefined && treeOf(layers, last.layer).isFolder(last.index);
}

/** Calls `visit` for everything below a folder, parents first; it says whether to go on below. */
export function walk(layers: readonly LayerTree[], folder: Stack, path: string, visit: (path: string, stack: Stack) => boolean): void {
  for (const [name, stack] of childrenOf(layers, folder)) {
    const below = path === '/' ? `/${name}` : `${path}/${name}`;
    if (visit(below, stack) && isFolder(layers, stack)) walk(layers, stack, below, visit);
  }
}

/** Bytes of the files at and below a path. */
export function totalOf(layers: readonly LayerTree[], stack: Stack): number {
  const only = stack.length === 1 ? stack[0] : undefined;
  // A folder of one layer holds what that layer has in it.
  if (only !== undefined) return treeOf(layers, only.layer).total(only.index);
  let sum = 0;
  walk(layers, stack, '', (_path, below) => {
    if (isFolder(layers, below) && below.length > 1) return true;
    sum += totalOf(layers, below);
    return false;
  });
  return sum;
}

function laid(layers: readonly LayerTree[], below: Stack | undefined, part: Part): Stack {
  const merges = below !== undefined && treeOf(layers, part.layer).isFolder(part.index) && isFolder(layers, below);
  return merges ? [...below, part] : [part];
}

function isThere(tree: LayerTree, index: number): boolean {
  return tree.isPresent(index) || tree.isImplied(index);
}

/** A layer that is known to be read. */
export function treeOf(layers: readonly LayerTree[], layer: number): LayerTree {
  const tree = layers[layer];
  if (tree === undefined) throw new RangeError(`layer ${layer} is not read`);
  return tree;
}
