import * as l10n from '@vscode/l10n';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Command, Exit } from '../base/command';
import { UserError } from '../base/error';
import { endTree, start, startError } from '../base/exec';
import { openStdin, outputLimit } from './hosting/guest';
import { exitCodes } from './hosting/spec';
import type { Limits, RunIo } from './request';

/** The environment variable that carries a child's spec, and the one that names a file with it where it is too long for that. */
export const specVariable = 'WASM_WORKBENCH_GUEST';
export const fileVariable = 'WASM_WORKBENCH_GUEST_FILE';

type ChildProcess = ReturnType<typeof start>;

export interface LaunchOptions {
  /** Opened here and handed down as descriptor 0. */
  readonly stdin?: string;
  /** Of time, and of output where the program doesn't count itself. */
  readonly limits?: Limits;
  /** Whether output is counted here: then a terminal's output goes through a pipe. */
  readonly countOutput?: boolean;
  /** Is shown what the program prints; a terminal's output then goes through a pipe too. */
  readonly onOutput?: (chunk: Uint8Array) => void;
  /** A pipe as descriptor 3 that the system closes when we end. */
  readonly parentPipe?: boolean;
}

/** The exit code of a process as shells tell it: 128 and the signal's number where a signal ended it. */
export function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (signal === null) {
    // Windows tells Ctrl+C by a status of its own.
    return code === 0xc000013a || code === -1073741510 ? exitCodes.interrupted : code ?? exitCodes.failed;
  }
  return 128 + ((constants.signals as Partial<Record<string, number>>)[signal] ?? 0);
}

/**
 * Runs a program that hosts a guest. With a terminal its streams are ours, it shares our process group, and Ctrl+C reaches it directly: signals that
 * reach only us are passed on. Throws UserError 'tool-missing', 'bad-path', 'limit'; and `signal.reason` once it has ended.
 */
export async function launch(command: Command, io: RunIo, options: LaunchOptions = {}): Promise<Exit> {
  io.signal.throwIfAborted();
  const stdin = options.stdin === undefined ? undefined : openStdin(options.stdin);
  const terminal = io.terminal === true;
  const counts = options.countOutput === true && options.limits?.output !== undefined;
  const { onOutput } = options;
  const output = terminal && !counts && onOutput === undefined ? 'inherit' : 'pipe';
  let child: ChildProcess;
  try {
    child = start(command, {
      stdio: [stdin ?? (terminal ? 'inherit' : io.stdin === undefined ? 'ignore' : 'pipe'), output, output, ...(options.parentPipe === true ? ['pipe' as const] : [])],
      group: !terminal,
    });
  } catch (error) {
    throw startError(command, error);
  } finally {
    if (stdin !== undefined) closeSync(stdin);
  }
  const pipe: unknown = child.stdio[3];
  // Ours to hold, not to wait for.
  (pipe as { unref?: () => void } | null | undefined)?.unref?.();
  const ended = new Promise<Exit>((resolve, reject) => {
    child.once('error', error => { reject(startError(command, error)); });
    child.once('close', (code, signal) => { resolve({ code: exitCode(code, signal), ...(signal === null ? {} : { signal }) }); });
  });
  const stop = new AbortController();
  const cause: { limit?: number; timedOut?: boolean } = {};
  connect(child, io, onOutput, counts ? options.limits.output : undefined, limit => {
    cause.limit = limit;
    stop.abort();
  });
  const timer = options.limits?.time === undefined ? undefined : setTimeout(() => {
    cause.timedOut = true;
    stop.abort();
  }, options.limits.time);
  const end = (): void => { void endTree(child); };
  const abort = AbortSignal.any([io.signal, stop.signal]);
  abort.addEventListener('abort', end, { once: true });
  const passed = terminal ? passSignals(child) : () => {};
  try {
    const exit = await ended;
    io.signal.throwIfAborted();
    if (cause.limit !== undefined) throw outputLimit(cause.limit);
    return cause.timedOut === true ? { code: exitCodes.timeout, signal: 'timeout' } : exit;
  } finally {
    passed();
    clearTimeout(timer);
    abort.removeEventListener('abort', end);
  }
}

function connect(child: ChildProcess, io: RunIo, seen: ((chunk: Uint8Array) => void) | undefined, limit: number | undefined, exceeded: (limit: number) => void): void {
  let total = 0;
  const pass = (to: (chunk: Uint8Array) => unknown) => (chunk: Uint8Array): void => {
    total += chunk.length;
    seen?.(chunk);
    if (limit !== undefined && total > limit) exceeded(limit);
    else to(chunk);
  };
  child.stdout?.on('data', pass(io.terminal === true ? chunk => process.stdout.write(chunk) : chunk => { io.stdout(chunk); }));
  child.stderr?.on('data', pass(io.terminal === true ? chunk => process.stderr.write(chunk) : chunk => { io.stderr(chunk); }));
  if (io.terminal !== true && io.stdin !== undefined && child.stdin !== null) void feed(child.stdin, io.stdin);
}

async function feed(stdin: NodeJS.WritableStream, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  // A program that ends before it has read all is not an error of ours.
  stdin.on('error', () => {});
  try {
    for await (const chunk of chunks) {
      if (!stdin.writable) return;
      if (!stdin.write(chunk)) await new Promise<void>(resolve => stdin.once('drain', resolve).once('close', resolve));
    }
  } finally {
    stdin.end();
  }
}

/** Keeps us alive until the child has ended, so that its exit can be told, and passes on what only we were sent. */
function passSignals(child: ChildProcess): () => void {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const passing = signals.map(signal => [signal, () => { child.kill(signal); }] as const);
  for (const [signal, pass] of passing) process.on(signal, pass);
  return () => { for (const [signal, pass] of passing) process.off(signal, pass); };
}

/** The error for a runtime that isn't where it was said to be. */
export function runtimeMissing(title: string, tried: readonly string[]): UserError {
  return new UserError('no-runtime', l10n.t('{0} is not there. Looked at: {1}.', title, tried.join(', ')));
}
