import * as l10n from '@vscode/l10n';
import type { Checker } from './check';
import { checkFunc } from './checkTypes';
import { canonical, Names } from './names';
import type { Entry, Place, Project } from './project';
import type { Extern, Func, Include, World } from './syntax';

/** What a world imports and exports by plain names, included worlds' too; canonical name to name. */
interface Plain { readonly imports: Map<string, string>; readonly exports: Map<string, string> }

/** Checks a world: what it imports, exports, includes and defines. */
export function checkWorld(checker: Checker, world: World, place: Place): void {
  const scope = { items: world.items, place };
  const names = { import: new Names(checker.problems), export: new Names(checker.problems) };
  const paths = { import: new Set<unknown>(), export: new Set<unknown>() };
  for (const item of world.items) {
    checker.gates(item.gates, place, item.kind !== 'include');
    switch (item.kind) {
      case 'import': case 'export': extern(checker, item, place, names[item.kind], paths[item.kind], world); break;
      case 'include': include(checker, item, place, world); break;
      case 'use': checker.use(item, scope, names.import); break;
      default: checker.typeDef(item, scope, names.import);
    }
  }
  // An included world may have the get of a set.
  if (!world.items.some(item => item.kind === 'include')) for (const kind of ['import', 'export'] as const) {
    checker.setters(world.items.flatMap(item => (item.kind === kind && item.func !== undefined ? [item.func] : [])));
  }
}

function extern(checker: Checker, item: Extern, place: Place, names: Names, paths: Set<unknown>, world: World): void {
  if (item.func !== undefined) {
    names.addFunc(item.func);
    checker.define(place, item.func.id, item.func satisfies Func);
    checkFunc(checker, item.func, { items: world.items, place });
    return;
  }
  if (item.id !== undefined) {
    names.add(item.id);
    checker.define(place, item.id, item);
  }
  if (item.items !== undefined) checker.items(item.items, { items: item.items, place }, new Names(checker.problems));
  if (item.path === undefined) return;
  const entry = checker.entry(item.path, place, 'interface');
  if (entry === undefined || item.id !== undefined) return;
  if (paths.has(entry.node)) checker.problem('duplicate', item.path, item.kind === 'import' ? l10n.t('{0} is imported already.', item.path.name.text) : l10n.t('{0} is exported already.', item.path.name.text));
  paths.add(entry.node);
}

function include(checker: Checker, item: Include, place: Place, world: World): void {
  const { project } = checker;
  const entry = checker.entry(item.path, place, 'world');
  if (entry?.node.kind !== 'world' || entry.node === world) return;
  const there = plainNames(project, entry, new Set());
  for (const { id } of item.names) {
    if (!there.imports.has(canonical(id.text)) && !there.exports.has(canonical(id.text))) checker.problem('unknown-name', id, l10n.t('{0} has no import or export {1} that could be renamed.', item.path.name.text, id.text));
  }
  // What stands before this include, in this world or by another include, must not have one of its names.
  const before: World = { ...world, items: world.items.filter(one => one !== item && (one.kind !== 'include' || one.start < item.start)) };
  const own = plainNames(project, { node: before, source: place.source, package: place.package }, new Set([world]), place);
  const brought = renamed(there, item);
  for (const kind of ['imports', 'exports'] as const) {
    for (const [key, name] of brought[kind]) {
      if (own[kind].has(key)) checker.problem('duplicate', item.path, l10n.t('{0} has {1}, which is here already: rename it by with {2}.', item.path.name.text, name, `{ ${name} as ... }`));
    }
  }
}

function plainNames(project: Project, entry: Entry, seen: Set<unknown>, place = project.placeOf(entry)): Plain {
  const found: Plain = { imports: new Map(), exports: new Map() };
  if (entry.node.kind !== 'world' || seen.has(entry.node)) return found;
  seen.add(entry.node);
  for (const item of entry.node.items) {
    if (item.kind === 'import' || item.kind === 'export') {
      const id = item.func?.id ?? item.id;
      const access = item.func?.access === undefined ? '' : `${item.func.access} `;
      if (id !== undefined) found[item.kind === 'import' ? 'imports' : 'exports'].set(access + canonical(id.text), id.text);
    } else if (item.kind === 'include') {
      const inner = project.find(item.path, place);
      if (inner === undefined) continue;
      const names = renamed(plainNames(project, inner, seen), item);
      for (const [key, name] of names.imports) found.imports.set(key, name);
      for (const [key, name] of names.exports) found.exports.set(key, name);
    } else if ('members' in item) found.imports.set(canonical(item.id.text), item.id.text);
  }
  return found;
}

function renamed(plain: Plain, item: Include): Plain {
  const names = new Map(item.names.map(({ id, as }) => [canonical(id.text), as?.text ?? id.text]));
  const rename = (of: ReadonlyMap<string, string>): Map<string, string> => new Map([...of].map(([key, name]) => {
    const now = names.get(key) ?? name;
    return [canonical(now), now];
  }));
  return { imports: rename(plain.imports), exports: rename(plain.exports) };
}
