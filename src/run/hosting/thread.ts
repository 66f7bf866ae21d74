import { parentPort, workerData } from 'node:worker_threads';
import { Errno } from '../../wasi';
import { createNodeHost, Threads, type SharedThreads } from '../../wasi/node';
import type { TraceOptions } from '../../wasi';
import type { HostOptions } from './guest';
import { watching } from './embedded';
import { tracing } from './tracing';
import { isTrap } from './traps';

// One thread of a program with threads; see threads.ts. Messages for people are made there, where their translations are.

/** What a thread is given. */
export interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly options: HostOptions;
  readonly shared: SharedThreads;
  readonly counts?: NonNullable<TraceOptions['shared']>;
  /** 0 for the one that begins the program. */
  readonly id: number;
  readonly argument: number;
}

/** What a thread tells. Only one thread tells of the end. */
export type Told =
  | { readonly kind: 'spawn'; readonly id: number; readonly argument: number }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'limit'; readonly bytes: number }
  | { readonly kind: 'trap'; readonly name: string; readonly message: string; readonly stack: string }
  | { readonly kind: 'failed'; readonly message: string };

/** As many threads as a program may have at once: each costs some megabytes. */
const MOST = 256;

function run({ module, memory, options, shared, counts, id, argument }: ThreadData): void {
  Error.stackTraceLimit = 200;
  const threads = new Threads(shared);
  const tell = (told: Told): void => { parentPort?.postMessage(told); };
  const end = (told: Told): never => {
    if (threads.claimEnd()) tell(told);
    // The others go on for a moment; this one must not.
    return threads.rest();
  };
  const canSpawn = WebAssembly.Module.exports(module).some(({ name, kind }) => name === 'wasi_thread_start' && kind === 'function');
  const { limits, trace } = options;
  const tracer = trace === undefined ? undefined : tracing(options, trace);
  try {
    const host = createNodeHost({
      args: options.args, env: options.env, mounts: options.mounts, stdin: options.stdinFd,
      // Open files are limited by the size of the table that all share.
      limits: limits?.output === undefined ? {} : { output: limits.output },
      ...(tracer === undefined ? {} : { trace: { ...tracer.options, thread: id, ...(counts === undefined ? {} : { shared: counts }) } }),
      ...watching(options),
      exit: code => end({ kind: 'exit', code }),
      onLimit: (_, bytes) => end({ kind: 'limit', bytes }),
      threads: {
        shared, first: id === 0,
        spawn: start => (canSpawn ? threads.spawn(MOST, made => { tell({ kind: 'spawn', id: made, argument: start }); }) ?? -Errno.AGAIN : -Errno.NOTSUP),
      },
    });
    const imports = host.imports(module);
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) if (kind === 'memory') (imports[from] ??= {})[name] = memory;
    const instance = new WebAssembly.Instance(module, imports);
    host.attach(memory);
    const { _start: begin, wasi_thread_start: startThread } = instance.exports as Record<string, ((...args: number[]) => void) | undefined>;
    if (id === 0) {
      begin?.();
      end({ kind: 'exit', code: 0 });
    } else startThread?.(id, argument);
  } catch (error) {
    if (isTrap(error)) end({ kind: 'trap', name: error.name, message: error.message, stack: error.stack ?? '' });
    if (error instanceof WebAssembly.LinkError) end({ kind: 'failed', message: error.message });
    throw error;
  }
}

if (workerData !== null) run(workerData as ThreadData);
