/** The folder that a file's package and its deps belong to: `wit/` for `wit/a.wit`, `wit/deps/io.wit` and `wit/deps/io/streams.wit`. */
export function rootOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const deps = /^(.*)\/deps(?:\/[^/]+)?$/.exec(folder);
  return deps?.[1] ?? folder;
}

/** A folder's entries as a project is made of: name, and whether it is a folder itself. */
export type Listing = readonly (readonly [name: string, folder: boolean])[];

/** The paths of the files of each package of a root: its own first, then one list for each of its deps. `list` gives a folder's entries. */
export async function layoutOf(root: string, list: (folder: string) => Promise<Listing>): Promise<string[][]> {
  const isWit = ([name, folder]: Listing[number]): boolean => !folder && name.endsWith('.wit');
  const entries = await list(root);
  const own = entries.filter(isWit).map(([name]) => `${root}/${name}`).sort();
  if (!entries.some(([name, folder]) => folder && name === 'deps')) return [own];
  const deps = `${root}/deps`;
  const packages = await Promise.all((await list(deps)).map(async entry => {
    const [name, folder] = entry;
    if (folder) return (await list(`${deps}/${name}`)).filter(isWit).map(([file]) => `${deps}/${name}/${file}`).sort();
    return isWit(entry) ? [`${deps}/${name}`] : [];
  }));
  return [own, ...packages.filter(files => files.length > 0)];
}
