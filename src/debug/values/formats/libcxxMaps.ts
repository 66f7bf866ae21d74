import { count, firstPointer, listText, valueAt, type Format, type Part, type Shown, type Style } from '../show';
import { alignmentOf, typeArgument, type Type } from '../type';
import type { Value } from '../value';
import { keyName, mapText, maximumCount, valueOffset, walking, word } from './containers';

// libc++'s maps and sets: trees and hash tables.

export const mapFormats: readonly Format[] = [
  { match: /^std::(multi)?map</, show: (value, style) => showTree(value, style, true) },
  { match: /^std::(multi)?set</, show: (value, style) => showTree(value, style, false) },
  { match: /^std::unordered_(multi)?map</, show: (value, style) => showHash(value, style, true) },
  { match: /^std::unordered_(multi)?set</, show: (value, style) => showHash(value, style, false) },
];

/** A key and its value as one part, `["ann"] = 31`. */
async function entry(pair: Value, index: number): Promise<Part> {
  const members = pair.real.kind === 'struct' ? pair.real.members() : [];
  const inner = members.length === 1 && members[0] !== undefined ? pair.field(members[0]) : pair;
  const key = inner.member('first');
  const value = inner.member('second');
  return key === undefined || value === undefined ? { name: `[${index}]`, value: pair } : { name: await keyName(key), value };
}

/** What a map's nodes keep: pair<const K, V>, made of the map's own arguments since newer nodes name a type without members. */
function pairOf(map: Type): Type | undefined {
  const first = typeArgument(map, 0);
  const second = typeArgument(map, 1);
  if (first === undefined || second === undefined) return undefined;
  const alignment = Math.max(alignmentOf(first), alignmentOf(second));
  const offset = Math.ceil(first.size / alignmentOf(second)) * alignmentOf(second);
  const members = [{ name: 'first', type: first, offset: 0 }, { name: 'second', type: second, offset }];
  return {
    kind: 'struct', keyword: 'struct', name: `std::pair<const ${first.name}, ${second.name}>`, language: 'c++',
    size: Math.ceil((offset + second.size) / alignment) * alignment, members: () => members, variants: () => undefined,
  };
}

async function shown(size: number, offset: number, element: Type, like: Value, style: Style, isMap: boolean, next: Parameters<typeof walking>[2]): Promise<Shown> {
  const parts = walking(size, false, next, (address, index) => {
    const inner = valueAt(like, address + offset, element);
    return isMap ? entry(inner, index) : Promise.resolve({ name: `[${index}]`, value: inner });
  });
  return { text: `size ${size} ${isMap ? await mapText(parts, style, ' = ', part => part.name) : await listText(parts, style)}`, parts };
}

async function showTree(value: Value, style: Style, isMap: boolean): Promise<Shown | undefined> {
  const tree = value.member('__tree_');
  if (tree === undefined) return undefined;
  const element = isMap ? pairOf(value.real) : typeArgument(tree.real, 0);
  const size = await count(tree.member('__pair3_') ?? tree.member('__size_'));
  const begin = tree.member('__begin_node_');
  if (element === undefined || size === undefined || begin === undefined || size > maximumCount) return undefined;
  const next = async (node: number | undefined): Promise<number | undefined> => (node === undefined ? begin.pointer() : successor(value, node));
  // A node is left, right, parent, colour, value; see __tree_node in <__tree>.
  return shown(size, valueOffset(element, 13), element, value, style, isMap, next);
}

/** The node behind another in the order of a tree; undefined where the tree is damaged. */
async function successor(value: Value, node: number): Promise<number | undefined> {
  let at = await word(value, node + 4);
  if (at !== 0) {
    for (let steps = 0; steps < 64; steps++) {
      const left = await word(value, at);
      if (left === 0) return at;
      at = left;
    }
    return undefined;
  }
  at = node;
  for (let steps = 0; steps < 64; steps++) {
    const parent = await word(value, at + 8);
    if (parent === 0 || await word(value, parent) === at) return parent;
    at = parent;
  }
  return undefined;
}

async function showHash(value: Value, style: Style, isMap: boolean): Promise<Shown | undefined> {
  const table = value.member('__table_');
  if (table === undefined) return undefined;
  const element = isMap ? pairOf(value.real) : typeArgument(table.real, 0);
  const size = await count(table.member('__p2_') ?? table.member('__size_'));
  const first = table.member('__p1_') ?? table.member('__first_node_');
  const head = first === undefined ? undefined : firstPointer(first);
  if (element === undefined || size === undefined || head === undefined || size > maximumCount) return undefined;
  const next = async (node: number | undefined): Promise<number | undefined> => (node === undefined ? head.pointer() : word(value, node));
  // A node is next, hash, value.
  return shown(size, valueOffset(element, 8), element, value, style, isMap, next);
}
