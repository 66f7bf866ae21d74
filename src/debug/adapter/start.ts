import * as path from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { Env } from '../../base/command';
import { endTree, start, startError } from '../../base/exec';
import { temporaryFolder } from '../../base/temporary';
import type { GuestSpec } from '../../run/hosting/spec';
import { exitCode, fileVariable, specVariable } from '../../run/launch';
import { pipeVariable } from '../target/channel';

/** The program that hosts a debugged guest: a bundle beside ours, or the compiled source in tests. */
export function childProgram(): string {
  return process.env['WASM_WORKBENCH_BUNDLED'] === '1' ? path.join(__dirname, 'debug-child.js') : path.join(__dirname, '../child.js');
}

/** A Node to host the guest, with what its environment needs. */
export interface DebugNode {
  readonly path: string;
  readonly env: Env;
}

/** A child's command line and environment; `dispose` when it has started. */
export interface ChildCommand {
  readonly tool: string;
  readonly args: readonly string[];
  readonly env: Env;
  dispose(): Promise<void>;
}

const longest = 12_000;

/** What starts a guest under the debugger on a pipe. */
export async function childCommand(node: DebugNode, spec: GuestSpec, pipe: string): Promise<ChildCommand> {
  const text = JSON.stringify(spec);
  const folder = text.length > longest ? await temporaryFolder('debug') : undefined;
  const carrier: Record<string, string> = { [pipeVariable]: pipe };
  if (folder === undefined) carrier[specVariable] = text;
  else await writeFile(carrier[fileVariable] = path.join(folder.path, 'guest.json'), text, { mode: 0o600 });
  return {
    tool: node.path,
    // Without the flag an access out of bounds has no locals in its frame from Node 24 on; older ones take it too.
    args: ['--no-warnings', '--disable-wasm-trap-handler', childProgram()],
    env: { ...node.env, ...carrier, NODE_OPTIONS: undefined, VSCODE_INSPECTOR_OPTIONS: undefined },
    dispose: async () => { await folder?.dispose(); },
  };
}

/** A guest's process, ours or a terminal's. */
export interface Child {
  readonly pid?: number;
  /** Its exit code, once all output has come; undefined where it was ended from outside. */
  readonly exit: Promise<number | undefined>;
  /** Writes to its standard input, where that is no terminal's. */
  write?(text: string): void;
  end(): Promise<void> | void;
}

/** Starts the guest's process, its output passed on. Throws UserError. */
export function startChild(command: ChildCommand, cwd: string, output: (text: string, category: 'stdout' | 'stderr') => void): Child {
  const value = { tool: command.tool, args: command.args, cwd, env: command.env };
  let child: ReturnType<typeof start>;
  try {
    child = start(value, { stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (error) {
    throw startError(value, error);
  }
  // Text that is cut within a character is put together again.
  for (const [stream, category] of [[child.stdout, 'stdout'], [child.stderr, 'stderr']] as const) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => { output(text, category); });
  }
  child.stdin?.on('error', () => {});
  const exit = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', error => { reject(startError(value, error)); });
    child.once('close', (code, signal) => { resolve(signal === null ? exitCode(code, null) : undefined); });
  });
  exit.catch(() => {});
  return { ...(child.pid === undefined ? {} : { pid: child.pid }), exit, write: text => { child.stdin?.write(text); }, end: () => endTree(child) };
}
