import { rootIndex, type LayerTree } from '../tree';
import type { Change } from '../union';
import type { LayerChange } from './changes';
import { isFolder, rootStack, walk, type Stack } from './folders';

/** What of a layer's files is shown. */
export interface Filter {
  /** Part of a path in either case; with `*` or `?` a pattern for the whole of it or for its last name. */
  readonly text: string;
  /** Only what the layer did this to; empty for all. */
  readonly changes: readonly Change[];
}

/** Whether a filter lets everything through. */
export function isOpen(filter: Filter | undefined): filter is undefined {
  return filter === undefined || (filter.text === '' && filter.changes.length === 0);
}

/** Tells which paths a text means. */
export function matcher(text: string): (path: string) => boolean {
  const wanted = text.toLowerCase();
  if (!/[*?]/.test(wanted)) return path => path.toLowerCase().includes(wanted);
  const pattern = wanted.replace(/[\\^$.|+()[\]{}]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  const whole = new RegExp(`^/?${pattern}$`, 's');
  return wanted.includes('/') ? path => whole.test(path.toLowerCase()) : path => whole.test(path.slice(path.lastIndexOf('/') + 1).toLowerCase());
}

/** For each member of a layer whether it is shown: it fits, or something below it does. */
export function keptMembers(tree: LayerTree, changes: LayerChange | undefined, filter: Filter): Uint8Array {
  const fits = matcher(filter.text);
  const kept = new Uint8Array(tree.count);
  const folders: (string | undefined)[] = ['/'];
  for (let index = 1; index < tree.count; index++) {
    // A folder comes before what is in it, so its path is known.
    const path = join(folders[tree.parent(index)] ?? '/', tree.name(index));
    if (tree.isFolder(index)) folders[index] = path;
    const hides = changes?.hidden.has(index) === true && wants(filter, 'removed');
    if (fits(path) && (hides || wants(filter, changes?.of(index) ?? 'none'))) kept[index] = 1;
  }
  for (let index = tree.count - 1; index > rootIndex; index--) if (kept[index] === 1) kept[tree.parent(index)] = 1;
  return kept;
}

/** The paths that are shown of the file system after a layer: those that fit, and the folders above them. */
export function keptPaths(layers: readonly LayerTree[], last: number, change: (path: string, stack: Stack) => Change, filter: Filter): ReadonlySet<string> {
  const fits = matcher(filter.text);
  const kept = new Set<string>();
  walk(layers, rootStack(last), '/', (path, stack) => {
    if (fits(path) && (filter.changes.length === 0 || wants(filter, change(path, stack)))) {
      for (let at = path; at !== '' && !kept.has(at); at = at.slice(0, at.lastIndexOf('/'))) kept.add(at);
    }
    return isFolder(layers, stack);
  });
  return kept;
}

function wants(filter: Filter, change: Change): boolean {
  return filter.changes.length === 0 || filter.changes.includes(change);
}

/** A path below a folder. */
export function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
