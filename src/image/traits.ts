import { pathsOf, type Union } from './union';

/** What tells a container with a system in it from one with a program alone. */
export interface Traits {
  /** Files that may be executed. */
  readonly executables: number;
  /** Those that run with another user's rights. */
  readonly setuid: number;
  /** The first shell that is there. */
  readonly shell?: string;
  /** Names in the root folder. */
  readonly root: readonly string[];
}

/** The traits of the file system as it stands. */
export function traitsOf(union: Union): Traits {
  let executables = 0;
  let setuid = 0;
  let shell: string | undefined;
  const root: string[] = [];
  for (const { path, node } of pathsOf(union)) {
    if (path.lastIndexOf('/') === 0) root.push(path.slice(1));
    const tree = union.layers[node.layer];
    if (tree === undefined) continue;
    if (/^\/(usr\/)?bin\/(ba|da|a|z)?sh$/.test(path)) shell ??= path;
    if (tree.kind(node.index) !== 'file') continue;
    const { mode } = tree.facts(node.index);
    if ((mode & 0o111) !== 0 && !/\.wasm$/i.test(path)) executables++;
    if ((mode & 0o6000) !== 0) setuid++;
  }
  return { executables, setuid, root: root.sort(), ...(shell === undefined ? {} : { shell }) };
}
