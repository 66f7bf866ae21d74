import { FILE_RIGHTS, DIRECTORY_RIGHTS, STREAM_RIGHTS, Rights } from './abi';
import { FileSystem, Open, Stat, type Device } from './device';
import { Errno } from './errno';
import type { Sockets } from './calls/sockets';
import type { Call } from './calls/types';
import { Guest, type Decode } from './guest';
import { Kind, kindOf, Place, Table, type SharedTable } from './table';

/** A directory that the guest finds open, from descriptor 3 on. */
export interface Preopen {
  /** The guest's name of it. */
  readonly name: string;
  readonly files: FileSystem;
  /** An open directory of `files`. */
  readonly handle: number;
  readonly readonly?: boolean;
}

/** One of the standard streams. */
export interface StandardStream {
  readonly device: Device;
  readonly handle: number;
  /** A file that it was redirected to: it can be seeked. */
  readonly kind?: 'stream' | 'file';
  /** A program can tell a terminal by the absence of the right to seek (wasi-libc's isatty does). */
  readonly terminal?: boolean;
}

/** Clocks in nanoseconds as whole doubles where they fit 2^53 (monotonic, CPU), and as bigint where they don't (real time). */
export interface Clocks {
  /** Writes the nanoseconds of a clock at `at`; false when there is no such clock. */
  write(id: number, view: DataView, at: number): boolean;
  /** Nanoseconds of a clock since its beginning; undefined when there is no such clock. */
  now(id: number): number | undefined;
  /** Nanoseconds. */
  resolution(id: number): number | undefined;
  /**
   * Blocks for up to `ms` (for ever at Infinity), less where something that `Device.ready` tells may have changed since `mark` was asked
   * for.
   */
  wait(ms: number, mark?: number): void;
  /** Counts what happened; asked for before one looks. Left out where nothing wakes `wait`. */
  mark?(): number;
}

export interface WasiOptions {
  /** The first is the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly preopens: readonly Preopen[];
  /** Descriptors 0, 1 and 2; those left out are closed. */
  readonly stdio: readonly (StandardStream | undefined)[];
  /** Listening sockets, after the preopened directories. */
  readonly listeners?: readonly { readonly device: Device; readonly handle: number }[];
  /** Makes what WasmEdge's socket calls use, at the first of them; left out, they answer NOSYS. */
  readonly sockets?: (() => Sockets) | undefined;
  readonly clocks: Clocks;
  /** Fills bytes with randomness fit for keys. */
  random(bytes: Uint8Array, from: number, to: number): void;
  /**
   * Ends the program: must not return. Left out, proc_exit throws a value that `start` catches (a guest's catch_all may catch it first, so
   * that a process of its own is better ended).
   */
  readonly exit?: ((code: number) => never) | undefined;
  /** Called before exit, poll and trap, so that whatever buffers can flush. */
  flush?(): void;
  readonly maxOpenFiles?: number;
  readonly decode?: Decode;
  /** The table that threads share; its descriptors are added by the first thread only. */
  readonly shared?: { readonly table: SharedTable; readonly first: boolean };
  /** Starts a thread with an argument (wasi-threads): its id, or -errno. Left out, there are none. */
  readonly spawn?: ((argument: number) => number) | undefined;
  /** Puts something around the calls that a module imports, for a trace (trace.ts). */
  readonly wrap?: ((name: string, call: Call, from: string) => Call) | undefined;
}

/** What all calls share: the guest's memory, its descriptors, and what the options gave. */
export class Context {
  readonly guest: Guest;
  readonly table: Table;
  readonly options: WasiOptions;
  readonly stat = new Stat();
  /** Names of the preopens; the table's column counts from 1. */
  readonly preopens: readonly Uint8Array[];
  /** What an open directory held when it was first read. */
  readonly listings = new Map<number, readonly string[]>();

  constructor(options: WasiOptions) {
    this.options = options;
    this.guest = new Guest(options.decode);
    this.table = new Table(options.maxOpenFiles ?? 65536, options.shared?.table);
    const encoder = new TextEncoder();
    this.preopens = options.preopens.map(preopen => encoder.encode(preopen.name));
    this.#open(options.shared?.first ?? true);
  }

  #open(first: boolean): void {
    const { table, options } = this;
    const placeholders: number[] = [];
    for (let fd = 0; fd < 3; fd++) {
      const stream = options.stdio[fd];
      const device = stream === undefined ? -1 : table.addDevice(stream.device);
      if (!first) continue;
      if (stream === undefined) {
        placeholders.push(table.add(Kind.STREAM, 0, 0, 0, 0));
        continue;
      }
      const access = fd === 0 ? ~Rights.FD_WRITE : ~Rights.FD_READ;
      // A terminal may be used both ways, as a native program's can.
      const rights = stream.kind === 'file' ? FILE_RIGHTS & access
        : stream.terminal === true ? STREAM_RIGHTS : (STREAM_RIGHTS | Rights.FD_SEEK | Rights.FD_TELL) & access;
      const at = table.add(stream.kind === 'file' ? Kind.FILE : Kind.STREAM, device, stream.handle, rights, 0);
      table.position[at] = Place.DEVICE;
    }
    options.preopens.forEach((preopen, i) => {
      const device = table.addDevice(preopen.files);
      if (!first) return;
      const fd = table.add(Kind.DIRECTORY, device, preopen.handle, DIRECTORY_RIGHTS, DIRECTORY_RIGHTS | FILE_RIGHTS, 0,
        preopen.readonly === true ? Open.READONLY : 0);
      table.preopen[fd] = i + 1;
    });
    for (const listener of options.listeners ?? []) {
      const device = table.addDevice(listener.device);
      if (first) table.add(Kind.LISTENER, device, listener.handle, LISTENER, STREAM_RIGHTS | Rights.SOCK_SHUTDOWN);
    }
    for (const fd of placeholders) table.remove(fd);
  }

  /** The file system that an open directory belongs to. */
  filesOf(fd: number): FileSystem {
    const device = this.table.of(fd);
    if (device instanceof FileSystem) return device;
    throw new TypeError('a directory belongs to a device that is no file system');
  }

  /** 0 when `fd` is open and carries all of `rights`, else the error number. */
  check(fd: number, rights: number): number {
    const { table } = this;
    if (!table.has(fd)) return Errno.BADF;
    return ((table.rights[fd] as number) & rights) === rights ? 0 : this.#lacks(fd);
  }

  #lacks(fd: number): number {
    return this.table.kind[fd] === Kind.DIRECTORY ? Errno.BADF : Errno.NOTCAPABLE;
  }

  /** 0 when `fd` is a directory with `rights`. */
  checkDirectory(fd: number, rights: number): number {
    const { table } = this;
    if (!table.has(fd)) return Errno.BADF;
    if (table.kind[fd] !== Kind.DIRECTORY) {
      const errno = this.settle(fd);
      if (errno !== 0) return errno;
      if (table.kind[fd] !== Kind.DIRECTORY) return Errno.NOTDIR;
    }
    return ((table.rights[fd] as number) & rights) === rights ? 0 : Errno.NOTCAPABLE;
  }

  /** 0 when `fd` is a directory with `rights` in which something may be changed. */
  checkWritable(fd: number, rights: number): number {
    return this.checkDirectory(fd, rights) || (this.isReadonly(fd) ? Errno.ROFS : 0);
  }

  isReadonly(fd: number): boolean {
    return ((this.table.how[fd] as number) & Open.READONLY) !== 0;
  }

  /** Finds out what an untold descriptor is, and takes off the rights that its kind can't carry. */
  settle(fd: number): number {
    const { table } = this;
    if (table.kind[fd] !== Kind.UNTOLD) return 0;
    const result = table.of(fd).stat(table.handle[fd] as number, this.stat);
    if (result < 0) return -result;
    this.become(fd, kindOf(this.stat.type));
    return 0;
  }

  become(fd: number, kind: number): void {
    const { table } = this;
    const fit = kind === Kind.DIRECTORY ? DIRECTORY_RIGHTS : kind === Kind.FILE ? FILE_RIGHTS : STREAM_RIGHTS | Rights.FD_SEEK | Rights.FD_TELL;
    table.rights[fd] = (table.rights[fd] as number) & fit;
    if (kind !== Kind.DIRECTORY) table.inheriting[fd] = (table.inheriting[fd] as number) & fit;
    if (kind === Kind.DIRECTORY) table.flags[fd] = 0;
    if (kind >= Kind.STREAM) table.position[fd] = Place.DEVICE;
    table.kind[fd] = kind;
  }

  /** The position of an open file, -errno for what has none. */
  place(fd: number): number {
    const { table } = this;
    const position = table.position[fd] as number;
    if (position >= 0) return position;
    const device = table.of(fd);
    const handle = table.handle[fd] as number;
    let known: number;
    if (position === Place.END) {
      known = device.stat(handle, this.stat);
      if (known >= 0) known = Number(this.stat.size);
    } else {
      // Not kept: other programs share the place of a redirected standard stream, and go on where this one has stopped.
      return table.kind[fd] === Kind.FILE ? device.tell(handle) : -Errno.SPIPE;
    }
    if (known >= 0) table.position[fd] = known;
    return known;
  }

  /** Runs `work` while no other thread does anything with `fd`. */
  locked(fd: number, work: () => number): number {
    const { table } = this;
    if (table.shared === undefined) return work();
    table.lock(fd);
    try {
      return work();
    } finally {
      table.unlock(fd);
    }
  }

  /** Closes what is behind a descriptor and frees it; the device's answer. */
  close(fd: number): number {
    const { table } = this;
    this.listings.delete(fd);
    return this.locked(fd, () => {
      if (!table.has(fd)) return -Errno.BADF;
      const device = table.of(fd);
      const handle = table.handle[fd] as number;
      return table.remove(fd) ? device.close(handle) : -Errno.BADF;
    });
  }
}

const LISTENER = Rights.SOCK_ACCEPT | Rights.FD_FDSTAT_SET_FLAGS | Rights.FD_FILESTAT_GET | Rights.POLL_FD_READWRITE | Rights.SOCK_SHUTDOWN;
