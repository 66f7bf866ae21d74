import type { Call } from './calls/types';
import { errnoName } from './errno';
import type { Guest } from './guest';
import { signatures, type Group, type Parameter } from './signatures';

export interface TraceOptions {
  /** Only calls of these groups are printed; none means all. All are counted. */
  readonly groups?: readonly string[];
  /** A JSON object in each line, else text as strace prints it. */
  readonly json?: boolean;
  /** Takes whole lines. */
  write(this: void, text: string): void;
}

export interface CallCount { readonly name: string; readonly calls: number; readonly errors: number; readonly milliseconds: number }

const BUFFER = 32768;
/** Bytes of a path or of data that a line shows at most. */
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
  clock: value => ['REALTIME', 'MONOTONIC', 'PROCESS_CPUTIME', 'THREAD_CPUTIME'][value] ?? String(value),
  rights: value => '0x' + value.toString(16),
};

/** Prints each call with its arguments and result, and counts them. Wrapped around a module's imports, so that off costs nothing. */
export class Trace {
  readonly #options: TraceOptions;
  readonly #guest: () => Guest;
  readonly #counts = new Map<string, { calls: number; errors: number; milliseconds: number }>();
  #buffer = '';

  constructor(options: TraceOptions, guest: () => Guest) {
    this.#options = options;
    this.#guest = guest;
  }

  /** Writes what is buffered: before the program ends, or traps. */
  flush(): void {
    if (this.#buffer === '') return;
    const text = this.#buffer;
    this.#buffer = '';
    this.#options.write(text);
  }

  /** The calls made so far, the one that took longest first. */
  summary(): readonly CallCount[] {
    return [...this.#counts].map(([name, count]) => ({ name, ...count })).sort((a, b) => b.milliseconds - a.milliseconds);
  }

  /** A call that prints itself. */
  wrap(name: string, call: Call): Call {
    const signature = signatures[name];
    const { groups, json } = this.#options;
    const printed = groups === undefined || groups.length === 0 || groups.includes(signature?.group ?? 'other') || groups.includes(name);
    const count = { calls: 0, errors: 0, milliseconds: 0 };
    this.#counts.set(name, count);
    const through = call as unknown as (...args: (number | bigint)[]) => number;
    return ((...args: (number | bigint)[]): number => {
      // The arguments are shown as they were before the call, which may write over them.
      const before = printed ? this.#before(signature?.parameters ?? [], args) : [];
      count.calls++;
      if (name === 'proc_exit') {
        if (printed) this.#line(json === true ? JSON.stringify({ call: name, args: before }) : `proc_exit(${before.join(', ')})`);
        this.flush();
      }
      const start = performance.now();
      const errno = through(...args);
      const milliseconds = performance.now() - start;
      count.milliseconds += milliseconds;
      if (errno !== 0) count.errors++;
      if (printed) {
        const results = errno === 0 ? this.#after(signature?.parameters ?? [], args) : [];
        const result = errno === 0 ? results.length > 0 ? results.join(', ') : '0' : errnoName(errno);
        this.#line(json === true
          ? JSON.stringify({ call: name, group: signature?.group, args: before, errno: errnoName(errno), results, ms: Number(milliseconds.toFixed(4)) })
          : `${name}(${before.join(', ')}) = ${result}`);
      }
      return errno;
    }) as unknown as Call;
  }

  #line(text: string): void {
    this.#buffer += text + '\n';
    if (this.#buffer.length > BUFFER) this.flush();
  }

  #quoted(pointer: number, length: number, most: number): string {
    const guest = this.#guest();
    if (!guest.has(pointer, length)) return `FAULT(${pointer}+${length})`;
    const text = new TextDecoder().decode(guest.u8.slice(pointer, pointer + Math.min(length, most)));
    return JSON.stringify(text) + (length > most ? '...' : '');
  }

  #before(parameters: readonly Parameter[], args: readonly (number | bigint)[]): string[] {
    const out: string[] = [];
    const guest = this.#guest();
    let i = 0;
    const next = () => Number(args[i++] ?? 0);
    for (const parameter of parameters) {
      if (parameter === 'path' || parameter === 'text') {
        const pointer = next() >>> 0;
        out.push(this.#quoted(pointer, next() >>> 0, SHOWN));
      } else if (parameter === 'iovs') {
        const pointer = next() >>> 0;
        const count = next() >>> 0;
        if (!guest.has(pointer, count * 8)) out.push(`FAULT(${pointer}+${count}*8)`);
        else if (count === 0) out.push('[]');
        else {
          const first = this.#quoted(guest.view.getUint32(pointer, true), guest.view.getUint32(pointer + 4, true), DATA);
          out.push(count === 1 ? first : `[${first}, ${count - 1} more]`);
        }
      } else if (parameter.startsWith('>')) i++;
      else {
        const raw = args[i++] ?? 0;
        const show = shown[parameter];
        out.push(show !== undefined ? show(Number(raw)) : parameter === 'pointer' ? '0x' + (Number(raw) >>> 0).toString(16) : String(raw));
      }
    }
    if (parameters.length === 0) for (const arg of args) out.push(String(arg));
    return out;
  }

  #after(parameters: readonly Parameter[], args: readonly (number | bigint)[]): string[] {
    const { view } = this.#guest();
    const types = ['unknown', 'block', 'character', 'directory', 'file', 'datagram', 'stream', 'link'];
    const out: string[] = [];
    let i = 0;
    for (const parameter of parameters) {
      if (parameter === 'path' || parameter === 'text' || parameter === 'iovs') i += 2;
      else if (!parameter.startsWith('>')) i++;
      else {
        const at = Number(args[i++] ?? 0) >>> 0;
        switch (parameter) {
          case '>fd': case '>size': out.push(String(view.getUint32(at, true))); break;
          case '>offset': case '>time': out.push(String(view.getBigUint64(at, true))); break;
          case '>stat': out.push(`{${types[view.getUint8(at + 16)] ?? '?'}, ${view.getBigUint64(at + 32, true)} bytes}`); break;
          case '>fdstat': out.push(`{${types[view.getUint8(at)] ?? '?'}, flags ${view.getUint16(at + 2, true)}, rights 0x${view.getBigUint64(at + 8, true).toString(16)}}`); break;
          case '>prestat': out.push(`{directory, ${view.getUint32(at + 4, true)} bytes of name}`); break;
          default: break;
        }
      }
    }
    return out;
  }
}

/** The summary as a table: calls, errors, time in all and for one call. */
export function formatSummary(counts: readonly CallCount[]): string {
  const rows = counts.filter(count => count.calls > 0)
    .map(count => [count.milliseconds.toFixed(2), (count.milliseconds * 1000 / count.calls).toFixed(1), String(count.calls), count.errors > 0 ? String(count.errors) : '', count.name]);
  const all = [['ms', 'us/call', 'calls', 'errors', 'call'], ...rows];
  const widths = [0, 1, 2, 3].map(column => Math.max(...all.map(row => row[column]?.length ?? 0)));
  return all.map(row => row.map((cell, i) => i < 4 ? cell.padStart(widths[i] ?? 0) : cell).join('  ')).join('\n') + '\n';
}

export type { Group };
