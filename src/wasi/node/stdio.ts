import * as fs from 'node:fs';
import { FileType } from '../abi';
import type { Clocks, StandardStream } from '../context';
import { Device, HANGUP, type Stat } from '../device';
import { Errno } from '../errno';
import { attempt, thrown, typeOf } from './files';
import { HeldOutput } from './held';

/** Bytes taken from standard input when a poll wants to know whether there are any. */
const AHEAD = 4096;
/** Writes to a pipe whose reader is gone that are answered with an error; a program that goes on then ends as by SIGPIPE. */
const BROKEN = 16;

export interface StdioOptions {
  readonly clocks: Clocks;
  /** Bytes of standard output and error together. */
  readonly limit?: number;
  /** Must end the program. */
  readonly onLimit?: ((limit: number) => never) | undefined;
  /** The reader of our output is gone and the program does not care. Must end the program. */
  readonly onBrokenPipe?: (() => never) | undefined;
  /** Whether floods of small writes to standard output may be held back for some milliseconds; not for terminals. */
  readonly hold?: boolean;
  /** Where several threads run: adds to what all have printed. Nobody may then wait inside of a read, since an ending process waits for such a thread. */
  readonly threads?: { printed(bytes: number): number } | undefined;
}

/** The process's own standard streams; handles are 0, 1 and 2. */
export class Stdio extends Device {
  readonly #options: StdioOptions;
  #written = 0;
  #broken = 0;
  /** Bytes that a poll has taken from standard input. */
  #ahead = new Uint8Array(0);
  /** The end of input that a poll saw, to be told by the next read. */
  #ended = false;
  /** A second descriptor of standard input that doesn't block: undefined before it is needed, -1 where there is none. */
  #polled: number | undefined;
  #held: HeldOutput | undefined;

  constructor(options: StdioOptions) {
    super();
    this.#options = options;
    if (options.hold === true) this.#held = new HeldOutput((bytes, offset, length) => this.#write(1, bytes, offset, length));
  }

  /** Off for a terminal. */
  set hold(hold: boolean) {
    if (!hold) this.#held = undefined;
  }

  /** Writes out what is held back. */
  flush(): void {
    this.#held?.flush();
  }

  override read(handle: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    this.flush();
    if (position < 0) {
      if (this.#ahead.length > 0) {
        const n = Math.min(length, this.#ahead.length);
        bytes.set(this.#ahead.subarray(0, n), offset);
        this.#ahead = this.#ahead.subarray(n);
        return n;
      }
      if (this.#ended) {
        this.#ended = false;
        return 0;
      }
    }
    if (length === 0) return 0;
    if (this.#options.threads !== undefined && position < 0) {
      for (let pause = 0.5; this.ready(handle, false) === -Errno.AGAIN; pause = Math.min(10, pause * 1.5)) this.#options.clocks.wait(pause);
      if (this.#ahead.length > 0 || this.#ended) return this.read(handle, bytes, offset, length, position);
    }
    for (;;) {
      try {
        return fs.readSync(handle, bytes, offset, length, position < 0 ? null : position);
      } catch (error) {
        const code = (error as { code?: string }).code;
        // Windows tells the end of a pipe so.
        if (code === 'EOF') return 0;
        if (code !== 'EAGAIN' && code !== 'EINTR') return -thrown(error);
        this.#options.clocks.wait(1);
      }
    }
  }

  override write(handle: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    const { limit } = this.#options;
    if (limit !== undefined && (this.#written = this.#options.threads?.printed(length) ?? this.#written + length) > limit) {
      const rest = Math.max(0, length - (this.#written - limit));
      if (rest > 0) this.#write(handle, bytes, offset, rest);
      this.flush();
      this.#options.onLimit?.(limit);
      return -Errno.NOSPC;
    }
    if (position >= 0) {
      this.flush();
      return this.#write(handle, bytes, offset, length, position);
    }
    if (handle === 1 && this.#held !== undefined) return this.#held.write(bytes, offset, length);
    this.flush();
    return this.#write(handle, bytes, offset, length);
  }

  #write(handle: number, bytes: Uint8Array, offset: number, length: number, position: number | null = null): number {
    for (;;) {
      try {
        return fs.writeSync(handle, bytes, offset, length, position);
      } catch (error) {
        const code = (error as { code?: string }).code;
        if (code === 'EPIPE' && ++this.#broken > BROKEN) this.#options.onBrokenPipe?.();
        if (code !== 'EAGAIN' && code !== 'EINTR') return -thrown(error);
        this.#options.clocks.wait(1);
      }
    }
  }

  /** The host's own streams stay open: messages about the program's end still have to come out. */
  override close(): number {
    this.flush();
    return 0;
  }

  override stat(handle: number, stat: Stat): number {
    this.flush();
    return attempt(() => {
      const found = fs.fstatSync(handle, { bigint: true });
      stat.device = found.dev;
      stat.inode = found.ino;
      stat.type = typeOf(found.mode);
      stat.links = found.nlink;
      stat.size = found.size;
      stat.accessed = found.atimeNs;
      stat.modified = found.mtimeNs;
      stat.changed = found.ctimeNs;
      return 0;
    });
  }

  override tell(handle: number): number {
    this.flush();
    // Node has no lseek, but Linux tells.
    return attempt(() => Number(/^pos:\s*(\d+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${handle}`, 'latin1'))?.[1] ?? 0));
  }

  override setSize(handle: number, size: number): number {
    this.flush();
    return attempt(() => { fs.ftruncateSync(handle, size); return 0; });
  }

  override sync(handle: number): number {
    this.flush();
    const errno = attempt(() => { fs.fsyncSync(handle); return 0; });
    // A pipe or terminal has nothing to put anywhere.
    return errno === -Errno.INVAL || errno === -Errno.ROFS || errno === -Errno.NOTSUP ? 0 : errno;
  }

  override ready(handle: number, write: boolean): number {
    if (write) return 1;
    if (handle !== 0) return 0;
    if (this.#ahead.length > 0) return this.#ahead.length;
    if (this.#ended) return HANGUP;
    this.#polled ??= openForPoll(this.#options.threads !== undefined);
    if (this.#polled < 0) return 1;
    const buffer = new Uint8Array(AHEAD);
    const n = attempt(() => fs.readSync(this.#polled ?? -1, buffer, 0, AHEAD, null));
    if (n > 0) {
      this.#ahead = buffer.subarray(0, n);
      return n;
    }
    if (n === -Errno.AGAIN) return n;
    if (n < 0) return 1;
    this.#ended = true;
    return HANGUP;
  }
}

/** Standard streams that somebody looks at. */
export class WatchedStdio extends Stdio {
  readonly #seen: ((bytes: Uint8Array) => void) | undefined;

  constructor(options: StdioOptions, seen?: (bytes: Uint8Array) => void) {
    super(options);
    this.#seen = seen;
  }

  override write(handle: number, bytes: Uint8Array, offset: number, length: number, position: number): number {
    this.#seen?.(bytes.subarray(offset, offset + length));
    return super.write(handle, bytes, offset, length, position);
  }
}

/** Standard input once more, so that asking doesn't block; -1 where the system has no way. With threads, the first has called {@link unblockInput}. */
function openForPoll(threads: boolean): number {
  if (process.platform !== 'linux') return -1;
  const opened = attempt(() => fs.openSync('/proc/self/fd/0', fs.constants.O_RDONLY | fs.constants.O_NONBLOCK));
  if (opened >= 0) return opened;
  return threads || unblockInput() ? 0 : -1;
}

/** Kept, since its end would close standard input. */
let holder: unknown;

/**
 * Standard input as a socket, which is what programs are given by those that start them, can't be opened once more: reads of it then don't
 * block any more, but answer EAGAIN. Whether it is one.
 */
export function unblockInput(): boolean {
  try {
    if (!fs.fstatSync(0).isSocket()) return false;
  } catch {
    return false;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- costs milliseconds that few programs are asked for
  const { Socket } = require('node:net') as typeof import('node:net');
  holder ??= new Socket({ fd: 0, readable: false, writable: false });
  return true;
}

/** A standard stream as the host wants it, by what the process's descriptor is. */
export function standardStream(device: Stdio, fd: number): StandardStream | undefined {
  let stat: fs.BigIntStats;
  try {
    stat = fs.fstatSync(fd, { bigint: true });
  } catch {
    return undefined;
  }
  const file = stat.isFile();
  return { device, handle: fd, kind: file && process.platform === 'linux' ? 'file' : 'stream', terminal: isTerminalStat(stat) };
}

/** Whether a descriptor of this process is a terminal. */
export function isTerminal(fd: number): boolean {
  try {
    return isTerminalStat(fs.fstatSync(fd, { bigint: true }));
  } catch {
    return false;
  }
}

/** By the device's number: node:tty takes 3 ms to load. */
function isTerminalStat(stat: fs.BigIntStats): boolean {
  if (typeOf(stat.mode) !== FileType.CHARACTER_DEVICE) return false;
  if (process.platform !== 'linux') return true;
  const major = Number((stat.rdev >> 8n) & 0xfffn);
  return major === 4 || major === 5 || (major >= 136 && major <= 143);
}
