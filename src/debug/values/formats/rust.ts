import { count, elements, firstPointer, listText, show, valueAt, type Format, type Shown, type Style } from '../show';
import { textAt } from '../text';
import { typeArgument, type Type } from '../type';
import { NoValue, type Value } from '../value';
import { maximumCount } from './containers';
import { mapFormats } from './rustMaps';

// Rust's standard library, whose layouts change between versions: pointers are found by looking through whatever wraps them.

export const rustFormats: readonly Format[] = [
  { match: /^&(mut )?str$|^alloc::boxed::Box<str(,.*)?>$/, show: showStr },
  { match: /^&(mut )?\[.*\]$|^alloc::boxed::Box<\[.*\](,.*)?>$/, show: showSlice },
  { match: /^alloc::string::String$/, show: async value => showStrOf(value.member('vec')) },
  { match: /^alloc::vec::Vec</, show: showVec },
  { match: /^alloc::collections::vec_deque::(vec_deque::)?VecDeque</, show: showDeque },
  { match: /^alloc::rc::Rc<|^alloc::sync::Arc</, show: showCounted },
  { match: /^core::cell::(Cell|UnsafeCell)<|^core::mem::(maybe_uninit::MaybeUninit|manually_drop::ManuallyDrop)</, show: showCell },
  { match: /^core::cell::RefCell</, show: showRefCell },
  { match: /^std::(ffi::os_str::OsString|path::PathBuf)$/, show: async value => showStrOf(findVec(value, 0)) },
  { match: /^std::sync::([\w:]*::)?(Mutex|RwLock)</, show: async (value, style) => { const data = value.member('data'); return data === undefined ? undefined : show(data, style); } },
  { match: /^(core|std)::sync::atomic::Atomic/, show: async (value, style) => { const inner = value.member('v'); return inner === undefined ? undefined : show(inner, style); } },
  { match: /^alloc::(rc|sync)::Weak</, show: showWeak },
  ...mapFormats,
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

/** The vector of bytes that a string of the system's is made of. */
function findVec(value: Value, depth: number): Value | undefined {
  const { real } = value;
  if (/^alloc::vec::Vec<u8/.test(real.name)) return value;
  if (real.kind !== 'struct' || depth > 6) return undefined;
  for (const member of real.members()) {
    const found = findVec(value.field(member), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function showWeak(value: Value, style: Style): Promise<Shown | undefined> {
  const pointer = value.member('ptr');
  const inner = pointer === undefined ? undefined : firstPointer(pointer);
  if (inner === undefined) return undefined;
  // Weak::new() holds a pointer to nothing.
  if (await inner.pointer() === 0xffffffff) return { text: '(Weak)' };
  const box = await inner.target();
  const held = box.member('value') ?? box.member('data');
  const owners = await count(box.member('strong'));
  if (held === undefined || owners === undefined) return undefined;
  return owners === 0 ? { text: '(Weak, dropped)' } : show(held, style);
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
