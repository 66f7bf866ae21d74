const encoder = new TextEncoder();

/** A growing run of bytes with the binary format's numbers. */
export class Writer {
  private data = new Uint8Array(1024);
  length = 0;

  private room(more: number): void {
    if (this.length + more <= this.data.length) return;
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.length + more));
    larger.set(this.data.subarray(0, this.length));
    this.data = larger;
  }

  byte(value: number): void {
    if (this.length === this.data.length) this.room(1);
    this.data[this.length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.room(values.length);
    this.data.set(values, this.length);
    this.length += values.length;
  }

  /** An unsigned number of up to 32 bits; -1, which stands for what could not be looked up, is written as 0. */
  u32(value: number): void {
    if (value < 0) value = 0;
    while (value > 0x7f) {
      this.byte((value & 0x7f) | 0x80);
      value = Math.floor(value / 128);
    }
    this.byte(value);
  }

  u64(value: bigint | number): void {
    if (typeof value === 'number' && value < 2 ** 32) {
      this.u32(value);
      return;
    }
    let rest = BigInt(value);
    while (rest > 0x7fn) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  /** A signed number of up to 32 bits. */
  s32(value: number): void {
    for (;;) {
      const low = value & 0x7f;
      value >>= 7;
      if ((value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  s64(value: bigint): void {
    for (;;) {
      const low = Number(value & 0x7fn);
      value >>= 7n;
      if ((value === 0n && (low & 0x40) === 0) || (value === -1n && (low & 0x40) !== 0)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  name(text: string): void {
    const bytes = encoder.encode(text);
    this.u32(bytes.length);
    this.bytes(bytes);
  }

  /** What `write` writes, with its length before it. */
  sized(write: (inner: Writer) => void): void {
    const inner = new Writer();
    write(inner);
    this.u32(inner.length);
    this.bytes(inner.view());
  }

  /** What was written, not copied: good until the next write. */
  view(): Uint8Array {
    return this.data.subarray(0, this.length);
  }
}
