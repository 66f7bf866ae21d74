import * as l10n from '@vscode/l10n';
import { closeSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { isUserError, messageOf, systemCode, UserError } from '../../base/error';
import type { MemoryLimits } from '../../wasm/module';
import { exitCodes, type GuestSpec } from './spec';
import { isTrap, showTrap, type Symbolizer } from './traps';

/** A WASI host within this process: what hosts a guest, whichever implementation. */
export interface GuestHost {
  imports(module: WebAssembly.Module): WebAssembly.Imports;
  /** Runs `_start` to its end and gives the exit code. Throws traps. A host may also end the process itself, with the guest's code. */
  start(instance: WebAssembly.Instance): number | Promise<number>;
  /** Runs a program with threads over one memory that it imports, to its end: its exit code. Left out, the host has no threads. */
  threads?(module: WebAssembly.Module, memory: MemoryLimits, onTrap: (error: Error) => Promise<void>): Promise<number>;
  /** Writes out what the guest has printed and the host still holds. */
  flush?(): void;
  /** Tells what is to be told once the guest has ended: a trace's summary. */
  end?(): void;
}

/** What a host is made of. */
export interface HostOptions extends GuestSpec {
  /** The descriptor that the guest reads as standard input. */
  readonly stdinFd: number;
}

export type MakeHost = (options: HostOptions) => GuestHost;

/**
 * Runs a guest in this very process and gives its exit code; a trap is printed on standard error and is 134. The thread belongs to the guest until it
 * ends, so that signals do what the system does by default, as in a native program. Throws UserError for what keeps it from starting.
 */
export async function runGuest(spec: GuestSpec, makeHost: MakeHost, module?: { readonly bytes: Uint8Array }): Promise<number> {
  const bytes = module?.bytes ?? readModuleBytes(spec.module);
  if (spec.limits?.memory !== undefined) await limitMemory(spec.limits.memory);
  const compiled = compile(bytes, spec.module);
  const shared = await sharedMemory(compiled, bytes);
  if (shared !== undefined) await waitRightly();
  const stdinFd = spec.stdin === undefined ? 0 : openStdin(spec.stdin);
  Error.stackTraceLimit = 200;
  const host = makeHost({ ...spec, stdinFd });
  const trapped = async (error: Error): Promise<void> => { writeError(showTrap(error, basename(spec.module), await sourcesOf(bytes))); };
  if (shared !== undefined) {
    if (host.threads === undefined) throw new UserError('no-runtime', l10n.t("{0} uses threads, which can't be run this way: run it without debugging, in runtime embedded.", spec.module));
    return host.threads(compiled, shared, trapped);
  }
  const instance = instantiate(compiled, host, spec);
  try {
    return await host.start(instance);
  } catch (error) {
    if (!isTrap(error)) throw error;
    host.flush?.();
    await trapped(error);
    return exitCodes.trap;
  } finally {
    host.flush?.();
    host.end?.();
  }
}

/** What tells the sources of a trap's stack; read where one is shown, since most programs don't trap. */
async function sourcesOf(bytes: Uint8Array): Promise<Symbolizer | undefined> {
  const { symbolizerOf } = await import('./symbols');
  return symbolizerOf(bytes, process.cwd());
}

/** The memory that a module shares with its threads; undefined where it has its own. */
async function sharedMemory(module: WebAssembly.Module, bytes: Uint8Array): Promise<MemoryLimits | undefined> {
  if (!WebAssembly.Module.imports(module).some(({ kind }) => kind === 'memory')) return undefined;
  const { readModule } = await import('../../wasm/read');
  return readModule(bytes).memories.find(({ imported, shared }) => imported && shared);
}

/**
 * V8 before 12 forgets a function's variables at memory.atomic.wait32 when its quick compiler has made the code (seen in 11.3): only the other
 * one then. Functions are compiled when they are first called, so that the flag may be set now.
 */
async function waitRightly(): Promise<void> {
  if (Number(process.versions.v8.split('.')[0]) >= 12) return;
  const v8 = await import('node:v8');
  v8.setFlagsFromString('--no-liftoff');
}

/** A module's bytes. Throws UserError 'io', 'not-found' or 'bad-module'. */
export function readModuleBytes(path: string): Uint8Array {
  try {
    const fd = openSync(path, 'r');
    try {
      const { size } = fstatSync(fd);
      if (size > 2 ** 30) throw new UserError('bad-module', l10n.t('{0} is too large to run: it has {1} bytes, and hosts take up to 1 GB.', path, size));
      return readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (isUserError(error)) throw error;
    if (systemCode(error) === 'EISDIR') throw new UserError('bad-module', l10n.t('{0} is a folder, not a module.', path), [], { cause: error });
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') throw new UserError('not-found', l10n.t('There is no file {0}.', path), [], { cause: error });
    const reason = systemCode(error) === 'EACCES' || systemCode(error) === 'EPERM' ? l10n.t('you have no permission to') : messageOf(error);
    throw new UserError('io', l10n.t("Can't read {0}: {1}.", path, reason), [], { cause: error });
  }
}

/** V8 reads the flag whenever a memory is made or grows, so that it may be set while the program runs. */
async function limitMemory(bytes: number): Promise<void> {
  const v8 = await import('node:v8');
  v8.setFlagsFromString(`--wasm-max-mem-pages=${Math.max(1, Math.min(65536, Math.floor(bytes / 65536)))}`);
}

function compile(bytes: Uint8Array, path: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (error instanceof RangeError || error instanceof WebAssembly.CompileError) {
      const reason = error.message.replace(/^WebAssembly\.Module\(\): /, '');
      throw new UserError('bad-module', l10n.t("{0} can't be compiled: {1}.", path, reason), [], { cause: error });
    }
    throw error;
  }
}

function instantiate(module: WebAssembly.Module, host: GuestHost, spec: GuestSpec): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, host.imports(module));
  } catch (error) {
    const reason = messageOf(error).replace(/^WebAssembly\.Instance\(\): /, '');
    if (error instanceof WebAssembly.LinkError) {
      throw new UserError('no-runtime', l10n.t("{0} can't be started here: it asks for something that this host does not provide ({1}).", spec.module, reason), [], { cause: error });
    }
    if (error instanceof RangeError && spec.limits?.memory !== undefined) {
      throw new UserError('no-runtime', l10n.t('{0} needs more memory to start than the limit of {1} bytes.', spec.module, spec.limits.memory), [], { cause: error });
    }
    if (error instanceof RangeError && !/call stack/i.test(error.message)) {
      throw new UserError('no-runtime', l10n.t('There is not enough memory to start {0}: {1}.', spec.module, reason), [], { cause: error });
    }
    throw error;
  }
}

/** Opens the file that stands for standard input. Throws UserError 'bad-path'. */
export function openStdin(path: string): number {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new UserError('bad-path', l10n.t("Can't read standard input from {0}: {1}.", path, reason), [], { cause });
  };
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    switch (systemCode(error)) {
      case 'ENOENT': return refuse(l10n.t('there is no such file'), error);
      case 'EACCES': case 'EPERM': return refuse(l10n.t('you have no permission to'), error);
      default: return refuse(messageOf(error), error);
    }
  }
  if (fstatSync(fd).isDirectory()) {
    closeSync(fd);
    return refuse(l10n.t('it is a folder'));
  }
  return fd;
}

/** The descriptors that a guest may have: those that it finds open, and as many as its limit says; undefined where there is none. */
export function mostDescriptors({ limits, mounts, listen }: GuestSpec): number | undefined {
  return limits?.openFiles === undefined ? undefined : 3 + mounts.length + (listen?.length ?? 0) + limits.openFiles;
}

/** What ends a guest that printed more than it may. */
export function outputLimit(bytes: number): UserError {
  return new UserError('limit', l10n.t('Stopped: the program printed more than the limit of {0} bytes.', bytes));
}

/** Writes a message to standard error, whole, whatever kind of stream that is; a reader that went away is no error of ours. */
export function writeError(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(2, bytes, at);
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') return;
    }
  }
}
