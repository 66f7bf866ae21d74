import { basename } from 'node:path';
import { readFile } from 'node:fs/promises';
import * as l10n from '@vscode/l10n';
import { Wasm, type MountPointDescriptor, type ProcessOptions, type Stdio, type WasmProcess } from '@vscode/wasm-wasi/v1';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../base/error';
import { parseEnvFile } from '../run/check';
import { editor } from '../run/runtimes/editor';
import type { WasmModule } from '../wasm/module';
import { readModule } from '../wasm/read';
import type { EditorRun, ResolvedLaunch } from './launch';
import type { Started } from './runSession';

// The editor's own WASI host, which is another extension. What it does not do is told before a program starts; what it does wrong is guarded
// against here: a program whose terminal is closed goes on, one of two output streams is lost if only the other is taken, and a trap never ends
// the run, so that Stop must always work.

/** Runs a module in the editor's host. Throws UserError for what that host has not. */
export async function startInEditorHost(launch: ResolvedLaunch, run: EditorRun, file: string, name: string, output?: (text: string, category: 'stdout' | 'stderr') => void): Promise<Started> {
  const bytes = await readFile(file);
  const info = readModule(bytes, basename(file));
  refuse(run, info, basename(file));
  const wasm = await Wasm.load().catch((error: unknown) => {
    throw new UserError('no-runtime', l10n.t("The editor's WASI host could not be started: {0}.", messageOf(error)), [], { cause: error });
  });
  const memory = info.memories.find(one => one.imported && one.shared);
  const input = run.stdin === undefined ? undefined : await readFile(run.stdin);
  const options: ProcessOptions = { args: [...launch.args], env: await environmentOf(run), mountPoints: mountsOf(run) };
  // Compiled by the editor's Node rather than by that extension, whose compile reads the file once more.
  const module = WebAssembly.compile(bytes);
  const create = (stdio: Stdio): Promise<WasmProcess> => {
    const all = { ...options, stdio };
    return memory === undefined ? wasm.createProcess(basename(file), module, all)
      : wasm.createProcess(basename(file), module, { initial: memory.min, maximum: memory.max ?? 65536, shared: true }, all);
  };
  const feed = (): { readonly kind: 'pipeIn'; readonly pipe: ReturnType<Wasm['createWritable']> } => {
    // Only so does it tell a program the end of its input.
    const pipe = wasm.createWritable({ eot: true });
    return { kind: 'pipeIn', pipe };
  };
  const end = '\u0004';

  if (output !== undefined) {
    const pipes = { stdout: wasm.createReadable(), stderr: wasm.createReadable() };
    for (const category of ['stdout', 'stderr'] as const) {
      const decoder = new TextDecoder();
      pipes[category].onData(chunk => { output(decoder.decode(chunk, { stream: true }), category); });
    }
    const stdin = feed();
    const process = await create({ in: stdin, out: { kind: 'pipeOut', pipe: pipes.stdout }, err: { kind: 'pipeOut', pipe: pipes.stderr } });
    if (input !== undefined) await stdin.pipe.write(Buffer.concat([input, Buffer.from(end)]));
    return started(process, run, () => {}, line => { void stdin.pipe.write(line + '\n'); });
  }
  const pty = wasm.createPseudoterminal();
  const terminal = vscode.window.createTerminal({ name, pty, isTransient: true });
  terminal.show();
  const stdin = input === undefined ? undefined : feed();
  const process = await create({ ...pty.stdio, ...(stdin === undefined ? {} : { in: stdin }) });
  if (stdin !== undefined && input !== undefined) await stdin.pipe.write(Buffer.concat([input, Buffer.from(end)]));
  const closed = vscode.window.onDidCloseTerminal(one => { if (one === terminal) void process.terminate(); });
  const interrupted = pty.onDidCtrlC(() => { void process.terminate(); });
  return started(process, run, () => {
    closed.dispose();
    interrupted.dispose();
  });
}

function started(process: WasmProcess, run: EditorRun, release: () => void, input?: (line: string) => void): Started {
  let settle: (code: number | undefined) => void = () => {};
  const exit = new Promise<number | undefined>((resolve, reject) => {
    settle = resolve;
    process.run().then(resolve, (error: unknown) => {
      reject(new UserError('no-runtime', l10n.t("The editor's WASI host stopped the program: {0}.", messageOf(error)), [], { cause: error }));
    });
  });
  const stop = (): void => {
    // A program that trapped never tells its end: terminate() would, but nobody has to wait for it.
    void process.terminate().catch(() => undefined).then(() => { settle(undefined); });
  };
  const timer = run.time === undefined ? undefined : setTimeout(stop, run.time * 1000);
  void exit.catch(() => undefined).finally(() => {
    clearTimeout(timer);
    release();
  });
  return { exit, stop, ...(input === undefined ? {} : { input }) };
}

/** Throws for what the editor's host can't do. */
function refuse(run: EditorRun, info: WasmModule, name: string): void {
  const objection = editor.objection(info);
  if (objection !== undefined) throw new UserError('no-runtime', l10n.t("{0} can't run {1}: {2}.", editor.title, name, objection));
  const missing = [...run.unmet, ...(run.mounts.some(mount => mount.readonly === true) ? [l10n.t('read-only folders')] : [])];
  const [first] = missing;
  if (first !== undefined) throw new UserError('no-runtime', l10n.t('Runtime {0} has no {1}: use runtime embedded.', editor.id, first));
}

async function environmentOf(run: EditorRun): Promise<Record<string, string>> {
  if (run.envFile === undefined) return { ...run.env };
  try {
    return { ...parseEnvFile(await readFile(run.envFile, 'utf8')), ...run.env };
  } catch (error) {
    throw new UserError('bad-path', l10n.t("Can't read the environment file {0}: {1}.", run.envFile, messageOf(error)), [], { cause: error });
  }
}

function mountsOf(run: EditorRun): MountPointDescriptor[] {
  return run.mounts.map(({ host, guest }) => ({ kind: 'vscodeFileSystem', uri: vscode.Uri.file(host), mountPoint: mountPoint(guest) }));
}

/** That host mounts at absolute names only. */
function mountPoint(guest: string): string {
  const plain = guest.replace(/^(?:\.\/)+/, '');
  return plain === '.' || plain === '' ? '/' : plain.startsWith('/') ? plain : '/' + plain;
}
