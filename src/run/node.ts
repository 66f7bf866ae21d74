import * as path from 'node:path';
import type { Command, Env } from '../base/command';
import { findProgram, type Found } from '../base/find';
import type { RunContext } from './request';

/** The child program's file: a bundle beside ours, or the compiled source in tests. */
export function childProgram(): string {
  return path.join(__dirname, process.env['WASM_WORKBENCH_BUNDLED'] === '1' ? 'run-child.js' : 'child.js');
}

/** A Node to host guests in: the editor's own, or one on PATH. */
export interface NodeProgram {
  readonly path: string;
  readonly env: Env;
  readonly version?: string;
}

const asNode: Env = { ELECTRON_RUN_AS_NODE: '1' };
let good: NodeProgram | undefined;

/**
 * This process's own executable where it runs our child program (Electron may have been built not to), else `node` on PATH. `wish` is the user's own
 * choice. The answer is kept when it is good.
 */
export async function findNode(context: Pick<RunContext, 'paths'>, signal: AbortSignal, wish: string | undefined = context.paths['node']): Promise<NodeProgram | { tried: readonly string[] }> {
  if (wish !== undefined && wish !== '') {
    const found = findProgram([wish], path.isAbsolute(wish) ? [wish] : []);
    return 'path' in found ? { path: found.path, env: asNode } : found;
  }
  if (good !== undefined) return good;
  if (process.versions['electron'] === undefined) return good = { path: process.execPath, env: {}, version: process.versions.node };
  const own = await probe({ path: process.execPath, env: asNode }, signal);
  if (own !== undefined) return good = own;
  const other: Found = findProgram(['node']);
  if ('tried' in other) return { tried: [process.execPath, ...other.tried] };
  const version = await probe({ path: other.path, env: {} }, signal);
  if (version === undefined) return { tried: [process.execPath, other.path] };
  return good = version;
}

async function probe(program: NodeProgram, signal: AbortSignal): Promise<NodeProgram | undefined> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  const command: Command = { tool: program.path, args: [childProgram(), '--probe'], cwd: path.dirname(program.path), env: program.env };
  try {
    const { capture, exec } = await import('../base/exec');
    const { code, stdout } = await capture(exec, command, limit, 1 << 16);
    const { node } = JSON.parse(stdout) as { node?: string };
    return code === 0 && node !== undefined && Number(node.split('.')[0]) >= 18 ? { ...program, version: node } : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
