import type { Interface, Item, NestedPackage, PackageName, Path, TopUse, WitFile, World } from './syntax';

/** A file of a project; `uri` is whatever the one who asks knows it by. */
export interface Source { readonly uri: string; readonly file: WitFile }

/** An interface or world, and where it is. */
export interface Entry { readonly node: Interface | World; readonly source: Source; readonly package: Package }

/** Where names are looked up: what stands at the top of a file, or in a package inside of one. */
export interface Place { readonly package: Package; readonly source: Source; readonly items: readonly Item[] }

/** The interfaces and worlds of one package, from all of its files. */
export class Package {
  readonly name: string;
  readonly version: string | undefined;
  readonly places: Place[] = [];
  readonly entries = new Map<string, Entry>();
  /** Second definitions of a name. */
  readonly twice: Entry[] = [];

  constructor(name: string, version: string | undefined) {
    this.name = name;
    this.version = version;
  }

  /** `wasi:io@0.2.0` */
  get title(): string {
    return this.version === undefined ? this.name : `${this.name}@${this.version}`;
  }

  add(source: Source, items: readonly Item[]): void {
    this.places.push({ package: this, source, items });
    for (const node of items) {
      if (node.kind !== 'interface' && node.kind !== 'world') continue;
      const entry = { node, source, package: this };
      if (this.entries.has(node.id.text)) this.twice.push(entry);
      else this.entries.set(node.id.text, entry);
    }
  }
}

/** Packages that see each other: a folder's own, those of its deps, and those inside of files. */
export class Project {
  readonly packages: Package[] = [];
  /** Packages that files inside of one folder name differently: the later ones. */
  readonly strangers: { readonly source: Source; readonly name: PackageName; readonly first: string }[] = [];

  /** Each folder holds the files of one package, the main one first. */
  constructor(folders: readonly (readonly Source[])[]) {
    for (const sources of folders) this.folder(sources);
  }

  private folder(sources: readonly Source[]): void {
    const named = sources.find(source => source.file.package !== undefined)?.file.package;
    const main = new Package(named?.text ?? '', named?.version);
    this.packages.push(main);
    for (const source of sources) {
      const own = source.file.package;
      if (own !== undefined && named !== undefined && (own.text !== named.text || own.version !== named.version)) this.strangers.push({ source, name: own, first: main.title });
      main.add(source, source.file.items);
      for (const item of source.file.items) if (item.kind === 'package') this.nested(source, item);
    }
  }

  private nested(source: Source, { name, items }: NestedPackage): void {
    let found = this.packages.find(one => one.name === name.text && one.version === name.version);
    if (found === undefined) this.packages.push(found = new Package(name.text, name.version));
    found.add(source, items);
  }

  /** Every place of a file where names are looked up. */
  placesOf(uri: string): Place[] {
    return this.packages.flatMap(one => one.places.filter(place => place.source.uri === uri));
  }

  /** A package by name; one without a version means whichever version is there. */
  package({ text, version }: PackageName): Package | undefined {
    return this.packages.find(one => one.name === text && (version === undefined || one.version === version));
  }

  /** The interface or world that a path means; `seen` guards against names that only stand for each other. */
  find(path: Path, place: Place, seen: ReadonlySet<Path> = new Set()): Entry | undefined {
    if (seen.has(path)) return undefined;
    if (path.package !== undefined) return this.package(path.package)?.entries.get(path.name.text);
    const use = place.items.find((item): item is TopUse => item.kind === 'top-use' && item.path !== path && (item.as ?? item.path.name).text === path.name.text);
    if (use !== undefined) return this.find(use.path, place, new Set([...seen, path]));
    return place.package.entries.get(path.name.text);
  }

  /** The place that an entry stands at. */
  placeOf(entry: Entry): Place {
    const found = entry.package.places.find(place => place.source === entry.source && place.items.includes(entry.node));
    return found ?? { package: entry.package, source: entry.source, items: [] };
  }
}
