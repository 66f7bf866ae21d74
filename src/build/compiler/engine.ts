import { readFileSync, mkdirSync } from 'node:fs';
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
export function compileModule(path: string): WebAssembly.Module {
  setFlagsFromString('--wasm-lazy-validation');
  if (Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--wasm-tiering-budget=300000000');
  return new WebAssembly.Module(readFileSync(path));
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
