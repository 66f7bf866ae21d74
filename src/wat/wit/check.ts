import * as l10n from '@vscode/l10n';
import type { Problem } from './lexer';
import { checkFunc, checkTypeDef } from './checkTypes';
import { compareVersions, Names } from './names';
import type { Entry, Place, Project, Source } from './project';
import { farthest, lookUp, partsOf, scopeOf, usedAs, type FoundType, type Scope } from './scope';
import type { Extern, Func, Gate, Interface, InterfaceItem, Item, Name, Node, PackageName, Path, TypeDef, Use, World, WorldItem } from './syntax';
import { checkWorld } from './worlds';

/** What a name in a text stands for: the node that defines it, and where. */
export interface Definition { readonly source: Source; readonly name: Node; readonly node: Node & { readonly docs?: string; readonly kind?: string }; readonly package: string }
/** A name in a text that leads somewhere, the place of its definition included. */
export interface Occurrence { readonly start: number; readonly end: number; readonly definition: Definition }

export interface Checked { readonly problems: readonly Problem[]; readonly occurrences: readonly Occurrence[] }

/** Checks one file of a project: what its names stand for, and what is wrong beyond the syntax. */
export function checkFile(project: Project, uri: string): Checked {
  const checker = new Checker(project);
  const places = project.placesOf(uri);
  for (const place of places) checker.place(place);
  const [first] = places;
  if (first !== undefined) {
    checker.problems.push(...first.source.file.problems);
    checker.folder(first);
  }
  return { problems: checker.problems.sort((a, b) => a.start - b.start), occurrences: checker.occurrences.sort((a, b) => a.start - b.start) };
}

/** Gathers problems and occurrences of one file. */
export class Checker {
  readonly project: Project;
  readonly problems: Problem[] = [];
  readonly occurrences: Occurrence[] = [];

  constructor(project: Project) {
    this.project = project;
  }

  problem(code: string, node: Node, message: string, severity?: 'warning'): void {
    this.problems.push({ code, message, start: node.start, end: node.end, ...(severity === undefined ? {} : { severity }) });
  }

  define(place: Place, name: Node, node: Definition['node']): void {
    this.occurrences.push({ start: name.start, end: name.end, definition: { source: place.source, name, node, package: place.package.title } });
  }

  private refer(at: Node, found: { readonly source: Source; readonly node: Definition['node'] & { readonly id: Name } }, title: string): void {
    this.occurrences.push({ start: at.start, end: at.end, definition: { source: found.source, name: found.node.id, node: found.node, package: title } });
  }

  /** What concerns all files of a folder, told in each. */
  folder({ source, package: own }: Place): void {
    const { file } = source;
    if (own.name === '') this.problem('no-package', { start: 0, end: Math.min(1, file.text.length) }, l10n.t('No file of this folder names its package, as in: package example:app;'), 'warning');
    for (const stranger of this.project.strangers) if (stranger.source === source) this.problem('package', stranger.name, l10n.t('The other files of this folder are of package {0}.', stranger.first));
    if (file.package !== undefined && file.package.docs !== '' && own.places.some(place => place.source !== source && (place.source.file.package?.docs ?? '') !== '')) {
      this.problem('package', file.package, l10n.t('Another file of this folder documents the package already.'));
    }
    const again = this.project.packages.find(one => one !== own && one.name !== '' && one.title === own.title);
    if (again !== undefined && file.package !== undefined) this.problem('package', file.package, l10n.t('Package {0} is there twice.', own.title));
  }

  place(place: Place): void {
    const locals = new Names(this.problems);
    for (const item of place.items) {
      this.gates(item.gates, place, false);
      switch (item.kind) {
        case 'interface': case 'world': {
          locals.add(item.id);
          this.define(place, item.id, item);
          const twice = place.package.twice.find(entry => entry.node === item);
          if (twice !== undefined && place.package.entries.get(item.id.text)?.source !== place.source) this.problem('duplicate', item.id, l10n.t('{0} is there already, in another file of the package.', item.id.text));
          if (item.kind === 'interface') this.interface(item, place);
          else checkWorld(this, item, place);
          break;
        }
        case 'top-use':
          locals.add(item.as ?? item.path.name);
          this.entry(item.path, place, item.path.package === undefined ? undefined : 'interface');
          break;
        case 'package':
          this.nested(item.name, place.source, item.items);
      }
    }
    this.cycles(place);
  }

  private nested(name: PackageName, source: Source, items: readonly Item[]): void {
    const own = this.project.package(name);
    if (own !== undefined && own.places.some(place => place.items !== items)) this.problem('package', name, l10n.t('Package {0} is there twice.', own.title));
    if (own !== undefined) this.define({ package: own, source, items }, name, { ...name, kind: 'package' });
  }

  gates(gates: readonly Gate[], place: Place, functions = true): void {
    for (const gate of gates) {
      if (gate.name === 'external-id' && !functions) this.problem('gate', gate, l10n.t('@external-id is for functions and types.'));
      const { version } = place.package;
      if (gate.name === 'since' && version !== undefined && compareVersions(gate.argument, version) > 0) {
        this.problem('gate', gate, l10n.t('{0} is later than the package itself, {1}.', gate.argument, version));
      }
    }
  }

  /** What a path leads to; what is wrong with it is told. */
  entry(path: Path, place: Place, wanted: 'interface' | 'world' | undefined): Entry | undefined {
    const { project } = this;
    const found = project.find(path, place);
    if (found === undefined) {
      if (path.package !== undefined && project.package(path.package) === undefined) {
        const known = project.packages.filter(one => one.name === path.package?.text).map(one => one.title);
        this.problem('unknown-package', path.package, known.length > 0 ? l10n.t('There is {0}, but not this version.', known.join(', ')) : l10n.t('Package {0} is neither here nor in the folder deps.', path.package.text));
      } else this.problem('unknown-interface', path.name, path.package === undefined ? l10n.t('There is no interface or world {0}.', path.name.text) : l10n.t('Package {0} has no interface or world {1}.', path.package.text, path.name.text));
      return undefined;
    }
    this.refer(path.package === undefined ? path.name : path, found, found.package.title);
    if (wanted === undefined || found.node.kind === wanted) return found;
    this.problem('wrong-kind', path.name, wanted === 'interface' ? l10n.t('{0} is a world, and an interface is wanted.', path.name.text) : l10n.t('{0} is an interface, and a world is wanted.', path.name.text));
    return undefined;
  }

  private interface(item: Interface, place: Place): void {
    this.items(item.items, { items: item.items, place }, new Names(this.problems));
  }

  /** The items of an interface, be it at the top or inline in a world. */
  items(items: readonly InterfaceItem[], scope: Scope, names: Names): void {
    for (const item of items) {
      this.gates(item.gates, scope.place);
      switch (item.kind) {
        case 'use': this.use(item, scope, names); break;
        case 'func':
          names.addFunc(item);
          this.define(scope.place, item.id, item);
          checkFunc(this, item, scope);
          break;
        default: this.typeDef(item, scope, names);
      }
    }
    this.setters(items.filter((item): item is Func => item.kind === 'func'));
    this.typeCycles(items, scope);
  }

  /** A property that is written can be read. */
  setters(funcs: readonly Func[]): void {
    for (const func of funcs) {
      if (func.access === 'set' && !funcs.some(one => one.access === 'get' && one.id.text === func.id.text && one.form === func.form)) this.problem('setter', func.id, l10n.t('{0} can be set, but there is no get for it.', func.id.text));
    }
  }

  typeDef(item: TypeDef, scope: Scope, names: Names): void {
    names.add(item.id);
    this.define(scope.place, item.id, item);
    checkTypeDef(this, item, scope);
  }

  use(item: Use, scope: Scope, names: Names): void {
    const entry = this.entry(item.path, scope.place, 'interface');
    for (const one of item.names) {
      names.add(usedAs(one));
      if (entry === undefined) continue;
      const found = lookUp(this.project, one.id.text, scopeOf(this.project, entry));
      if (found === undefined) this.problem('unknown-type', one.id, l10n.t('{0} has no type {1}.', entry.node.id.text, one.id.text));
      else if (found !== 'broken' && 'func' in found) this.problem('wrong-kind', one.id, l10n.t('{0} is a function: only types can be used.', one.id.text));
      else if (found !== 'broken') {
        for (const name of one.as === undefined ? [one.id] : [one.id, one.as]) this.type(name, found);
      }
    }
  }

  /** A name that stands for a type. */
  type(name: Name, found: FoundType): void {
    this.refer(name, found, found.scope.place.package.title);
  }

  private typeCycles(items: readonly (InterfaceItem | WorldItem)[], scope: Scope): void {
    const types = new Map(items.flatMap(item => ('members' in item ? [[item.id.text, item] as const] : [])));
    const done = new Set<TypeDef>();
    const open = new Set<TypeDef>();
    const visit = (node: TypeDef): boolean => {
      if (open.has(node)) return true;
      if (done.has(node) || open.size > farthest) return false;
      done.add(node);
      open.add(node);
      const names: Name[] = [];
      const gather = (types: readonly { readonly id?: Name; readonly args: readonly unknown[] }[]): void => {
        for (const type of types) {
          if (type.id !== undefined) names.push(type.id);
          gather(type.args as typeof types);
        }
      };
      gather(partsOf(node));
      const circular = names.some(name => {
        const found = types.get(name.text);
        return found !== undefined && visit(found);
      });
      open.delete(node);
      if (circular) this.problem('cycle', node.id, l10n.t('{0} is made of itself.', node.id.text));
      return false;
    };
    for (const item of scope.items) if ('members' in item) visit(item);
  }

  /** Interfaces that use, and worlds that include, themselves by way of others; packages that need each other. */
  private cycles(place: Place): void {
    const { project } = this;
    const reaches = (from: Entry, to: Entry, seen: Set<unknown>): boolean => {
      if (seen.has(from.node) || seen.size > farthest) return false;
      seen.add(from.node);
      return dependencies(from.node).some(path => {
        const next = project.find(path, project.placeOf(from));
        return next !== undefined && (next.node === to.node || reaches(next, to, seen));
      });
    };
    for (const item of place.items) {
      if (item.kind !== 'interface' && item.kind !== 'world') continue;
      const entry: Entry = { node: item, source: place.source, package: place.package };
      if (reaches(entry, entry, new Set())) this.problem('cycle', item.id, item.kind === 'world' ? l10n.t('World {0} includes itself.', item.id.text) : l10n.t('Interface {0} uses itself.', item.id.text));
    }
    const needs = (name: string): string[] => project.packages.filter(one => one.name === name).flatMap(one => one.places.flatMap(each => foreign(each)));
    const circular = (name: string, seen: Set<string>): boolean => needs(name).some(next => next === place.package.name || (!seen.has(next) && (seen.add(next), circular(next, seen))));
    for (const path of place.items.flatMap(pathsOf)) {
      if (path.package !== undefined && path.package.text !== place.package.name && circular(path.package.text, new Set([path.package.text]))) {
        this.problem('cycle', path.package, l10n.t('Package {0} needs this package in turn.', path.package.text));
      }
    }
  }
}

/** The interfaces that an interface uses, or the worlds that a world includes. */
function dependencies(node: Interface | World): Path[] {
  return node.kind === 'interface' ? node.items.flatMap(item => (item.kind === 'use' ? [item.path] : [])) : node.items.flatMap(item => (item.kind === 'include' ? [item.path] : []));
}

function pathsOf(item: Item): Path[] {
  const inside = (items: readonly (InterfaceItem | WorldItem)[]): Path[] => items.flatMap(one => {
    if (one.kind === 'use' || one.kind === 'include') return [one.path];
    if (one.kind === 'import' || one.kind === 'export') return [...(one.path === undefined ? [] : [one.path]), ...inside((one satisfies Extern).items ?? [])];
    return [];
  });
  switch (item.kind) {
    case 'top-use': return [item.path];
    case 'interface': case 'world': return inside(item.items);
    case 'package': return [];
  }
}

function foreign(place: Place): string[] {
  return place.items.flatMap(pathsOf).flatMap(path => (path.package === undefined || path.package.text === place.package.name ? [] : [path.package.text]));
}
