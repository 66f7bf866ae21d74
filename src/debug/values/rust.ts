import { count, elements, firstPointer, listText, show, textAt, valueAt, type Format, type Part, type Shown, type Style } from './show';
import { alignmentOf, typeArgument, type Type } from './type';
import { NoValue, type Value } from './value';

// Rust's standard library, whose layouts change between versions: pointers are found by looking through whatever wraps them.

const maximumCount = 1 << 28;

export const rustFormats: readonly Format[] = [
  { match: /^&(mut )?str$|^alloc::boxed::Box<str(,.*)?>$/, show: showStr },
  { match: /^&(mut )?\[.*\]$|^alloc::boxed::Box<\[.*\](,.*)?>$/, show: showSlice },
  { match: /^alloc::string::String$/, show: async value => showStrOf(value.member('vec')) },
  { match: /^alloc::vec::Vec</, show: showVec },
  { match: /^alloc::collections::vec_deque::(vec_deque::)?VecDeque</, show: showDeque },
  { match: /^alloc::rc::Rc<|^alloc::sync::Arc</, show: showCounted },
  { match: /^core::cell::(Cell|UnsafeCell)<|^core::mem::(maybe_uninit::MaybeUninit|manually_drop::ManuallyDrop)</, show: showCell },
  { match: /^core::cell::RefCell</, show: showRefCell },
  { match: /^std::collections::hash::(map::HashMap|set::HashSet)</, show: showHash },
];

async function showStr(value: Value): Promise<Shown | undefined> {
  const data = value.member('data_ptr');
  const length = await count(value.member('length'));
  if (data === undefined || length === undefined) return undefined;
  if (length > maximumCount) throw new NoValue('not a string yet');
  return { text: await textAt(value, await data.pointer(), length) };
}

async function showSlice(value: Value, style: Style): Promise<Shown | undefined> {
  const data = value.member('data_ptr');
  const length = await count(value.member('length'));
  if (data === undefined || length === undefined) return undefined;
  if (length > maximumCount) throw new NoValue('not a slice yet');
  const parts = elements(length, index => data.element(index));
  return { text: await listText(parts, style, '[', ']'), parts };
}

async function showStrOf(vec: Value | undefined): Promise<Shown | undefined> {
  const parts = vec === undefined ? undefined : await vecOf(vec);
  return vec === undefined || parts === undefined ? undefined : { text: await textAt(vec, parts.address, parts.length) };
}

async function vecOf(vec: Value): Promise<{ address: number; length: number; element: Type | undefined } | undefined> {
  const buffer = vec.member('buf');
  const pointer = buffer === undefined ? undefined : firstPointer(buffer);
  const length = await count(vec.member('len'));
  if (pointer === undefined || length === undefined) return undefined;
  if (length > maximumCount) throw new NoValue('not a vector yet');
  return { address: await pointer.pointer(), length, element: typeArgument(vec.real, 0) };
}

async function showVec(value: Value, style: Style): Promise<Shown | undefined> {
  const vec = await vecOf(value);
  const element = vec?.element;
  if (vec === undefined || element === undefined) return undefined;
  const parts = elements(vec.length, index => valueAt(value, vec.address + index * element.size, element));
  return { text: await listText(parts, style, '[', ']'), parts };
}

async function showDeque(value: Value, style: Style): Promise<Shown | undefined> {
  const element = typeArgument(value.real, 0);
  const buffer = value.member('buf');
  const pointer = buffer === undefined ? undefined : firstPointer(buffer);
  const capacity = await count(buffer?.member('cap') ?? buffer?.member('inner')?.member('cap'));
  const head = await count(value.member('head'));
  if (element === undefined || pointer === undefined || capacity === undefined || head === undefined) return undefined;
  // Up to 1.66 `tail` was the first and `head` one behind the last, afterwards `head` is the first and `len` the length.
  const tail = await count(value.member('tail'));
  const length = tail === undefined ? await count(value.member('len')) : (head - tail + capacity) % Math.max(1, capacity);
  const first = tail ?? head;
  if (length === undefined || length > maximumCount) return undefined;
  const address = await pointer.pointer();
  const parts = elements(length, index => valueAt(value, address + ((first + index) % Math.max(1, capacity)) * element.size, element));
  return { text: await listText(parts, style, '[', ']'), parts };
}

async function showCounted(value: Value, style: Style): Promise<Shown | undefined> {
  const pointer = value.member('ptr');
  const inner = pointer === undefined ? undefined : firstPointer(pointer);
  if (inner === undefined) return undefined;
  const box = await inner.target();
  const held = box.member('value') ?? box.member('data');
  return held === undefined ? undefined : show(held, style);
}

async function showCell(value: Value, style: Style): Promise<Shown | undefined> {
  const inner = value.member('value');
  return inner === undefined ? undefined : show(inner, style);
}

async function showRefCell(value: Value, style: Style): Promise<Shown | undefined> {
  const inner = value.member('value');
  const borrow = value.member('borrow');
  if (inner === undefined || borrow === undefined) return undefined;
  const shown = await show(inner, style);
  const bytes = await borrow.bytes();
  const state = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0, true);
  return { ...shown, text: `${shown.text}${state === 0 ? '' : state > 0 ? ` (borrowed: ${state})` : ' (mutably borrowed)'}` };
}

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
        else found.push({ name: `[${(await show(key, { depth: 1 })).text}]`, value: held });
      }
      return found;
    },
  };
  if (style.depth <= 0) return { text: '{…}', parts };
  const texts: string[] = [];
  for (const part of await parts.list(0, 8)) {
    const text = (await show(part.value, { ...style, depth: style.depth - 1 })).text;
    texts.push(isSet ? text : `${part.name.slice(1, -1)}: ${text}`);
  }
  if (items > 8) texts.push('…');
  return { text: `{${texts.join(', ')}}`, parts };
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
