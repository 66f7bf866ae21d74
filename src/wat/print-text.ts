import { isIdChar } from './lexer';

// How single things look in text: strings, identifiers, numbers.

/** Bytes as a string token: printable ASCII as it is, all else escaped. */
export function showBytes(bytes: Uint8Array): string {
  let out = '"';
  for (const byte of bytes) out += byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, '0')}`;
  return `${out}"`;
}

/** A name as a string token: what can be shown is shown, control characters and those that change direction are escaped. */
export function showString(name: string): string {
  return `"${name.replace(/["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, char => (char === '"' || char === '\\' ? `\\${char}` : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`))}"`;
}

/** A name as an identifier token: `$name`, or `$"name"` where it holds other characters. */
export function showId(name: string): string {
  for (let i = 0; i < name.length; i++) if (!isIdChar(name.charCodeAt(i))) return `$${showString(name)}`;
  return name === '' ? '$""' : `$${name}`;
}

const view = new DataView(new ArrayBuffer(8));

/** A single as the shortest decimal that is read back as itself, or with its payload where it is no number. */
export function showF32(bits: number): string {
  view.setUint32(0, bits >>> 0);
  const value = view.getFloat32(0);
  if (Number.isNaN(value)) return special(bits >>> 31 !== 0, BigInt(bits & 0x7fffff), 0x400000n);
  if (!Number.isFinite(value) || value === 0) return plain(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

/** A double as the shortest decimal that is read back as itself, or with its payload where it is no number. */
export function showF64(bits: bigint): string {
  view.setBigUint64(0, BigInt.asUintN(64, bits));
  const value = view.getFloat64(0);
  if (Number.isNaN(value)) return special((bits >> 63n & 1n) === 1n, bits & 0xfffffffffffffn, 0x8000000000000n);
  return plain(value);
}

function plain(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  return Number.isFinite(value) ? String(value) : value < 0 ? '-inf' : 'inf';
}

function special(negative: boolean, payload: bigint, canonical: bigint): string {
  return `${negative ? '-' : ''}nan${payload === canonical ? '' : `:0x${payload.toString(16)}`}`;
}
