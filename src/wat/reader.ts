import * as l10n from '@vscode/l10n';
import { UserError } from '../base/error';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a binary's numbers and strings in order. Everything that is cut off or out of range throws a UserError `bad-module`. */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = Math.min(end, bytes.length);
  }

  /** Throws: the module is damaged at this place. */
  bad(what: string): never {
    throw new UserError('bad-module', l10n.t('The module is damaged at byte {0}: {1}.', this.at, what));
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) this.bad(l10n.t('it ends too early'));
    return this.bytes[this.at++] ?? 0;
  }

  peek(): number {
    return this.at < this.end ? this.bytes[this.at] ?? 0 : -1;
  }

  u32(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      byte = this.byte();
      if (shift === 28 && byte > 0x0f) this.bad(l10n.t('a number is too large'));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.bad(l10n.t('a number is too long'));
  }

  /** An unsigned number of 64 bits; a bigint only where a number can't hold it. */
  u64(): number | bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      if (shift === 63n && byte > 1) this.bad(l10n.t('a number is too large'));
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value < 0x20000000000000n ? Number(value) : value;
    }
    return this.bad(l10n.t('a number is too long'));
  }

  s32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x07 && byte < 0x78) this.bad(l10n.t('a number is too large'));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift < 28 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value;
    }
    return this.bad(l10n.t('a number is too long'));
  }

  s64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      if (shift === 63n && byte !== 0 && byte !== 0x7f) this.bad(l10n.t('a number is too large'));
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (byte & 0x40) === 0 ? value : value | (-1n << (shift + 7n)));
    }
    return this.bad(l10n.t('a number is too long'));
  }

  /** The next `length` bytes, not copied. */
  take(length: number): Uint8Array {
    if (length > this.end - this.at) this.bad(l10n.t('it ends too early'));
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  name(): string {
    const bytes = this.take(this.u32());
    try {
      return decoder.decode(bytes);
    } catch {
      return this.bad(l10n.t('a name is not UTF-8'));
    }
  }

  /** A count of things of at least one byte each: no more than there are bytes. */
  count(): number {
    const count = this.u32();
    if (count > this.end - this.at) this.bad(l10n.t('it ends too early'));
    return count;
  }
}
