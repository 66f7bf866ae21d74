import { Rights, STREAM_RIGHTS } from '../abi';
import type { Context } from '../context';
import { Errno } from '../errno';
import { Kind } from '../table';
import type { transferCalls } from './transfer';
import type { Calls } from './types';
import type { Device } from '../device';

/** What the socket calls ask of the world: a device whose handles are sockets. Answers as Device's do. */
export interface Sockets extends Device {
  /** A connection that waits at a listener: a handle of this device. Blocks, or answers -AGAIN. */
  accept(handle: number, nonblocking: boolean): number;
  /** `how`: 1 reading, 2 writing, 3 both. */
  shutdown(handle: number, how: number): number;
  /** As `read`, with the bytes left in place when `peek`. */
  receive(handle: number, bytes: Uint8Array, offset: number, length: number, peek: boolean): number;
}

const PEEK = 1;
const WAITALL = 2;

/** Preview 1's own calls on sockets that the guest was given: sock_accept, sock_recv, sock_send, sock_shutdown. */
export function socketCalls(context: Context, transfer: ReturnType<typeof transferCalls>): Calls {
  const { guest, table } = context;
  const sockets = (fd: number) => table.of(fd) as Sockets;
  const check = (fd: number, kind: number): number => {
    if (!table.has(fd)) return Errno.BADF;
    return table.kind[fd] === kind ? 0 : table.kind[fd] === Kind.SOCKET || table.kind[fd] === Kind.LISTENER ? Errno.INVAL : Errno.NOTSOCK;
  };
  return {
    sock_accept(fd: number, flags: number, result: number) {
      result >>>= 0;
      const errno = check(fd, Kind.LISTENER) || context.check(fd, Rights.SOCK_ACCEPT);
      if (errno !== 0) return errno;
      if ((flags & ~4) !== 0) return Errno.INVAL;
      if (!guest.has(result, 4)) return Errno.FAULT;
      const device = table.device[fd] as number;
      const handle = sockets(fd).accept(table.handle[fd] as number, ((table.flags[fd] as number) & 4) !== 0);
      if (handle < 0) return -handle;
      const added = table.add(Kind.SOCKET, device, handle, STREAM_RIGHTS | Rights.SOCK_SHUTDOWN, 0, flags);
      if (added < 0) {
        (table.devices[device] as Device).close(handle);
        return -added;
      }
      guest.view.setUint32(result, added, true);
      return 0;
    },
    sock_recv(fd: number, iovs: number, count: number, flags: number, size: number, outFlags: number) {
      outFlags >>>= 0;
      const errno = check(fd, Kind.SOCKET);
      if (errno !== 0) return errno;
      if ((flags & ~(PEEK | WAITALL)) !== 0) return Errno.INVAL;
      if (!guest.has(outFlags, 2)) return Errno.FAULT;
      guest.view.setUint16(outFlags, 0, true);
      if ((flags & PEEK) === 0) return transfer.fd_read(fd, iovs, count, size);
      iovs >>>= 0; count >>>= 0; size >>>= 0;
      if (!guest.has(iovs, count * 8) || !guest.has(size, 4)) return Errno.FAULT;
      if (count === 0) return Errno.INVAL;
      const pointer = guest.view.getUint32(iovs, true);
      const length = guest.view.getUint32(iovs + 4, true);
      if (!guest.has(pointer, length)) return Errno.FAULT;
      const n = sockets(fd).receive(table.handle[fd] as number, guest.u8, pointer, length, true);
      if (n < 0) return -n;
      guest.view.setUint32(size, n, true);
      return 0;
    },
    sock_send(fd: number, iovs: number, count: number, flags: number, size: number) {
      const errno = check(fd, Kind.SOCKET);
      if (errno !== 0) return errno;
      return flags !== 0 ? Errno.INVAL : transfer.fd_write(fd, iovs, count, size);
    },
    sock_shutdown(fd: number, how: number) {
      const errno = check(fd, Kind.SOCKET) || context.check(fd, Rights.SOCK_SHUTDOWN);
      if (errno !== 0) return errno;
      return how < 1 || how > 3 ? Errno.INVAL : -sockets(fd).shutdown(table.handle[fd] as number, how);
    },
  };
}
