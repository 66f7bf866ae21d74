import * as fs from 'node:fs';
import { threadId } from 'node:worker_threads';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../../base/error';
import { FileType } from '../../wasi/abi';
import type { Stat, Time } from '../../wasi/device';
import { Errno } from '../../wasi/errno';

const startSize = 64 << 10;
let serial = 1n;

/** What a growing file may weigh: wasm can't make more. */
const largest = 0xffff_ffff;

/**
 * A file that is being written, in memory until its last handle closes; then it replaces the one on the disk as a whole, so that a
 * compiler which is cancelled half way leaves the old file, or none.
 */
export class PendingFile {
  path: string;
  #bytes: Uint8Array;
  #size: number;
  #dropped = false;
  #touched: boolean;
  #times: { accessed: Time; modified: Time } | undefined;
  #handles = 1;
  readonly #mode: number | undefined;
  /** A device or pipe (`-o /dev/null`) is written to as it is, never replaced. */
  readonly #special: boolean;
  readonly #inode = serial++;

  private constructor(path: string, existing: Uint8Array, mode: number | undefined, special: boolean, touched: boolean) {
    this.path = path;
    this.#bytes = existing;
    this.#size = existing.length;
    this.#mode = mode;
    this.#special = special;
    this.#touched = touched;
  }

  /** The file at `path` for writing, or what speaks against it as an error number below zero. Throws Node's errors too. */
  static open(path: string, how: { readonly create: boolean; readonly exclusive: boolean; readonly truncate: boolean }): PendingFile | number {
    const stats = fs.statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      if (!how.create) return -Errno.NOENT;
      const folder = fs.statSync(dirname(path), { throwIfNoEntry: false });
      if (folder === undefined) return -Errno.NOENT;
      if (!folder.isDirectory()) return -Errno.NOTDIR;
      fs.accessSync(dirname(path), fs.constants.W_OK);
      return new PendingFile(path, new Uint8Array(0), undefined, false, true);
    }
    if (how.exclusive) return -Errno.EXIST;
    if (stats.isDirectory()) return -Errno.ISDIR;
    fs.accessSync(path, fs.constants.W_OK);
    const special = !stats.isFile();
    const existing = how.truncate || special ? new Uint8Array(0) : fs.readFileSync(path);
    return new PendingFile(path, existing, stats.mode & 0o7777, special, how.truncate);
  }

  share(): this {
    this.#handles++;
    return this;
  }

  /** Whether that was the last handle. */
  release(): boolean {
    return --this.#handles === 0;
  }

  moveTo(path: string): void {
    this.path = path;
    this.#touched = true;
  }

  /** It was unlinked: nothing gets written. */
  drop(): void {
    this.#dropped = true;
  }

  read(bytes: Uint8Array, offset: number, length: number, position: number): number {
    const from = Math.max(0, position);
    const count = Math.max(0, Math.min(length, this.#size - from));
    bytes.set(this.#bytes.subarray(from, from + count), offset);
    return count;
  }

  write(bytes: Uint8Array, offset: number, length: number, position: number): number {
    const at = position < 0 ? this.#size : position;
    const end = at + length;
    if (!this.#reserve(end)) return -Errno.FBIG;
    if (length < 32) for (let i = 0; i < length; i++) this.#bytes[at + i] = bytes[offset + i] as number;
    else this.#bytes.set(bytes.subarray(offset, offset + length), at);
    if (end > this.#size) this.#size = end;
    this.#touched = true;
    return length;
  }

  setSize(size: number): number {
    if (!this.#reserve(size)) return -Errno.FBIG;
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
    this.#touched = true;
    return 0;
  }

  #reserve(size: number): boolean {
    if (size <= this.#bytes.length) return true;
    if (size > largest) return false;
    const grown = new Uint8Array(Math.max(size, startSize, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
    return true;
  }

  setTimes(accessed: Time, modified: Time): number {
    this.#times = { accessed, modified };
    return 0;
  }

  stat(stat: Stat): number {
    stat.device = 0xffff_ffffn;
    stat.inode = this.#inode;
    stat.type = this.#special ? FileType.CHARACTER_DEVICE : FileType.REGULAR_FILE;
    stat.links = 1n;
    stat.size = BigInt(this.#size);
    stat.accessed = stat.modified = stat.changed = BigInt(Date.now()) * 1_000_000n;
    return 0;
  }

  /** Puts the bytes on the disk. Throws Node's errors. */
  commit(): void {
    if (this.#dropped || !this.#touched) return;
    const bytes = this.#bytes.subarray(0, this.#size);
    if (this.#special) {
      fs.writeFileSync(this.path, bytes);
      return;
    }
    // Through a symbolic link the file behind it is replaced, not the link.
    const linked = fs.lstatSync(this.path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (linked && !fs.existsSync(this.path)) {
      fs.writeFileSync(this.path, bytes);
      return;
    }
    const target = linked ? fs.realpathSync(this.path) : this.path;
    replaceFile(target, bytes, this.#mode);
    if (this.#times !== undefined) fs.utimesSync(target, seconds(this.#times.accessed), seconds(this.#times.modified));
  }
}

/** Writes a file beside its place and moves it there. Where only the file itself may be written, it is written in place. */
export function replaceFile(path: string, bytes: Uint8Array, mode: number | undefined): void {
  // Short, whatever the file's own name is: names end at 255 bytes.
  const temporary = join(dirname(path), `.${basename(path).slice(0, 40)}.${process.pid}-${threadId}-${serial++}.tmp`);
  try {
    fs.writeFileSync(temporary, bytes, { flag: 'wx', mode: mode ?? 0o666 });
    if (mode !== undefined) fs.chmodSync(temporary, mode);
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    const code = systemCode(error);
    // A folder without write permission, or on Windows a file that someone has open, which can be written but not replaced.
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EBUSY') throw error;
    fs.writeFileSync(path, bytes);
  }
}

function seconds(time: Time): number {
  return time === 'now' || time === undefined ? Date.now() / 1000 : Number(time) / 1e9;
}
