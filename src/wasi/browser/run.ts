import { ExitSignal } from '../calls/process';
import { createWasi } from '../index';
import { Device, type Stat } from '../device';
import { FileType } from '../abi';
import { Errno } from '../errno';
import { Input } from '../memory/streams';
import { MemoryFiles, type MemoryEntry } from '../memory/files';
import { PageClocks } from './clocks';

// A program over copies of folders, in a worker of a page: there nothing can be read while the program runs, so that all is there before, and
// what it has changed is told at its end.

/** A folder as it was: paths with slashes, relative; a directory has no bytes. The bytes become the program's, which writes to them. */
export interface FolderCopy {
  readonly guest: string;
  readonly readonly?: boolean;
  readonly entries: readonly { readonly path: string; readonly bytes?: Uint8Array }[];
}

/** What a program has changed in one of the folders. What was moved is gone there and new here. */
export interface FolderChanges {
  /** Directories first, each before what is in it. */
  readonly made: readonly { readonly path: string; readonly bytes?: Uint8Array }[];
  /** What is in a directory first, then it. */
  readonly gone: readonly string[];
}

export interface PageRun {
  readonly module: WebAssembly.Module;
  /** The first is the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folders: readonly FolderCopy[];
  readonly stdin?: Uint8Array;
  /** Takes a copy of what is printed. */
  readonly print: (bytes: Uint8Array, error: boolean) => void;
}

export interface PageEnd {
  /** Undefined for a trap. */
  readonly code?: number;
  readonly trap?: Error;
  /** One for each folder. */
  readonly changes: readonly FolderChanges[];
}

class Printer extends Device {
  readonly #print: (bytes: Uint8Array) => void;

  constructor(print: (bytes: Uint8Array) => void) {
    super();
    this.#print = print;
  }

  override write(_handle: number, bytes: Uint8Array, offset: number, length: number): number {
    if (length > 0) this.#print(bytes.slice(offset, offset + length));
    return length;
  }

  override stat(handle: number, stat: Stat): number {
    super.stat(handle, stat);
    stat.type = FileType.CHARACTER_DEVICE;
    return 0;
  }
}

/** Nanoseconds that never come twice, so that every change shows in a file's time. */
function everLater(): () => bigint {
  let last = 0n;
  return () => {
    const now = BigInt(Date.now()) * 1000000n;
    return last = now > last ? now : last + 1n;
  };
}

/** Runs a program to its end. Throws what is no trap: a LinkError of a module that imports what no host has. */
export function runOnCopies({ module, args, env, folders, stdin, print }: PageRun): PageEnd {
  const mounted = folders.map(folder => mount(folder));
  const streams = [new Input(stdin ?? new Uint8Array(0)), new Printer(bytes => { print(bytes, false); }), new Printer(bytes => { print(bytes, true); })];
  const wasi = createWasi({
    args, env, clocks: new PageClocks(),
    stdio: streams.map(device => ({ device, handle: 0, terminal: device instanceof Printer })),
    preopens: mounted.map(({ files }, i) => ({ name: folders[i]?.guest ?? '/', files, handle: files.rootHandle, ...(folders[i]?.readonly === true ? { readonly: true } : {}) })),
    random(bytes, from, to) {
      // It takes 64 KB at most, and no shared memory.
      for (let i = from; i < to; i += 65536) bytes.set(crypto.getRandomValues(new Uint8Array(Math.min(65536, to - i))), i);
    },
    spawn: () => -Errno.NOTSUP,
  });
  const instance = new WebAssembly.Instance(module, wasi.imports(module));
  let end: { code: number } | { trap: Error };
  try {
    end = { code: wasi.start(instance) };
  } catch (error) {
    if (error instanceof ExitSignal) end = { code: error.code };
    else if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) end = { trap: error };
    else throw error;
  }
  return { ...end, changes: mounted.map(({ changes }) => changes()) };
}

function mount(folder: FolderCopy): { files: MemoryFiles; changes: () => FolderChanges } {
  const files = new MemoryFiles({ now: everLater() });
  for (const { path, bytes } of folder.entries) {
    if (bytes === undefined) files.addDirectory(path);
    else files.add(path, bytes);
  }
  const before = new Map<string, { entry: MemoryEntry; changed: bigint }>();
  for (const [path, entry] of files.entries()) before.set(path, { entry, changed: entry.changed });
  return {
    files,
    changes() {
      const made: { path: string; bytes?: Uint8Array }[] = [];
      const now = new Map<string, MemoryEntry['type']>();
      for (const [path, entry] of files.entries()) {
        now.set(path, entry.type);
        const old = before.get(path);
        // Links are the program's own affair: a workspace's file system has none.
        if (entry.type === 'directory') {
          if (old?.entry.type !== 'directory') made.push({ path });
        } else if (entry.type === 'file' && (old?.entry !== entry || old.changed !== entry.changed)) made.push({ path, bytes: entry.bytes.slice(0, entry.size) });
      }
      const gone = [...before].filter(([path, { entry }]) => now.get(path) !== entry.type).map(([path]) => path);
      return { made, gone: gone.sort((a, b) => b.split('/').length - a.split('/').length || (a < b ? -1 : 1)) };
    },
  };
}
