import * as fs from 'node:fs';
import { FileType } from '../abi';
import { Open, type Stat, type Time } from '../device';
import { Errno, errnoOf } from '../errno';
import { SteppedFileSystem } from '../resolve';
import { Stat as StatRecord } from '../device';
import { Times } from './times';

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_SYNC, O_NONBLOCK, O_DIRECTORY, O_NOFOLLOW } = fs.constants;
// Windows has none of these; macOS no O_DSYNC in Node.
const flag = (value: number | undefined): number => value ?? 0;
const O_DSYNC = flag(fs.constants.O_DSYNC);

/** Node's open flags for bits of Open. A link in the last place is never followed. */
export function openFlags(how: number): number {
  let flags = (how & Open.WRITE) === 0 ? O_RDONLY : (how & Open.READ) === 0 ? O_WRONLY : O_RDWR;
  if ((how & Open.CREATE) !== 0) flags |= O_CREAT;
  if ((how & Open.EXCLUSIVE) !== 0) flags |= O_EXCL;
  if ((how & Open.TRUNCATE) !== 0) flags |= O_TRUNC;
  if ((how & Open.DIRECTORY) !== 0) flags |= flag(O_DIRECTORY);
  if ((how & Open.APPEND) !== 0) flags |= O_APPEND;
  if ((how & Open.NONBLOCK) !== 0) flags |= flag(O_NONBLOCK);
  if ((how & Open.SYNC) !== 0) flags |= flag(O_SYNC);
  if ((how & Open.DSYNC) !== 0) flags |= O_DSYNC === 0 ? flag(O_SYNC) : O_DSYNC;
  return flags | flag(O_NOFOLLOW);
}

/** The errno of what Node threw. */
export function thrown(error: unknown): number {
  return errnoOf((error as { code?: string }).code);
}

/** Runs a call of node:fs; its number, or -errno of what it threw. A stack trace would cost more than the call. */
export function attempt(call: () => number | undefined): number {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return call() ?? 0;
  } catch (error) {
    return -thrown(error);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const LSTAT = { bigint: true, throwIfNoEntry: false } as const;
const FSTAT = { bigint: true } as const;

const S_IFMT = 0o170000n;

/** The FileType of a mode. */
export function typeOf(mode: bigint): number {
  switch (mode & S_IFMT) {
    case 0o100000n: return FileType.REGULAR_FILE;
    case 0o040000n: return FileType.DIRECTORY;
    case 0o120000n: return FileType.SYMBOLIC_LINK;
    case 0o020000n: return FileType.CHARACTER_DEVICE;
    case 0o060000n: return FileType.BLOCK_DEVICE;
    case 0o140000n: return FileType.SOCKET_STREAM;
    default: return FileType.UNKNOWN;
  }
}

/** What real files have in common, however their directories are found: a file's handle is the system's descriptor. */
export abstract class RealFiles<Dir> extends SteppedFileSystem<Dir> {
  protected readonly scratch = new StatRecord();
  protected readonly times = new Times();

  protected fill(stat: Stat, from: fs.BigIntStats): void {
    stat.device = from.dev;
    stat.inode = from.ino;
    stat.type = typeOf(from.mode);
    stat.links = from.nlink;
    stat.size = from.size;
    stat.accessed = from.atimeNs;
    stat.modified = from.mtimeNs;
    stat.changed = from.ctimeNs;
    if (!this.times.empty) this.times.correct(stat);
  }

  override read(handle: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    try {
      return fs.readSync(handle, bytes, offset, length, position < 0 ? null : position);
    } catch (error) {
      return -thrown(error);
    }
  }

  override write(handle: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    try {
      return fs.writeSync(handle, bytes, offset, length, position < 0 ? null : position);
    } catch (error) {
      return -thrown(error);
    }
  }

  override close(handle: number): number {
    try {
      fs.closeSync(handle);
      return 0;
    } catch (error) {
      return -thrown(error);
    }
  }

  override stat(handle: number, stat: Stat): number {
    try {
      this.fill(stat, fs.fstatSync(handle, FSTAT));
      return 0;
    } catch (error) {
      return -thrown(error);
    }
  }

  override setSize(handle: number, size: number): number {
    return attempt(() => { fs.ftruncateSync(handle, size); return 0; });
  }

  override setFileTimes(handle: number, accessed: Time, modified: Time): number {
    return attempt(() => {
      this.times.set(fs.fstatSync(handle, { bigint: true }), accessed, modified, (atime, mtime) => { fs.futimesSync(handle, atime, mtime); },
        () => fs.fstatSync(handle, { bigint: true }));
      return 0;
    });
  }

  override sync(handle: number, dataOnly: boolean): number {
    return attempt(() => {
      if (dataOnly) fs.fdatasyncSync(handle);
      else fs.fsyncSync(handle);
      return 0;
    });
  }

  /** Node can't change the flags of an open file: backends that can open it anew do. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- backends that can open it anew use them
  override setFlags(_handle: number, _flags: number, _how: number): number {
    return -Errno.NOTSUP;
  }

  /** The path that node:fs is given for a name in a directory. */
  protected abstract pathOf(dir: Dir, name: string): string;

  protected override statAt(dir: Dir, name: string, stat: Stat): number {
    return this.statPath(this.pathOf(dir, name), stat);
  }

  protected statPath(path: string, stat: Stat): number {
    try {
      const found = fs.lstatSync(path, LSTAT);
      if (found === undefined) return -Errno.NOENT;
      this.fill(stat, found);
      return 0;
    } catch (error) {
      return -thrown(error);
    }
  }

  override readlinkAt(dir: Dir, name: string): string | number {
    let target = '';
    const errno = attempt(() => { target = fs.readlinkSync(this.pathOf(dir, name)); return 0; });
    // Windows says UNKNOWN for what is no link.
    return errno === 0 ? target : process.platform === 'win32' && errno === -Errno.IO ? -Errno.INVAL : errno;
  }

  protected override makeDirectoryAt(dir: Dir, name: string): number {
    return attempt(() => { fs.mkdirSync(this.pathOf(dir, name)); return 0; });
  }

  protected override removeDirectoryAt(dir: Dir, name: string): number {
    const errno = attempt(() => { fs.rmdirSync(this.pathOf(dir, name)); return 0; });
    // Windows tells a file so.
    return errno === -Errno.NOENT && this.statAt(dir, name, this.scratch) >= 0 ? -Errno.NOTDIR : errno;
  }

  protected override unlinkAt(dir: Dir, name: string): number {
    return attempt(() => { fs.unlinkSync(this.pathOf(dir, name)); return 0; });
  }

  protected override renameAt(dir: Dir, name: string, to: Dir, toName: string): number {
    return attempt(() => { fs.renameSync(this.pathOf(dir, name), this.pathOf(to, toName)); return 0; });
  }

  protected override linkAt(dir: Dir, name: string, to: Dir, toName: string): number {
    return attempt(() => { fs.linkSync(this.pathOf(dir, name), this.pathOf(to, toName)); return 0; });
  }

  protected override symlinkAt(target: string, dir: Dir, name: string): number {
    return attempt(() => { fs.symlinkSync(target, this.pathOf(dir, name)); return 0; });
  }

  protected override setTimesAt(dir: Dir, name: string, accessed: Time, modified: Time): number {
    const path = this.pathOf(dir, name);
    return attempt(() => {
      const before = fs.lstatSync(path, { bigint: true });
      // `.` is a directory, which utimes reaches without following anything.
      this.times.set(before, accessed, modified, (atime, mtime) => {
        if (before.isSymbolicLink() || name !== '.') fs.lutimesSync(path, atime, mtime);
        else fs.utimesSync(path, atime, mtime);
      }, () => fs.lstatSync(path, { bigint: true }));
      return 0;
    });
  }

  protected listOf(path: string): readonly string[] | number {
    let names: readonly string[] = [];
    const errno = attempt(() => { names = fs.readdirSync(path); return 0; });
    return errno < 0 ? errno : names;
  }
}
