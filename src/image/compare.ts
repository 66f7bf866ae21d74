import type { Inspected } from './inspect';
import { pathsOf, unite } from './union';
import { contentOf } from './waste';

export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'modified';
  /** Bytes before and after; 0 where the file isn't there. */
  readonly before: number;
  readonly after: number;
}

/** How one image differs from another. */
export interface Comparison {
  readonly shared: number;
  readonly files: readonly FileChange[];
  /** Of all files, where `files` is cut. */
  readonly counts: Readonly<Record<FileChange['change'], number>>;
  readonly config: readonly { readonly key: string; readonly before: string; readonly after: string }[];
}

/** Compares two images by their files as they stand (content, kind, mode and link target tell a change) and by their configuration. */
export function compareImages(before: Inspected, after: Inspected): Comparison {
  const files = (image: Inspected): Map<string, { size: number; mark: string }> => {
    const union = unite(image.trees);
    return new Map([...pathsOf(union)].map(({ path, node }) => {
      const tree = image.trees[node.layer];
      if (tree === undefined) return [path, { size: 0, mark: '' }];
      const { size, kind, mode, target, mtime } = tree.facts(node.index);
      return [path, { size, mark: JSON.stringify([size, kind, mode, target, kind === 'file' ? contentOf(tree, node.index) ?? (size === 0 ? 0 : mtime) : 0]) }];
    }));
  };
  const old = files(before);
  const changes: FileChange[] = [];
  for (const [path, { size, mark }] of files(after)) {
    const was = old.get(path);
    old.delete(path);
    if (was === undefined) changes.push({ path, change: 'added', before: 0, after: size });
    else if (was.mark !== mark) changes.push({ path, change: 'modified', before: was.size, after: size });
  }
  for (const [path, { size }] of old) changes.push({ path, change: 'removed', before: size, after: 0 });
  changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  const keys = new Set([...Object.keys(before.report.config), ...Object.keys(after.report.config)]);
  const shown = (image: Inspected, key: string): string => JSON.stringify((image.report.config as Record<string, unknown>)[key] ?? null);
  const config = [...keys].sort().map(key => ({ key, before: shown(before, key), after: shown(after, key) })).filter(each => each.before !== each.after);
  if (before.report.platform !== after.report.platform) config.unshift({ key: 'platform', before: before.report.platform, after: after.report.platform });
  const there = new Set(before.report.layers.map(layer => layer.digest));
  const counts = { added: 0, removed: 0, modified: 0 };
  for (const { change } of changes) counts[change]++;
  return { shared: after.report.layers.filter(layer => there.has(layer.digest)).length, files: changes, counts, config };
}
