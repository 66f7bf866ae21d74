import * as l10n from '@vscode/l10n';
import * as fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { isCanceled, isUserError, systemCode, UserError } from '../base/error';
import { Malformed } from './decode';
import type { WasmModule } from './module';
import { scan, type Answer, type Step } from './scan';

/** The outline of a module that is in memory. `label` names it in errors. Throws UserError 'bad-module'. */
export function readModule(bytes: Uint8Array, label: string = l10n.t('The module')): WasmModule {
  const steps = scan();
  let at = 0;
  try {
    let next = steps.next();
    while (next.done !== true) {
      const step = next.value;
      if ('peek' in step) {
        next = steps.next(bytes.subarray(at, at + step.peek));
      } else {
        const passed = Math.min(step.skip, bytes.length - at);
        at += passed;
        next = steps.next(passed);
      }
    }
    return next.value;
  } catch (error) {
    throw badModule(error, label);
  }
}

/**
 * The outline of a module file. Reads only headers and the small sections, so that the time does not grow with code and data.
 * Throws UserError: 'bad-module', 'not-found', 'io'; and `signal.reason`.
 */
export async function readModuleFile(path: string, signal?: AbortSignal): Promise<WasmModule> {
  signal?.throwIfAborted();
  let file: FileHandle | undefined;
  try {
    // Through node:fs, which loads its promises on first use: they cost milliseconds at each start.
    file = await fs.promises.open(path, 'r');
    const stat = await file.stat();
    if (!stat.isFile()) throw new UserError('bad-module', l10n.t('{0} is not a file.', path));
    return await drive(file, stat.size, signal);
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await file?.close();
  }
}

const windowSize = 64 << 10;

async function drive(file: FileHandle, size: number, signal: AbortSignal | undefined): Promise<WasmModule> {
  const steps = scan();
  let at = 0;
  let window = new Uint8Array(0);
  let windowAt = 0;
  const look = async (count: number): Promise<Uint8Array> => {
    if (at < windowAt || at + count > windowAt + window.length) {
      signal?.throwIfAborted();
      const want = Math.min(Math.max(count, windowSize), Math.max(size - at, 0));
      const buffer = new Uint8Array(want);
      let got = 0;
      while (got < want) {
        const { bytesRead } = await file.read(buffer, got, want - got, at + got);
        if (bytesRead === 0) break;
        got += bytesRead;
      }
      window = buffer.subarray(0, got);
      windowAt = at;
    }
    return window.subarray(at - windowAt, at - windowAt + count);
  };
  let answer: Answer = 0;
  for (;;) {
    const next: IteratorResult<Step, WasmModule> = steps.next(answer);
    if (next.done === true) return next.value;
    const step = next.value;
    if ('peek' in step) {
      answer = await look(step.peek);
    } else {
      answer = Math.min(step.skip, size - at);
      at += answer;
    }
  }
}

/**
 * Takes a module's bytes as they stream past (out of an archive, a socket) and keeps only what the scan looks at. `push` may be called with
 * chunks of any size; `end` gives the outline. Both throw UserError 'bad-module'.
 */
export class ModuleSink {
  private readonly label: string;
  private readonly steps = scan();
  private step: Step | undefined;
  private result: WasmModule | undefined;
  private pending: Uint8Array[] = [];
  private pendingSize = 0;
  private skipped = 0;

  constructor(label: string = l10n.t('The module')) {
    this.label = label;
    this.advance(undefined);
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0 && this.step !== undefined) {
      if ('skip' in this.step && this.pendingSize === 0) {
        // Passed over without being kept.
        const passed = Math.min(this.step.skip - this.skipped, rest.length);
        this.skipped += passed;
        rest = rest.subarray(passed);
        if (this.skipped === this.step.skip) this.answerSkip(this.skipped);
      } else {
        this.pending.push(rest);
        this.pendingSize += rest.length;
        rest = new Uint8Array(0);
        this.work(false);
      }
    }
  }

  end(): WasmModule {
    this.work(true);
    if (this.result === undefined) throw new UserError('internal', l10n.t('The module could not be read.'));
    return this.result;
  }

  private work(last: boolean): void {
    while (this.step !== undefined) {
      if ('peek' in this.step) {
        if (this.pendingSize < this.step.peek && !last) return;
        this.advance(this.joined().subarray(0, this.step.peek));
      } else {
        const have = this.joined();
        const passed = Math.min(this.step.skip - this.skipped, have.length);
        this.pending = [have.subarray(passed)];
        this.pendingSize = have.length - passed;
        this.skipped += passed;
        if (this.skipped < this.step.skip && !last) return;
        this.answerSkip(this.skipped);
      }
    }
  }

  private answerSkip(count: number): void {
    this.skipped = 0;
    this.advance(count);
  }

  private advance(answer: Answer | undefined): void {
    try {
      const next = answer === undefined ? this.steps.next() : this.steps.next(answer);
      this.step = next.done === true ? undefined : next.value;
      if (next.done === true) this.result = next.value;
    } catch (error) {
      this.step = undefined;
      throw badModule(error, this.label);
    }
  }

  private joined(): Uint8Array {
    if (this.pending.length !== 1) {
      const all = new Uint8Array(this.pendingSize);
      let at = 0;
      for (const chunk of this.pending) {
        all.set(chunk, at);
        at += chunk.length;
      }
      this.pending = [all];
    }
    return this.pending[0] ?? new Uint8Array(0);
  }
}

function badModule(error: unknown, label: string): unknown {
  if (!(error instanceof Malformed)) return error;
  return new UserError('bad-module', l10n.t("{0} can't be read as a WebAssembly module: {1}.", label, error.message), [
    { label: l10n.t('A build or download that was broken off leaves such a file: make it anew. Source is built by Wasm: Build, or wasm-workbench build.') },
  ], { cause: error });
}

/** What a failed read of a module file is to a person. */
export function fileError(error: unknown, path: string): unknown {
  if (isUserError(error) || isCanceled(error)) return error;
  switch (systemCode(error)) {
    case undefined: return badModule(error, path);
    case 'ENOENT': case 'ENOTDIR': return new UserError('not-found', l10n.t('There is no file {0}.', path), [], { cause: error });
    case 'EISDIR': return new UserError('bad-module', l10n.t('{0} is a folder, not a module.', path), [], { cause: error });
    case 'EACCES': case 'EPERM':
      return new UserError('io', l10n.t("{0} can't be read: you have no permission to. Check the file's permissions.", path), [], { cause: error });
    default: return new UserError('io', l10n.t("{0} can't be read: {1}.", path, (error as Error).message), [], { cause: error });
  }
}
