import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugLaunch } from '../debug/adapter/launch';
import { DebugSession } from '../debug/adapter/session';
import type { Child, ChildCommand } from '../debug/adapter/start';
import { findNode } from '../run/node';
import { runtimeMissing } from '../run/launch';
import type { App } from './app';
import { resolveConfiguration } from './configuration';
import { debugWishes, guestOf } from './debugLaunch';
import { showError } from './errors';
import { settingsOf } from './settings';

/** A debug session within the extension host: only the program has a process of its own. */
export class DebugAdapter implements vscode.DebugAdapter {
  private readonly sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.sent.event;
  private readonly session: DebugSession;
  private over: () => void = () => {};

  constructor(app: App, session: vscode.DebugSession) {
    this.session = new DebugSession({
      launch: async (_arguments, signal, output) => {
        const prepared = await prepare(app, session, signal, text => { output(text + '\n', 'console'); });
        const { serves } = resolveConfiguration(session.workspaceFolder, session.configuration);
        if (serves === undefined) return prepared;
        const { whenServing } = await import('./serving');
        const watch = await whenServing(serves, session.name);
        this.over = () => { void watch.end(); };
        return { ...prepared, spec: { ...prepared.spec, ready: watch.ready } };
      },
      ...(wantsTerminal(session.configuration) ? { terminal: (command: ChildCommand, launch: DebugLaunch) => inTerminal(app, session, command, launch) } : {}),
      failed(error) { void showError(app, error); },
    }, message => { this.sent.fire(message); });
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.session.handle(message as DebugProtocol.ProtocolMessage);
  }

  dispose(): void {
    void this.session.dispose();
    this.over();
    this.sent.dispose();
  }
}

/** Whether a debugged program has a terminal: only where its configuration asks for one. */
function wantsTerminal(configuration: vscode.DebugConfiguration): boolean {
  return configuration['console'] === 'integratedTerminal' || configuration['console'] === 'externalTerminal';
}

/** Builds what is stale, with debug information unless the configuration names a profile, and completes the configuration. */
async function prepare(app: App, { configuration, workspaceFolder }: vscode.DebugSession, signal: AbortSignal, say: (text: string) => void): Promise<DebugLaunch> {
  const wishes = debugWishes(configuration);
  const launch = resolveConfiguration(workspaceFolder, configuration);
  const other = launch.inEditor === undefined ? launch.options[launch.options.indexOf('--runtime') + 1] : 'editor';
  if (other === 'editor' || (launch.options.includes('--runtime') && other !== 'embedded' && other !== 'node')) {
    say(l10n.t('Programs are debugged in the embedded host: runtime {0} is for runs without debugging.', other ?? ''));
  }
  const runner = await app.runner.get();
  const module = await runner.moduleOf({ ...launch, profile: launch.profile ?? 'debug' }, signal);
  signal.throwIfAborted();
  runner.remember(async () => { await vscode.debug.startDebugging(workspaceFolder, configuration); });
  const spec = await guestOf(launch, module);
  const node = await findNode({ paths: settingsOf(launch.program).paths }, signal, wishes.runtimeExecutable);
  if ('tried' in node) throw runtimeMissing(l10n.t('Node'), node.tried);
  return {
    spec, node, cwd: launch.cwd, console: wantsTerminal(configuration) ? 'integratedTerminal' : 'internalConsole', stopOnEntry: wishes.stopOnEntry, breakOnTrap: wishes.breakOnTrap, sourceFileMap: wishes.sourceFileMap,
  };
}

/** Starts the guest's process in a terminal, where it prints at once and reads what is typed. */
async function inTerminal(app: App, session: vscode.DebugSession, { tool, args, env }: ChildCommand, { cwd }: DebugLaunch): Promise<Child> {
  const started = await (await app.runner.get()).beside({ tool, args, cwd, env }, session.name, session.workspaceFolder);
  return { exit: started.exit, ...(started.pid === undefined ? {} : { pid: started.pid }), end: () => { started.stop(); } };
}
