import type { WASI } from 'node:wasi';
import { outputLimit, type GuestHost, type HostOptions, type MakeHost } from './guest';

// Node's own host, kept to compare ours with. What it gets wrong: see the documentation of runtime `node`.

/** Loads node:wasi without its warning, which would stand in the guest's standard error. */
export async function loadNodeWasi(): Promise<MakeHost> {
  const emit = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  try {
    const { WASI: Host } = await import('node:wasi');
    // The warning comes when the class is first used.
    new Host({ version: 'preview1', args: ['-'], env: { a: '' } });
    return options => nodeHost(Host, options);
  } finally {
    process.emitWarning = emit;
  }
}

function nodeHost(Host: typeof WASI, options: HostOptions): GuestHost {
  const wasi = new Host({
    version: 'preview1',
    args: [...options.args],
    // An empty environment makes environ_get answer EINVAL.
    env: Object.keys(options.env).length === 0 ? { PWD: '/' } : { ...options.env },
    preopens: Object.fromEntries(options.mounts.map(mount => [mount.guest, mount.host])),
    stdin: options.stdinFd,
    returnOnExit: true,
  });
  const limit = options.limits?.output;
  let memory: WebAssembly.Memory | undefined;
  return {
    imports() {
      const imports = wasi.wasiImport as Record<string, (...args: never[]) => number>;
      return { wasi_snapshot_preview1: limit === undefined ? imports : limited(imports, limit, () => memory) } as WebAssembly.Imports;
    },
    start(instance) {
      memory = instance.exports['memory'] as WebAssembly.Memory;
      return wasi.start(instance);
    },
  };
}

/** Counts what goes to standard output and error, and ends the guest beyond the limit. */
function limited(imports: Record<string, (...args: never[]) => number>, limit: number, getMemory: () => WebAssembly.Memory | undefined): Record<string, unknown> {
  const write = imports['fd_write'] as unknown as (fd: number, iovs: number, count: number, written: number) => number;
  let total = 0;
  return {
    ...imports,
    fd_write(fd: number, iovs: number, count: number, written: number): number {
      const errno = write(fd, iovs, count, written);
      const buffer = getMemory()?.buffer;
      if (errno === 0 && (fd === 1 || fd === 2) && buffer !== undefined) {
        total += new DataView(buffer).getUint32(written, true);
        if (total > limit) throw outputLimit(limit);
      }
      return errno;
    },
  };
}
