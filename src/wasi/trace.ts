import type { Call } from './calls/types';
import { errnoName } from './errno';
import type { Guest } from './guest';
import { acceptWithoutFlags, signatures, type Signature } from './signatures';
import { argumentsOf, resultsOf } from './traceText';

export interface TraceOptions {
  /** Only calls of these groups, or of these names, are printed; none means all. All are counted. */
  readonly groups?: readonly string[];
  /** A JSON object in each line, else text as strace prints it. */
  readonly json?: boolean;
  /** Says which thread a line is of, where there are several. */
  readonly thread?: number;
  /** Counts that several threads share: three words for each of `names`. */
  readonly shared?: { readonly names: readonly string[]; readonly words: BigInt64Array };
  /** Takes text at once, so that the last line of a program that hangs or is killed is there. */
  readonly write: (text: string) => void;
}

export interface CallCount { readonly name: string; readonly calls: number; readonly errors: number; readonly milliseconds: number }

/** Calls that may wait for somebody: what is waited for is printed before. */
const waiting: ReadonlySet<string> = new Set(['poll_oneoff', 'fd_read', 'sock_accept', 'sock_recv', 'sock_recv_from', 'sock_send', 'sock_connect', 'sock_getaddrinfo']);
const none: Signature = { group: 'process', parameters: [] };

/** Counts what was done by one name of a call. */
interface Counter {
  /** Before the call: proc_exit never returns. */
  begin(): void;
  end(milliseconds: number, failed: boolean): void;
  read(): Omit<CallCount, 'name'>;
}

function plainCounter(): Counter {
  const count = { calls: 0, errors: 0, milliseconds: 0 };
  return {
    begin() { count.calls++; },
    end(milliseconds, failed) {
      count.milliseconds += milliseconds;
      if (failed) count.errors++;
    },
    read: () => count,
  };
}

function sharedCounter(words: BigInt64Array, index: number): Counter {
  const at = index * 3;
  return {
    begin() { Atomics.add(words, at, 1n); },
    end(milliseconds, failed) {
      Atomics.add(words, at + 2, BigInt(Math.round(milliseconds * 1e6)));
      if (failed) Atomics.add(words, at + 1, 1n);
    },
    read: () => ({ calls: Number(words[at]), errors: Number(words[at + 1]), milliseconds: Number(words[at + 2]) / 1e6 }),
  };
}

function summaryOf(counts: readonly CallCount[]): readonly CallCount[] {
  return counts.filter(count => count.calls > 0).sort((a, b) => b.milliseconds - a.milliseconds);
}

/** Counts that the threads of a program share, and their sum when it has ended. */
export function shareCounts(names: readonly string[]): { readonly shared: NonNullable<TraceOptions['shared']>; summary(): readonly CallCount[] } {
  const words = new BigInt64Array(new SharedArrayBuffer(names.length * 24));
  return { shared: { names, words }, summary: () => summaryOf(names.map((name, i) => ({ name, ...sharedCounter(words, i).read() }))) };
}

/** Prints each call with its arguments and result, and counts them. Wrapped around a module's imports, so that off costs nothing. */
export class Trace {
  readonly #options: TraceOptions;
  readonly #guest: () => Guest;
  readonly #prefix: string;
  readonly #counts = new Map<string, Counter>();

  constructor(options: TraceOptions, guest: () => Guest) {
    this.#options = options;
    this.#guest = guest;
    this.#prefix = options.thread === undefined ? '' : `[${options.thread}] `;
  }

  /** The calls made so far, the one that took longest first. */
  summary(): readonly CallCount[] {
    return summaryOf([...this.#counts].map(([name, counter]) => ({ name, ...counter.read() })));
  }

  /** A call of the import module `from` that prints itself. */
  wrap(name: string, call: Call, from = 'wasi_snapshot_preview1'): Call {
    const known = from === 'wasi_unstable' ? older(signatures[name]) : signatures[name];
    const { groups } = this.#options;
    const printed = groups === undefined || groups.length === 0 || groups.includes(known?.group ?? 'unknown') || groups.includes(name);
    const { shared } = this.#options;
    const count = shared === undefined ? plainCounter() : sharedCounter(shared.words, shared.names.indexOf(name));
    this.#counts.set(name, count);
    const failed = name === 'thread-spawn' ? (result: number) => result < 0 : (result: number) => result !== 0;
    const through = call as unknown as (...args: (number | bigint)[]) => number;
    const timed = (...args: (number | bigint)[]): number => {
      count.begin();
      const start = performance.now();
      const errno = through(...args);
      count.end(performance.now() - start, failed(errno));
      return errno;
    };
    const traced = !printed ? timed : this.#options.json === true ? this.#inJson(name, known, timed) : this.#inText(name, known, timed);
    return traced;
  }

  #inText(name: string, known: Signature | undefined, call: (...args: (number | bigint)[]) => number) {
    const { write, thread } = this.#options;
    const waits = waiting.has(name) && thread === undefined;
    return (...args: (number | bigint)[]): number => {
      const signature = signatureFor(name, known, args);
      // As they were before the call, which may write over them.
      const head = `${this.#prefix}${name}(${argumentsOf(this.#guest(), signature, args).join(', ')})`;
      if (name === 'proc_exit') write(head + '\n');
      else if (waits) write(head);
      const errno = call(...args);
      const results = errno === 0 ? resultsOf(this.#guest(), signature, args).join(', ') : '';
      const result = results !== '' ? results : errno === 0 || name === 'thread-spawn' ? String(errno) : errnoName(errno);
      write(`${waits ? '' : head} = ${result}\n`);
      return errno;
    };
  }

  #inJson(name: string, known: Signature | undefined, call: (...args: (number | bigint)[]) => number) {
    const { write, thread } = this.#options;
    return (...args: (number | bigint)[]): number => {
      const signature = signatureFor(name, known, args);
      const line = { call: name, group: known?.group, ...(thread === undefined ? {} : { thread }), args: argumentsOf(this.#guest(), signature, args) };
      if (name === 'proc_exit') write(JSON.stringify(line) + '\n');
      const start = performance.now();
      const errno = call(...args);
      const ms = Number((performance.now() - start).toFixed(4));
      write(JSON.stringify({ ...line, errno: errnoName(errno), results: errno === 0 ? resultsOf(this.#guest(), signature, args) : [], ms }) + '\n');
      return errno;
    };
  }
}

function signatureFor(name: string, known: Signature | undefined, args: readonly unknown[]): Signature {
  return name === 'sock_accept' && args.length === 2 ? acceptWithoutFlags : known ?? none;
}

/** Preview 0 has another filestat, and other numbers for whence. */
function older(signature: Signature | undefined): Signature | undefined {
  const parameters = signature?.parameters.map(parameter => (parameter === '>stat' ? '>stat0' as const : parameter === 'whence' ? 'whence0' as const : parameter));
  return signature === undefined || parameters === undefined ? undefined : { group: signature.group, parameters };
}

/** The summary as a table: time in all and for one call, calls, errors. */
export function formatSummary(counts: readonly CallCount[]): string {
  const rows = counts.map(count => [count.milliseconds.toFixed(2), (count.milliseconds * 1000 / count.calls).toFixed(1), String(count.calls), count.errors > 0 ? String(count.errors) : '', count.name]);
  const all = [['ms', 'us/call', 'calls', 'errors', 'call'], ...rows];
  const widths = [0, 1, 2, 3].map(column => Math.max(...all.map(row => row[column]?.length ?? 0)));
  return all.map(row => row.map((cell, i) => i < 4 ? cell.padStart(widths[i] ?? 0) : cell).join('  ')).join('\n') + '\n';
}
