// The host on Node: real folders, the process's own streams, its clocks. For a process of its own, which ends with the guest.
//
//   const host = createNodeHost({ args, env, mounts: [{ host: '/home/me/data', guest: '/data' }], exit: code => process.exit(code) });
//   const instance = await WebAssembly.instantiate(module, host.imports(module));
//   const code = host.start(instance);     // traps come through as WebAssembly.RuntimeError; host.flush() was called
import { createWasi, type Wasi } from '..';
import { Errno, errnoName } from '../errno';
import { addressBytes } from './sockets/address';
import { NodeSockets } from './sockets/device';
import { Grants, type Grant } from './sockets/grants';
import { Trace, type TraceOptions } from '../trace';
import type { Preopen, WasiOptions } from '../context';
import type { Call } from '../calls/types';
import { signatures } from '../signatures';
import { NodeClocks } from './clocks';
import { canOpenByDescriptor, LinuxFiles } from './linux';
import { PortableFiles } from './portable';
import { randomSource } from './random';
import { standardStream, Stdio, WatchedStdio } from './stdio';
import { decodeNode } from './text';
import { SharedPaths, Threads, type SharedThreads } from './threads/shared';

export { LinuxFiles, canOpenByDescriptor } from './linux';
export { isWindowsName, PortableFiles } from './portable';
export { NodeClocks } from './clocks';
export { isTerminal, Stdio, standardStream, unblockInput } from './stdio';
export { randomSource } from './random';
export { shareThreads, Threads, type SharedThreads } from './threads/shared';
export { parseGrant, type Grant } from './sockets/grants';

/** A folder of this machine that the guest finds open. */
export interface NodeMount {
  /** Absolute. */
  readonly host: string;
  readonly guest: string;
  readonly readonly?: boolean;
}

/** What the program may do on the network; see `parseGrant`. */
export interface NodeNetwork {
  /** Where it may listen. */
  readonly listen: readonly Grant[];
  /** What it may connect to. */
  readonly connect: readonly Grant[];
  /** Whether each of `listen` is a preopened listener for sock_accept; else the program opens its sockets itself, as WasmEdge's do. */
  readonly preopened: boolean;
  /** Tells the user what was refused, and so how to allow it. */
  readonly onRefused?: (what: 'listen' | 'connect' | 'resolve', where: string) => void;
  readonly onListening?: (where: string) => void;
}

/** An address that could not be listened at; `errno` is preview 1's. */
export class ListenError extends Error {
  readonly grant: Grant;
  readonly errno: number;
  constructor(grant: Grant, errno: number) {
    super(`cannot listen at ${grant.host}:${grant.port}: ${errnoName(errno)}`);
    this.grant = grant;
    this.errno = errno;
  }
}

export interface NodeHostOptions {
  /** The first is the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly NodeMount[];
  readonly limits?: {
    /** Bytes of standard output and error together. */
    readonly output?: number;
    readonly openFiles?: number;
  };
  /** Ends the process (proc_exit); left out, `start` returns the code. Must not return. */
  readonly exit?: ((code: number) => never) | undefined;
  /** Tells the user that a limit was reached, and ends the process. Left out, writes then fail with NOSPC. */
  readonly onLimit?: ((limit: 'output', value: number) => never) | undefined;
  /** Nobody else in this process minds where its working directory is. */
  readonly ownProcess?: boolean;
  /** How directories are found: by descriptor where the system can (Linux), else name by name. Tests choose. */
  readonly resolver?: 'descriptor' | 'walk';
  /** The descriptor that is the guest's standard input; 0 unless told. */
  readonly stdin?: number;
  /** Prints each call (see trace.ts); off, it costs nothing. */
  readonly trace?: TraceOptions;
  readonly network?: NodeNetwork;
  /** Replaces the process's streams. */
  readonly stdio?: WasiOptions['stdio'];
  /** What the threads of a program share (wasi-threads); each has a host of its own. There are no sockets then. */
  readonly threads?: {
    readonly shared: SharedThreads;
    /** Whether this is the thread that begins, and so opens the folders. */
    readonly first: boolean;
    /** Starts a thread: its id, or -errno. */
    readonly spawn: (argument: number) => number;
  };
  /** Is shown what the program prints, before it is printed. */
  readonly onOutput?: (bytes: Uint8Array) => void;
  /** Holds back floods of small writes to pipes and files for up to 20 ms (default true). */
  readonly hold?: boolean;
}

export interface NodeHost extends Wasi {
  /** Writes out what is held back: before a message about the program's end. */
  flush(): void;
  /** The trace that was asked for: its summary, when the program has ended. */
  readonly trace?: Trace;
}

/** A folder that could not be opened as a preopen; `code` is the system's (`ENOENT`). */
export class MountError extends Error {
  readonly mount: NodeMount;
  readonly code: string;
  constructor(mount: NodeMount, cause: unknown) {
    super(`cannot open ${mount.host}`, { cause });
    this.mount = mount;
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
  }
}

/** A host over this process. Throws MountError for a mount that can't be opened. */
export function createNodeHost(options: NodeHostOptions): NodeHost {
  const clocks = new NodeClocks();
  const byDescriptor = options.resolver === undefined ? canOpenByDescriptor() : options.resolver === 'descriptor';
  const threads = options.threads === undefined ? undefined : new Threads(options.threads.shared);
  const paths = options.threads?.shared.paths;
  const files = byDescriptor ? new LinuxFiles(options.mounts.map(mount => mount.host), threads !== undefined, options.ownProcess === true)
    : new PortableFiles(process.platform, paths === undefined ? undefined : new SharedPaths(paths));
  const preopens = options.mounts.map((mount): Preopen => {
    // The descriptors of the thread that began are in the table that all share.
    if (options.threads?.first === false) return { name: mount.guest, files, handle: -1, readonly: mount.readonly };
    try {
      return { name: mount.guest, files, handle: files.openRoot(mount.host), readonly: mount.readonly };
    } catch (error) {
      throw new MountError(mount, error);
    }
  });
  const { exit, onLimit } = options;
  const { onOutput } = options;
  const stdio = new (onOutput === undefined ? Stdio : WatchedStdio)({
    clocks,
    limit: options.limits?.output,
    onLimit: onLimit === undefined ? undefined : value => onLimit('output', value),
    // As a native program that SIGPIPE ends.
    onBrokenPipe: exit === undefined ? undefined : () => exit(141),
    hold: options.hold !== false && threads === undefined,
    threads,
  }, onOutput);
  const standard = options.stdio ?? [options.stdin ?? 0, 1, 2].map(fd => standardStream(stdio, fd));
  if (standard[1]?.terminal === true) stdio.hold = false;
  const trace: Trace | undefined = options.trace === undefined ? undefined : new Trace(options.trace, () => wasi.context.guest);
  let sockets: NodeSockets | undefined;
  const { network } = options;
  const openSockets = network === undefined ? undefined : (): NodeSockets => {
    const { listen, connect, onRefused, onListening } = network;
    sockets ??= new NodeSockets({
      grants: new Grants(listen, connect), ...(onRefused === undefined ? {} : { onRefused }), ...(onListening === undefined ? {} : { onListening }),
    });
    clocks.sleepOn(sockets.events);
    return sockets;
  };
  const flush = () => { stdio.flush(); };
  const ended: typeof exit = exit === undefined ? undefined : code => {
    flush();
    sockets?.finish();
    return exit(code);
  };
  const wasi: Wasi = createWasi({
    wrap: threads === undefined ? trace === undefined ? undefined : (name, call, from) => trace.wrap(name, call, from)
      : (name, call, from) => {
        const alone = oneAtATime(threads, name, call);
        return trace?.wrap(name, alone, from) ?? alone;
      },
    args: options.args, env: options.env, preopens, stdio: standard, clocks, random: randomSource(), flush, exit: ended,
    listeners: network?.preopened === true && openSockets !== undefined ? network.listen.map(grant => ({ device: openSockets(), handle: listenAt(openSockets(), grant) })) : [],
    sockets: openSockets,
    ...(options.threads === undefined ? {} : { spawn: options.threads.spawn, shared: { table: options.threads.shared.table, first: options.threads.first } }),
    maxOpenFiles: options.limits?.openFiles, decode: decodeNode,
  });
  return {
    ...wasi, flush, trace,
    start(instance) {
      try {
        return wasi.start(instance);
      } finally {
        sockets?.finish();
      }
    },
  };
}

/** Calls that have locks of their own, or that wait, or touch nothing that threads share. */
const unlocked = new Set(['fd_read', 'fd_write', 'fd_pread', 'fd_pwrite', 'fd_seek', 'fd_tell']);

/**
 * A call that threads make one after the other, where it is about names and descriptors: none is closed, renamed or replaced while another
 * thread is on its way through it. Where one thread changes the arguments of another that were checked, that one is told FAULT.
 */
function oneAtATime(threads: Threads, name: string, call: Call): Call {
  const through = call as unknown as (...args: (number | bigint)[]) => number;
  const checked = (...args: (number | bigint)[]): number => {
    try {
      return through(...args);
    } catch (error) {
      if (error instanceof RangeError && !/call stack/i.test(error.message)) return Errno.FAULT;
      throw error;
    }
  };
  const group = signatures[name]?.group;
  if (unlocked.has(name) || (group !== 'file' && group !== 'descriptor')) return checked;
  return (...args: (number | bigint)[]) => threads.alone(() => checked(...args));
}

/** A socket that listens. Throws ListenError. */
function listenAt(sockets: NodeSockets, grant: Grant): number {
  const address = grant.host === '*' ? new Uint8Array(4) : addressBytes(grant.host);
  if (address === undefined) throw new ListenError(grant, Errno.ADDRNOTAVAIL);
  const handle = sockets.open(address.length === 4 ? 4 : 6);
  const errno = handle < 0 ? handle : sockets.bind(handle, address, grant.port) || sockets.listen(handle);
  if (errno < 0) throw new ListenError(grant, -errno);
  return handle;
}
