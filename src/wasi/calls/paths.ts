import { ALL_RIGHTS, DIRECTORY_RIGHTS, FdFlags, FILE_RIGHTS, LookupFlags, OFlags, Rights } from '../abi';
import type { Context } from '../context';
import { Open } from '../device';
import { Errno } from '../errno';
import { encodeUtf8 } from '../guest';
import { Kind } from '../table';
import { chosenTimes, preview1Stat, type StatLayout } from './descriptors';
import type { Calls } from './types';

const ALL_FDFLAGS = FdFlags.APPEND | FdFlags.DSYNC | FdFlags.NONBLOCK | FdFlags.RSYNC | FdFlags.SYNC;
const ALL_OFLAGS = OFlags.CREAT | OFlags.DIRECTORY | OFlags.EXCL | OFlags.TRUNC;
const WRITES = Rights.FD_WRITE | Rights.FD_ALLOCATE | Rights.FD_FILESTAT_SET_SIZE;
const READS = Rights.FD_READ | Rights.FD_READDIR;

/** The calls that name a file in a directory. */
export function pathCalls(context: Context, filestat: StatLayout = preview1Stat): Calls {
  const { guest, table, stat } = context;
  const files = (fd: number) => context.filesOf(fd);
  const handle = (fd: number) => table.handle[fd] as number;

  /** A path that may be handed to a file system, or -errno. */
  const path = (pointer: number, length: number): string | number => {
    if (!guest.has(pointer, length)) return Errno.FAULT;
    if (length === 0) return Errno.NOENT;
    if (length > 65536) return Errno.NAMETOOLONG;
    // A leading slash is told before the text is made.
    if (guest.u8[pointer] === 0x2f) return Errno.NOTCAPABLE;
    return guest.text(pointer, length) ?? Errno.ILSEQ;
  };

  const open = (fd: number, lookup: number, name: string, oflags: number, base: number, inheriting: number, flags: number): number => {
    let how = howToOpen(lookup, oflags, base, flags);
    const device = table.device[fd] as number;
    const readonly = context.isReadonly(fd);
    if (readonly && (how & (Open.WRITE | Open.TRUNCATE | Open.EXCLUSIVE)) !== 0) return -Errno.ROFS;
    const opened = files(fd).open(handle(fd), name, readonly ? how & ~Open.CREATE : how);
    if (opened < 0) return readonly && opened === -Errno.NOENT && (how & Open.CREATE) !== 0 ? -Errno.ROFS : opened;
    if (readonly) how |= Open.READONLY;
    const kind = (how & Open.DIRECTORY) !== 0 ? Kind.DIRECTORY : (how & Open.WRITE) !== 0 && (how & (Open.CREATE | Open.TRUNCATE)) !== 0 ? Kind.FILE : Kind.UNTOLD;
    const fit = kind === Kind.DIRECTORY ? DIRECTORY_RIGHTS : kind === Kind.FILE ? FILE_RIGHTS : ALL_RIGHTS;
    const added = table.add(kind, device, opened, base & fit, inheriting & (kind === Kind.FILE ? FILE_RIGHTS : ALL_RIGHTS),
      kind === Kind.DIRECTORY ? 0 : flags, how);
    if (added < 0) files(fd).close(opened);
    return added;
  };

  return {
    path_open(fd: number, lookup: number, pointer: number, length: number, oflags: number, rights: bigint, inheriting: bigint, flags: number, result: number) {
      pointer >>>= 0; length >>>= 0; result >>>= 0;
      let needed: number = Rights.PATH_OPEN;
      if ((oflags & OFlags.CREAT) !== 0) needed |= Rights.PATH_CREATE_FILE;
      if ((oflags & OFlags.TRUNC) !== 0) needed |= Rights.PATH_FILESTAT_SET_SIZE;
      const errno = context.checkDirectory(fd, needed);
      if (errno !== 0) return errno;
      if ((oflags & ~ALL_OFLAGS) !== 0 || (flags & ~ALL_FDFLAGS) !== 0 || (lookup & ~LookupFlags.SYMLINK_FOLLOW) !== 0) return Errno.INVAL;
      if ((oflags & OFlags.DIRECTORY) !== 0 && (oflags & (OFlags.TRUNC | OFlags.CREAT)) !== 0) return Errno.INVAL;
      const passed = (table.inheriting[fd] as number) >>> 0;
      const base = Number(rights);
      const next = Number(inheriting);
      if (base < 0 || base > ALL_RIGHTS || next < 0 || next > ALL_RIGHTS) return Errno.NOTCAPABLE;
      if (((base | next) & ~passed) !== 0) return Errno.NOTCAPABLE;
      if ((flags & (FdFlags.SYNC | FdFlags.RSYNC)) !== 0 && (passed & Rights.FD_SYNC) === 0) return Errno.NOTCAPABLE;
      if ((flags & FdFlags.DSYNC) !== 0 && (passed & (Rights.FD_SYNC | Rights.FD_DATASYNC)) === 0) return Errno.NOTCAPABLE;
      const name = path(pointer, length);
      if (typeof name === 'number') return name;
      if (!guest.has(result, 4)) return Errno.FAULT;
      const opened = open(fd, lookup, name, oflags, base, next, flags);
      if (opened < 0) return -opened;
      guest.view.setUint32(result, opened, true);
      return 0;
    },
    path_filestat_get(fd: number, flags: number, pointer: number, length: number, result: number) {
      pointer >>>= 0; length >>>= 0; result >>>= 0;
      const errno = context.checkDirectory(fd, Rights.PATH_FILESTAT_GET);
      if (errno !== 0) return errno;
      const name = path(pointer, length);
      if (typeof name === 'number') return name;
      if (!guest.has(result, filestat.size)) return Errno.FAULT;
      const found = files(fd).lookup(handle(fd), name, (flags & LookupFlags.SYMLINK_FOLLOW) !== 0, stat);
      if (found < 0) return -found;
      filestat.write(guest.view, result, stat);
      return 0;
    },
    path_filestat_set_times(fd: number, lookup: number, pointer: number, length: number, accessed: bigint, modified: bigint, flags: number) {
      pointer >>>= 0; length >>>= 0;
      const errno = context.checkWritable(fd, Rights.PATH_FILESTAT_SET_TIMES);
      if (errno !== 0) return errno;
      const times = chosenTimes(accessed, modified, flags);
      if (times === undefined) return Errno.INVAL;
      const name = path(pointer, length);
      if (typeof name === 'number') return name;
      return -files(fd).setTimes(handle(fd), name, (lookup & LookupFlags.SYMLINK_FOLLOW) !== 0, times.accessed, times.modified);
    },
    path_create_directory(fd: number, pointer: number, length: number) {
      pointer >>>= 0; length >>>= 0;
      const errno = context.checkWritable(fd, Rights.PATH_CREATE_DIRECTORY);
      if (errno !== 0) return errno;
      const name = path(pointer, length);
      return typeof name === 'number' ? name : -files(fd).makeDirectory(handle(fd), name);
    },
    path_remove_directory(fd: number, pointer: number, length: number) {
      pointer >>>= 0; length >>>= 0;
      const errno = context.checkWritable(fd, Rights.PATH_REMOVE_DIRECTORY);
      if (errno !== 0) return errno;
      const name = path(pointer, length);
      return typeof name === 'number' ? name : -files(fd).removeDirectory(handle(fd), name);
    },
    path_unlink_file(fd: number, pointer: number, length: number) {
      pointer >>>= 0; length >>>= 0;
      const errno = context.checkWritable(fd, Rights.PATH_UNLINK_FILE);
      if (errno !== 0) return errno;
      const name = path(pointer, length);
      return typeof name === 'number' ? name : -files(fd).unlink(handle(fd), name);
    },
    path_rename(fd: number, pointer: number, length: number, toFd: number, toPointer: number, toLength: number) {
      pointer >>>= 0; length >>>= 0; toPointer >>>= 0; toLength >>>= 0;
      const errno = context.checkWritable(fd, Rights.PATH_RENAME_SOURCE) || context.checkWritable(toFd, Rights.PATH_RENAME_TARGET);
      if (errno !== 0) return errno;
      const from = path(pointer, length);
      if (typeof from === 'number') return from;
      const to = path(toPointer, toLength);
      if (typeof to === 'number') return to;
      if (table.device[fd] !== table.device[toFd]) return Errno.XDEV;
      return -files(fd).rename(handle(fd), from, handle(toFd), to);
    },
    path_link(fd: number, lookup: number, pointer: number, length: number, toFd: number, toPointer: number, toLength: number) {
      pointer >>>= 0; length >>>= 0; toPointer >>>= 0; toLength >>>= 0;
      const errno = context.checkWritable(fd, Rights.PATH_LINK_SOURCE) || context.checkWritable(toFd, Rights.PATH_LINK_TARGET);
      if (errno !== 0) return errno;
      // Following the link would need a hard link to what it names: no system call does that in one step.
      if (lookup !== 0) return Errno.INVAL;
      const from = path(pointer, length);
      if (typeof from === 'number') return from;
      const to = path(toPointer, toLength);
      if (typeof to === 'number') return to;
      if (table.device[fd] !== table.device[toFd]) return Errno.XDEV;
      return -files(fd).link(handle(fd), from, handle(toFd), to);
    },
    path_symlink(pointer: number, length: number, fd: number, toPointer: number, toLength: number) {
      pointer >>>= 0; length >>>= 0; toPointer >>>= 0; toLength >>>= 0;
      const errno = context.checkWritable(fd, Rights.PATH_SYMLINK);
      if (errno !== 0) return errno;
      const target = path(pointer, length);
      if (typeof target === 'number') return target;
      const name = path(toPointer, toLength);
      return typeof name === 'number' ? name : -files(fd).symlink(target, handle(fd), name);
    },
    path_readlink(fd: number, pointer: number, length: number, buffer: number, size: number, result: number) {
      pointer >>>= 0; length >>>= 0; buffer >>>= 0; size >>>= 0; result >>>= 0;
      const errno = context.checkDirectory(fd, Rights.PATH_READLINK);
      if (errno !== 0) return errno;
      const name = path(pointer, length);
      if (typeof name === 'number') return name;
      if (!guest.has(buffer, size) || !guest.has(result, 4)) return Errno.FAULT;
      const target = files(fd).readlink(handle(fd), name);
      if (typeof target === 'number') return -target;
      const bytes = encodeUtf8(target).subarray(0, size);
      guest.u8.set(bytes, buffer);
      guest.view.setUint32(result, bytes.length, true);
      return 0;
    },
  };
}

/** The bits of Open for a path_open: what is asked for by rights decides how the system opens it. */
function howToOpen(lookup: number, oflags: number, rights: number, flags: number): number {
  let how = 0;
  if ((rights & WRITES) !== 0 || (oflags & OFlags.TRUNC) !== 0) how |= Open.WRITE;
  if ((rights & READS) !== 0 || how === 0) how |= Open.READ;
  if ((oflags & OFlags.CREAT) !== 0) how |= Open.CREATE;
  if ((oflags & OFlags.EXCL) !== 0) how |= Open.EXCLUSIVE;
  if ((oflags & OFlags.TRUNC) !== 0) how |= Open.TRUNCATE;
  if ((oflags & OFlags.DIRECTORY) !== 0) how |= Open.DIRECTORY;
  if ((lookup & LookupFlags.SYMLINK_FOLLOW) !== 0) how |= Open.FOLLOW;
  if ((flags & FdFlags.APPEND) !== 0) how |= Open.APPEND;
  if ((flags & FdFlags.NONBLOCK) !== 0) how |= Open.NONBLOCK;
  if ((flags & (FdFlags.SYNC | FdFlags.RSYNC)) !== 0) how |= Open.SYNC;
  if ((flags & FdFlags.DSYNC) !== 0) how |= Open.DSYNC;
  return how;
}
