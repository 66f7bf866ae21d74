import { FileType } from '../abi';
import { Device, HANGUP, type Stat } from '../device';
import { Errno } from '../errno';

/** An output stream that keeps what is written. */
export class Collector extends Device {
  #bytes = new Uint8Array(1024);
  #size = 0;
  readonly #limit: number;

  /** Writes beyond `limit` bytes are NOSPC. */
  constructor(limit = 2 ** 30) {
    super();
    this.#limit = limit;
  }

  /** What was written so far, in place. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  override write(_handle: number, bytes: Uint8Array, offset: number, length: number): number {
    const end = this.#size + length;
    if (end > this.#limit) return -Errno.NOSPC;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(offset, offset + length), this.#size);
    this.#size = end;
    return length;
  }

  override stat(handle: number, stat: Stat): number {
    super.stat(handle, stat);
    stat.type = FileType.UNKNOWN;
    return 0;
  }
}

/** An input stream over bytes that are all there. */
export class Input extends Device {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
  }

  override read(_handle: number, bytes: Uint8Array, offset: number, length: number): number {
    const n = Math.min(length, this.#bytes.length - this.#at);
    bytes.set(this.#bytes.subarray(this.#at, this.#at + n), offset);
    this.#at += n;
    return n;
  }

  override ready(_handle: number, write: boolean): number {
    if (write) return 0;
    const left = this.#bytes.length - this.#at;
    return left > 0 ? left : HANGUP;
  }
}
