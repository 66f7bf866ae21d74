import { Device, Errno } from '../../wasi/index';

/** Standard input from memory, read to its end once. */
export class Input extends Device {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
  }

  override read(_handle: number, bytes: Uint8Array, offset: number, length: number): number {
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    bytes.set(part, offset);
    this.#at += part.length;
    return part.length;
  }
}

/** Standard output or error, kept in memory: LLVM writes it in pieces of a few bytes. */
export class Collected extends Device {
  #bytes = new Uint8Array(0);
  #size = 0;

  override write(_handle: number, bytes: Uint8Array, offset: number, length: number): number {
    const end = this.#size + length;
    if (end > this.#bytes.length) {
      if (end > 0x7fff_ffff) return -Errno.NOSPC;
      const grown = new Uint8Array(Math.max(end, 4096, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = grown;
    }
    if (length < 32) for (let i = 0; i < length; i++) this.#bytes[this.#size + i] = bytes[offset + i] as number;
    else this.#bytes.set(bytes.subarray(offset, offset + length), this.#size);
    this.#size = end;
    return length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
}
