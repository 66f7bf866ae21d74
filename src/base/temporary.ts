import { mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const live = new Set<string>();
let swept = false;

/** A new private folder below the system's temporary one; `dispose` removes it, and the process's exit does where nobody did. */
export async function temporaryFolder(purpose: string): Promise<{ readonly path: string; dispose(): Promise<void> }> {
  if (!swept) {
    swept = true;
    process.on('exit', () => {
      for (const folder of live) rmSync(folder, { recursive: true, force: true });
    });
  }
  const path = await mkdtemp(join(tmpdir(), `wasm-workbench-${purpose}-`));
  live.add(path);
  return {
    path,
    async dispose() {
      live.delete(path);
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
