import type { Guest } from './guest';
import type { Parameter, Signature } from './signatures';

/** Bytes of a path, and of data, that a line shows at most. */
const SHOWN = 256;
const DATA = 32;

const bits = (names: readonly string[]) => (value: number): string => {
  const set = names.filter((_, i) => (value & (1 << i)) !== 0);
  return set.length > 0 ? set.join('|') : '0';
};
const shown: Partial<Record<Parameter, (value: number) => string>> = {
  lookup: bits(['SYMLINK_FOLLOW']),
  oflags: bits(['CREAT', 'DIRECTORY', 'EXCL', 'TRUNC']),
  fdflags: bits(['APPEND', 'DSYNC', 'NONBLOCK', 'RSYNC', 'SYNC']),
  fstflags: bits(['ATIM', 'ATIM_NOW', 'MTIM', 'MTIM_NOW']),
  whence: value => ['SET', 'CUR', 'END'][value] ?? String(value),
  whence0: value => ['CUR', 'END', 'SET'][value] ?? String(value),
  clock: value => ['REALTIME', 'MONOTONIC', 'PROCESS_CPUTIME', 'THREAD_CPUTIME'][value] ?? String(value),
  rights: value => '0x' + value.toString(16),
  pointer: value => '0x' + (value >>> 0).toString(16),
};
const types = ['unknown', 'block', 'character', 'directory', 'file', 'datagram', 'stream', 'link'];

/** Parameters of two words: a pointer and a length, or a count. */
const isPair = (parameter: Parameter): boolean => parameter === 'path' || parameter === 'text' || parameter === 'iovs' || parameter === '>iovs';

/** The arguments of a call as a trace shows them; what lies outside of the memory is shown as FAULT. Results are left out. */
export function argumentsOf(guest: Guest, { parameters }: Signature, args: readonly (number | bigint)[]): string[] {
  if (parameters.length === 0) return args.map(String);
  const out: string[] = [];
  let i = 0;
  const next = (): number => Number(args[i++] ?? 0) >>> 0;
  for (const parameter of parameters) {
    if (isPair(parameter)) {
      const pointer = next();
      const length = next();
      out.push(parameter === 'iovs' ? gathered(guest, pointer, length) : parameter === '>iovs' ? room(guest, pointer, length) : quoted(guest, pointer, length, SHOWN));
    } else if (parameter.startsWith('>')) i++;
    else if (parameter === 'address') out.push(address(guest, next()));
    else {
      const raw = args[i++] ?? 0;
      out.push(shown[parameter]?.(Number(raw)) ?? String(raw));
    }
  }
  return out;
}

/** What a call that succeeded has written for the guest. */
export function resultsOf(guest: Guest, { parameters }: Signature, args: readonly (number | bigint)[]): string[] {
  const out: string[] = [];
  let filled: ((size: number) => string) | undefined;
  let i = 0;
  for (const parameter of parameters) {
    if (parameter === '>iovs') {
      const [pointer = 0, count = 0] = args.slice(i, i += 2).map(arg => Number(arg) >>> 0);
      filled = size => gathered(guest, pointer, count, size);
    } else if (isPair(parameter)) i += 2;
    else if (!parameter.startsWith('>')) i++;
    else {
      const at = Number(args[i++] ?? 0) >>> 0;
      const text = result(guest, parameter, at);
      if (text !== undefined) out.push(text);
      if (parameter === '>size' && filled !== undefined) out.push(filled(guest.view.getUint32(at, true)));
    }
  }
  return out;
}

function result(guest: Guest, parameter: Parameter, at: number): string | undefined {
  if (parameter === '>address') return address(guest, at);
  const bytes = parameter === '>stat' || parameter === '>stat0' ? 40 : parameter === '>fdstat' ? 16 : 8;
  // The call has checked what it wrote to, so that only the end of a memory lacks these bytes.
  if (!guest.has(at, bytes)) return guest.has(at, 4) ? String(guest.view.getUint32(at, true)) : undefined;
  const { view } = guest;
  switch (parameter) {
    case '>fd': case '>size': case '>number': return String(view.getUint32(at, true));
    case '>offset': case '>time': return String(view.getBigUint64(at, true));
    case '>stat': return `{${types[view.getUint8(at + 16)] ?? '?'}, ${view.getBigUint64(at + 32, true)} bytes}`;
    case '>stat0': return `{${types[view.getUint8(at + 16)] ?? '?'}, ${view.getBigUint64(at + 24, true)} bytes}`;
    case '>fdstat': return `{${types[view.getUint8(at)] ?? '?'}, flags ${bits(['APPEND', 'DSYNC', 'NONBLOCK', 'RSYNC', 'SYNC'])(view.getUint16(at + 2, true))}, rights 0x${view.getBigUint64(at + 8, true).toString(16)}}`;
    case '>prestat': return `{directory, ${view.getUint32(at + 4, true)} bytes of name}`;
    default: return undefined;
  }
}

function text(bytes: Uint8Array, all: number): string {
  return JSON.stringify(new TextDecoder().decode(bytes)) + (all > bytes.length ? '...' : '');
}

const fault = (pointer: number, length: number | string): string => `FAULT(0x${pointer.toString(16)}+${length})`;

function quoted(guest: Guest, pointer: number, length: number, most: number): string {
  return guest.has(pointer, length) ? text(guest.u8.slice(pointer, pointer + Math.min(length, most)), length) : fault(pointer, length);
}

/** The pieces of a list of iovecs as [pointer, length], or the text of what is wrong with it. */
function pieces(guest: Guest, pointer: number, count: number): [number, number][] | string {
  if (!guest.has(pointer, count * 8)) return fault(pointer, `${count}*8`);
  return Array.from({ length: count }, (_, i) => [guest.view.getUint32(pointer + 8 * i, true), guest.view.getUint32(pointer + 8 * i + 4, true)]);
}

/** The beginning of what a list of iovecs holds, `size` bytes at most. */
function gathered(guest: Guest, pointer: number, count: number, size = Infinity): string {
  const list = pieces(guest, pointer, count);
  if (typeof list === 'string') return list;
  const shownBytes: number[] = [];
  let all = 0;
  for (const [at, length] of list) {
    if (!guest.has(at, length)) return fault(at, length);
    const used = Math.min(length, size - all);
    for (let i = 0; i < used && shownBytes.length < DATA; i++) shownBytes.push(guest.u8[at + i] ?? 0);
    all += used;
  }
  return text(Uint8Array.from(shownBytes), all);
}

/** How much a list of iovecs can take. */
function room(guest: Guest, pointer: number, count: number): string {
  const list = pieces(guest, pointer, count);
  return typeof list === 'string' ? list : list.map(([, length]) => String(length)).join('+') || '0';
}

/** WasmEdge's address: a pointer and a length, with 4 or 16 bytes, or a family of 2 bytes before them. */
function address(guest: Guest, at: number): string {
  if (!guest.has(at, 8)) return `FAULT(0x${at.toString(16)}+8)`;
  let pointer = guest.view.getUint32(at, true);
  let length = guest.view.getUint32(at + 4, true);
  if (!guest.has(pointer, length)) return `FAULT(0x${pointer.toString(16)}+${length})`;
  if (length === 128) {
    length = guest.view.getUint16(pointer, true) === 1 ? 4 : 16;
    pointer += 2;
  }
  const bytes = guest.u8.slice(pointer, pointer + length);
  return length === 4 ? bytes.join('.') : Array.from({ length: length / 2 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16)).join(':');
}
