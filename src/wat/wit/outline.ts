import type { Extern, Func, InterfaceItem, Item, Name, Node, TypeDef, WitFile, WorldItem } from './syntax';

/** What an entry of the outline is, for its icon. */
export type OutlineKind = 'package' | 'interface' | 'world' | 'func' | 'method' | 'constructor' | 'import' | 'export' | 'record' | 'variant' | 'enum' | 'flags' | 'type' | 'resource' | 'field' | 'case';

export interface OutlineEntry {
  readonly kind: OutlineKind;
  readonly name: string;
  readonly detail: string;
  /** The whole, and its name. */
  readonly range: Node;
  readonly selection: Node;
  readonly children: readonly OutlineEntry[];
}

/** The outline of a file. */
export function outline(file: WitFile): OutlineEntry[] {
  return file.items.flatMap(item => top(file, item));
}

function entry(kind: OutlineKind, name: Name, range: Node, detail = '', children: readonly OutlineEntry[] = []): OutlineEntry {
  return { kind, name: name.text, detail, range: { start: Math.min(range.start, name.start), end: Math.max(range.end, name.end) }, selection: name, children };
}

function top(file: WitFile, item: Item): OutlineEntry[] {
  switch (item.kind) {
    case 'interface': return [entry('interface', item.id, item, '', item.items.flatMap(one => inside(file, one)))];
    case 'world': return [entry('world', item.id, item, '', item.items.flatMap(one => inside(file, one)))];
    case 'package': return [entry('package', item.name, item, item.name.version, item.items.flatMap(one => top(file, one)))];
    case 'top-use': return [];
  }
}

function inside(file: WitFile, item: InterfaceItem | WorldItem): OutlineEntry[] {
  switch (item.kind) {
    case 'use': case 'include': return [];
    case 'func': return [func(file, item)];
    case 'import': case 'export': return [extern(file, item)];
    default: return [typeDef(file, item)];
  }
}

function func(file: WitFile, item: Func): OutlineEntry {
  const kind = item.form === 'constructor' ? 'constructor' : 'func';
  return entry(kind, item.id, item, signature(file, item));
}

/** What stands behind a function's name. */
function signature(file: WitFile, item: Func): string {
  return file.text.slice(item.id.end, item.end).replace(/^\s*:\s*/, '').replace(/;\s*$/, '').replace(/\s+/g, ' ').slice(0, 120);
}

function extern(file: WitFile, item: Extern): OutlineEntry {
  const id = item.func?.id ?? item.id;
  const children = (item.items ?? []).flatMap(one => inside(file, one));
  if (id !== undefined) return entry(item.kind, id, item, item.func === undefined ? '' : signature(file, item.func), children);
  const path = item.path ?? { start: item.start, end: item.end };
  const text = file.text.slice(path.start, path.end);
  return entry(item.kind, { ...path, text }, item);
}

function typeDef(file: WitFile, item: TypeDef): OutlineEntry {
  const members = item.members.map(member => entry(item.kind === 'record' ? 'field' : 'case', member.id, member, member.type === undefined ? '' : file.text.slice(member.type.start, member.type.end)));
  const methods = item.methods.map(method => ({ ...func(file, method), kind: method.form === 'constructor' ? 'constructor' as const : 'method' as const }));
  return entry(item.kind, item.id, item, item.type === undefined ? '' : file.text.slice(item.type.start, item.type.end), [...members, ...methods]);
}
