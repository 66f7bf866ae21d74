import type { Device } from './device';
import { Errno } from './errno';
import { FdFlags, FileType } from './abi';

/** What a descriptor is, as far as the host needs to know: UNTOLD files were opened without asking, and are looked at when it matters. */
export const Kind = {
  /** Taken by a thread that is about to fill it in. */
  RESERVED: -1,
  CLOSED: 0, UNTOLD: 1, FILE: 2, DIRECTORY: 3, STREAM: 4, SOCKET: 5, LISTENER: 6,
} as const;

/** Positions that are none: the device knows its place (streams); at the end (after an appending write). */
export const Place = { DEVICE: -1, END: -2 } as const;

/** What the table needs in shared memory, where several threads hold one table: see `Table.share`. */
export interface SharedTable {
  readonly buffer: SharedArrayBuffer;
  readonly capacity: number;
}

const BYTES_PER_ENTRY = 48;

/**
 * The open descriptors, a column for each property: no object per descriptor, and the same in shared memory. Positions of files are
 * kept here (a host need not have lseek), as are the rights, which only shrink.
 */
export class Table {
  readonly limit: number;
  readonly devices: Device[] = [];
  readonly shared: SharedTable | undefined;
  capacity: number;
  kind!: Int32Array;
  handle!: Int32Array;
  device!: Int32Array;
  rights!: Int32Array;
  inheriting!: Int32Array;
  flags!: Int32Array;
  /** Index of a preopen's name, counted from 1. */
  preopen!: Int32Array;
  /** Bits of Open that the handle was opened with. */
  how!: Int32Array;
  position!: Float64Array;
  /** A lock for each descriptor, used where threads share the table. */
  locks!: Int32Array;
  #lowest = 0;

  constructor(limit: number, shared?: SharedTable) {
    this.limit = limit;
    this.shared = shared;
    this.capacity = shared?.capacity ?? Math.min(64, limit);
    this.#columns(shared?.buffer ?? new ArrayBuffer(this.capacity * BYTES_PER_ENTRY));
  }

  /** Room for a table of `capacity` descriptors that several threads share. */
  static share(capacity: number): SharedTable {
    return { buffer: new SharedArrayBuffer(capacity * BYTES_PER_ENTRY), capacity };
  }

  #columns(buffer: ArrayBufferLike): void {
    const n = this.capacity;
    let at = n * 8;
    const column = () => { at += n * 4; return new Int32Array(buffer, at - n * 4, n); };
    this.position = new Float64Array(buffer, 0, n);
    this.kind = column();
    this.handle = column();
    this.device = column();
    this.rights = column();
    this.inheriting = column();
    this.flags = column();
    this.preopen = column();
    this.how = column();
    this.locks = column();
  }

  /** The number that stands for a device in this table; in a shared table every thread adds its devices in the same order. */
  addDevice(device: Device): number {
    const known = this.devices.indexOf(device);
    return known >= 0 ? known : this.devices.push(device) - 1;
  }

  /** Whether `fd` is open. */
  has(fd: number): boolean {
    return fd >= 0 && fd < this.capacity && (this.kind[fd] as number) > Kind.CLOSED;
  }

  /** The device behind an open descriptor. */
  of(fd: number): Device {
    return this.devices[this.device[fd] as number] as Device;
  }

  /** A new descriptor, the lowest that is free; -Errno.MFILE when the limit is reached. */
  add(kind: number, device: number, handle: number, rights: number, inheriting: number, flags = 0, how = 0): number {
    const fd = this.#claim();
    if (fd < 0) return fd;
    this.device[fd] = device;
    this.handle[fd] = handle;
    this.rights[fd] = rights;
    this.inheriting[fd] = inheriting;
    this.flags[fd] = flags;
    this.preopen[fd] = 0;
    this.how[fd] = how;
    this.position[fd] = kind >= Kind.STREAM ? Place.DEVICE : 0;
    this.kind[fd] = kind;
    return fd;
  }

  #claim(): number {
    if (this.shared !== undefined) {
      const end = Math.min(this.limit, this.capacity);
      for (let fd = 0; fd < end; fd++) {
        if (this.kind[fd] === Kind.CLOSED && Atomics.compareExchange(this.kind, fd, Kind.CLOSED, Kind.RESERVED) === Kind.CLOSED) return fd;
      }
      return -Errno.MFILE;
    }
    let fd = this.#lowest;
    while (fd < this.capacity && this.kind[fd] !== Kind.CLOSED) fd++;
    if (fd >= this.limit) return -Errno.MFILE;
    if (fd >= this.capacity) this.#grow();
    this.#lowest = fd + 1;
    return fd;
  }

  /** Frees a descriptor; false when another thread was quicker. */
  remove(fd: number): boolean {
    if (this.shared !== undefined) return Atomics.exchange(this.kind, fd, Kind.CLOSED) > Kind.CLOSED;
    this.kind[fd] = Kind.CLOSED;
    if (fd < this.#lowest) this.#lowest = fd;
    return true;
  }

  /** Waits until no other thread moves the position of `fd`; `unlock` must follow. Only for shared tables. */
  lock(fd: number): void {
    while (Atomics.compareExchange(this.locks, fd, 0, 1) !== 0) Atomics.wait(this.locks, fd, 1, 10);
  }

  unlock(fd: number): void {
    Atomics.store(this.locks, fd, 0);
    Atomics.notify(this.locks, fd, 1);
  }

  /** Lets `to` be what `from` was, and `from` closed; whatever `to` was is the caller's to close. */
  move(from: number, to: number): void {
    for (const column of [this.device, this.handle, this.rights, this.inheriting, this.flags, this.preopen, this.how, this.position, this.kind]) {
      column[to] = column[from] as number;
    }
    this.remove(from);
  }

  /** The open descriptors, lowest first. */
  *open(): Generator<number> {
    for (let fd = 0; fd < this.capacity; fd++) if (this.has(fd)) yield fd;
  }

  #grow(): void {
    const old = [this.position, this.kind, this.handle, this.device, this.rights, this.inheriting, this.flags, this.preopen, this.how, this.locks];
    this.capacity = Math.min(this.limit, this.capacity * 2);
    this.#columns(new ArrayBuffer(this.capacity * BYTES_PER_ENTRY));
    const fresh = [this.position, this.kind, this.handle, this.device, this.rights, this.inheriting, this.flags, this.preopen, this.how, this.locks];
    fresh.forEach((column, i) => column.set(old[i] as Int32Array));
  }
}

/** Whether writes through a descriptor go to the end of its file. */
export function appends(flags: number): boolean {
  return (flags & FdFlags.APPEND) !== 0;
}

/** The kind of a descriptor by the type of what it opens. */
export function kindOf(type: number): number {
  switch (type) {
    case FileType.REGULAR_FILE: case FileType.BLOCK_DEVICE: return Kind.FILE;
    case FileType.DIRECTORY: return Kind.DIRECTORY;
    case FileType.SOCKET_STREAM: case FileType.SOCKET_DGRAM: return Kind.SOCKET;
    default: return Kind.STREAM;
  }
}
