import type { LayerTree } from './tree';
import { pathsOf, type Dead, type Union } from './union';

/** Dead bytes of one layer, killed by another. */
export interface Killed {
  readonly addedBy: number;
  readonly killedBy: number;
  readonly how: Dead['how'];
  readonly bytes: number;
  readonly files: number;
}

/** The same content under several paths of the file system as it stands. */
export interface Duplicate {
  readonly bytes: number;
  readonly count: number;
  /** Some of the paths. */
  readonly paths: readonly string[];
}

/** What is stored and not shown, and what is stored twice. Sizes are in bytes. */
export interface Waste {
  readonly live: number;
  readonly dead: number;
  readonly efficiency: number;
  readonly byLayers: readonly Killed[];
  readonly largest: readonly Dead[];
  /** Bytes that one copy of each content would save; they are live, and not part of `dead`. */
  readonly duplicated: number;
  readonly duplicates: readonly Duplicate[];
}

const shown = 20;
const shownPaths = 10;

/** The waste of an image; duplicates only where contents were hashed. */
export function wasteOf(union: Union): Waste {
  const pairs = new Map<string, { addedBy: number; killedBy: number; how: Dead['how']; bytes: number; files: number }>();
  for (const { addedBy, killedBy, how, bytes } of union.dead) {
    const key = `${addedBy} ${killedBy} ${how}`;
    const pair = pairs.get(key) ?? { addedBy, killedBy, how, bytes: 0, files: 0 };
    pair.bytes += bytes;
    pair.files++;
    pairs.set(key, pair);
  }
  return {
    live: union.live, dead: union.stored - union.live, efficiency: union.efficiency,
    byLayers: [...pairs.values()].sort((a, b) => b.bytes - a.bytes),
    largest: [...union.dead].sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1)).slice(0, shown),
    ...duplicatesOf(union),
  };
}

function duplicatesOf(union: Union): Pick<Waste, 'duplicated' | 'duplicates'> {
  const first = new Map<string, string>();
  const groups = new Map<string, { bytes: number; count: number; paths: string[] }>();
  let duplicated = 0;
  for (const { path, node } of pathsOf(union)) {
    const tree = union.layers[node.layer];
    const content = tree === undefined ? undefined : contentOf(tree, node.index);
    if (content === undefined || tree === undefined) continue;
    const known = first.get(content);
    if (known === undefined) {
      first.set(content, path);
      continue;
    }
    const bytes = tree.size(node.index);
    const group = groups.get(content) ?? { bytes, count: 1, paths: [known] };
    group.count++;
    if (group.paths.length < shownPaths) group.paths.push(path);
    groups.set(content, group);
    duplicated += bytes;
  }
  const duplicates = [...groups.values()].sort((a, b) => b.bytes * (b.count - 1) - a.bytes * (a.count - 1)).slice(0, shown);
  return { duplicated, duplicates };
}

/** What tells a file's content, its size with it; undefined for all but files, and where contents were not looked at. */
export function contentOf(tree: LayerTree, index: number): string | undefined {
  if (tree.kind(index) !== 'file' || tree.size(index) === 0) return undefined;
  const content = tree.content(index);
  return content === undefined ? undefined : `${tree.size(index)} ${content}`;
}
