import type { Calls } from './types';
import type { Context } from '../context';
import { Errno } from '../errno';
import { Rights } from '../abi';
import { appends, Kind, Place } from '../table';

/** Several pieces up to this many bytes go through one buffer and one system call. */
const GATHER = 65536;
/** A single transfer is cut to this: fewer bytes than asked for are always allowed, and Node takes no more than 2^31 - 1. */
const MOST = 2 ** 30;

/** fd_read, fd_pread, fd_write, fd_pwrite. */
export function transferCalls(context: Context) {
  const { guest, table } = context;
  let scratch: Uint8Array | undefined;

  /** The bytes that a list of iovecs holds, or FAULT when a piece lies outside of the memory. */
  const measure = (iovs: number, count: number): number => {
    if (!guest.has(iovs, count * 8)) return -Errno.FAULT;
    let total = 0;
    for (let at = iovs, end = iovs + count * 8; at < end; at += 8) {
      const pointer = guest.view.getUint32(at, true);
      const length = guest.view.getUint32(at + 4, true);
      if (!guest.has(pointer, length)) return -Errno.FAULT;
      total += length;
    }
    return total;
  };

  const readAll = (fd: number, iovs: number, count: number, position: number): number => {
    const device = table.of(fd);
    const handle = table.handle[fd] as number;
    if (count === 1) {
      const pointer = guest.view.getUint32(iovs, true);
      const length = guest.view.getUint32(iovs + 4, true);
      return device.read(handle, guest.u8, pointer, length > MOST ? MOST : length, position);
    }
    let total = 0;
    for (let at = iovs, end = iovs + count * 8; at < end; at += 8) {
      const pointer = guest.view.getUint32(at, true);
      const length = guest.view.getUint32(at + 4, true);
      if (length === 0) continue;
      // A second read of a pipe or terminal might block although there is something to hand over.
      if (total > 0 && position < 0 && table.kind[fd] !== Kind.FILE && device.ready(handle, false) < 0) break;
      const n = device.read(handle, guest.u8, pointer, length > MOST ? MOST : length, position < 0 ? position : position + total);
      if (n < 0) return total > 0 ? total : n;
      total += n;
      if (n < length) break;
    }
    return total;
  };

  const gather = (iovs: number, count: number): Uint8Array => {
    scratch ??= new Uint8Array(GATHER);
    const { u8, view } = guest;
    let to = 0;
    for (let at = iovs, end = iovs + count * 8; at < end; at += 8) {
      const pointer = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      // A loop beats the call of `set` and the view it needs for short pieces.
      if (length < 32) for (let i = 0; i < length; i++) scratch[to + i] = u8[pointer + i] as number;
      else scratch.set(u8.subarray(pointer, pointer + length), to);
      to += length;
    }
    return scratch;
  };

  const writeAll = (fd: number, iovs: number, count: number, total: number, position: number): number => {
    const device = table.of(fd);
    const handle = table.handle[fd] as number;
    if (count === 1) return device.write(handle, guest.u8, guest.view.getUint32(iovs, true), total > MOST ? MOST : total, position);
    if (total <= GATHER) return device.write(handle, gather(iovs, count), 0, total, position);
    let done = 0;
    for (let at = iovs, end = iovs + count * 8; at < end; at += 8) {
      const length = guest.view.getUint32(at + 4, true);
      if (length === 0) continue;
      const n = device.write(handle, guest.u8, guest.view.getUint32(at, true), length > MOST ? MOST : length, position < 0 ? position : position + done);
      if (n < 0) return done > 0 ? done : n;
      done += n;
      if (n < length) break;
    }
    return done;
  };

  /** What an untold descriptor's first read told: a directory, or a thing without positions, which is read again as what it is. */
  const surprised = (fd: number, errno: number, again: () => number): number => {
    if (table.kind[fd] !== Kind.UNTOLD && table.kind[fd] !== Kind.FILE) return errno;
    if (errno === -Errno.ISDIR) {
      context.become(fd, Kind.DIRECTORY);
      return -Errno.BADF;
    }
    if (errno !== -Errno.SPIPE || (table.position[fd] as number) < 0) return errno;
    context.become(fd, Kind.STREAM);
    return again();
  };

  const readHere = (fd: number, iovs: number, count: number): number => {
    const position = table.position[fd] as number;
    const n = readAll(fd, iovs, count, position);
    if (n > 0) {
      if (position >= 0) table.position[fd] = position + n;
    } else if (n < 0) return surprised(fd, n, () => readAll(fd, iovs, count, Place.DEVICE));
    return n;
  };

  const writeHere = (fd: number, iovs: number, count: number, total: number): number => {
    const append = appends(table.flags[fd] as number) && table.kind[fd] !== Kind.STREAM;
    const position = append ? Place.DEVICE : table.position[fd] as number;
    const n = writeAll(fd, iovs, count, total, position);
    if (n < 0) return surprised(fd, n, () => writeAll(fd, iovs, count, total, Place.DEVICE));
    if (append) {
      // Only a descriptor that can read too shows its place at once; for the others it is asked for when it matters.
      if (((table.rights[fd] as number) & Rights.FD_READ) === 0) table.position[fd] = Place.END;
      else if (table.of(fd).stat(table.handle[fd] as number, context.stat) >= 0) table.position[fd] = Number(context.stat.size);
    } else if (position >= 0) table.position[fd] = position + n;
    return n;
  };

  /** Checks again once nobody else can change or close the descriptor. */
  const locked = (fd: number, right: number, transfer: () => number): number => context.locked(fd, () => {
    const errno = context.check(fd, right);
    return errno === 0 ? transfer() : -errno;
  });
  const lockable = (fd: number) => table.shared !== undefined && table.kind[fd] !== Kind.STREAM && table.kind[fd] !== Kind.SOCKET;

  const answer = (n: number, pointer: number): number => {
    if (n < 0) return -n;
    guest.view.setUint32(pointer, n, true);
    return 0;
  };

  /** Whether a list of one piece, and a place for the result, lie in the memory: most transfers are that. */
  const one = (iovs: number, count: number, result: number): boolean => count === 1 && guest.has(iovs, 8) && guest.has(result, 4)
    && guest.has(guest.view.getUint32(iovs, true), guest.view.getUint32(iovs + 4, true));

  return {
    fd_read(fd: number, iovs: number, count: number, result: number) {
      iovs >>>= 0; count >>>= 0; result >>>= 0;
      const errno = context.check(fd, Rights.FD_READ);
      if (errno !== 0) return errno;
      if (!one(iovs, count, result) && (measure(iovs, count) < 0 || !guest.has(result, 4))) return Errno.FAULT;
      return answer(lockable(fd) ? locked(fd, Rights.FD_READ, () => readHere(fd, iovs, count)) : readHere(fd, iovs, count), result);
    },
    fd_pread(fd: number, iovs: number, count: number, offset: bigint, result: number) {
      iovs >>>= 0; count >>>= 0; result >>>= 0;
      const errno = context.check(fd, Rights.FD_READ | Rights.FD_SEEK);
      if (errno !== 0) return errno;
      if (!one(iovs, count, result) && (measure(iovs, count) < 0 || !guest.has(result, 4))) return Errno.FAULT;
      if (table.kind[fd] === Kind.STREAM || table.kind[fd] === Kind.SOCKET) return Errno.SPIPE;
      const position = Number(offset);
      if (position < 0 || position > Number.MAX_SAFE_INTEGER) return Errno.INVAL;
      const n = lockable(fd) ? locked(fd, Rights.FD_READ, () => readAll(fd, iovs, count, position)) : readAll(fd, iovs, count, position);
      return answer(n < 0 ? surprised(fd, n, () => n) : n, result);
    },
    fd_write(fd: number, iovs: number, count: number, result: number) {
      iovs >>>= 0; count >>>= 0; result >>>= 0;
      const errno = context.check(fd, Rights.FD_WRITE);
      if (errno !== 0) return errno;
      if (table.kind[fd] === Kind.STREAM && one(iovs, count, result)) {
        // Most of what most programs do: printing a line.
        const { view } = guest;
        const length = view.getUint32(iovs + 4, true);
        return answer(table.of(fd).write(table.handle[fd] as number, guest.u8, view.getUint32(iovs, true), length > MOST ? MOST : length, Place.DEVICE), result);
      }
      const total = measure(iovs, count);
      if (total < 0 || !guest.has(result, 4)) return Errno.FAULT;
      return answer(lockable(fd) ? locked(fd, Rights.FD_WRITE, () => writeHere(fd, iovs, count, total)) : writeHere(fd, iovs, count, total), result);
    },
    fd_pwrite(fd: number, iovs: number, count: number, offset: bigint, result: number) {
      iovs >>>= 0; count >>>= 0; result >>>= 0;
      const errno = context.check(fd, Rights.FD_WRITE | Rights.FD_SEEK);
      if (errno !== 0) return errno;
      const total = measure(iovs, count);
      if (total < 0 || !guest.has(result, 4)) return Errno.FAULT;
      if (table.kind[fd] === Kind.STREAM || table.kind[fd] === Kind.SOCKET) return Errno.SPIPE;
      const position = Number(offset);
      if (position < 0 || position > Number.MAX_SAFE_INTEGER) return Errno.INVAL;
      const append = appends(table.flags[fd] as number);
      const write = (): number => {
        if (append) context.place(fd);
        return writeAll(fd, iovs, count, total, append ? Place.DEVICE : position);
      };
      return answer(lockable(fd) ? locked(fd, Rights.FD_WRITE, write) : write(), result);
    },
  } satisfies Calls;
}
