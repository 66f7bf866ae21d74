import { count, elements, firstPointer, listText, memberParts, quote, show, textAt, valueAt, type Format, type Part, type Parts, type Shown, type Style } from './show';
import { alignmentOf, resolved, typeArgument, type Type } from './type';
import { NoValue, type Value } from './value';

// libc++'s containers in both of its ABIs: namespace __1 (Debian's) and __2 (wasi-sdk's and LLVM's own for WASI).

/** More elements than memory can hold are a container whose constructor has not run. */
const maximumCount = 1 << 28;

export const libcxxFormats: readonly Format[] = [
  { match: /^std::basic_string<char,/, show: value => showString(value) },
  { match: /^std::basic_string_view<char,/, show: value => showView(value) },
  { match: /^std::vector<(?!bool)/, show: showVector },
  { match: /^std::(multi)?map</, show: (value, style) => showTree(value, style, true) },
  { match: /^std::(multi)?set</, show: (value, style) => showTree(value, style, false) },
  { match: /^std::unordered_(multi)?map</, show: (value, style) => showHash(value, style, true) },
  { match: /^std::unordered_(multi)?set</, show: (value, style) => showHash(value, style, false) },
  { match: /^std::unique_ptr</, show: showSmart },
  { match: /^std::(shared|weak)_ptr</, show: showSmart },
  { match: /^std::optional</, show: showOptional },
  { match: /^std::array</, show: showArray },
];

async function showString(value: Value): Promise<Shown | undefined> {
  if (value.type.size !== 12) return undefined;
  const bytes = await value.bytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const around = value.real.die?.enclosing ?? [];
  const last = view.getUint8(11);
  const first = view.getUint8(0);
  const newLayout = around.includes('__2');
  if (newLayout ? last < 0x80 : (first & 1) === 0) {
    const length = newLayout ? last : first >> 1;
    if (length > 11) throw new NoValue('not a string yet');
    const text = bytes.subarray(newLayout ? 0 : 1, (newLayout ? 0 : 1) + length);
    return { text: quote(new TextDecoder().decode(text)) };
  }
  const [address, length] = newLayout ? [view.getUint32(0, true), view.getUint32(4, true)] : [view.getUint32(8, true), view.getUint32(4, true)];
  return { text: await textAt(value, address, length) };
}

async function showView(value: Value): Promise<Shown | undefined> {
  const data = firstPointer(value);
  const size = await count(value.member('__size_') ?? value.member('__size'));
  if (data === undefined || size === undefined) return undefined;
  return { text: await textAt(value, await data.pointer(), size) };
}

async function showVector(value: Value, style: Style): Promise<Shown | undefined> {
  const begin = value.member('__begin_');
  const end = value.member('__end_');
  if (begin === undefined || end === undefined) return undefined;
  const first = await begin.target();
  const from = await begin.pointer();
  const size = ((await end.pointer()) - from) / Math.max(1, first.type.size);
  if (!Number.isInteger(size) || size < 0 || size > maximumCount) throw new NoValue('not a vector yet');
  const parts = elements(size, index => valueAt(value, from + index * first.type.size, first.type));
  return { text: `${sized(size)}${await listText(parts, style)}`, parts };
}

const sized = (size: number): string => `size ${size} `;

/** A key and its value as one part, `["ann"] = 31`. */
async function entry(pair: Value, style: Style, index: number): Promise<Part> {
  const members = pair.real.kind === 'struct' ? pair.real.members() : [];
  const inner = members.length === 1 && members[0] !== undefined ? pair.field(members[0]) : pair;
  const key = inner.member('first');
  const value = inner.member('second');
  if (key === undefined || value === undefined) return { name: `[${index}]`, value: pair };
  return { name: `[${(await show(key, { ...style, depth: 1 })).text}]`, value };
}

async function mapText(parts: Parts, style: Style): Promise<string> {
  if (style.depth <= 0) return '{…}';
  const texts: string[] = [];
  for (const part of await parts.list(0, 8)) texts.push(`${part.name} = ${(await show(part.value, { ...style, depth: style.depth - 1 })).text}`);
  if (parts.count > 8) texts.push('…');
  return `{${texts.join(', ')}}`;
}

/** Parts that are found one after the other: a page starts where an earlier one ended. */
function walking(size: number, next: (after: number | undefined) => Promise<number | undefined>, part: (address: number, index: number) => Promise<Part>): Parts {
  const addresses: number[] = [];
  return {
    count: size, indexed: false,
    async list(start, wanted) {
      const end = Math.min(size, start + wanted);
      while (addresses.length < end) {
        const address = await next(addresses[addresses.length - 1]);
        if (address === undefined || address === 0) break;
        addresses.push(address);
      }
      const parts: Part[] = [];
      for (let i = start; i < Math.min(end, addresses.length); i++) parts.push(await part(addresses[i] ?? 0, i));
      return parts;
    },
  };
}

async function word(value: Value, address: number): Promise<number> {
  const bytes = await value.machine.read(address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

/** Where a node keeps its value: behind `header` bytes, aligned. */
function valueOffset(type: Type, header: number): number {
  const alignment = alignmentOf(type);
  return Math.ceil(header / alignment) * alignment;
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

async function showTree(value: Value, style: Style, isMap: boolean): Promise<Shown | undefined> {
  const tree = value.member('__tree_');
  if (tree === undefined) return undefined;
  const element = isMap ? pairOf(value.real) : typeArgument(tree.real, 0);
  const size = await count(tree.member('__pair3_') ?? tree.member('__size_'));
  const begin = tree.member('__begin_node_');
  if (element === undefined || size === undefined || begin === undefined || size > maximumCount) return undefined;
  // A node is left, right, parent, colour, value; see __tree_node in <__tree>.
  const offset = valueOffset(element, 13);
  const next = async (node: number | undefined): Promise<number | undefined> => {
    if (node === undefined) return begin.pointer();
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
  };
  const parts = walking(size, next, (address, index) => {
    const inner = valueAt(value, address + offset, element);
    return isMap ? entry(inner, style, index) : Promise.resolve({ name: `[${index}]`, value: inner });
  });
  return { text: sized(size) + (isMap ? await mapText(parts, style) : await listText(parts, style)), parts };
}

async function showHash(value: Value, style: Style, isMap: boolean): Promise<Shown | undefined> {
  const table = value.member('__table_');
  if (table === undefined) return undefined;
  const element = isMap ? pairOf(value.real) : typeArgument(table.real, 0);
  const size = await count(table.member('__p2_') ?? table.member('__size_'));
  const first = table.member('__p1_') ?? table.member('__first_node_');
  if (element === undefined || size === undefined || first === undefined || size > maximumCount) return undefined;
  const head = firstPointer(first);
  if (head === undefined) return undefined;
  const offset = valueOffset(element, 8);
  const next = async (node: number | undefined): Promise<number | undefined> => (node === undefined ? head.pointer() : word(value, node));
  const parts = walking(size, next, (address, index) => {
    const inner = valueAt(value, address + offset, element);
    return isMap ? entry(inner, style, index) : Promise.resolve({ name: `[${index}]`, value: inner });
  });
  return { text: sized(size) + (isMap ? await mapText(parts, style) : await listText(parts, style)), parts };
}

async function showSmart(value: Value, style: Style): Promise<Shown | undefined> {
  const pointer = value.member('__ptr_');
  const inner = pointer === undefined ? undefined : firstPointer(pointer);
  if (inner === undefined) return undefined;
  if (await inner.pointer() === 0) return { text: 'nullptr' };
  const target = await inner.target();
  const shown = await show(target, style);
  return { text: shown.text, parts: shown.parts ?? { count: 1, indexed: false, list: start => Promise.resolve(start === 0 ? [{ name: '*', value: target }] : []) } };
}

async function showOptional(value: Value, style: Style): Promise<Shown | undefined> {
  const engaged = value.member('__engaged_');
  const inner = value.member('__val_');
  if (engaged === undefined || inner === undefined) return undefined;
  return await engaged.scalar() === 0n ? { text: 'nullopt' } : show(inner, style);
}

async function showArray(value: Value, style: Style): Promise<Shown | undefined> {
  const inner = value.member('__elems_');
  return inner === undefined || resolved(inner.type).kind !== 'array' ? { text: '{}', parts: memberParts(value) } : show(inner, style);
}
