import * as vscode from 'vscode';
import type { App } from './app';

const type = 'wasi';

/** Registers what F5, Ctrl+F5 and launch.json need. */
export function registerDebug(app: App): void {
  const provide = async (folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> => (await import('./configuration')).offeredConfigurations(app, folder);
  const { Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  app.context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(type, {
      provideDebugConfigurations: provide,
      resolveDebugConfiguration: async (folder, written) => (await import('./configuration')).complete(app, folder, written),
      resolveDebugConfigurationWithSubstitutedVariables: async (folder, written) => (await import('./configuration')).check(app, folder, written),
    }),
    vscode.debug.registerDebugConfigurationProvider(type, { provideDebugConfigurations: provide }, Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(type, {
      async createDebugAdapterDescriptor(session: vscode.DebugSession) {
        // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- DebugAdapter is an interface for anybody's class
        const adapter: vscode.DebugAdapter = session.configuration['noDebug'] === true ? new (await import('./runAdapter')).RunAdapter(app, session) : new (await import('./debugAdapter')).DebugAdapter(app, session);
        return new vscode.DebugAdapterInlineImplementation(adapter);
      },
    }),
  );
}
