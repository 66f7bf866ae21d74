import * as l10n from '@vscode/l10n';

/** What is wrong with a module's bytes, without the file's name: readers turn it into a UserError. */
export class Malformed extends Error {
  /** Where in the file. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'Malformed';
    this.offset = offset;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the numbers and names of one section's payload (core specification 5.2). Every method throws Malformed at the end of it. */
export class Decoder {
  readonly bytes: Uint8Array;
  at = 0;
  /** Of the payload in the file, for messages. */
  private readonly base: number;

  constructor(bytes: Uint8Array, base: number) {
    this.bytes = bytes;
    this.base = base;
  }

  get offset(): number {
    return this.base + this.at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  fail(message: string): never {
    throw new Malformed(message, this.offset);
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) this.fail(l10n.t('a section ends in the middle of an entry'));
    this.at++;
    return byte;
  }

  u32(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    for (let i = 1; ; i++) {
      byte = this.byte();
      if (i === 4 && byte > 0x0f) this.fail(l10n.t('a number is longer than 32 bits'));
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** Unsigned, up to 64 bits; exact up to 2^53, which no limit of a real memory passes. */
  u64(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; ; i++) {
      const byte = this.byte();
      if (i === 9 && byte > 1) this.fail(l10n.t('a number is longer than 64 bits'));
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** Signed, 33 bits: a heap type, whose negative values are abstract ones. */
  s33(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; ; i++) {
      const byte = this.byte();
      if (i === 5) this.fail(l10n.t('a number is longer than 33 bits'));
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte < 0x80) return (byte & 0x40) !== 0 ? value - scale : value;
    }
  }

  /** Passes over a LEB128 number of any kind. */
  skipLeb(): void {
    for (let i = 0; i < 10; i++) if (this.byte() < 0x80) return;
    this.fail(l10n.t('a number is longer than 64 bits'));
  }

  take(size: number): Uint8Array {
    if (size > this.left) this.fail(l10n.t('a section ends in the middle of an entry'));
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  name(): string {
    const bytes = this.take(this.u32());
    try {
      return utf8.decode(bytes);
    } catch {
      return this.fail(l10n.t('a name is not valid UTF-8'));
    }
  }

  /** A vector's length; each entry takes a byte at least, so that a huge count is known to be wrong before memory is asked for. */
  count(): number {
    const count = this.u32();
    if (count > this.left) this.fail(l10n.t('a section says that it holds {0} entries, but has {1} bytes', count, this.left));
    return count;
  }
}
