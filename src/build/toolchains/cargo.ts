import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { parse } from 'smol-toml';
import { readEntries } from '../entries';

/** A Cargo.toml, as far as it tells what is built. */
export interface Manifest {
  readonly package?: { readonly name: string; readonly autobins: boolean };
  readonly workspace?: { readonly members: readonly string[]; readonly exclude: readonly string[] };
  readonly bins: readonly { readonly name: string; readonly path?: string }[];
  readonly library?: { readonly name?: string; readonly types: readonly string[] };
}

/** A module that cargo builds: a program, or a library of type cdylib. */
export interface CargoTarget {
  readonly name: string;
  readonly package: string;
  readonly kind: 'program' | 'library';
}

type Table = Readonly<Record<string, unknown>>;

const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);
const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []);

/** Reads a manifest. One that is no TOML gives an empty one, so that cargo itself can say what is wrong; a missing one undefined. */
export async function readManifest(file: string): Promise<Manifest | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return parseManifest(text) ?? { bins: [], package: { name: path.basename(path.dirname(file)), autobins: true } };
}

/** A manifest's text; undefined when it is no TOML. */
export function parseManifest(text: string): Manifest | undefined {
  let root: Table;
  try {
    root = parse(text);
  } catch {
    return undefined;
  }
  const { package: own, workspace, bin, lib } = root;
  const name = isTable(own) && typeof own.name === 'string' ? own.name : undefined;
  return {
    ...(name === undefined || !isTable(own) ? {} : { package: { name, autobins: own.autobins !== false } }),
    ...(isTable(workspace) ? { workspace: { members: strings(workspace.members), exclude: strings(workspace.exclude) } } : {}),
    bins: (Array.isArray(bin) ? bin : []).filter(isTable).flatMap(one => (typeof one.name === 'string' ? [{ name: one.name, ...(typeof one.path === 'string' ? { path: one.path } : {}) }] : [])),
    ...(isTable(lib) ? { library: { ...(typeof lib.name === 'string' ? { name: lib.name } : {}), types: strings(lib['crate-type'] ?? lib.crate_type) } } : {}),
  };
}

/** The targets of a package, or of all packages of a workspace, sorted by name. */
export async function cargoTargets(folder: string, manifest: Manifest): Promise<readonly CargoTarget[]> {
  const packages: [string, Manifest][] = [[folder, manifest]];
  for (const member of await members(folder, manifest)) {
    const own = await readManifest(path.join(member, 'Cargo.toml'));
    if (own !== undefined) packages.push([member, own]);
  }
  const targets = new Map<string, CargoTarget>();
  for (const [place, one] of packages) for (const target of await packageTargets(place, one)) targets.set(target.name, target);
  return [...targets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function packageTargets(folder: string, manifest: Manifest): Promise<readonly CargoTarget[]> {
  const own = manifest.package;
  if (own === undefined) return [];
  const names = new Set(manifest.bins.map(bin => bin.name));
  const paths = new Set(manifest.bins.map(bin => bin.path && path.normalize(bin.path)));
  if (own.autobins) {
    const source = await readEntries(path.join(folder, 'src'));
    if (source?.files.has('main.rs') === true && !paths.has(path.join('src', 'main.rs'))) names.add(own.name);
    const bin = source?.folders.has('bin') === true ? await readEntries(path.join(folder, 'src', 'bin')) : undefined;
    for (const file of bin?.files ?? []) if (file.endsWith('.rs') && !paths.has(path.join('src', 'bin', file))) names.add(file.slice(0, -3));
    for (const below of bin?.folders ?? []) {
      const inside = await readEntries(path.join(folder, 'src', 'bin', below));
      if (inside?.files.has('main.rs') === true && !paths.has(path.join('src', 'bin', below, 'main.rs'))) names.add(below);
    }
  }
  const targets: CargoTarget[] = [...names].map(name => ({ name, package: own.name, kind: 'program' }));
  if (manifest.library?.types.includes('cdylib') === true) {
    const name = manifest.library.name ?? own.name;
    if (!names.has(name)) targets.push({ name, package: own.name, kind: 'library' });
  }
  return targets;
}

/** The folders that a workspace's members and their patterns (`crates/*`) name. */
async function members(folder: string, manifest: Manifest): Promise<readonly string[]> {
  if (manifest.workspace === undefined) return [];
  const excluded = new Set(manifest.workspace.exclude.map(one => path.resolve(folder, one)));
  const found = new Set<string>();
  for (const member of manifest.workspace.members) {
    let places = [folder];
    for (const part of member.split('/')) {
      if (!/[*?[]/.test(part)) {
        places = places.map(place => path.join(place, part));
        continue;
      }
      const pattern = new RegExp(`^${part.replace(/[.+^${}()|\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`);
      const next = await Promise.all(places.map(async place => [...(await readEntries(place))?.folders ?? []].filter(name => pattern.test(name)).map(name => path.join(place, name))));
      places = next.flat();
    }
    for (const place of places) if (!excluded.has(place) && place !== folder) found.add(place);
  }
  return [...found];
}
