import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { makeSurroundings, type App } from './editor/app';
import { Builder } from './editor/builder';
import { registerCommands } from './editor/commands';
import { Compiler } from './editor/compiler';
import { registerDebug } from './editor/debug';
import { Diagnostics } from './editor/diagnostics';
import { Projects } from './editor/projects';
import { registerProjectsView } from './editor/projectsView';
import { Runner } from './editor/runner';
import { registerStatus } from './editor/status';
import { registerTasks } from './editor/tasks';

/** Puts the parts together and registers the features; whatever is heavy is loaded when it is first used. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });
  const surroundings = makeSurroundings(context);
  const projects = new Projects(surroundings);
  const diagnostics = new Diagnostics();
  const compiler = new Compiler(surroundings);
  const parts = { ...surroundings, projects, diagnostics, compiler };
  const app: App = { ...parts, builder: new Builder(parts), runner: new Runner(() => app) };
  context.subscriptions.push(projects, diagnostics, compiler, app.builder);
  for (const register of [registerCommands, registerTasks, registerDebug, registerProjectsView, registerStatus]) register(app);
}
