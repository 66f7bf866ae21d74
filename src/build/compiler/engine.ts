import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import type { Ran, Request } from './driver';
import { runTool } from './driver';
import { Machine } from './machine';
import { HeaderCache } from './headers';

/** What an engine needs of the machine it is on. */
export interface EnginePlaces {
  readonly sysroot: string;
  /** A folder of its own for files between jobs. */
  readonly temporary: string;
  /** Where precompiled headers are; none are used without. */
  readonly headers?: string;
}

/**
 * Compiles clang's module. Functions are validated and compiled when they are first called (75 ms instead of 300 for 75 MB); on V8 before
 * version 12 the optimising compiler is held back, which otherwise competes with the program for the processors in its first seconds.
 */
export function compileModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  setFlagsFromString('--wasm-lazy-validation');
  if (Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--wasm-tiering-budget=300000000');
  return new WebAssembly.Module(bytes);
}

const readers = 2;

/** Reads clang's module on threads of their own, in two parts side by side, so that this thread can go on until the bytes are needed. */
export async function readModule(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(new ArrayBuffer(size));
    const part = Math.ceil(size / readers);
    const readPart = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to;) {
        const { bytesRead } = await file.read(bytes, at, to - at, at);
        if (bytesRead === 0) throw new Error(`${path} ended early`);
        at += bytesRead;
      }
    };
    await Promise.all(Array.from({ length: readers }, (_, i) => readPart(i * part, Math.min(size, (i + 1) * part))));
    return bytes;
  } finally {
    await file.close();
  }
}

/** Runs tools one after the other in this thread. */
export class Engine {
  readonly #machine: Machine;
  readonly #places: EnginePlaces;
  readonly headers: HeaderCache | undefined;

  constructor(module: WebAssembly.Module, places: EnginePlaces) {
    this.#machine = new Machine(module);
    this.#places = places;
    this.headers = places.headers === undefined ? undefined : new HeaderCache({ folder: places.headers, sysroot: places.sysroot, run: run => this.#machine.run(run) });
    mkdirSync(places.temporary, { recursive: true });
  }

  run(request: Request): Ran {
    return runTool(request, { run: run => this.#machine.run(run), sysroot: this.#places.sysroot, temporary: this.#places.temporary, precompiled: this.headers });
  }
}
