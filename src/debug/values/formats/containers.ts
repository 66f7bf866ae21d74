import { alignmentOf, type Type } from '../type';
import type { Part, Parts, Style } from '../show';
import { show } from '../show';
import type { Value } from '../value';

// What containers of several libraries have in common.

/** More elements than memory can hold are a container whose constructor has not run. */
export const maximumCount = 1 << 28;

/** Parts that are found one after the other: a page starts where an earlier one ended. */
export function walking(size: number, indexed: boolean, next: (after: number | undefined) => Promise<number | undefined>, part: (address: number, index: number) => Promise<Part>): Parts {
  const addresses: number[] = [];
  return {
    count: size, indexed,
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

/** A word of memory. */
export async function word(value: Value, address: number): Promise<number> {
  const bytes = await value.machine.read(address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

/** Where a node keeps its value: behind `header` bytes, aligned. */
export function valueOffset(type: Type, header: number): number {
  const alignment = alignmentOf(type);
  return Math.ceil(header / alignment) * alignment;
}

/** A key's name as a part: `["ann"]`. */
export async function keyName(key: Value): Promise<string> {
  return `[${(await show(key, { depth: 1 })).text}]`;
}

/** The first entries of a map on one line, between braces. */
export async function mapText(parts: Parts, style: Style, separator: string, name: (part: Part) => string): Promise<string> {
  if (style.depth <= 0) return '{…}';
  const texts: string[] = [];
  for (const part of await parts.list(0, 8)) texts.push(`${name(part)}${separator}${(await show(part.value, { ...style, depth: style.depth - 1 })).text}`);
  if (parts.count > 8) texts.push('…');
  return `{${texts.join(', ')}}`;
}
