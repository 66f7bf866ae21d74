import { FileType, Rights } from '../abi';
import type { Context } from '../context';
import { Errno } from '../errno';
import { encodeUtf8 } from '../guest';
import { setUint64 } from './descriptors';
import type { Calls } from './types';

/** Bytes of a dirent before its name. */
const HEADER = 24;

/**
 * fd_readdir: what the directory held when cookie 0 was asked for, `.` and `..` first. A cookie is the index of the next entry. The
 * buffer is filled to its last byte, a cut entry included: less than full means the end.
 */
export function readdirCalls(context: Context): Calls {
  const { guest, table, stat } = context;
  return {
    fd_readdir(fd: number, buffer: number, size: number, cookie: bigint, result: number) {
      buffer >>>= 0; size >>>= 0; result >>>= 0;
      const errno = context.checkDirectory(fd, Rights.FD_READDIR);
      if (errno !== 0) return errno;
      if (!guest.has(buffer, size) || !guest.has(result, 4)) return Errno.FAULT;
      const files = context.filesOf(fd);
      const handle = table.handle[fd] as number;
      let names = context.listings.get(fd);
      if (names === undefined || cookie === 0n) {
        const list = files.list(handle);
        if (typeof list === 'number') return -list;
        names = ['.', '..', ...list];
        context.listings.set(fd, names);
      }
      const header = new DataView(new ArrayBuffer(HEADER));
      const headerBytes = new Uint8Array(header.buffer);
      const { u8 } = guest;
      let at = buffer;
      const end = buffer + size;
      const put = (bytes: Uint8Array): void => {
        const part = bytes.length > end - at ? bytes.subarray(0, end - at) : bytes;
        u8.set(part, at);
        at += part.length;
      };
      // A cookie that was never given out is beyond the end.
      const first = cookie < 0n || cookie > BigInt(names.length) ? names.length : Number(cookie);
      for (let i = first; i < names.length && at < end; i++) {
        const name = names[i] as string;
        if (i === 0) {
          if (files.stat(handle, stat) < 0) continue;
        } else if (i === 1) {
          // What lies above a directory may be outside, so its inode is nobody's business.
          stat.inode = 0n;
          stat.type = FileType.DIRECTORY;
        } else if (files.lookup(handle, name, false, stat) < 0) continue;
        const bytes = encodeUtf8(name);
        setUint64(header, 0, i + 1);
        header.setBigUint64(8, stat.inode, true);
        header.setUint32(16, bytes.length, true);
        header.setUint32(20, stat.type, true);
        put(headerBytes);
        put(bytes);
      }
      guest.view.setUint32(result, at - buffer, true);
      return 0;
    },
  };
}
