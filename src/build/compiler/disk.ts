import * as fs from 'node:fs';
import { systemCode } from '../../base/error';
import { FileType } from '../../wasi/abi';
import { FileSystem, Open, type Stat, type Time } from '../../wasi/device';
import { Errno, errnoOf } from '../../wasi/errno';
import { hostPath } from './paths';
import { PendingFile } from './pending';

// The compiler's file system: the real disk, whole. It is no sandbox (the compiler is a program of ours whose bytes are pinned, and has
// to see what a native one sees), so that the system resolves the paths. What is its own: a written file is kept in memory until it is
// closed, since LLVM's streams make a hundred thousand small writes of one object file.

interface Directory { readonly kind: 'directory'; readonly path: string }
interface Reader { readonly kind: 'reader'; readonly path: string; readonly fd: number }
interface Writer { readonly kind: 'writer'; readonly file: PendingFile }
type Opened = Directory | Reader | Writer;

/** Where LLVM looks for the real name of an open file. */
const descriptorFolder = /^\/*proc\/self\/fd(?:\/(\d+))?\/*$/;

export class Disk extends FileSystem {
  /** The handle of `/`, which is the only preopened folder. */
  static readonly root = 0;
  /** The handle behind one of the guest's descriptors, for /proc/self/fd; set by whoever holds the host's table. */
  handleOf: (descriptor: number) => number | undefined = () => undefined;
  readonly #open: (Opened | undefined)[] = [{ kind: 'directory', path: '' }];
  readonly #free: number[] = [];
  /** Files that are being written, by path: they can be looked up before they are on the disk. */
  readonly #pending = new Map<string, PendingFile>();
  readonly #platform: NodeJS.Platform;

  constructor(platform: NodeJS.Platform = process.platform) {
    super();
    this.#platform = platform;
  }

  #path(dir: number, path: string): string {
    const opened = this.#open[dir];
    if (opened?.kind !== 'directory') return '';
    return opened.path === '' ? hostPath(path, this.#platform) : `${opened.path}/${path}`;
  }

  #add(opened: Opened): number {
    const handle = this.#free.pop() ?? this.#open.length;
    this.#open[handle] = opened;
    return handle;
  }

  open(dir: number, guest: string, how: number): number {
    const path = this.#path(dir, guest);
    try {
      if ((how & Open.DIRECTORY) !== 0) return this.#openDirectory(path);
      return (how & (Open.WRITE | Open.CREATE | Open.TRUNCATE)) === 0 ? this.#openToRead(path) : this.#openToWrite(path, how);
    } catch (error) {
      return failure(error);
    }
  }

  #openDirectory(path: string): number {
    const stats = fs.statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return -Errno.NOENT;
    return stats.isDirectory() ? this.#add({ kind: 'directory', path }) : -Errno.NOTDIR;
  }

  #openToRead(path: string): number {
    const pending = this.#pending.get(path);
    if (pending !== undefined) return this.#add({ kind: 'writer', file: pending.share() });
    // A thrown error costs more than this question, and most searches for a header miss.
    if (!fs.existsSync(path)) return -Errno.NOENT;
    // Windows can't open a folder as a file; the caller learns from stat what it has.
    if (this.#platform === 'win32' && fs.statSync(path).isDirectory()) return this.#add({ kind: 'directory', path });
    return this.#add({ kind: 'reader', path, fd: fs.openSync(path, 'r') });
  }

  #openToWrite(path: string, how: number): number {
    const exclusive = (how & Open.CREATE) !== 0 && (how & Open.EXCLUSIVE) !== 0;
    const pending = this.#pending.get(path);
    if (pending !== undefined) {
      if (exclusive) return -Errno.EXIST;
      if ((how & Open.TRUNCATE) !== 0) pending.setSize(0);
      return this.#add({ kind: 'writer', file: pending.share() });
    }
    const file = PendingFile.open(path, { create: (how & Open.CREATE) !== 0, exclusive, truncate: (how & Open.TRUNCATE) !== 0 });
    if (typeof file === 'number') return file;
    this.#pending.set(path, file);
    return this.#add({ kind: 'writer', file });
  }

  override close(handle: number): number {
    const opened = this.#open[handle];
    if (opened === undefined || handle === Disk.root) return 0;
    this.#open[handle] = undefined;
    this.#free.push(handle);
    try {
      if (opened.kind === 'reader') fs.closeSync(opened.fd);
      else if (opened.kind === 'writer' && opened.file.release()) {
        if (this.#pending.get(opened.file.path) === opened.file) this.#pending.delete(opened.file.path);
        opened.file.commit();
      }
      return 0;
    } catch (error) {
      return failure(error);
    }
  }

  /** Closes what the guest left open. What it was still writing is dropped, as the guest ended without closing it. */
  end(): void {
    for (const [handle, opened] of this.#open.entries()) {
      if (opened?.kind === 'reader') fs.closeSync(opened.fd);
      if (handle !== Disk.root) this.#open[handle] = undefined;
    }
    this.#open.length = 1;
    this.#free.length = 0;
    this.#pending.clear();
  }

  override read(handle: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    const opened = this.#open[handle];
    try {
      if (opened?.kind === 'reader') return fs.readSync(opened.fd, bytes, offset, length, position < 0 ? null : position);
      if (opened?.kind === 'writer') return opened.file.read(bytes, offset, length, position);
      return opened === undefined ? -Errno.BADF : -Errno.ISDIR;
    } catch (error) {
      return failure(error);
    }
  }

  override write(handle: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    const opened = this.#open[handle];
    return opened?.kind === 'writer' ? opened.file.write(bytes, offset, length, position) : -Errno.BADF;
  }

  override stat(handle: number, stat: Stat): number {
    const opened = this.#open[handle];
    try {
      if (opened === undefined) return -Errno.BADF;
      if (opened.kind === 'reader') return fill(stat, fs.fstatSync(opened.fd, { bigint: true }));
      if (opened.kind === 'writer') return opened.file.stat(stat);
      return fill(stat, fs.statSync(opened.path === '' ? '/' : opened.path, { bigint: true }));
    } catch (error) {
      return failure(error);
    }
  }

  override setSize(handle: number, size: number): number {
    const opened = this.#open[handle];
    return opened?.kind === 'writer' ? opened.file.setSize(size) : -Errno.BADF;
  }

  override setFileTimes(handle: number, accessed: Time, modified: Time): number {
    const opened = this.#open[handle];
    if (opened?.kind === 'writer') return opened.file.setTimes(accessed, modified);
    try {
      if (opened?.kind === 'reader') fs.futimesSync(opened.fd, seconds(accessed), seconds(modified));
      return opened === undefined ? -Errno.BADF : 0;
    } catch (error) {
      return failure(error);
    }
  }

  lookup(dir: number, guest: string, follow: boolean, stat: Stat): number {
    const described = this.#described(dir, guest);
    if (described !== undefined) {
      if (described === 'folder') return directoryStat(stat);
      return described.kind === 'directory' ? -Errno.NOENT : this.#lookup(pathOf(described), follow, stat);
    }
    return this.#lookup(this.#path(dir, guest), follow, stat);
  }

  #lookup(path: string, follow: boolean, stat: Stat): number {
    const pending = this.#pending.get(path);
    if (pending !== undefined) return pending.stat(stat);
    try {
      const stats = follow ? fs.statSync(path, { bigint: true, throwIfNoEntry: false }) : fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? this.#missing(path) : fill(stat, stats);
    } catch (error) {
      return failure(error);
    }
  }

  /** Windows' `/` holds the drives and is no folder of its own. */
  #missing(path: string): number {
    return this.#platform === 'win32' && path === '\\\\?\\' ? 0 : -Errno.NOENT;
  }

  list(handle: number): readonly string[] | number {
    const opened = this.#open[handle];
    if (opened?.kind !== 'directory') return -Errno.NOTDIR;
    try {
      return fs.readdirSync(opened.path === '' ? '/' : opened.path);
    } catch (error) {
      return failure(error);
    }
  }

  override setTimes(dir: number, guest: string, follow: boolean, accessed: Time, modified: Time): number {
    const path = this.#path(dir, guest);
    return attempt(() => { (follow ? fs.utimesSync : fs.lutimesSync)(path, seconds(accessed), seconds(modified)); });
  }

  override makeDirectory(dir: number, guest: string): number {
    return attempt(() => { fs.mkdirSync(this.#path(dir, guest)); });
  }

  override removeDirectory(dir: number, guest: string): number {
    return attempt(() => { fs.rmdirSync(this.#path(dir, guest)); });
  }

  override unlink(dir: number, guest: string): number {
    const path = this.#path(dir, guest);
    const pending = this.#pending.get(path);
    if (pending !== undefined) {
      pending.drop();
      this.#pending.delete(path);
      if (!fs.existsSync(path)) return 0;
    }
    return attempt(() => { fs.unlinkSync(path); });
  }

  override rename(dir: number, guest: string, to: number, toGuest: string): number {
    const from = this.#path(dir, guest);
    const target = this.#path(to, toGuest);
    const pending = this.#pending.get(from);
    if (pending === undefined) return attempt(() => { fs.renameSync(from, target); });
    // LLVM renames its temporary file before it closes it: then it is written at its final place at once.
    this.#pending.get(target)?.drop();
    this.#pending.delete(from);
    pending.moveTo(target);
    this.#pending.set(target, pending);
    return 0;
  }

  override link(dir: number, guest: string, to: number, toGuest: string): number {
    return attempt(() => { fs.linkSync(this.#path(dir, guest), this.#path(to, toGuest)); });
  }

  override symlink(target: string, dir: number, guest: string): number {
    return attempt(() => { fs.symlinkSync(target, this.#path(dir, guest)); });
  }

  override readlink(dir: number, guest: string): string | number {
    try {
      const described = this.#described(dir, guest);
      if (described === 'folder') return -Errno.INVAL;
      if (described !== undefined) return this.#realName(described);
      const path = this.#path(dir, guest);
      const stats = fs.lstatSync(path, { throwIfNoEntry: false });
      if (stats === undefined) return -Errno.NOENT;
      return stats.isSymbolicLink() ? fs.readlinkSync(path) : -Errno.INVAL;
    } catch (error) {
      return failure(error);
    }
  }

  /** What a path in /proc/self/fd stands for: the guest's descriptors, never those of this process. */
  #described(dir: number, guest: string): Opened | 'folder' | undefined {
    if (!guest.startsWith('proc/') && !guest.startsWith('/')) return undefined;
    const match = dir === Disk.root ? descriptorFolder.exec(guest) : null;
    if (match === null) return undefined;
    if (match[1] === undefined) return 'folder';
    const handle = this.handleOf(Number(match[1]));
    return (handle === undefined ? undefined : this.#open[handle]) ?? { kind: 'directory', path: '' };
  }

  #realName(opened: Opened): string | number {
    if (this.#platform === 'win32') return -Errno.INVAL;
    if (opened.kind === 'directory' && opened.path === '') return -Errno.NOENT;
    if (opened.kind === 'reader' && this.#platform === 'linux') return fs.readlinkSync(`/proc/self/fd/${opened.fd}`);
    return fs.realpathSync.native(pathOf(opened));
  }
}

function pathOf(opened: Opened): string {
  return opened.kind === 'writer' ? opened.file.path : opened.path;
}

function attempt(act: () => void): number {
  try {
    act();
    return 0;
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): number {
  return -errnoOf(systemCode(error));
}

function seconds(time: Time): number {
  return time === 'now' || time === undefined ? Date.now() / 1000 : Number(time) / 1e9;
}

function fill(stat: Stat, stats: fs.BigIntStats): number {
  stat.device = stats.dev;
  stat.inode = stats.ino;
  stat.type = stats.isFile() ? FileType.REGULAR_FILE : stats.isDirectory() ? FileType.DIRECTORY
    : stats.isSymbolicLink() ? FileType.SYMBOLIC_LINK : stats.isCharacterDevice() ? FileType.CHARACTER_DEVICE
      : stats.isBlockDevice() ? FileType.BLOCK_DEVICE : FileType.UNKNOWN;
  stat.links = stats.nlink;
  stat.size = stats.size;
  stat.accessed = stats.atimeNs;
  stat.modified = stats.mtimeNs;
  stat.changed = stats.ctimeNs;
  return 0;
}

function directoryStat(stat: Stat): number {
  stat.device = stat.inode = stat.size = stat.accessed = stat.modified = stat.changed = 0n;
  stat.links = 1n;
  stat.type = FileType.DIRECTORY;
  return 0;
}
