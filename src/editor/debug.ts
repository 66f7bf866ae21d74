import * as vscode from 'vscode';
import { basename, dirname } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isUserError } from '../base/error';
import type { App } from './app';
import { debugWishes } from './debugLaunch';
import { requireTrust, showError } from './errors';
import { defaultPreopens, resolveLaunch, type Preopen, type ResolvedLaunch } from './launch';
import { projectProperty } from './taskDefinition';
import { RunSession } from './runSession';
import { chooseProject } from './select';
import { settingsOf } from './settings';

const type = 'wasi';

/** Registers what F5, Ctrl+F5 and launch.json need. */
export function registerDebug(app: App): void {
  const provider = new ConfigurationProvider(app);
  const dynamic: vscode.DebugConfigurationProvider = { provideDebugConfigurations: folder => provider.provideDebugConfigurations(folder) };
  const { Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  app.context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(type, provider),
    vscode.debug.registerDebugConfigurationProvider(type, dynamic, Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(type, {
      async createDebugAdapterDescriptor(session: vscode.DebugSession) {
        // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- DebugAdapter is an interface for anybody's class
        const adapter: vscode.DebugAdapter = session.configuration['noDebug'] === true ? new InlineAdapter(app, session) : new (await import('./debugAdapter')).DebugAdapter(app, session);
        return new vscode.DebugAdapterInlineImplementation(adapter);
      },
    }),
  );
}

/** The configuration of a program, for launch.json and for runs without one. */
export function configurationOf(name: string, program: string, folder: vscode.WorkspaceFolder | undefined): vscode.DebugConfiguration {
  const place = folder === undefined ? program : projectProperty(folder.uri.fsPath, program);
  const shared = folder === undefined || place === program ? program : place === '.' ? '${workspaceFolder}' : '${workspaceFolder}/' + place;
  return { type, request: 'launch', name, program: shared };
}

class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  private readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    const known = await this.app.projects.list();
    const here = folder === undefined ? known : known.filter(one => one.root === folder.uri.fsPath);
    return here.map(({ project }) => configurationOf(l10n.t('Run {0}', project.name), project.file ?? project.folder, folder));
  }

  async resolveDebugConfiguration(folder: vscode.WorkspaceFolder | undefined, written: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    try {
      requireTrust();
      // F5 without a launch.json gives a configuration with nothing in it.
      if (written['program'] !== undefined) return { ...written, request: 'launch' };
      const program = await this.programOfEditor();
      if (program === undefined) return undefined;
      const made = configurationOf(l10n.t('Run {0}', basename(program)), program, folder);
      return { ...made, ...written, type, request: 'launch', name: isNamed(written.name) ? written.name : made.name };
    } catch (error) {
      void showError(this.app, error);
      return undefined;
    }
  }

  resolveDebugConfigurationWithSubstitutedVariables(folder: vscode.WorkspaceFolder | undefined, written: vscode.DebugConfiguration): vscode.DebugConfiguration | undefined {
    try {
      resolveConfiguration(folder, written);
      debugWishes(written);
      return written;
    } catch (error) {
      void showError(this.app, error);
      return undefined;
    }
  }

  /** What F5 runs: the open module, the open file's project, else the current project. */
  private async programOfEditor(): Promise<string | undefined> {
    const open = vscode.window.activeTextEditor?.document.uri;
    if (open?.scheme === 'file') {
      const owner = await this.app.projects.owner(open.fsPath);
      if (owner !== undefined) return owner.project.file ?? owner.project.folder;
      try {
        const [alone] = await this.app.projects.at(open.fsPath);
        if (alone !== undefined) return alone.project.file ?? alone.project.folder;
      } catch (error) {
        // A file that is no source, such as a README: the current project is meant.
        if (!isUserError(error) || error.code !== 'no-project') throw error;
      }
    }
    const chosen = await chooseProject(this.app);
    return chosen?.project.file ?? chosen?.project.folder;
  }
}

/** VS Code gives a configuration made of nothing an empty name. */
function isNamed(name: unknown): name is string {
  return typeof name === 'string' && name !== '';
}

/** Completes a configuration by the settings that hold for it. Throws a UserError for what is wrong in it. */
export function resolveConfiguration(folder: vscode.WorkspaceFolder | undefined, written: Readonly<Record<string, unknown>>): ResolvedLaunch {
  const program = typeof written['program'] === 'string' ? written['program'] : undefined;
  const root = folder?.uri.fsPath ?? (program === undefined ? undefined : vscode.workspace.getWorkspaceFolder(vscode.Uri.file(program))?.uri.fsPath);
  const base = root ?? (program === undefined ? process.cwd() : dirname(program));
  const settings = settingsOf(program ?? base);
  const isModule = program !== undefined && /\.(wasm|wat)$/i.test(program);
  return resolveLaunch(written, {
    folder: base,
    args: settings.run.args,
    env: settings.run.env,
    preopens: defaultPreopens(settings.run.preopens as readonly Preopen[], isModule ? undefined : base),
    runtime: settings.runtime,
    limits: settings.run.limits,
  });
}

/** A run without debugging, its session inside the extension host. */
class InlineAdapter implements vscode.DebugAdapter {
  private readonly sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.sent.event;
  private readonly session: RunSession;

  constructor(app: App, session: vscode.DebugSession) {
    const { configuration, workspaceFolder } = session;
    this.session = new RunSession({
      async start(signal, output) {
        const launch = resolveConfiguration(workspaceFolder, configuration);
        const module = await app.runner.moduleOf(launch, signal);
        signal.throwIfAborted();
        app.runner.remember(async () => { await vscode.debug.startDebugging(workspaceFolder, configuration, { noDebug: configuration['noDebug'] === true }); });
        const hosted = launch.inEditor === undefined ? undefined : await app.runner.inEditorHost(launch, launch.inEditor, module, session.name, output);
        if (hosted !== undefined) return hosted;
        return launch.console === 'internalConsole' ? app.runner.caught(launch, module, session.name, output) : app.runner.inTerminal(launch, module, session.name);
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
