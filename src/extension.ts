import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { makeSurroundings, type App } from './editor/app';
import { Builder } from './editor/builder';
import { registerCommands } from './editor/commands';
import { registerDebug } from './editor/debug';
import { showError } from './editor/errors';
import { registerImages } from './editor/images/register';
import { Later } from './editor/later';
import { lazyTree } from './editor/lazyTree';
import { registerModules } from './editor/modules';
import { Projects } from './editor/projects';
import { registerStatus } from './editor/status';
import { registerTasks } from './editor/tasks';
import { registerWit } from './editor/wit';
import { registerWat } from './editor/wat';

/** Puts the parts together and registers the features; whatever is heavy is loaded when it is first used. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });
  const surroundings = makeSurroundings(context);
  const projects = new Projects(surroundings);
  const compiler = new Later(async () => new (await import('./editor/compiler')).Compiler(surroundings));
  const parts = { ...surroundings, projects, compiler };
  const runner = new Later(async () => new (await import('./editor/runner')).Runner(app));
  const images = new Later(async () => new (await import('./editor/images/images')).Images(app));
  const containers = new Later(async () => new (await import('./editor/containers/containers')).Containers(app));
  const app: App = { ...parts, builder: new Builder(parts), runner, images, containers };
  context.subscriptions.push(projects, compiler, app.builder, runner, images, containers);
  for (const register of [registerCommands, registerTasks, registerDebug, registerStatus, registerWat]) register(app);
  registerModules(context, error => void showError(app, error));
  registerWit(context.subscriptions);
  context.subscriptions.push(lazyTree('wasmWorkbench.projects', async () => (await import('./editor/projectsView')).projectTree(app)));
  registerImages(app);
  context.subscriptions.push(lazyTree('wasmWorkbench.containers', async () => (await containers.get()).tree()));
}
