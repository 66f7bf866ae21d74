import type { Context } from '../context';
import type { Stat } from '../device';
import { Errno } from '../errno';
import { descriptorCalls, type StatLayout } from './descriptors';
import { pathCalls } from './paths';
import { pollCalls } from './poll';
import type { Calls } from './types';

/** Preview 0 has 32 bits for the number of links, and so 56 bytes. */
const filestat: StatLayout = {
  size: 56,
  write: (view: DataView, at: number, stat: Stat) => {
    view.setBigUint64(at, stat.device, true);
    view.setBigUint64(at + 8, stat.inode, true);
    view.setUint32(at + 16, stat.type, true);
    view.setUint32(at + 20, Number(stat.links & 0xffffffffn), true);
    view.setBigUint64(at + 24, stat.size, true);
    view.setBigUint64(at + 32, stat.accessed, true);
    view.setBigUint64(at + 40, stat.modified, true);
    view.setBigUint64(at + 48, stat.changed, true);
  },
};

/** Preview 0's order: current, end, set. */
const whences = [1, 2, 0] as const;

/** The calls as `wasi_unstable` (preview 0) has them: other layouts in four of them, the rest is preview 1's. */
export function unstableCalls(context: Context, calls: Calls): Calls {
  const descriptors = descriptorCalls(context, filestat);
  const paths = pathCalls(context, filestat);
  // A clock's subscription begins with an identifier that nobody uses.
  const polls = pollCalls(context, { size: 56, clock: 24, timeout: 32, flags: 48 });
  const seek = calls['fd_seek'] as unknown as (fd: number, offset: bigint, whence: number, pointer: number) => number;
  return {
    ...calls,
    ...(descriptors['fd_filestat_get'] && { fd_filestat_get: descriptors['fd_filestat_get'] }),
    ...(paths['path_filestat_get'] && { path_filestat_get: paths['path_filestat_get'] }),
    ...polls,
    fd_seek(fd: number, offset: bigint, whence: number, pointer: number) {
      const mapped = whences[whence];
      return mapped === undefined ? Errno.INVAL : seek(fd, offset, mapped, pointer);
    },
  };
}
