import { rootIndex, type LayerTree } from './tree';

// How layers become a file system (OCI image spec, layer.md), with what each of them did to the ones below, and what was for nothing.

export type Change = 'added' | 'modified' | 'removed' | 'none';

/** A file, link or folder of the file system as it stands: the layer that it comes from, and its index there. */
export interface Node {
  readonly layer: number;
  readonly index: number;
  readonly children: Map<string, Node> | undefined;
}

/** Bytes that a layer stores and that no later layer shows. */
export interface Dead {
  readonly path: string;
  readonly bytes: number;
  readonly addedBy: number;
  readonly killedBy: number;
  readonly how: 'overwritten' | 'deleted';
}

/** What one layer did. Counts are of members, bytes those of files. */
export interface LayerChanges {
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  readonly bytes: number;
}

export interface Union {
  readonly root: Node;
  readonly layers: readonly LayerTree[];
  readonly changes: readonly LayerChanges[];
  readonly dead: readonly Dead[];
  /** Bytes of the files that the result shows, and of all that the layers store. */
  readonly live: number;
  readonly stored: number;
  /** live / stored; 1 for an empty image. */
  readonly efficiency: number;
}

interface Mutable {
  layer: number;
  index: number;
  children: Map<string, Mutable> | undefined;
}

export interface Watcher {
  /** Called for each member of a layer, before the next layer is laid over it. */
  change(layer: number, path: () => string, change: Change): void;
}

/** Lays the layers over one another, the first at the bottom. */
export function unite(layers: readonly LayerTree[], watcher?: Watcher): Union {
  const root: Mutable = { layer: 0, index: rootIndex, children: new Map() };
  const dead: Dead[] = [];
  const changes: LayerChanges[] = [];
  let stored = 0;
  layers.forEach((tree, layer) => {
    const count = { added: 0, modified: 0, removed: 0, bytes: 0 };
    const bury = (node: Mutable, how: Dead['how'], top = true): void => {
      if (top) {
        count.removed += how === 'deleted' ? 1 : 0;
        if (how === 'deleted') watcher?.change(layer, () => pathIn(layers, node), 'removed');
      }
      const from = layers[node.layer];
      const bytes = from?.size(node.index) ?? 0;
      if (from?.kind(node.index) === 'file' && from.isPresent(node.index)) {
        dead.push({ path: from.path(node.index), bytes, addedBy: node.layer, killedBy: layer, how });
      }
      for (const child of node.children?.values() ?? []) bury(child, how, false);
    };
    // Whiteouts hold for the layers below only, wherever in the tar they stand: all of them first.
    const remove = (into: Mutable, at: number): void => {
      if (tree.isOpaque(at) && into.children !== undefined) {
        for (const child of into.children.values()) bury(child, 'deleted');
        into.children.clear();
      }
      for (const child of tree.children(at)) {
        const below = into.children?.get(tree.name(child));
        if (below === undefined) continue;
        if (tree.removes(child)) {
          bury(below, 'deleted');
          into.children?.delete(tree.name(child));
        } else remove(below, child);
      }
    };
    const lay = (into: Mutable, at: number): void => {
      for (const child of tree.children(at)) {
        const isHere = tree.isPresent(child) || tree.isImplied(child);
        if (!isHere) continue;
        const name = tree.name(child);
        into.children ??= new Map();
        const below = into.children.get(name);
        const folder = tree.isFolder(child);
        const from = below === undefined ? undefined : layers[below.layer];
        if (tree.isPresent(child) && tree.kind(child) === 'file') {
          count.bytes += tree.size(child);
          stored += tree.size(child);
        }
        let node: Mutable;
        if (below === undefined || from === undefined) {
          node = { layer, index: child, children: folder ? new Map() : undefined };
          into.children.set(name, node);
          note('added');
        } else if (folder && from.isFolder(below.index)) {
          node = below;
          if (tree.isPresent(child) && !tree.sameOwner(child, from, below.index)) note('modified');
          if (tree.isPresent(child)) Object.assign(node, { layer, index: child });
        } else {
          bury(below, 'overwritten', false);
          node = { layer, index: child, children: folder ? new Map() : undefined };
          into.children.set(name, node);
          note('modified');
        }
        if (folder) lay(node, child);
        function note(change: 'added' | 'modified'): void {
          count[change]++;
          watcher?.change(layer, () => tree.path(child), change);
        }
      }
    };
    remove(root, rootIndex);
    lay(root, rootIndex);
    changes.push(count);
  });
  const lost = dead.reduce((sum, each) => sum + each.bytes, 0);
  return { root, layers, changes, dead, stored, live: stored - lost, efficiency: stored === 0 ? 1 : (stored - lost) / stored };
}

function pathIn(layers: readonly LayerTree[], node: Mutable): string {
  return layers[node.layer]?.path(node.index) ?? '/';
}

/** Every path of the file system as it stands, parents first. */
export function* pathsOf(union: Union): Generator<{ path: string; node: Node }, void, undefined> {
  function* visit(node: Node): Generator<{ path: string; node: Node }, void, undefined> {
    for (const child of node.children?.values() ?? []) {
      yield { path: union.layers[child.layer]?.path(child.index) ?? '', node: child };
      yield* visit(child);
    }
  }
  yield* visit(union.root);
}
