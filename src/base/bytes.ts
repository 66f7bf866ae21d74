/** Reads a LEB128 number of up to 32 bits at `at`; the next offset comes with it. Throws RangeError when it is cut off or too long. */
export function readU32(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0, i = at; shift < 35; shift += 7, i++) {
    const byte = bytes[i];
    if (byte === undefined) throw new RangeError('LEB128 number is cut off');
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      if (value > 0xffffffff) throw new RangeError('LEB128 number is beyond 32 bits');
      return { value, next: i + 1 };
    }
  }
  throw new RangeError('LEB128 number is too long');
}

/** The unsigned LEB128 form of a non-negative whole number below 2^53. */
export function writeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}
