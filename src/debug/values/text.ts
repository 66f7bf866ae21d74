import type { Value } from './value';

/** Characters of a string that are shown. */
export const maximumText = 1024;

/** Whole addresses and numbers as `0x1f`. */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** The shortest text that a float of this size reads back from. */
export function floatText(value: number, size: number): string {
  if (Object.is(value, -0)) return '-0';
  if (size !== 4 || !Number.isFinite(value)) return Number.isFinite(value) ? `${value}` : value > 0 ? 'inf' : value < 0 ? '-inf' : 'nan';
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return `${text}`;
  }
  return `${value}`;
}

/** Text as a string literal of C or Rust. */
export function quote(text: string, mark = '"'): string {
  const escaped = text.replace(/[\\"'\p{Cc}]/gu, character => {
    switch (character) {
      case '\\': return '\\\\';
      case '\n': return '\\n';
      case '\r': return '\\r';
      case '\t': return '\\t';
      case '\0': return '\\0';
      case '"': case "'": return character === mark ? `\\${character}` : character;
      default: return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
    }
  });
  return mark + escaped + mark;
}

/** `length` units of memory as a string literal, cut with an ellipsis where there are more than are shown. */
export async function textAt(value: Value, address: number, length: number, unit = 1): Promise<string> {
  const shown = Math.min(length, maximumText);
  const bytes = shown === 0 ? new Uint8Array() : await value.machine.read(address, shown * unit);
  return quote(decodeUnits(bytes, unit)) + (length > shown ? '…' : '');
}

/** Text of units of 1 (UTF-8), 2 or 4 bytes. */
export function decodeUnits(bytes: Uint8Array, unit: number): string {
  if (unit === 1) return new TextDecoder().decode(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const codes = Array.from({ length: Math.floor(bytes.length / unit) }, (_, i) => (unit === 2 ? view.getUint16(2 * i, true) : view.getUint32(4 * i, true)));
  // Two halves of a surrogate pair make one character when they are put together.
  return codes.map(code => (unit === 2 ? String.fromCharCode(code) : code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')).join('');
}

/** Where the first unit of zeros starts, or -1. */
export function endOfText(bytes: Uint8Array, unit: number): number {
  for (let at = 0; at + unit <= bytes.length; at += unit) {
    let zero = true;
    for (let i = 0; zero && i < unit; i++) zero = bytes[at + i] === 0;
    if (zero) return at;
  }
  return -1;
}

/** A NUL-terminated string at an address, or undefined where none is readable. */
export async function cString(value: Value, address: number, unit: number): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // By pieces that end where 64 bytes do, so that a string at the end of the memory is read too.
  for (let at = address; length < maximumText * unit;) {
    const size = unit === 1 ? 64 - at % 64 : 64;
    let bytes: Uint8Array;
    try {
      bytes = await value.machine.read(at, size);
    } catch {
      return length === 0 ? undefined : quote(decodeUnits(Buffer.concat(parts), unit)) + '…';
    }
    const end = endOfText(bytes, unit);
    parts.push(end < 0 ? bytes : bytes.subarray(0, end));
    if (end >= 0) return quote(decodeUnits(Buffer.concat(parts), unit));
    length += size;
    at += size;
  }
  return quote(decodeUnits(Buffer.concat(parts).subarray(0, maximumText * unit), unit)) + '…';
}
