import * as vscode from 'vscode';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { App } from './app';
import { resolveConfiguration } from './configuration';
import { showError } from './errors';
import { RunSession } from './runSession';

/** A run without debugging, its session inside the extension host. */
export class RunAdapter implements vscode.DebugAdapter {
  private readonly sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.sent.event;
  private readonly session: RunSession;

  constructor(app: App, session: vscode.DebugSession) {
    const { configuration, workspaceFolder } = session;
    this.session = new RunSession({
      async start(signal, output, openWindow) {
        const launch = resolveConfiguration(workspaceFolder, configuration);
        const runner = await app.runner.get();
        const module = await runner.moduleOf(launch, signal);
        signal.throwIfAborted();
        runner.remember(async () => { await vscode.debug.startDebugging(workspaceFolder, configuration, { noDebug: configuration['noDebug'] === true }); });
        const hosted = launch.inEditor === undefined ? undefined : await runner.inEditorHost(launch, launch.inEditor, module, session.name, output);
        if (hosted !== undefined) return hosted;
        switch (launch.console) {
          case 'internalConsole': return runner.caught(launch, module, session.name, output);
          case 'externalTerminal': return runner.inWindow(launch, module, session.name, openWindow);
          case 'integratedTerminal': return runner.inTerminal(launch, module, session.name);
        }
      },
      failed(error) { void showError(app, error); },
    }, message => { this.sent.fire(message); });
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.session.handle(message as DebugProtocol.ProtocolMessage);
  }

  dispose(): void {
    this.session.stop();
    this.sent.dispose();
  }
}
