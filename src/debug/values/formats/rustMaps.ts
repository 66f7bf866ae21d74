import { count, firstPointer, listText, valueAt, type Format, type Part, type Shown, type Style } from '../show';
import { alignmentOf, typeArgument, typeOf, type Type } from '../type';
import { NoValue, type Value } from '../value';
import { DW_TAG } from '../../../dwarf/constants';
import { guard } from '../../../dwarf/program';
import { keyName, mapText, maximumCount } from './containers';

// Rust's maps and sets: hashbrown's tables and B-trees.

export const mapFormats: readonly Format[] = [
  { match: /^std::collections::hash::(map::HashMap|set::HashSet)</, show: showHash },
  { match: /^alloc::collections::btree::map::BTreeMap</, show: (value, style) => showTree(value, style, false) },
  { match: /^alloc::collections::btree::set::BTreeSet</, show: showTreeSet },
];

/** hashbrown's table: a control byte for each bucket (its high bit set where empty), the buckets before them, backwards. */
async function showHash(value: Value, style: Style): Promise<Shown | undefined> {
  const raw = findTable(value, 0);
  const inner = raw?.member('table') ?? raw;
  const element = raw === undefined ? undefined : typeArgument(raw.real, 0);
  const control = inner?.member('ctrl');
  const mask = await count(inner?.member('bucket_mask'));
  const items = await count(inner?.member('items'));
  const pointer = control === undefined ? undefined : firstPointer(control);
  if (element === undefined || pointer === undefined || mask === undefined || items === undefined) return undefined;
  if (items > mask + 1 || mask > maximumCount) throw new NoValue('not a map yet');
  const base = await pointer.pointer();
  const isSet = value.real.name.startsWith('std::collections::hash::set');
  const stride = Math.ceil(element.size / alignmentOf(element)) * alignmentOf(element);
  let full: number[] | undefined;
  const parts = {
    count: items, indexed: false,
    async list(start: number, wanted: number): Promise<Part[]> {
      if (full === undefined) {
        const bytes = await value.machine.read(base, mask + 1);
        full = [...bytes.keys()].filter(i => ((bytes[i] ?? 0x80) & 0x80) === 0);
      }
      const found: Part[] = [];
      for (const [i, bucket] of full.slice(start, start + wanted).entries()) {
        const pair = valueAt(value, base - (bucket + 1) * stride, element);
        const key = pair.member('__0');
        const held = pair.member('__1');
        if (key === undefined || held === undefined || isSet) found.push({ name: `[${start + i}]`, value: key ?? pair });
        else found.push({ name: await keyName(key), value: held });
      }
      return found;
    },
  };
  return { text: isSet ? await listText(parts, style) : await mapText(parts, style, ': ', part => part.name.slice(1, -1)), parts };
}

/** The RawTable<T> within a map or set: the first structure that has an argument T and reaches the control bytes. */
function findTable(value: Value, depth: number): Value | undefined {
  if (/^hashbrown::raw::RawTable</.test(value.real.name)) return value;
  if (value.real.kind !== 'struct' || depth > 5) return undefined;
  for (const member of value.real.members()) {
    const found = findTable(value.field(member), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function showTreeSet(value: Value, style: Style): Promise<Shown | undefined> {
  const map = value.member('map');
  return map === undefined ? Promise.resolve(undefined) : showTree(map, style, true);
}

/** A node with a key, and which of its keys that is. */
interface Spot {
  readonly node: number;
  readonly height: number;
  readonly index: number;
}

/** A B-tree: a leaf has arrays of keys and values and how many of them count; an inner node is a leaf with an array of children behind it. */
async function showTree(value: Value, style: Style, isSet: boolean): Promise<Shown | undefined> {
  const size = await count(value.member('length'));
  const root = value.member('root');
  const variant = await root?.variant();
  if (size === undefined || root === undefined || variant === undefined || size > maximumCount) return undefined;
  const reference = root.field(variant.member).member('__0');
  const pointer = reference?.member('node');
  const top = pointer === undefined ? undefined : firstPointer(pointer);
  const height = await count(reference?.member('height'));
  const leaf = top?.real.kind === 'pointer' ? top.real.target() : undefined;
  if (size > 0 && (top === undefined || leaf === undefined || height === undefined || height > 32)) return undefined;
  const inner = leaf === undefined ? undefined : innerNode(leaf);
  const spots: Spot[] = [];
  const node = (address: number): Value => valueAt(value, address, leaf ?? value.type);
  const leftmost = async (from: number, down: number): Promise<Spot> => {
    let at = from;
    for (let level = down; level > 0; level--) at = await child(at, 0);
    return { node: at, height: 0, index: 0 };
  };
  const child = async (at: number, index: number): Promise<number> => {
    const edges = inner === undefined ? undefined : valueAt(value, at, inner).member('edges');
    const edge = edges === undefined ? undefined : firstPointer(await edges.element(index));
    if (edge === undefined) throw new NoValue('not a map yet');
    return edge.pointer();
  };
  const next = async (spot: Spot): Promise<Spot | undefined> => {
    if (spot.height > 0) return leftmost(await child(spot.node, spot.index + 1), spot.height - 1);
    let at: Spot = { ...spot, index: spot.index + 1 };
    for (let steps = 0; steps < 32; steps++) {
      if (at.index < (await count(node(at.node).member('len')) ?? 0)) return at;
      const up = node(at.node).member('parent');
      const present = await up?.variant();
      const parent = up === undefined || present === undefined ? undefined : firstPointer(up.field(present.member));
      const index = await count(node(at.node).member('parent_idx'));
      if (parent === undefined || index === undefined || await parent.pointer() === 0) return undefined;
      at = { node: await parent.pointer(), height: at.height + 1, index };
    }
    return undefined;
  };
  const parts = {
    count: size, indexed: isSet,
    async list(start: number, wanted: number): Promise<Part[]> {
      const end = Math.min(size, start + wanted);
      while (spots.length < end) {
        const last = spots[spots.length - 1];
        const spot = last === undefined ? await leftmost(await top?.pointer() ?? 0, height ?? 0) : await next(last);
        if (spot === undefined) break;
        spots.push(spot);
      }
      const found: Part[] = [];
      for (const [i, spot] of spots.slice(start, end).entries()) {
        const key = initialized(await node(spot.node).member('keys')?.element(spot.index));
        const held = isSet ? key : initialized(await node(spot.node).member('vals')?.element(spot.index));
        if (key === undefined || held === undefined) break;
        found.push({ name: isSet ? `[${start + i}]` : await keyName(key), value: held });
      }
      return found;
    },
  };
  return { text: isSet ? await listText(parts, style) : await mapText(parts, style, ': ', part => part.name.slice(1, -1)), parts };
}

/** What a MaybeUninit holds. */
function initialized(value: Value | undefined): Value | undefined {
  let at = value;
  for (let steps = 0; at !== undefined && steps < 4 && /^core::mem::(maybe_uninit::MaybeUninit|manually_drop::ManuallyDrop)</.test(at.real.name); steps++) at = at.member('value');
  return at;
}

/** The type of inner nodes that goes with a type of leaves: nothing leads to it but its name. */
function innerNode(leaf: Type): Type | undefined {
  const wanted = leaf.name.replace('::LeafNode<', '::InternalNode<');
  for (const die of guard(() => [...leaf.die?.unit.withTag(DW_TAG.structure_type) ?? []]) ?? []) {
    if (guard(() => die.name?.startsWith('InternalNode<')) === true && typeOf(die).name === wanted) return typeOf(die);
  }
  return undefined;
}
