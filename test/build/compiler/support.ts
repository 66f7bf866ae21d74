import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import type { Output } from '../../../src/base/command';
import { locateCompiler, storageFolder, type Compiler } from '../../../src/build/compiler/locate';

/** out/ of the unit tests. */
export const root = resolve(__dirname, '../../..');

/** The installed compiler; without one the test is skipped in a line, or fails where CI says that all must run. */
export function installedCompiler(t: TestContext): Compiler | undefined {
  const located = locateCompiler({ cwd: root, storage: storageFolder() });
  if (!('tried' in located)) return located;
  const line = `the embedded compiler is not installed (${located.tried.join(', ')})`;
  if (process.env['CI'] === 'true') throw new Error(line);
  t.skip(line);
  return undefined;
}

/** A folder that goes with the test. */
export function scratch(t: TestContext, name = 'cc test'): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  t.after(() => { rmSync(folder, { recursive: true, force: true, maxRetries: 3 }); });
  return folder;
}

/** Keeps what a command prints. */
export function keep(signal: AbortSignal = new AbortController().signal): { output: Output; stdout(): string; stderr(): string } {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  return {
    output: { stdout: chunk => { out.push(chunk.slice()); }, stderr: chunk => { err.push(chunk.slice()); }, signal },
    stdout: () => Buffer.concat(out).toString(),
    stderr: () => Buffer.concat(err).toString(),
  };
}

export interface Ended { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** A child's end, with what it printed. */
export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => { stdout += chunk.toString(); });
  child.stderr?.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => { resolve({ code, stdout, stderr }); });
  });
}

/** Runs a module by Node's own WASI, which has nothing to do with ours. */
export function runModule(module: string, args: readonly string[] = [], preopen?: string): Promise<Ended> {
  const script = `
    const { WASI } = require('node:wasi');
    const [file, preopen, ...args] = process.argv.slice(1);
    const wasi = new WASI({ version: 'preview1', args: ['program', ...args], env: { A: '1' }, preopens: preopen ? { '/': preopen } : {}, returnOnExit: true });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(require('node:fs').readFileSync(file)), wasi.getImportObject());
    process.exitCode = wasi.start(instance);`;
  return ended(spawn(process.execPath, ['--no-warnings', '-e', script, module, preopen ?? '', ...args], { stdio: ['ignore', 'pipe', 'pipe'] }));
}
