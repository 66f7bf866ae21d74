/** Debug information that can't be read: cut off, out of bounds, or beyond the bounds that keep reading finite. */
export class DwarfError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DwarfError';
  }
}

/**
 * How much may be read before a file counts as hostile. Everything that a few bytes can make big (tables that are shared, expressions
 * that loop) spends from it, so that time and memory stay bounded whatever the bytes say.
 */
export class Budget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** Takes `steps`; throws DwarfError when none are left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new DwarfError('debug information is too complex');
  }
}

const decoder = new TextDecoder();

/** Reads little-endian numbers from `bytes`, never beyond `end`: every method throws DwarfError where the bytes are cut off. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    if (at < 0 || at > end || end > bytes.length) throw new DwarfError('offset is out of bounds');
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get more(): boolean {
    return this.at < this.end;
  }

  /** Moves on by `count` bytes and returns where it was. */
  skip(count: number): number {
    const from = this.at;
    // The comparison refuses NaN and Infinity too.
    if (!(count >= 0 && count <= this.end - from)) throw new DwarfError('data is cut off');
    this.at = from + count;
    return from;
  }

  u8(): number {
    return this.bytes[this.skip(1)] ?? 0;
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16(): number {
    const at = this.skip(2);
    return (this.bytes[at] ?? 0) | ((this.bytes[at + 1] ?? 0) << 8);
  }

  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  u24(): number {
    return this.u16() | (this.u8() << 16);
  }

  u32(): number {
    return (this.u16() | (this.u16() << 16)) >>> 0;
  }

  i32(): number {
    return this.u32() | 0;
  }

  u64(): bigint {
    return BigInt(this.u32()) | (BigInt(this.u32()) << 32n);
  }

  /** A number of `size` bytes (1, 2, 3, 4 or 8), exact up to 2^53. */
  unsigned(size: number): number {
    switch (size) {
      case 1: return this.u8();
      case 2: return this.u16();
      case 3: return this.u24();
      case 4: return this.u32();
      case 8: return Number(this.u64());
      default: throw new DwarfError('number has an unknown size');
    }
  }

  /** An offset of the DWARF format in use: 4 or 8 bytes. */
  offset(is64: boolean): number {
    return is64 ? Number(this.u64()) : this.u32();
  }

  /** An unsigned LEB128 number; beyond 2^53 it is rounded (see {@link ulebExact}). */
  uleb(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  /** An unsigned LEB128 number, a bigint where a number would not be exact. */
  ulebExact(): number | bigint {
    const from = this.at;
    const value = this.uleb();
    return value <= Number.MAX_SAFE_INTEGER ? value : BigInt.asUintN(64, this.#big(from));
  }

  /** A signed LEB128 number, a bigint where a number would not be exact. */
  slebExact(): number | bigint {
    const from = this.at;
    let value = 0;
    let scale = 1;
    let byte: number;
    do {
      byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80);
    if (this.at - from <= 7) return (byte & 0x40) !== 0 ? value - scale : value;
    return shrink(BigInt.asIntN(Math.min(64, 7 * (this.at - from)), this.#big(from)));
  }

  sleb(): number {
    return Number(this.slebExact());
  }

  /** The LEB128 number that lies between `from` and here, modulo 2^70. */
  #big(from: number): bigint {
    let value = 0n;
    for (let i = Math.min(this.at, from + 10) - 1; i >= from; i--) value = (value << 7n) | BigInt((this.bytes[i] ?? 0) & 0x7f);
    return value;
  }

  skipLeb(): void {
    while (this.u8() >= 0x80);
  }

  block(length: number): Uint8Array {
    const from = this.skip(length);
    return this.bytes.subarray(from, from + length);
  }

  /** A string up to its NUL, which is read too. */
  string(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0 || end >= this.end) throw new DwarfError('string is cut off');
    const text = decodeText(this.bytes, this.at, end);
    this.at = end + 1;
    return text;
  }

  skipString(): void {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0 || end >= this.end) throw new DwarfError('string is cut off');
    this.at = end + 1;
  }
}

/** A number where it is exact, else the bigint itself. */
export function shrink(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** UTF-8 text of a byte range; short ASCII, which nearly all names are, without the decoder's cost. */
export function decodeText(bytes: Uint8Array, from: number, end: number): string {
  if (end - from > 24) return decoder.decode(bytes.subarray(from, end));
  let text = '';
  for (let i = from; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x80) return decoder.decode(bytes.subarray(from, end));
    text += String.fromCharCode(byte);
  }
  return text;
}
