/** Text of UTF-8 bytes, undefined when they are none. `shared` memory has to be copied for TextDecoder. */
export type Decode = (bytes: Uint8Array, from: number, to: number) => string | undefined;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Decodes by the standard's own decoder, short ASCII by hand, which is quicker. */
export const decodeUtf8: Decode = (bytes, from, to) => {
  if (to - from < 24) {
    let text = '';
    let at = from;
    for (; at < to; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (at === to) return text;
  }
  try {
    return strict.decode(bytes.slice(from, to));
  } catch {
    return undefined;
  }
};

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * A guest's memory. The views are made anew only when a check fails: a buffer that was detached by growth has length 0, so that every
 * check of a stale view fails; one of a shared memory stays valid, only too short.
 */
export class Guest {
  memory: WebAssembly.Memory | undefined;
  u8: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  readonly #decode: Decode;

  constructor(decode: Decode = decodeUtf8) {
    this.#decode = decode;
  }

  /** Whether `length` bytes at `pointer` (both unsigned) lie in the memory. */
  has(pointer: number, length: number): boolean {
    return pointer + length <= this.u8.length || this.#refresh(pointer + length);
  }

  #refresh(end: number): boolean {
    const buffer = this.memory?.buffer;
    if (buffer === undefined) return false;
    this.u8 = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    return end <= this.u8.length;
  }

  /** The text at a pointer that was checked; undefined when it isn't UTF-8 or holds a NUL. */
  text(pointer: number, length: number): string | undefined {
    const text = this.#decode(this.u8, pointer, pointer + length);
    return text?.includes('\0') === true ? undefined : text;
  }
}
