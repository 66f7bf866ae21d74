import type { Context } from '../context';
import { Errno } from '../errno';
import type { Calls } from './types';

/** Arguments, environment, clocks, randomness and the end of the program. */
export function processCalls(context: Context): Calls {
  const { guest, options } = context;
  const args = strings(options.args);
  const env = strings(Object.entries(options.env).map(([name, value]) => `${name}=${value}`));

  const sizes = (list: Strings, count: number, size: number): number => {
    count >>>= 0;
    size >>>= 0;
    if (!guest.has(count, 4) || !guest.has(size, 4)) return Errno.FAULT;
    guest.view.setUint32(count, list.offsets.length, true);
    guest.view.setUint32(size, list.bytes.length, true);
    return 0;
  };
  const fetch = (list: Strings, pointers: number, bytes: number): number => {
    pointers >>>= 0;
    bytes >>>= 0;
    if (!guest.has(pointers, list.offsets.length * 4) || !guest.has(bytes, list.bytes.length)) return Errno.FAULT;
    list.offsets.forEach((offset, i) => guest.view.setUint32(pointers + 4 * i, bytes + offset, true));
    guest.u8.set(list.bytes, bytes);
    return 0;
  };

  return {
    args_sizes_get: (count: number, size: number) => sizes(args, count, size),
    args_get: (pointers: number, bytes: number) => fetch(args, pointers, bytes),
    environ_sizes_get: (count: number, size: number) => sizes(env, count, size),
    environ_get: (pointers: number, bytes: number) => fetch(env, pointers, bytes),
    clock_res_get(id: number, pointer: number) {
      pointer >>>= 0;
      const resolution = options.clocks.resolution(id);
      if (resolution === undefined) return Errno.INVAL;
      if (!guest.has(pointer, 8)) return Errno.FAULT;
      guest.view.setBigUint64(pointer, BigInt(resolution), true);
      return 0;
    },
    clock_time_get(id: number, _precision: bigint, pointer: number) {
      pointer >>>= 0;
      if (!guest.has(pointer, 8)) return Errno.FAULT;
      return options.clocks.write(id, guest.view, pointer) ? 0 : Errno.INVAL;
    },
    random_get(pointer: number, length: number) {
      pointer >>>= 0;
      length >>>= 0;
      if (!guest.has(pointer, length)) return Errno.FAULT;
      options.random(guest.u8, pointer, pointer + length);
      return 0;
    },
    sched_yield: () => 0,
    proc_raise: () => Errno.NOSYS,
    proc_exit(code: number): never {
      code >>>= 0;
      options.flush?.();
      if (options.exit !== undefined) options.exit(code);
      throw new ExitSignal(code);
    },
  };
}

/** What proc_exit throws where ending the process is not what is wanted. */
export class ExitSignal extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`the program ended with exit code ${code}`);
    this.code = code;
  }
}

interface Strings { readonly bytes: Uint8Array; readonly offsets: readonly number[] }

/** NUL-terminated strings in a row. What follows a NUL inside of one would be another string to the guest, so it is cut off. */
function strings(list: readonly string[]): Strings {
  const encoder = new TextEncoder();
  const parts = list.map(text => encoder.encode(text.split('\0', 1)[0] ?? ''));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0));
  let at = 0;
  const offsets = parts.map(part => {
    bytes.set(part, at);
    at += part.length + 1;
    return at - part.length - 1;
  });
  return { bytes, offsets };
}
