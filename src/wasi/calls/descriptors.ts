import { ALL_RIGHTS, FdFlags, FileType, FstFlags, Rights, Whence } from '../abi';
import type { Context } from '../context';
import { Open, type Stat, type Time } from '../device';
import { Errno } from '../errno';
import { Kind, Place } from '../table';
import type { Calls } from './types';

const ALL_FDFLAGS = FdFlags.APPEND | FdFlags.DSYNC | FdFlags.NONBLOCK | FdFlags.RSYNC | FdFlags.SYNC;

/** The calls on one descriptor, but for reading and writing: what it is, where it stands, its size, times, flags and rights. */
export function descriptorCalls(context: Context, filestat: StatLayout = preview1Stat): Calls {
  const { guest, table } = context;
  const device = (fd: number) => table.of(fd);
  const handle = (fd: number) => table.handle[fd] as number;

  const seek = (fd: number, offset: number, whence: number): number => {
    let base: number;
    switch (whence) {
      case Whence.SET: base = 0; break;
      case Whence.CUR: base = context.place(fd); break;
      case Whence.END: {
        const result = device(fd).stat(handle(fd), context.stat);
        base = result < 0 ? result : Number(context.stat.size);
        break;
      }
      default: return -Errno.INVAL;
    }
    if (base < 0) return base;
    const target = base + offset;
    if (target < 0) return -Errno.INVAL;
    if (target > Number.MAX_SAFE_INTEGER) return -Errno.OVERFLOW;
    // A program that only asks, or goes where it is, leaves the place to the system; see Context.place.
    if (table.position[fd] === Place.DEVICE && context.place(fd) === target) return target;
    table.position[fd] = target;
    return target;
  };

  /** Rights, then the kind, for the calls that only files can take. */
  const checkFile = (fd: number, rights: number): number => {
    const errno = context.check(fd, rights) || context.settle(fd) || context.check(fd, rights);
    if (errno !== 0) return errno;
    return table.kind[fd] === Kind.FILE ? 0 : table.kind[fd] === Kind.DIRECTORY ? Errno.BADF : Errno.SPIPE;
  };

  return {
    fd_advise(fd: number, offset: bigint, length: bigint, advice: number) {
      const errno = context.check(fd, Rights.FD_ADVISE) || context.settle(fd);
      if (errno !== 0) return errno;
      if (table.kind[fd] === Kind.DIRECTORY) return Errno.BADF;
      if (table.kind[fd] !== Kind.FILE) return Errno.SPIPE;
      // Advice only: there is nothing to do, but nonsense is told.
      return advice >>> 0 > 5 || offset < 0n || length < 0n ? Errno.INVAL : 0;
    },
    fd_allocate(fd: number, offset: bigint, length: bigint) {
      const errno = checkFile(fd, Rights.FD_ALLOCATE);
      if (errno !== 0) return errno;
      if (offset < 0n || length <= 0n) return Errno.INVAL;
      const end = offset + length;
      if (end > BigInt(Number.MAX_SAFE_INTEGER)) return Errno.FBIG;
      const result = device(fd).stat(handle(fd), context.stat);
      if (result < 0) return -result;
      return context.stat.size >= end ? 0 : -device(fd).setSize(handle(fd), Number(end));
    },
    fd_close(fd: number) {
      if (!table.has(fd)) return Errno.BADF;
      const result = context.close(fd);
      return result < 0 ? -result : 0;
    },
    fd_datasync: (fd: number) => {
      const errno = context.check(fd, Rights.FD_DATASYNC);
      return errno !== 0 ? errno : -device(fd).sync(handle(fd), true);
    },
    fd_sync: (fd: number) => {
      const errno = context.check(fd, Rights.FD_SYNC);
      return errno !== 0 ? errno : -device(fd).sync(handle(fd), false);
    },
    fd_fdstat_get(fd: number, pointer: number) {
      pointer >>>= 0;
      if (!table.has(fd)) return Errno.BADF;
      if (!guest.has(pointer, 24)) return Errno.FAULT;
      const errno = context.settle(fd);
      if (errno !== 0) return errno;
      let type: number = FileType.DIRECTORY;
      if (table.kind[fd] !== Kind.DIRECTORY) {
        const result = device(fd).stat(handle(fd), context.stat);
        if (result < 0) return -result;
        type = context.stat.type;
      }
      const { view } = guest;
      view.setUint32(pointer, type, true);
      view.setUint16(pointer + 2, table.flags[fd] as number, true);
      view.setUint32(pointer + 4, 0, true);
      view.setUint32(pointer + 8, table.rights[fd] as number, true);
      view.setUint32(pointer + 12, 0, true);
      view.setUint32(pointer + 16, table.inheriting[fd] as number, true);
      view.setUint32(pointer + 20, 0, true);
      return 0;
    },
    fd_fdstat_set_flags(fd: number, flags: number) {
      const errno = context.check(fd, Rights.FD_FDSTAT_SET_FLAGS) || context.settle(fd);
      if (errno !== 0) return errno;
      if ((flags & ~ALL_FDFLAGS) !== 0) return Errno.INVAL;
      const old = table.flags[fd] as number;
      const synchronous = FdFlags.DSYNC | FdFlags.RSYNC | FdFlags.SYNC;
      // No system lets these change on an open file.
      if (((old ^ flags) & synchronous) !== 0) return Errno.NOTSUP;
      if (table.kind[fd] === Kind.DIRECTORY) return flags === 0 ? 0 : Errno.NOTSUP;
      if (old === flags) return 0;
      if ((flags & FdFlags.APPEND) === 0 && table.kind[fd] === Kind.FILE) context.place(fd);
      let how = (table.how[fd] as number) & ~(Open.APPEND | Open.NONBLOCK);
      if ((flags & FdFlags.APPEND) !== 0) how |= Open.APPEND;
      if ((flags & FdFlags.NONBLOCK) !== 0) how |= Open.NONBLOCK;
      return -context.locked(fd, () => {
        const result = device(fd).setFlags(handle(fd), flags, how);
        if (result < 0) return result;
        table.handle[fd] = result;
        table.how[fd] = how;
        table.flags[fd] = flags;
        return 0;
      });
    },
    fd_fdstat_set_rights(fd: number, base: bigint, inheriting: bigint) {
      if (!table.has(fd)) return Errno.BADF;
      const errno = context.settle(fd);
      if (errno !== 0) return errno;
      const wanted = BigInt.asUintN(64, base);
      const passed = BigInt.asUintN(64, inheriting);
      if ((wanted & ~BigInt((table.rights[fd] as number) >>> 0)) !== 0n || (passed & ~BigInt((table.inheriting[fd] as number) >>> 0)) !== 0n) {
        return Errno.NOTCAPABLE;
      }
      table.rights[fd] = Number(wanted) & ALL_RIGHTS;
      table.inheriting[fd] = Number(passed) & ALL_RIGHTS;
      return 0;
    },
    fd_filestat_get(fd: number, pointer: number) {
      pointer >>>= 0;
      const errno = context.check(fd, Rights.FD_FILESTAT_GET);
      if (errno !== 0) return errno;
      if (!guest.has(pointer, filestat.size)) return Errno.FAULT;
      const result = device(fd).stat(handle(fd), context.stat);
      if (result < 0) return -result;
      filestat.write(guest.view, pointer, context.stat);
      return 0;
    },
    fd_filestat_set_size(fd: number, size: bigint) {
      const errno = checkFile(fd, Rights.FD_FILESTAT_SET_SIZE);
      if (errno !== 0) return errno;
      if (size < 0n) return Errno.INVAL;
      if (size > BigInt(Number.MAX_SAFE_INTEGER)) return Errno.FBIG;
      return -device(fd).setSize(handle(fd), Number(size));
    },
    fd_filestat_set_times(fd: number, accessed: bigint, modified: bigint, flags: number) {
      const errno = context.check(fd, Rights.FD_FILESTAT_SET_TIMES) || (context.isReadonly(fd) ? Errno.ROFS : 0);
      if (errno !== 0) return errno;
      const times = chosenTimes(accessed, modified, flags);
      return times === undefined ? Errno.INVAL : -device(fd).setFileTimes(handle(fd), times.accessed, times.modified);
    },
    fd_renumber(from: number, to: number) {
      if (!table.has(from) || !table.has(to)) return Errno.BADF;
      if (from === to) return 0;
      context.settle(from);
      const listing = context.listings.get(from);
      const closed = device(to);
      const old = handle(to);
      context.listings.delete(to);
      context.listings.delete(from);
      if (listing !== undefined) context.listings.set(to, listing);
      return context.locked(from, () => context.locked(to, () => {
        table.move(from, to);
        closed.close(old);
        return 0;
      }));
    },
    fd_seek(fd: number, offset: bigint, whence: number, pointer: number) {
      pointer >>>= 0;
      // Asking where one stands is telling, which needs less.
      const asks = offset === 0n && whence === Whence.CUR;
      let errno = context.check(fd, asks ? Rights.FD_TELL : Rights.FD_SEEK | Rights.FD_TELL);
      if (errno === 0 && table.kind[fd] !== Kind.FILE) errno = checkFile(fd, asks ? Rights.FD_TELL : Rights.FD_SEEK);
      if (errno !== 0) return table.has(fd) && table.kind[fd] === Kind.STREAM ? Errno.SPIPE : errno;
      if (!guest.has(pointer, 8)) return Errno.FAULT;
      const result = context.locked(fd, () => (table.has(fd) ? seek(fd, Number(offset), whence) : -Errno.BADF));
      if (result < 0) return -result;
      setUint64(guest.view, pointer, result);
      return 0;
    },
    fd_tell(fd: number, pointer: number) {
      pointer >>>= 0;
      const errno = checkFile(fd, Rights.FD_TELL);
      if (errno !== 0) return table.has(fd) && table.kind[fd] === Kind.STREAM ? Errno.SPIPE : errno;
      if (!guest.has(pointer, 8)) return Errno.FAULT;
      const position = context.locked(fd, () => (table.has(fd) ? context.place(fd) : -Errno.BADF));
      if (position < 0) return -position;
      setUint64(guest.view, pointer, position);
      return 0;
    },
    fd_prestat_get(fd: number, pointer: number) {
      pointer >>>= 0;
      const name = table.has(fd) ? context.preopens[(table.preopen[fd] as number) - 1] : undefined;
      if (name === undefined) return Errno.BADF;
      if (!guest.has(pointer, 8)) return Errno.FAULT;
      guest.view.setUint32(pointer, 0, true);
      guest.view.setUint32(pointer + 4, name.length, true);
      return 0;
    },
    fd_prestat_dir_name(fd: number, pointer: number, length: number) {
      pointer >>>= 0;
      const name = table.has(fd) ? context.preopens[(table.preopen[fd] as number) - 1] : undefined;
      if (name === undefined) return Errno.BADF;
      if (length >>> 0 < name.length) return Errno.NAMETOOLONG;
      if (!guest.has(pointer, name.length)) return Errno.FAULT;
      guest.u8.set(name, pointer);
      return 0;
    },
  };
}

/** Writes a whole double below 2^53 as 64 bits: half the time that a BigInt takes. */
export function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** How a filestat lies in memory. */
export interface StatLayout {
  readonly size: number;
  readonly write: (view: DataView, at: number, stat: Stat) => void;
}

export const preview1Stat: StatLayout = { size: 64, write: writeStat };

/** Writes the 64 bytes of a filestat (witx `filestat`). */
function writeStat(view: DataView, at: number, stat: Stat): void {
  view.setBigUint64(at, stat.device, true);
  view.setBigUint64(at + 8, stat.inode, true);
  setUint64(view, at + 16, stat.type);
  view.setBigUint64(at + 24, stat.links, true);
  view.setBigUint64(at + 32, stat.size, true);
  view.setBigUint64(at + 40, stat.accessed, true);
  view.setBigUint64(at + 48, stat.modified, true);
  view.setBigUint64(at + 56, stat.changed, true);
}

/** The times that a set_times call means; undefined for flags that contradict each other or that nobody knows. */
export function chosenTimes(accessed: bigint, modified: bigint, flags: number): { accessed: Time; modified: Time } | undefined {
  const { ATIM, ATIM_NOW, MTIM, MTIM_NOW } = FstFlags;
  if ((flags & ~(ATIM | ATIM_NOW | MTIM | MTIM_NOW)) !== 0) return undefined;
  if ((flags & (ATIM | ATIM_NOW)) === (ATIM | ATIM_NOW) || (flags & (MTIM | MTIM_NOW)) === (MTIM | MTIM_NOW)) return undefined;
  return {
    accessed: (flags & ATIM_NOW) !== 0 ? 'now' : (flags & ATIM) !== 0 ? BigInt.asUintN(64, accessed) : undefined,
    modified: (flags & MTIM_NOW) !== 0 ? 'now' : (flags & MTIM) !== 0 ? BigInt.asUintN(64, modified) : undefined,
  };
}

