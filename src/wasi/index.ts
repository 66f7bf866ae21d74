// A WASI preview 1 host. It knows nothing of where it runs: files, streams, clocks and randomness are handed in.
//
//   const wasi = createWasi({ args, env, preopens: [{ name: '/', files, handle }], stdio: [in, out, err], clocks, random });
//   const instance = await WebAssembly.instantiate(module, wasi.imports(module));
//   const code = wasi.start(instance);
//
// - A backend for files extends `FileSystem`, one for a stream `Device` (device.ts): handles are numbers of its own, every answer is a
//   number, negative ones are errors (-Errno.NOENT). The guest's memory is handed over as it is: (bytes, offset, length), no copies.
// - `imports` gives every function import of the module that this host has, by the module's own list; those it doesn't have answer
//   NOSYS (see `missing`), so that a program that never calls them runs.
// - proc_exit ends the process through `options.exit`; without it, `start` returns the code and closes all that is open.
import { Errno } from './errno';
import { Context, type WasiOptions } from './context';
import { descriptorCalls } from './calls/descriptors';
import { pathCalls } from './calls/paths';
import { pollCalls } from './calls/poll';
import { ExitSignal, processCalls } from './calls/process';
import { readdirCalls } from './calls/readdir';
import { socketCalls } from './calls/sockets';
import { transferCalls } from './calls/transfer';
import { unstableCalls } from './calls/unstable';
import { wasmedgeCalls } from './calls/wasmedge';
import type { Calls } from './calls/types';

export { Errno, errnoName, errnoOf } from './errno';
export { Device, FileSystem, Open, Stat, STREAM, HANGUP, type Time } from './device';
export { FileType, Rights, FdFlags } from './abi';
export { ExitSignal } from './calls/process';
export type { Clocks, Preopen, StandardStream, WasiOptions } from './context';
export type { Calls } from './calls/types';
export type { Sockets, SocketAddress } from './calls/sockets';
export { Trace, formatSummary, shareCounts, type CallCount, type TraceOptions } from './trace';
export { groups, signatures, type Group } from './signatures';
export { askedBy, usedOf, type Asked, type CapabilityReport } from './capabilities';

export interface Wasi {
  readonly context: Context;
  /** All calls of preview 1 by name. */
  readonly calls: Calls;
  /** The import object for a module: add to it what the module wants from elsewhere. */
  imports(module: WebAssembly.Module): Record<string, Record<string, WebAssembly.ImportValue>>;
  /** Function imports `MODULE.NAME` that nobody here provides. */
  missing(module: WebAssembly.Module): readonly string[];
  /** Gives the calls the guest's memory. `start` does that; a reactor's host does it before its first call. */
  attach(memory: WebAssembly.Memory): void;
  /**
   * Runs `_start` and gives the exit code. Traps come through as WebAssembly.RuntimeError. Whatever happened, all descriptors are
   * closed after it.
   */
  start(instance: WebAssembly.Instance): number;
  /** Closes all descriptors. */
  close(): void;
}

/** What a call that nobody here provides answers. */
const nothing = () => Errno.NOSYS;

/** A host for one instance of one module. */
export function createWasi(options: WasiOptions): Wasi {
  const context = new Context(options);
  const transfer = transferCalls(context);
  const calls: Calls = {
    ...processCalls(context), ...transfer, ...descriptorCalls(context), ...readdirCalls(context), ...pathCalls(context),
    ...pollCalls(context), ...socketCalls(context, transfer),
    ...(options.sockets === undefined ? {} : wasmedgeCalls(context, options.sockets)),
  };
  const threads: Calls = { 'thread-spawn': (argument: number) => options.spawn?.(argument) ?? -Errno.NOTSUP };
  let older: Calls | undefined;
  const provided = (from: string): Calls | undefined => {
    switch (from) {
      case 'wasi_snapshot_preview1': return calls;
      case 'wasi': return options.spawn === undefined ? undefined : threads;
      case 'wasi_unstable': return older ??= unstableCalls(context, calls);
      default: return undefined;
    }
  };
  const close = () => { for (const fd of context.table.open()) context.close(fd); };
  return {
    context,
    calls,
    imports(module) {
      const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
      for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
        const known = kind === 'function' ? provided(from) : undefined;
        if (known === undefined) continue;
        const call = known[name] ?? nothing;
        (imports[from] ??= {})[name] = options.wrap?.(name, call, from) ?? call;
      }
      return imports;
    },
    missing: module => WebAssembly.Module.imports(module)
      .filter(wanted => wanted.kind === 'function' && provided(wanted.module)?.[wanted.name] === undefined)
      .map(wanted => `${wanted.module}.${wanted.name}`),
    attach(memory) {
      context.guest.memory = memory;
    },
    start(instance) {
      const { memory, _start: start } = instance.exports;
      if (memory instanceof WebAssembly.Memory) context.guest.memory = memory;
      if (typeof start !== 'function') throw new TypeError('the module exports no _start function');
      try {
        start();
        options.flush?.();
        return 0;
      } catch (error) {
        if (error instanceof ExitSignal) return error.code;
        options.flush?.();
        throw error;
      } finally {
        close();
      }
    },
    close,
  };
}
