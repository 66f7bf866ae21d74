import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import * as l10n from '@vscode/l10n';
import type { Command, Env, Exec, Exit, Io } from './command';
import { systemCode, UserError } from './error';

// The only file that starts processes: whatever is started here is ended here, with all that it started itself.

const running = new Set<ChildProcess>();
let endAtExit = false;

/** How a child's streams are connected; `inherit` gives it ours, so that a terminal stays a terminal. */
export interface SpawnWish {
  readonly stdio?: SpawnOptions['stdio'];
  /** A process group of its own, so that ending it ends what it started. Off for a program that must own the terminal. */
  readonly group?: boolean;
}

/** Starts a command and keeps it in the table of processes that end with ours. Throws nothing: listen to 'error'. */
export function start(command: Command, wish: SpawnWish = {}): ChildProcess {
  if (!endAtExit) {
    endAtExit = true;
    process.on('exit', () => {
      for (const child of running) endTreeNow(child);
    });
  }
  const group = wish.group ?? true;
  const child = spawn(command.tool, [...command.args], {
    cwd: command.cwd,
    env: mergeEnv(process.env, command.env),
    stdio: wish.stdio ?? ['ignore', 'pipe', 'pipe'],
    detached: group && process.platform !== 'win32',
    windowsHide: true,
    shell: false,
  });
  grouped.set(child, group);
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

const grouped = new WeakMap<ChildProcess, boolean>();

/** The environment of a child: ours, with `extra` laid over it. Windows' names are one whatever their case. */
export function mergeEnv(base: NodeJS.ProcessEnv, extra: Env | undefined, platform: NodeJS.Platform = process.platform): NodeJS.ProcessEnv {
  const merged: NodeJS.ProcessEnv = { ...base };
  for (const [name, value] of Object.entries(extra ?? {})) {
    if (platform === 'win32') {
      for (const other of Object.keys(merged)) if (other.toLowerCase() === name.toLowerCase()) delete merged[other];
    }
    if (value === undefined) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

/** Ends a process and all that it started: politely first, and after `graceMs` for certain. Resolves when it is gone. */
export async function endTree(child: ChildProcess, graceMs = 1000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>(resolve => child.once('exit', () => { resolve(); }));
  signalTree(child, 'SIGTERM');
  const timer = setTimeout(() => { signalTree(child, 'SIGKILL'); }, graceMs);
  await gone;
  clearTimeout(timer);
  // The leader is gone, but what it started may have outlived the polite signal.
  signalTree(child, 'SIGKILL');
}

function endTreeNow(child: ChildProcess): void {
  signalTree(child, 'SIGKILL');
}

function signalTree(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    // taskkill without /F asks windows to close, which console programs have none of: always /F.
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { windowsHide: true, stdio: 'ignore' });
    return;
  }
  try {
    if (grouped.get(child) === true) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH' && systemCode(error) !== 'EPERM') throw error;
  }
}

/** The error for a command that could not be started. */
export function startError(command: Command, error: unknown): UserError {
  const code = systemCode(error);
  const tool = command.tool;
  if (code === 'ENOENT') {
    return new UserError('tool-missing', l10n.t("Can't start {0}: there is no such program, or its folder {1} does not exist.", tool, command.cwd), [], { cause: error });
  }
  if (code === 'EACCES') {
    return new UserError('tool-missing', l10n.t("Can't start {0}: it may not be executed. Check the file's permissions.", tool), [], { cause: error });
  }
  return new UserError('tool-missing', l10n.t("Can't start {0}: {1}.", tool, error instanceof Error ? error.message : String(error)), [], { cause: error });
}

/** Runs a command to its end, its output passed on as it comes. See {@link Exec}. */
export const exec: Exec = (command, output) => execIo(command, output);

/** As {@link exec}, with standard input. */
export async function execIo(command: Command, io: Io): Promise<Exit> {
  io.signal.throwIfAborted();
  let child: ChildProcess;
  try {
    child = start(command, { stdio: [io.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  } catch (error) {
    throw startError(command, error);
  }
  const ended = new Promise<Exit>((resolve, reject) => {
    child.once('error', error => { reject(startError(command, error)); });
    child.once('close', (code, signal) => { resolve(signal === null ? { code: code ?? 0 } : { code: 128, signal }); });
  });
  child.stdout?.on('data', (chunk: Uint8Array) => { io.stdout(chunk); });
  child.stderr?.on('data', (chunk: Uint8Array) => { io.stderr(chunk); });
  if (io.stdin !== undefined && child.stdin !== null) {
    void feed(child.stdin, io.stdin);
  }
  const abort = (): void => { void endTree(child); };
  io.signal.addEventListener('abort', abort, { once: true });
  try {
    const exit = await ended;
    io.signal.throwIfAborted();
    return exit;
  } finally {
    io.signal.removeEventListener('abort', abort);
  }
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

/** What a command printed, as text; at most `limit` bytes of each stream are kept. */
export interface Captured extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command and keeps what it prints. */
export async function capture(run: Exec, command: Command, signal: AbortSignal, limit = 16 << 20): Promise<Captured> {
  const keep = (): { chunks: Uint8Array[]; size: number } => ({ chunks: [], size: 0 });
  const out = keep();
  const err = keep();
  const add = (to: { chunks: Uint8Array[]; size: number }) => (chunk: Uint8Array): void => {
    if (to.size < limit) to.chunks.push(chunk.subarray(0, limit - to.size));
    to.size += chunk.length;
  };
  const exit = await run(command, { stdout: add(out), stderr: add(err), signal });
  return { ...exit, stdout: Buffer.concat(out.chunks).toString(), stderr: Buffer.concat(err.chunks).toString() };
}
