import type { Entry, Place, Project, Source } from './project';
import type { Func, InterfaceItem, Name, Type, TypeDef, Use, UseName, WorldItem } from './syntax';

/** Nothing real goes through more names than this; what does would fill the stack. */
export const farthest = 500;

/** The types that can be named inside of an interface, a world, or an interface that a world has inline. */
export interface Scope { readonly items: readonly (InterfaceItem | WorldItem)[]; readonly place: Place; readonly outer?: Scope }

/** A type's definition, wherever it is, with the names that it sees. */
export interface FoundType { readonly node: TypeDef; readonly source: Source; readonly scope: Scope }

/** What a name in a scope is: a type, a function, or nothing that can be found. */
export type Found = FoundType | { readonly func: Func; readonly source: Source } | 'broken' | undefined;

/** The scope of an entry's own items. */
export function scopeOf(project: Project, entry: Entry): Scope {
  return { items: entry.node.items, place: project.placeOf(entry) };
}

type Named = { readonly use: UseName; readonly path: Use['path'] } | { readonly item: TypeDef | Func };
const tables = new WeakMap<Scope['items'], ReadonlyMap<string, Named>>();

/** The names of a scope's own items; the first of a name counts. */
function tableOf({ items }: Scope): ReadonlyMap<string, Named> {
  const known = tables.get(items);
  if (known !== undefined) return known;
  const table = new Map<string, Named>();
  const add = (name: string, named: Named): void => { if (!table.has(name)) table.set(name, named); };
  for (const item of items) {
    if (item.kind === 'use') for (const use of item.names) add(usedAs(use).text, { use, path: item.path });
    else if (item.kind === 'func' || 'members' in item) add(item.id.text, { item });
  }
  tables.set(items, table);
  return table;
}

/** Looks a name up among the items of a scope, through `use`. `broken` is what an error told elsewhere keeps from being found. */
export function lookUp(project: Project, name: string, scope: Scope, seen: ReadonlySet<unknown> = new Set()): Found {
  const named = tableOf(scope).get(name);
  if (named === undefined) return undefined;
  const { source } = scope.place;
  if ('item' in named) return named.item.kind === 'func' ? { func: named.item, source } : { node: named.item, source, scope };
  if (seen.has(named.use) || seen.size > farthest) return 'broken';
  const entry = project.find(named.path, scope.place);
  if (entry?.node.kind !== 'interface') return 'broken';
  return lookUp(project, named.use.id.text, scopeOf(project, entry), new Set([...seen, named.use])) ?? 'broken';
}

/** Follows `type a = b;` to what it stands for at last. */
export function resolved(project: Project, type: Type, scope: Scope, seen: ReadonlySet<TypeDef> = new Set()): FoundType | undefined {
  if (type.id === undefined) return undefined;
  const found = lookUp(project, type.id.text, scope);
  if (found === undefined || found === 'broken' || 'func' in found) return undefined;
  if (found.node.kind !== 'type' || found.node.type === undefined || seen.has(found.node) || seen.size > farthest) return found;
  return found.node.type.kind === 'named' ? resolved(project, found.node.type, found.scope, new Set([...seen, found.node])) ?? found : found;
}

/** The types that a definition is made of, itself excluded. */
export function partsOf(node: TypeDef): Type[] {
  return [...(node.type === undefined ? [] : [node.type]), ...node.members.flatMap(member => (member.type === undefined ? [] : [member.type]))];
}

/** Whether a type holds a borrowed handle, which must not outlive a call. */
export function holdsBorrow(project: Project, type: Type, scope: Scope, seen: Set<TypeDef> = new Set()): boolean {
  if (type.kind === 'borrow') return true;
  if (type.args.some(part => holdsBorrow(project, part, scope, seen))) return true;
  if (type.id === undefined) return false;
  const found = lookUp(project, type.id.text, scope);
  if (found === undefined || found === 'broken' || 'func' in found || seen.has(found.node) || seen.size > farthest) return false;
  seen.add(found.node);
  return partsOf(found.node).some(part => holdsBorrow(project, part, found.scope, seen));
}

/** The name that a `use` brings in. */
export function usedAs(use: UseName): Name {
  return use.as ?? use.id;
}
