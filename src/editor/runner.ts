import * as vscode from 'vscode';
import { dirname } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Command } from '../base/command';
import { UserError } from '../base/error';
import type { App } from './app';
import { requireTrust } from './errors';
import { runArguments, type EditorRun, type ResolvedLaunch } from './launch';
import type { OpenWindow, Started } from './runSession';
import { settingsOf } from './settings';
import { buildInTask } from './buildTask';
import { toolEnvironment } from './toolEnvironment';
import type { TraceChannel } from './traceChannel';

/** The extension that holds the editor's WASI host. */
const wasiCore = 'ms-vscode.wasm-wasi-core';

/** Runs modules: in a terminal whose process is our own command line, or with their output caught. */
export class Runner implements vscode.Disposable {
  private readonly app: App;
  private last: (() => Promise<unknown>) | undefined;
  private traces: TraceChannel | undefined;

  constructor(app: App) {
    this.app = app;
  }

  dispose(): void {
    this.traces?.dispose();
  }

  /** Remembers what `Run Again` does. */
  remember(again: () => Promise<unknown>): void {
    this.last = again;
    void vscode.commands.executeCommand('setContext', 'wasmWorkbench.hasRun', true);
  }

  async again(): Promise<void> {
    if (this.last === undefined) throw new UserError('usage', l10n.t('Nothing was run yet. Run a project or a module first.'));
    await this.last();
  }

  /** The module of a program, built first where it is a project. */
  async moduleOf(launch: ResolvedLaunch, signal?: AbortSignal): Promise<string> {
    requireTrust();
    if (launch.image === true || /\.wasm$/i.test(launch.program)) return launch.program;
    const { app } = this;
    const { chooseModule } = await import('../build/index');
    const found = await app.projects.at(launch.program);
    const [known] = found;
    if (known === undefined || found.length > 1) {
      const names = found.map(one => one.project.file ?? one.project.folder).join(', ');
      throw new UserError('usage', l10n.t('{0} holds {1} projects: {2}. Name one of them as the program.', launch.program, found.length, names));
    }
    signal?.throwIfAborted();
    const { target, profile } = launch;
    const result = await buildInTask(app, { known, ...(target === undefined ? {} : { target }), ...(profile === undefined ? {} : { profile }) }, launch.console === 'internalConsole' ? 'silent' : 'always', signal);
    return chooseModule(result, target).path;
  }

  /** Starts a module in a terminal of its own, which stays when it has ended. */
  inTerminal(launch: ResolvedLaunch, module: string, name: string): Promise<Started> {
    return this.traced(launch, name, env => this.terminal(launch, module, name, env));
  }

  /** Starts a module in a terminal window of the system's, which the editor opens. */
  inWindow(launch: ResolvedLaunch, module: string, name: string, open: OpenWindow): Promise<Started> {
    return this.traced(launch, name, async env => {
      const { runExternally } = await import('./externalRun');
      const args = [process.execPath, this.app.cli, ...runArguments(launch, module)];
      return runExternally(status => open({ title: name, cwd: cwdOf(launch, module), args, env: { ...this.environment(launch), ...env, ...status } }));
    });
  }

  /** Starts a module with its output told to `output`. */
  caught(launch: ResolvedLaunch, module: string, name: string, output: (text: string, category: 'stdout' | 'stderr') => void): Promise<Started> {
    return this.traced(launch, name, env => this.catch(launch, module, output, env));
  }

  /** Shows the trace that a configuration asks for and what the program serves, from the start of the program to its end. */
  private async traced(launch: ResolvedLaunch, name: string, start: (env: Record<string, string>) => Promise<Started>): Promise<Started> {
    requireTrust();
    if (launch.serves === undefined) return this.recorded(launch, name, start);
    const { serving } = await import('./serving');
    return serving(launch.serves, name, more => this.recorded(launch, name, env => start({ ...env, ...more })));
  }

  private async recorded(launch: ResolvedLaunch, name: string, start: (env: Record<string, string>) => Promise<Started>): Promise<Started> {
    if (launch.trace === undefined) return start({});
    if (this.traces === undefined) {
      const { TraceChannel } = await import('./traceChannel');
      this.traces = new TraceChannel();
    }
    const file = await this.traces.open(name);
    try {
      const started = await start({ WASM_WORKBENCH_TRACE: file.path });
      return { ...started, exit: started.exit.finally(() => file.end()) };
    } catch (error) {
      await file.end();
      throw error;
    }
  }

  private async terminal(launch: ResolvedLaunch, module: string, name: string, more: Record<string, string>): Promise<Started> {
    const command = { tool: process.execPath, args: [this.app.cli, ...runArguments(launch, module)], cwd: cwdOf(launch, module), env: { ...this.environment(launch), ...more } };
    return startTask(terminalTask(command, name, vscode.workspace.getWorkspaceFolder(vscode.Uri.file(launch.program)), true));
  }

  /** Starts a command in a terminal that does not take the focus. */
  beside(command: Command, name: string, folder: vscode.WorkspaceFolder | undefined): Promise<Started> {
    requireTrust();
    return startTask(terminalTask(command, name, folder, false));
  }

  private async catch(launch: ResolvedLaunch, module: string, output: (text: string, category: 'stdout' | 'stderr') => void, more: Record<string, string>): Promise<Started> {
    const { start, endTree, startError } = await import('../base/exec');
    const command = { tool: process.execPath, args: [this.app.cli, ...runArguments(launch, module)], cwd: cwdOf(launch, module), env: { ...this.environment(launch), ...more } };
    const child = start(command, { stdio: ['pipe', 'pipe', 'pipe'] });
    const exit = new Promise<number | undefined>((resolve, reject) => {
      child.once('error', error => { reject(startError(command, error)); });
      child.once('close', (code, signal) => { resolve(signal === null ? code ?? 0 : undefined); });
    });
    for (const category of ['stdout', 'stderr'] as const) {
      child[category]?.setEncoding('utf8').on('data', (text: string) => { output(text, category); });
    }
    // A program that ends without reading is no error of ours.
    child.stdin?.on('error', () => {});
    return {
      exit,
      ...(child.pid === undefined ? {} : { pid: child.pid }),
      stop() { void endTree(child); },
      input(line) { child.stdin?.write(line + '\n'); },
    };
  }

  /** Starts a module in the editor's own WASI host; undefined where that is not installed, which the user is told and offered. */
  async inEditorHost(launch: ResolvedLaunch, run: EditorRun, module: string, name: string, output: (text: string, category: 'stdout' | 'stderr') => void): Promise<Started | undefined> {
    requireTrust();
    if (vscode.extensions.getExtension(wasiCore) === undefined) {
      const said = l10n.t("The editor's WASI host (extension {0}) is not installed, so that the program runs in the embedded host.", wasiCore);
      this.app.log.warn(said);
      output(said + '\n', 'stderr');
      const install = l10n.t('Install');
      void vscode.window.showInformationMessage(said, install).then(async chosen => {
        if (chosen === install) await vscode.commands.executeCommand('workbench.extensions.installExtension', wasiCore);
      });
      return undefined;
    }
    const { startInEditorHost } = await import('./wasiCore');
    return startInEditorHost(launch, run, module, name, launch.console === 'internalConsole' ? output : undefined);
  }

  private environment(launch: ResolvedLaunch): Record<string, string> {
    const { paths } = settingsOf(launch.program);
    return { ...this.app.environment, ...toolEnvironment(paths) };
  }
}

function cwdOf(launch: ResolvedLaunch, module: string): string {
  return launch.cwd === '' ? dirname(module) : launch.cwd;
}

/** A task that is one process in a terminal of its own. */
function terminalTask({ tool, args, cwd, env }: Command, name: string, folder: vscode.WorkspaceFolder | undefined, focus: boolean): vscode.Task {
  // A terminal's variables can be set, but not be removed.
  const variables = Object.fromEntries(Object.entries(env ?? {}).map(([key, value]) => [key, value ?? '']));
  const execution = new vscode.ProcessExecution(tool, [...args], { cwd, env: variables });
  // The time makes each run a task of its own, so that two can run at once and none asks whether to end the other.
  const task = new vscode.Task({ type: 'wasi-run', at: Date.now() }, folder ?? vscode.TaskScope.Workspace, name, 'wasi', execution, []);
  task.presentationOptions = { echo: false, focus, panel: vscode.TaskPanelKind.Dedicated, showReuseMessage: false, reveal: vscode.TaskRevealKind.Always };
  return task;
}

/** Starts a task; its process's end is told with its code, or without where the terminal was closed. */
async function startTask(task: vscode.Task): Promise<Started> {
  const { at } = task.definition;
  const isOurs = ({ execution }: vscode.TaskEndEvent): boolean => execution.task.definition['at'] === at;
  let settle: (code: number | undefined) => void = () => {};
  const exit = new Promise<number | undefined>(resolve => { settle = resolve; });
  let pid: number | undefined;
  let begin: () => void = () => {};
  const begun = new Promise<void>(resolve => { begin = resolve; });
  // Listened to before the task begins: a short program may be over before executeTask's promise is.
  const listeners = vscode.Disposable.from(
    vscode.tasks.onDidStartTaskProcess(event => {
      if (!isOurs(event)) return;
      pid = event.processId;
      begin();
    }),
    vscode.tasks.onDidEndTaskProcess(event => { if (isOurs(event)) settle(event.exitCode); }),
    vscode.tasks.onDidEndTask(event => { if (isOurs(event)) settle(undefined); }),
  );
  void exit.then(() => { listeners.dispose(); });
  let execution: vscode.TaskExecution;
  try {
    execution = await vscode.tasks.executeTask(task);
  } catch (error) {
    settle(undefined);
    throw error;
  }
  await Promise.race([begun, exit]);
  return {
    exit,
    ...(pid === undefined ? {} : { pid }),
    stop() {
      // Our command line ends the program when it is interrupted, and the terminal keeps what was printed. Windows has no such signal.
      if (process.platform !== 'win32' && pid !== undefined && interrupt(pid)) return;
      execution.terminate();
    },
  };
}

function interrupt(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGINT');
  } catch {
    return false;
  }
}
