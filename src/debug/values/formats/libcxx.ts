import { count, elements, firstPointer, listText, valueAt, type Format, type Part, type Shown, type Style } from '../show';
import { decodeUnits, quote, textAt } from '../text';
import { baseType, typeArgument } from '../type';
import { NoValue, Value } from '../value';
import { DW_ATE } from '../../../dwarf/constants';
import { maximumCount, valueOffset, walking, word } from './containers';
import { mapFormats } from './libcxxMaps';
import { wrapperFormats } from './libcxxWrappers';

// libc++'s strings and sequences in both of its ABIs: namespace __1 (Debian's) and __2 (wasi-sdk's and LLVM's own for WASI).

export const libcxxFormats: readonly Format[] = [
  { match: /^std::(w|u8|u16|u32)?string$/, show: value => showString(value) },
  { match: /^std::(w|u8|u16|u32)?string_view$/, show: value => showView(value) },
  { match: /^std::vector<bool>/, show: showBits },
  { match: /^std::vector</, show: showVector },
  { match: /^std::deque</, show: showDeque },
  { match: /^std::(forward_)?list</, show: showList },
  { match: /^std::(span|initializer_list)</, show: showSpan },
  ...mapFormats,
  ...wrapperFormats,
];

export const sized = (size: number): string => `size ${size} `;

async function showString(value: Value): Promise<Shown | undefined> {
  if (value.type.size !== 12) return undefined;
  const bytes = await value.bytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unit = typeArgument(value.real, 0)?.size ?? 1;
  // Of the newer layout the last byte tells; of the older one the first.
  const newLayout = value.real.die?.enclosing.includes('__2') === true;
  const last = view.getUint8(11);
  const first = view.getUint8(0);
  if (newLayout ? last < 0x80 : (first & 1) === 0) {
    const length = newLayout ? last : first >> 1;
    if (length * unit > 11) throw new NoValue('not a string yet');
    const start = newLayout ? 0 : unit;
    return { text: quote(decodeUnits(bytes.subarray(start, start + length * unit), unit)) };
  }
  const [address, length] = newLayout ? [view.getUint32(0, true), view.getUint32(4, true)] : [view.getUint32(8, true), view.getUint32(4, true)];
  return { text: await textAt(value, address, length, unit) };
}

async function showView(value: Value): Promise<Shown | undefined> {
  const data = firstPointer(value);
  const size = await count(value.member('__size_') ?? value.member('__size'));
  if (data === undefined || size === undefined) return undefined;
  return { text: await textAt(value, await data.pointer(), size, typeArgument(value.real, 0)?.size ?? 1) };
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
  return { text: sized(size) + await listText(parts, style), parts };
}

/** One bit for each element, 32 to a word. */
async function showBits(value: Value, style: Style): Promise<Shown | undefined> {
  const begin = value.member('__begin_');
  const size = await count(value.member('__size_'));
  if (begin === undefined || size === undefined || size > maximumCount) return undefined;
  const from = await begin.pointer();
  const type = baseType('bool', 1, DW_ATE.boolean, 'c++');
  const parts = elements(size, async index => {
    const bits = await word(value, from + 4 * Math.floor(index / 32));
    return new Value(type, { kind: 'bytes', bytes: Uint8Array.of((bits >>> (index % 32)) & 1) }, value.machine);
  });
  return { text: sized(size) + await listText(parts, style), parts };
}

/** Blocks of 4096 bytes, or of 16 elements where those are larger, behind a list of pointers to them. */
async function showDeque(value: Value, style: Style): Promise<Shown | undefined> {
  const element = typeArgument(value.real, 0);
  const blocks = value.member('__map_')?.member('__begin_');
  const start = await count(value.member('__start_'));
  const size = await count(value.member('__size_'));
  if (element === undefined || blocks === undefined || start === undefined || size === undefined || size > maximumCount) return undefined;
  const perBlock = element.size < 256 ? Math.floor(4096 / Math.max(1, element.size)) : 16;
  const table = await blocks.pointer();
  const parts = elements(size, async index => {
    const at = start + index;
    return valueAt(value, await word(value, table + 4 * Math.floor(at / perBlock)) + (at % perBlock) * element.size, element);
  });
  return { text: sized(size) + await listText(parts, style), parts };
}

async function showList(value: Value, style: Style): Promise<Shown | undefined> {
  const element = typeArgument(value.real, 0);
  if (element === undefined) return undefined;
  const isForward = value.real.name.startsWith('std::forward_list');
  const end = value.member('__end_');
  const before = isForward ? value.member('__before_begin_') : undefined;
  const head = isForward ? before === undefined ? undefined : firstPointer(before) : end?.member('__next_');
  if (head === undefined) return undefined;
  // A node is next and value, or previous, next and value.
  const offset = valueOffset(element, isForward ? 4 : 8);
  const next = async (node: number | undefined): Promise<number | undefined> => (node === undefined ? head.pointer() : word(value, node + (isForward ? 0 : 4)));
  const size = isForward ? await length(next) : await count(value.member('__size_alloc_') ?? value.member('__size_'));
  if (size === undefined || size > maximumCount) return undefined;
  const part = (address: number, index: number): Promise<Part> => Promise.resolve({ name: `[${index}]`, value: valueAt(value, address + offset, element) });
  const parts = walking(size, true, next, part);
  return { text: sized(size) + await listText(parts, style), parts };
}

/** The length of a list that does not know it, as far as anybody will look. */
async function length(next: (node: number | undefined) => Promise<number | undefined>): Promise<number> {
  let size = 0;
  for (let node = await next(undefined); node !== undefined && node !== 0 && size < 1000; node = await next(node)) size++;
  return size;
}

async function showSpan(value: Value, style: Style): Promise<Shown | undefined> {
  const data = firstPointer(value);
  const size = await count(value.member('__size_') ?? value.member('__size'));
  const first = await data?.target();
  if (first === undefined || size === undefined || size > maximumCount) return undefined;
  const parts = elements(size, index => first.at(index * first.type.size, first.type));
  return { text: sized(size) + await listText(parts, style), parts };
}

