import * as l10n from '@vscode/l10n';
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../../base/error';
import { shareCounts, type CallCount } from '../../wasi';
import { canOpenByDescriptor, shareThreads, Threads, unblockInput } from '../../wasi/node';
import type { MemoryLimits } from '../../wasm/module';
import { mostDescriptors, outputLimit, writeError, type HostOptions } from './guest';
import { exitCodes } from './spec';
import type { Told, ThreadData } from './thread';

// Programs with threads (wasi-threads): every thread of the guest is a worker with an instance of its own over one memory, the first one
// too, so that this thread is always free to start others and to end them all.

/** Descriptors of such a program where no limit is set: their table doesn't grow. */
const OPEN_FILES = 16384;

/** The worker's file: a bundle beside ours, or the compiled source in tests. */
function program(): string {
  return path.join(__dirname, process.env['WASM_WORKBENCH_BUNDLED'] === '1' ? 'run-hosting-thread.js' : 'thread.js');
}

export interface ThreadedProgram {
  readonly module: WebAssembly.Module;
  /** The memory that it imports. */
  readonly memory: MemoryLimits;
  /** Prints a trap of any thread. */
  readonly onTrap: (error: Error) => Promise<void>;
  /** Called once, before the exit code is told. */
  readonly onEnd: (asked: readonly WebAssembly.ModuleImportDescriptor[], counts: readonly CallCount[] | undefined) => void;
}

/** Runs a program with threads to its end: the exit code of whichever thread ended it first. Its threads may still run then. Throws UserError. */
export function runThreads(options: HostOptions, { module, memory: limits, onTrap, onEnd }: ThreadedProgram): Promise<number> {
  const asked = WebAssembly.Module.imports(module);
  const memory = makeMemory(limits, options);
  const shared = shareThreads(mostDescriptors(options) ?? OPEN_FILES, !canOpenByDescriptor());
  const threads = new Threads(shared);
  // The end of the process would wait for a thread that waits inside of a read.
  if (options.stdinFd === 0) unblockInput();
  const names = [...new Set(asked.filter(({ kind }) => kind === 'function').map(({ name }) => name))];
  const counts = options.trace === undefined ? undefined : shareCounts(names);
  const common = { module, memory, options, shared, ...(counts === undefined ? {} : { counts: counts.shared }) };
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (settle: () => void): void => {
      if (over) return;
      over = true;
      onEnd(asked, counts?.summary());
      settle();
    };
    const start = (id: number, argument: number): void => {
      const worker = new Worker(program(), { workerData: { ...common, id, argument } satisfies ThreadData, env: {}, stdin: false, trackUnmanagedFds: false });
      threads.count(1);
      worker.on('message', (told: Told) => { hear(told); });
      // Beyond the guest: no memory for another thread, a fault of ours.
      worker.on('error', error => {
        end(() => { reject(new UserError('io', l10n.t('A thread of the program could not go on: {0}.', messageOf(error)), [], { cause: error })); });
      });
      worker.on('exit', () => { threads.count(-1); });
    };
    const hear = (told: Told): void => {
      switch (told.kind) {
        case 'spawn':
          try {
            start(told.id, told.argument);
            threads.spawned(true);
          } catch {
            threads.spawned(false);
          }
          return;
        case 'exit':
          end(() => { resolve(told.code); });
          return;
        case 'limit':
          writeError(outputLimit(told.bytes).message + '\n');
          end(() => { resolve(exitCodes.failed); });
          return;
        case 'failed':
          end(() => { reject(new UserError('no-runtime', l10n.t('The program could not be started: {0}.', told.message))); });
          return;
        case 'trap': {
          // Errors of WebAssembly lose their class on the way.
          const error = told.name === 'RangeError' ? new RangeError(told.message) : new WebAssembly.RuntimeError(told.message);
          error.stack = told.stack;
          end(() => { void onTrap(error).finally(() => { resolve(exitCodes.trap); }); });
        }
      }
    };
    start(0, 0);
  });
}

function makeMemory({ min, max }: MemoryLimits, { module, limits }: HostOptions): WebAssembly.Memory {
  const most = limits?.memory === undefined ? 65536 : Math.max(1, Math.floor(limits.memory / 65536));
  if (limits?.memory !== undefined && min > most) {
    throw new UserError('no-runtime', l10n.t('{0} needs more memory to start than the limit of {1} bytes.', module, limits.memory));
  }
  try {
    return new WebAssembly.Memory({ initial: min, maximum: Math.min(max ?? 65536, most), shared: true });
  } catch (error) {
    throw new UserError('no-runtime', l10n.t('There is not enough memory to start {0}: {1}.', module, messageOf(error)), [], { cause: error });
  }
}
