import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ran, Request } from './driver';
import { compileModule, Engine, readModule } from './engine';
import { storageFolder } from './locate';
import { requireCompiler } from './missing';
import { sysrootOf } from './sysroot';

/** Runs a tool in this process, without a server. */
export async function runLocally(request: Request): Promise<Ran> {
  const storage = storageFolder(request.env);
  const compiler = requireCompiler(request.cwd, request.env);
  const [bytes, sysroot] = await Promise.all([readModule(compiler.wasm), sysrootOf(compiler, storage)]);
  const temporary = mkdtempSync(join(tmpdir(), 'wasm-workbench-cc-'));
  // Not by base/temporary's table alone: a signal ends this process in the middle of a compile.
  process.once('exit', () => { rmSync(temporary, { recursive: true, force: true }); });
  return new Engine(compileModule(bytes), { sysroot, temporary, headers: join(storage, 'headers') }).run(request);
}
