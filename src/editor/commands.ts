import * as vscode from 'vscode';
import { fullId, lateIds, type CommandId, type LateGroup, type MainId } from './commandIds';
import type { App } from './app';
import { guarded } from './errors';

/** What a command does; `given` is what the editor hands it: a row of a view, a file, what a link says. */
export type Handler = (app: App, ...given: readonly unknown[]) => unknown;

/** The handlers of a group of commands, which its bundle exports. */
export type Handlers<G extends LateGroup> = Readonly<Record<(typeof lateIds)[G][number], Handler>>;

const handlers = {
  refreshProjects: app => { app.projects.refresh(); },
  openWalkthrough: app => vscode.commands.executeCommand('workbench.action.openWalkthrough', `${app.context.extension.id}#start`, false),
  showLog: app => { app.log.show(); },
} satisfies Record<MainId, Handler>;

const late: { readonly [G in LateGroup]: () => Promise<{ readonly handlers: Handlers<G> }> } = {
  projects: () => import('./actions'),
  setup: () => import('./setup'),
  packaging: () => import('./packaging/commands'),
  modules: () => import('./moduleCommands'),
  wat: () => import('./watCommands'),
  capabilities: () => import('./capabilities'),
  images: () => import('./images/commands'),
  docker: () => import('./containers/commands'),
};

/** Registers every command of the table; errors are shown, with what can be done about them. */
export function registerCommands(app: App): void {
  const register = (id: CommandId, handler: Handler): void => {
    app.context.subscriptions.push(vscode.commands.registerCommand(fullId(id), (...given: unknown[]) => guarded(app, () => handler(app, ...given))));
  };
  for (const [id, handler] of Object.entries(handlers) as [MainId, Handler][]) register(id, handler);
  for (const group of Object.keys(lateIds) as LateGroup[]) {
    for (const id of lateIds[group]) {
      register(id, async (...given) => ((await late[group]()).handlers as Readonly<Record<string, Handler>>)[id]?.(...given));
    }
  }
}
