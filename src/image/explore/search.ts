import type { LayerTree } from '../tree';
import type { Change } from '../union';
import type { LayerChange } from './changes';
import { join, matcher } from './filter';

/** A path that a layer holds or removes. */
export interface Hit {
  readonly path: string;
  readonly layer: number;
  readonly change: Change;
  readonly folder: boolean;
  readonly size: number;
  /** Whether the image shows this one: no later layer replaces or removes it. */
  readonly live: boolean;
}

/** Every layer that a path is in, oldest first, for all paths that a text means; at most `most` hits, and how many there are. */
export function search(layers: readonly LayerTree[], changes: (layer: number) => LayerChange | undefined, isLive: (path: string, layer: number) => boolean, text: string, most: number): { hits: Hit[]; total: number } {
  const fits = matcher(text);
  const found: Omit<Hit, 'live'>[] = [];
  let total = 0;
  for (const [layer, tree] of layers.entries()) {
    const folders: (string | undefined)[] = ['/'];
    const change = changes(layer);
    for (let index = 1; index < tree.count; index++) {
      const path = join(folders[tree.parent(index)] ?? '/', tree.name(index));
      if (tree.isFolder(index)) folders[index] = path;
      // Folders that are only on the way say nothing of who owns a path.
      if (tree.isImplied(index) || !fits(path)) continue;
      total++;
      if (found.length < most) found.push({ path, layer, change: change?.of(index) ?? 'none', folder: tree.isFolder(index), size: tree.total(index) });
    }
  }
  found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.layer - b.layer));
  return { total, hits: found.map(hit => ({ ...hit, live: hit.change !== 'removed' && isLive(hit.path, hit.layer) })) };
}
