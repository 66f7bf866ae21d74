import { FdFlags, Rights, STREAM_RIGHTS } from '../abi';
import type { Context } from '../context';
import type { Device } from '../device';
import { Errno } from '../errno';
import { Kind } from '../table';
import type { transferCalls } from './transfer';
import type { Calls } from './types';

/** Bytes (4 or 16) and a port. */
export interface SocketAddress { readonly address: Uint8Array; readonly port: number }

/** What the socket calls ask of the world: a device whose handles are TCP sockets. Answers as Device's do: results, or errnos turned. */
export interface Sockets extends Device {
  open(family: 4 | 6): number;
  bind(handle: number, address: Uint8Array, port: number): number;
  listen(handle: number): number;
  /** A connection that waits at a listener: a handle of this device. Blocks, or answers -AGAIN. */
  accept(handle: number, nonblocking: boolean): number;
  /** Blocks, or answers -INPROGRESS; `ready` for writing then tells the end, and `error` how it went. */
  connect(handle: number, address: Uint8Array, port: number): number;
  connected(handle: number): boolean;
  address(handle: number, peer: boolean): SocketAddress;
  /** The errno of what failed since it was last asked for, 0 for none. */
  error(handle: number): number;
  setKeepAlive(handle: number, value: boolean): void;
  /** Milliseconds that a blocking call may take, 0 for no end. */
  setTimeout(handle: number, sending: boolean, ms: number): void;
  /** The addresses of a name. */
  resolve(name: string, family: 0 | 4 | 6): readonly Uint8Array[] | number;
  /** `how`: 1 reading, 2 writing, 3 both. */
  shutdown(handle: number, how: number): number;
  /** As `read`, with the bytes left in place when `peek`. */
  receive(handle: number, bytes: Uint8Array, offset: number, length: number, peek: boolean): number;
}

export const SOCKET_RIGHTS = STREAM_RIGHTS | Rights.SOCK_SHUTDOWN | Rights.SOCK_ACCEPT;
const PEEK = 1;
const WAITALL = 2;

/** Preview 1's own calls on sockets that the guest was given: sock_accept, sock_recv, sock_send, sock_shutdown. */
export function socketCalls(context: Context, transfer: ReturnType<typeof transferCalls>): Calls {
  const { guest, table } = context;
  const sockets = (fd: number) => table.of(fd) as Sockets;
  const handle = (fd: number) => table.handle[fd] as number;
  const check = (fd: number, kind: number): number => {
    if (!table.has(fd)) return Errno.BADF;
    return table.kind[fd] === kind ? 0 : table.kind[fd] === Kind.SOCKET || table.kind[fd] === Kind.LISTENER ? Errno.INVAL : Errno.NOTSOCK;
  };

  const accept = (fd: number, flags: number, result: number): number => {
    result >>>= 0;
    const errno = check(fd, Kind.LISTENER) || context.check(fd, Rights.SOCK_ACCEPT);
    if (errno !== 0) return errno;
    if ((flags & ~FdFlags.NONBLOCK) !== 0) return Errno.INVAL;
    if (!guest.has(result, 4)) return Errno.FAULT;
    const device = table.device[fd] as number;
    const accepted = sockets(fd).accept(handle(fd), ((table.flags[fd] as number) & FdFlags.NONBLOCK) !== 0);
    if (accepted < 0) return -accepted;
    if (flags !== 0) sockets(fd).setFlags(accepted, flags, 0);
    const added = table.add(Kind.SOCKET, device, accepted, SOCKET_RIGHTS, 0, flags);
    if (added < 0) {
      (table.devices[device] as Device).close(accepted);
      return -added;
    }
    guest.view.setUint32(result, added, true);
    return 0;
  };

  /** Receives into iovecs: what is there (or comes first), or all of their room. */
  const receive = (fd: number, iovs: number, count: number, flags: number, size: number): number => {
    let total = 0;
    for (let at = iovs, end = iovs + count * 8; at < end; at += 8) {
      const pointer = guest.view.getUint32(at, true);
      const length = guest.view.getUint32(at + 4, true);
      if (!guest.has(pointer, length)) return Errno.FAULT;
      for (let done = 0; done < length;) {
        // Only one piece can be looked at without taking it; and what is there is not made to wait for more.
        if (total > 0 && ((flags & PEEK) !== 0 || ((flags & WAITALL) === 0 && sockets(fd).ready(handle(fd), false) < 0))) return finish(size, total);
        const n = sockets(fd).receive(handle(fd), guest.u8, pointer + done, length - done, (flags & PEEK) !== 0);
        if (n < 0) return total > 0 ? finish(size, total) : -n;
        if (n === 0) return finish(size, total);
        done += n;
        total += n;
      }
    }
    return finish(size, total);
  };
  const finish = (size: number, total: number): number => {
    guest.view.setUint32(size, total, true);
    return 0;
  };

  return {
    // WasmEdge's has no flags and the same name.
    sock_accept: (...args: number[]) => (args.length === 2 ? accept(args[0] ?? -1, 0, args[1] ?? 0) : accept(args[0] ?? -1, args[1] ?? 0, args[2] ?? 0)),
    sock_recv(fd: number, iovs: number, count: number, flags: number, size: number, outFlags: number) {
      iovs >>>= 0; count >>>= 0; size >>>= 0; outFlags >>>= 0;
      const errno = check(fd, Kind.SOCKET) || context.check(fd, Rights.FD_READ);
      if (errno !== 0) return errno;
      if ((flags & ~(PEEK | WAITALL)) !== 0) return Errno.INVAL;
      if (!guest.has(iovs, count * 8) || !guest.has(size, 4) || !guest.has(outFlags, 2)) return Errno.FAULT;
      guest.view.setUint16(outFlags, 0, true);
      return receive(fd, iovs, count, flags, size);
    },
    sock_send(fd: number, iovs: number, count: number, flags: number, size: number) {
      const errno = check(fd, Kind.SOCKET);
      if (errno !== 0) return errno;
      return flags !== 0 ? Errno.INVAL : transfer.fd_write(fd, iovs, count, size);
    },
    sock_shutdown(fd: number, how: number) {
      const errno = check(fd, Kind.SOCKET) || context.check(fd, Rights.SOCK_SHUTDOWN);
      if (errno !== 0) return errno;
      return how < 1 || how > 3 ? Errno.INVAL : -sockets(fd).shutdown(handle(fd), how);
    },
  };
}
