/* eslint-disable @typescript-eslint/no-unused-vars -- the parameters of a default that refuses are its documentation */
import { Errno } from './errno';
import { FileType } from './abi';

// What the host asks of the things behind descriptors. Every method answers with a number: zero or more is a result, below zero an
// error number with its sign turned (-Errno.NOENT). Nothing is thrown: a thrown error costs ten times a returned one.

/** What `stat` and `lookup` fill in; one object serves all calls. Times are nanoseconds since 1970. */
export class Stat {
  device = 0n;
  inode = 0n;
  /** A FileType. */
  type: number = FileType.UNKNOWN;
  links = 1n;
  size = 0n;
  accessed = 0n;
  modified = 0n;
  changed = 0n;
}

/** A time to set: nanoseconds since 1970, now, or left as it is. */
export type Time = bigint | 'now' | undefined;

/** How `open` opens: bits. */
export const Open = {
  READ: 1, WRITE: 2, CREATE: 4, EXCLUSIVE: 8, TRUNCATE: 16,
  /** Only a directory will do; its handle serves as `dir` of the path calls. */
  DIRECTORY: 32,
  /** A symbolic link in the last place is followed. */
  FOLLOW: 64,
  APPEND: 128, NONBLOCK: 256, SYNC: 512, DSYNC: 1024,
  /** Below a read-only preopen; the host's own mark, which a file system may disregard. */
  READONLY: 2048,
} as const;

/** `position` of a read or write at the device's own place: pipes, terminals, sockets; in a write to a file that was opened with APPEND, its end. */
export const STREAM = -1;

/** Bit of `ready`'s answer: the other side is gone. */
export const HANGUP = 2 ** 40;

/**
 * Open things: files, streams, sockets. A handle is a number that only the device itself understands. The defaults are those of a
 * thing that can't do it.
 */
export abstract class Device {
  /** Whether a change of `ready` wakes who sleeps on the clocks (Clocks.wait), so that nobody has to look again and again. */
  readonly wakes: boolean = false;

  /** Bytes read into `bytes` from `offset`, 0 at the end. */
  read(_handle: number, _bytes: Uint8Array, _offset: number, _length: number, _position: number): number {
    return -Errno.NOTSUP;
  }

  /** Bytes written. */
  write(_handle: number, _bytes: Uint8Array, _offset: number, _length: number, _position: number): number {
    return -Errno.NOTSUP;
  }

  close(_handle: number): number {
    return 0;
  }

  /** Fills in `stat`; fd_filestat_get, and the kind of a file that was opened without knowing it. */
  stat(_handle: number, stat: Stat): number {
    stat.device = stat.inode = stat.size = stat.accessed = stat.modified = stat.changed = 0n;
    stat.links = 1n;
    stat.type = FileType.UNKNOWN;
    return 0;
  }

  /** The place that STREAM stands for, where the device can tell (standard output that goes to a file). */
  tell(_handle: number): number {
    return -Errno.SPIPE;
  }

  setSize(_handle: number, _size: number): number {
    return -Errno.INVAL;
  }

  setFileTimes(_handle: number, _accessed: Time, _modified: Time): number {
    return -Errno.NOTSUP;
  }

  /** Puts what was written where a crash can't take it; `data` alone may leave out times. */
  sync(_handle: number, _dataOnly: boolean): number {
    return 0;
  }

  /** New fdflags of an open thing; the handle to go on with. */
  setFlags(handle: number, _flags: number, _open: number): number {
    return handle;
  }

  /**
   * Whether a read (or a write) would not block: the bytes that can be had (1 where nobody knows), plus HANGUP when the other side is
   * gone; -Errno.AGAIN when it would block.
   */
  ready(_handle: number, _write: boolean): number {
    return 1;
  }
}

/**
 * A tree of files. `dir` is the handle of an open directory, `path` a relative path without NUL, never empty, perhaps with `.`, `..`,
 * repeated and trailing slashes: finding it inside of `dir` (-Errno.NOTCAPABLE when it leads out) is the file system's work.
 * `resolve.ts` does that for backends that can open one name at a time.
 */
export abstract class FileSystem extends Device {
  /** A new handle. `how`: bits of Open. */
  abstract open(dir: number, path: string, how: number): number;
  /** Fills in `stat`; `follow` for a link in the last place. */
  abstract lookup(dir: number, path: string, follow: boolean, stat: Stat): number;
  /** The names in a directory, without `.` and `..`. */
  abstract list(handle: number): readonly string[] | number;

  setTimes(_dir: number, _path: string, _follow: boolean, _accessed: Time, _modified: Time): number {
    return -Errno.ROFS;
  }

  makeDirectory(_dir: number, _path: string): number {
    return -Errno.ROFS;
  }

  removeDirectory(_dir: number, _path: string): number {
    return -Errno.ROFS;
  }

  unlink(_dir: number, _path: string): number {
    return -Errno.ROFS;
  }

  /** `to` and `toPath` are in this same file system. */
  rename(_dir: number, _path: string, _to: number, _toPath: string): number {
    return -Errno.ROFS;
  }

  /** A hard link; a symbolic link at `path` is not followed. */
  link(_dir: number, _path: string, _to: number, _toPath: string): number {
    return -Errno.ROFS;
  }

  symlink(_target: string, _dir: number, _path: string): number {
    return -Errno.ROFS;
  }

  readlink(_dir: number, _path: string): string | number {
    return -Errno.INVAL;
  }
}
