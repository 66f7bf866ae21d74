import { createWasi, ExitSignal, type Clocks } from '../../wasi/index';
import { Disk } from './disk';
import type { Ran, Run } from './driver';
import { withOutputNames } from './paths';
import { Collected, Input } from './streams';

// One run of the compiler's module: a fresh instance each time, since LLVM's tools can't be entered twice.

/** Asks for memory in pieces of this size. */
const granularity = 8 << 20;

/**
 * dlmalloc grows memory by 64 KiB at a time, and V8 takes each growth for a whole new buffer: hundreds of full collections for one
 * large source. Its parameters lie in memory as [magic, page size, granularity, no mmap threshold, no trim threshold]; where exactly
 * one place looks like that, the granularity is raised. Gives that place (an index of 32-bit words), -1 where there is none or several.
 */
export function findGranularity(words: Int32Array): number {
  let found = -1;
  for (let i = words.indexOf(65536); i > 0; i = words.indexOf(65536, i + 1)) {
    if (!looksLikeParameters(words, i + 1)) continue;
    if (found >= 0) return -1;
    found = i + 1;
  }
  return found;
}

function looksLikeParameters(words: Int32Array, at: number): boolean {
  return words[at] === 65536 && words[at - 1] === 65536 && words[at - 2] !== 0 && words[at + 1] === -1 && words[at + 2] === -1;
}

const clocks: Clocks = {
  write(id, view, at) {
    if (id === 0) view.setBigUint64(at, BigInt(Date.now()) * 1_000_000n, true);
    else view.setBigUint64(at, BigInt(Math.round(performance.now() * 1e6)), true);
    return true;
  },
  now: () => performance.now() * 1e6,
  resolution: () => 1000,
  wait: () => {},
};

/** The compiled module, and what was learnt of it. */
export class Machine {
  readonly #module: WebAssembly.Module;
  #granularityAt: number | undefined;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /** Runs a tool. A trap is a crash of the compiler: it becomes a message and the code 70, and what it was writing is dropped. */
  run(run: Run): Ran {
    const disk = new Disk();
    const out = new Collected();
    const err = new Collected();
    const wasi = createWasi({
      args: run.argv,
      env: run.env,
      preopens: [{ name: '/', files: disk, handle: Disk.root }],
      stdio: [{ device: new Input(run.stdin ?? new Uint8Array(0)), handle: 0 }, { device: out, handle: 0 }, { device: err, handle: 0 }],
      clocks,
      random: (bytes, from, to) => { globalThis.crypto.getRandomValues(bytes.subarray(from, to)); },
    });
    const { table } = wasi.context;
    disk.handleOf = fd => (table.has(fd) && table.of(fd) === disk ? table.handle[fd] : undefined);
    const imports = wasi.imports(this.#module);
    const preview1 = imports['wasi_snapshot_preview1'] ?? {};
    const argsGet = preview1['args_get'] as (pointers: number, bytes: number) => number;
    const instance = new WebAssembly.Instance(this.#module, {
      ...imports,
      wasi_snapshot_preview1: {
        ...preview1,
        // The first call after malloc has run.
        args_get: (pointers: number, bytes: number): number => {
          this.#raiseGranularity(instance.exports['memory'] as WebAssembly.Memory);
          return argsGet(pointers, bytes);
        },
      },
    });
    wasi.attach(instance.exports['memory'] as WebAssembly.Memory);
    let code = 0;
    try {
      (instance.exports['_start'] as () => void)();
    } catch (error) {
      if (error instanceof ExitSignal) code = error.code;
      else {
        code = 70;
        const message = Buffer.from(`${run.argv[0] ?? 'clang'}: error: the compiler crashed: ${error instanceof Error ? error.message : String(error)}\n`);
        err.write(0, message, 0, message.length);
      }
    }
    if (code === 0) wasi.close();
    else disk.end();
    return { code, stdout: out.bytes(), stderr: withOutputNames(err.bytes()) };
  }

  #raiseGranularity(memory: WebAssembly.Memory): void {
    const words = new Int32Array(memory.buffer);
    const at = this.#granularityAt ??= findGranularity(words);
    if (at > 0 && looksLikeParameters(words, at)) words[at] = granularity;
  }
}
