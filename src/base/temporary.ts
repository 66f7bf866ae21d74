import { createHash } from 'node:crypto';
import { mkdtemp, lstat, readdir, rm } from 'node:fs/promises';
import { readlinkSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemCode } from './error';

const live = new Set<string>();
let begun = false;

/**
 * A new private folder below the system's temporary one; `dispose` removes it, and the process's exit does where nobody did. What a process
 * that was killed has left there is removed by the next one of ours.
 */
export async function temporaryFolder(purpose: string): Promise<{ readonly path: string; dispose(): Promise<void> }> {
  if (!begun) {
    begun = true;
    process.on('exit', () => {
      for (const folder of live) rmSync(folder, { recursive: true, force: true });
    });
    void sweep().catch(() => {});
  }
  const path = await mkdtemp(join(tmpdir(), `wasm-workbench-${purpose}-${String(process.pid)}-${machine()}-`));
  live.add(path);
  return {
    path,
    async dispose() {
      live.delete(path);
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Removes temporary folders of ours whose process is gone; gives their paths. */
export async function sweep(parent = tmpdir()): Promise<string[]> {
  const gone: string[] = [];
  for (const name of await readdir(parent)) {
    const [, pid, where] = /^wasm-workbench-[a-z]+-(\d+)-([0-9a-f]{8})-/.exec(name) ?? [];
    // Another machine or container that shares the folder counts its processes for itself: what is there may be in use.
    if (pid === undefined || where !== machine() || isAlive(Number(pid))) continue;
    const path = join(parent, name);
    const stat = await lstat(path).catch(() => undefined);
    if (stat?.isDirectory() !== true || (process.getuid !== undefined && stat.uid !== process.getuid())) continue;
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
    gone.push(path);
  }
  return gone;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

let ownMachine: string | undefined;

/** What tells apart those who count processes by the same numbers. */
function machine(): string {
  if (ownMachine === undefined) {
    let space = '';
    try {
      space = readlinkSync('/proc/self/ns/pid');
    } catch {
      // No such thing on other systems.
    }
    ownMachine = createHash('sha256').update(`${hostname()} ${space}`).digest('hex').slice(0, 8);
  }
  return ownMachine;
}
