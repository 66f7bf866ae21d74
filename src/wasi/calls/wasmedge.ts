import type { Context } from '../context';
import { Errno } from '../errno';
import { Kind } from '../table';
import { SOCKET_RIGHTS, type SocketAddress, type Sockets } from './sockets';
import type { Call, Calls } from './types';

const INET4 = 1;
const INET6 = 2;
const STREAM = 2;
/** Bytes of an address that begins with its family. */
const LONG = 128;
/** One element of the list that the guest lays out for sock_getaddrinfo, and where its parts lie. */
const Info = { SIZE: 28, FAMILY: 2, TYPE: 3, PROTOCOL: 4, LENGTH: 8, ADDRESS: 12, NEXT: 24 } as const;
const Option = { REUSEADDR: 0, TYPE: 1, ERROR: 2, SNDBUF: 5, RCVBUF: 6, KEEPALIVE: 7, RCVTIMEO: 11, SNDTIMEO: 12 } as const;
const SOL_SOCKET = 0;
const BUFFER = 65536;

/**
 * WasmEdge's own socket calls (its wasi_snapshot_preview1, besides the standard's), over TCP. Those whose name ends in _v2 have addresses
 * of 128 bytes, the family first; the others take both.
 */
export function wasmedgeCalls(context: Context, make: () => Sockets): Calls {
  const { guest, table } = context;
  let made: Sockets | undefined;
  const handle = (fd: number) => table.handle[fd] as number;
  const sockets = (fd: number) => table.of(fd) as Sockets;

  const check = (fd: number, ...kinds: number[]): number => {
    if (!table.has(fd)) return Errno.BADF;
    const kind = table.kind[fd] as number;
    return kinds.includes(kind) ? 0 : kind === Kind.SOCKET || kind === Kind.LISTENER ? Errno.INVAL : Errno.NOTSOCK;
  };

  /** An address as the guest lays it down: a pointer and a length. */
  const addressAt = (pointer: number): Uint8Array | number => {
    pointer >>>= 0;
    if (!guest.has(pointer, 8)) return Errno.FAULT;
    const at = guest.view.getUint32(pointer, true);
    const length = guest.view.getUint32(pointer + 4, true);
    if (!guest.has(at, length)) return Errno.FAULT;
    if (length === 4 || length === 16) return guest.u8.slice(at, at + length);
    if (length !== LONG) return Errno.INVAL;
    switch (guest.view.getUint16(at, true)) {
      case INET4: return guest.u8.slice(at + 2, at + 6);
      case INET6: return guest.u8.slice(at + 2, at + 18);
      default: return Errno.AFNOSUPPORT;
    }
  };

  /** Fills in an address; `type` is the pointer to its kind, where the call has one. */
  const putAddress = ({ address, port }: SocketAddress, pointer: number, type: number | undefined, portPointer: number): number => {
    pointer >>>= 0; portPointer >>>= 0;
    if (!guest.has(pointer, 8) || !guest.has(portPointer, 4) || (type !== undefined && !guest.has(type >>> 0, 4))) return Errno.FAULT;
    const at = guest.view.getUint32(pointer, true);
    const length = guest.view.getUint32(pointer + 4, true);
    if (!guest.has(at, length)) return Errno.FAULT;
    if (length === LONG) {
      guest.u8.fill(0, at, at + LONG);
      guest.view.setUint16(at, address.length === 4 ? INET4 : INET6, true);
      guest.u8.set(address, at + 2);
    } else if (length >= address.length) guest.u8.set(address, at);
    else return Errno.INVAL;
    if (type !== undefined) guest.view.setUint32(type >>> 0, length === LONG ? (address.length === 4 ? INET4 : INET6) : address.length === 4 ? 4 : 6, true);
    guest.view.setUint32(portPointer, port, true);
    return 0;
  };

  const open = (family: number, type: number, result: number): number => {
    result >>>= 0;
    if (!guest.has(result, 4)) return Errno.FAULT;
    if (family !== 0 && family !== INET4 && family !== INET6) return Errno.AFNOSUPPORT;
    if (type !== STREAM) return Errno.PROTONOSUPPORT;
    made ??= make();
    const opened = made.open(family === INET6 ? 6 : 4);
    if (opened < 0) return -opened;
    const added = table.add(Kind.SOCKET, table.addDevice(made), opened, SOCKET_RIGHTS, 0);
    if (added < 0) {
      made.close(opened);
      return -added;
    }
    guest.view.setUint32(result, added, true);
    return 0;
  };

  const named = (fd: number, pointer: number, type: number | undefined, port: number, peer: boolean): number => {
    const errno = check(fd, Kind.SOCKET, Kind.LISTENER);
    if (errno !== 0) return errno;
    return peer && !sockets(fd).connected(handle(fd)) ? Errno.NOTCONN : putAddress(sockets(fd).address(handle(fd), peer), pointer, type, port);
  };

  const calls: Record<string, Call> = {
    sock_open: open,
    sock_bind(fd: number, pointer: number, port: number) {
      const errno = check(fd, Kind.SOCKET);
      if (errno !== 0) return errno;
      const address = addressAt(pointer);
      if (typeof address === 'number') return address;
      return port >>> 0 > 65535 ? Errno.INVAL : -sockets(fd).bind(handle(fd), address, port);
    },
    sock_listen(fd: number) {
      const errno = check(fd, Kind.SOCKET, Kind.LISTENER);
      if (errno !== 0) return errno;
      const result = sockets(fd).listen(handle(fd));
      if (result === 0) table.kind[fd] = Kind.LISTENER;
      return -result;
    },
    sock_connect(fd: number, pointer: number, port: number) {
      const errno = check(fd, Kind.SOCKET);
      if (errno !== 0) return errno;
      const address = addressAt(pointer);
      if (typeof address === 'number') return address;
      return port <= 0 || port > 65535 ? Errno.INVAL : -sockets(fd).connect(handle(fd), address, port);
    },
    sock_getlocaladdr: (fd: number, pointer: number, type: number, port: number) => named(fd, pointer, type, port, false),
    sock_getpeeraddr: (fd: number, pointer: number, type: number, port: number) => named(fd, pointer, type, port, true),
    sock_getlocaladdr_v2: (fd: number, pointer: number, port: number) => named(fd, pointer, undefined, port, false),
    sock_getpeeraddr_v2: (fd: number, pointer: number, port: number) => named(fd, pointer, undefined, port, true),
    sock_getsockopt(fd: number, level: number, name: number, pointer: number, size: number) {
      pointer >>>= 0; size >>>= 0;
      const errno = check(fd, Kind.SOCKET, Kind.LISTENER);
      if (errno !== 0) return errno;
      if (level !== SOL_SOCKET) return Errno.NOPROTOOPT;
      if (!guest.has(pointer, 4) || !guest.has(size, 4)) return Errno.FAULT;
      const value = name === Option.TYPE ? STREAM : name === Option.ERROR ? sockets(fd).error(handle(fd))
        : name === Option.SNDBUF || name === Option.RCVBUF ? BUFFER : name === Option.REUSEADDR ? 1 : undefined;
      if (value === undefined) return Errno.NOPROTOOPT;
      guest.view.setInt32(pointer, value, true);
      guest.view.setUint32(size, 4, true);
      return 0;
    },
    sock_setsockopt(fd: number, level: number, name: number, pointer: number, size: number) {
      pointer >>>= 0; size >>>= 0;
      const errno = check(fd, Kind.SOCKET, Kind.LISTENER);
      if (errno !== 0) return errno;
      if (level !== SOL_SOCKET) return Errno.NOPROTOOPT;
      if (!guest.has(pointer, size) || size < 4) return guest.has(pointer, size) ? Errno.INVAL : Errno.FAULT;
      switch (name) {
        // Addresses are reused and buffers sized by the host anyway.
        case Option.REUSEADDR: case Option.SNDBUF: case Option.RCVBUF: return 0;
        case Option.KEEPALIVE:
          sockets(fd).setKeepAlive(handle(fd), guest.view.getInt32(pointer, true) !== 0);
          return 0;
        case Option.RCVTIMEO: case Option.SNDTIMEO: {
          // A timeval: seconds and microseconds, 64 bits each.
          if (size < 16) return Errno.INVAL;
          const ms = Number(guest.view.getBigInt64(pointer, true)) * 1000 + Math.ceil(Number(guest.view.getBigInt64(pointer + 8, true)) / 1000);
          if (ms < 0) return Errno.DOM;
          sockets(fd).setTimeout(handle(fd), name === Option.SNDTIMEO, Math.min(ms, 2 ** 31 - 1));
          return 0;
        }
        default: return Errno.NOPROTOOPT;
      }
    },
    sock_getaddrinfo(node: number, nodeLength: number, service: number, serviceLength: number, hint: number, list: number, most: number, count: number) {
      node >>>= 0; nodeLength >>>= 0; service >>>= 0; serviceLength >>>= 0; hint >>>= 0; list >>>= 0; count >>>= 0;
      if (!guest.has(node, nodeLength) || !guest.has(service, serviceLength) || !guest.has(list, 4) || !guest.has(count, 4)) return Errno.FAULT;
      const name = textAt(node, nodeLength);
      const port = portOf(textAt(service, serviceLength));
      if (port === undefined || name === undefined) return Errno.INVAL;
      const wanted = hint !== 0 && guest.has(hint, Info.SIZE) ? guest.u8[hint + Info.FAMILY] : 0;
      const family = wanted === INET4 ? 4 : wanted === INET6 ? 6 : 0;
      made ??= make();
      const found = name === '' ? [family === 6 ? new Uint8Array(16) : new Uint8Array(4)] : made.resolve(name, family);
      if (typeof found === 'number') return -found;
      const fitting = found.filter(address => family === 0 || address.length === (family === 4 ? 4 : 16));
      return putInfos(fitting.slice(0, most >>> 0), port, list, count);
    },
  };

  /** A text that may end with a NUL inside of its length. */
  const textAt = (pointer: number, length: number): string | undefined => {
    let end = pointer + length;
    while (end > pointer && guest.u8[end - 1] === 0) end--;
    return guest.text(pointer, end - pointer);
  };

  /** Fills in the list that the guest has laid out. */
  const putInfos = (addresses: readonly Uint8Array[], port: number, list: number, count: number): number => {
    let at = guest.view.getUint32(list, true);
    let filled = 0;
    for (const address of addresses) {
      if (at === 0 || !guest.has(at, Info.SIZE)) break;
      const to = guest.view.getUint32(at + Info.ADDRESS, true);
      if (!guest.has(to, 12)) return Errno.FAULT;
      const data = guest.view.getUint32(to + 8, true);
      if (guest.view.getUint32(to + 4, true) < address.length + 2 || !guest.has(data, address.length + 2)) return Errno.FAULT;
      const family = address.length === 4 ? INET4 : INET6;
      guest.u8[at + Info.FAMILY] = family;
      guest.u8[at + Info.TYPE] = STREAM;
      // TCP in WasmEdge's numbers.
      guest.view.setUint32(at + Info.PROTOCOL, 1, true);
      guest.view.setUint32(at + Info.LENGTH, address.length + 2, true);
      guest.u8[to] = family;
      guest.view.setUint32(to + 4, address.length + 2, true);
      guest.view.setUint16(data, port, false);
      guest.u8.set(address, data + 2);
      filled++;
      at = guest.view.getUint32(at + Info.NEXT, true);
    }
    guest.view.setUint32(count, filled, true);
    return 0;
  };

  for (const name of ['sock_open', 'sock_bind', 'sock_listen', 'sock_connect']) {
    const call = calls[name];
    if (call !== undefined) calls[`${name}_v2`] = call;
  }
  return calls;
}

/** A port by number or by the names that programs use most; 0 for none. */
function portOf(service: string | undefined): number | undefined {
  if (service === undefined || service === '') return 0;
  if (/^\d{1,5}$/.test(service)) return Number(service) <= 65535 ? Number(service) : undefined;
  return ({ http: 80, https: 443, ftp: 21, ssh: 22, domain: 53 } as Partial<Record<string, number>>)[service];
}
