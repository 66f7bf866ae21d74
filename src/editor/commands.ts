import * as vscode from 'vscode';
import { fullId, type CommandId } from './commandIds';
import { buildCommand, cleanCommand, debugCommand, runCommand } from './actions';
import type { App } from './app';
import { guarded } from './errors';
import { selectProfile, selectProject } from './select';
import { showBuildOutput } from './tasks';

type Handler = (app: App, ...given: readonly unknown[]) => Promise<unknown>;

// What is used seldom lies in bundles of its own.
const handlers = {
  build: (app, given) => buildCommand(app, given, false),
  rebuild: (app, given) => buildCommand(app, given, true),
  clean: (app, given) => cleanCommand(app, given),
  run: (app, given) => runCommand(app, given),
  debug: (app, given) => debugCommand(app, given),
  runAgain: app => app.runner.again(),
  selectProject: app => selectProject(app),
  selectProfile: app => selectProfile(app),
  selectRuntime: async app => (await import('./setup')).selectRuntime(app),
  newProject: async (app, given) => (await import('./newProject')).newProject(app, given),
  refreshProjects: app => { app.projects.refresh(); return Promise.resolve(); },
  showInfo: async (app, given) => (await import('./info')).showInfo(app, given),
  convertToWasm: async (app, given) => (await import('./info')).convertToWasm(app, given),
  checkSetup: async app => (await import('./setup')).checkSetup(app),
  installCompiler: app => app.compiler.install(),
  openWalkthrough: async app => vscode.commands.executeCommand('workbench.action.openWalkthrough', `${app.context.extension.id}#start`, false),
  showBuildOutput: (_app, project) => { showBuildOutput(project); return Promise.resolve(); },
  showLog: app => { app.log.show(); return Promise.resolve(); },
} satisfies Record<CommandId, Handler>;

/** Registers every command of the table; errors are shown, with what can be done about them. */
export function registerCommands(app: App): void {
  for (const [id, handler] of Object.entries(handlers) as [CommandId, Handler][]) {
    app.context.subscriptions.push(vscode.commands.registerCommand(fullId(id), (...given: unknown[]) => guarded(app, () => handler(app, ...given))));
  }
}
