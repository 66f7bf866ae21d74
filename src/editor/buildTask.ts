import * as vscode from 'vscode';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { BuildResult } from '../build/project';
import { isUserError, UserError } from '../base/error';
import type { App } from './app';
import { BuildTerminal, type Watched } from './buildTerminal';
import type { BuildRequest } from './builder';
import { fullId } from './commandIds';
import { guarded, requireTrust } from './errors';
import type { KnownProject } from './projectChoice';
import { projectProperty, readTaskDefinition, taskName, type WasiTaskDefinition } from './taskDefinition';

const type = 'wasi';

/** How long a task whose end was told may still begin, in milliseconds. */
const patience = 3000;

/** A task for each project in each of the two profiles that people switch between. */
export async function offeredTasks(app: App): Promise<vscode.Task[]> {
  const known = await guarded(app, () => app.projects.list()) ?? [];
  return known.flatMap(one => (['debug', 'release'] as const).map(profile => {
    const definition: WasiTaskDefinition = { type, project: placeOf(one), profile };
    return makeTask(app, { ...definition }, scopeOf(one.root), taskName(one.project.name, definition), () => Promise.resolve({ known: one, profile }));
  }));
}

/** A task of tasks.json with what it runs. The very definition object must come back: the editor compares it. */
export function completeTask(app: App, task: vscode.Task): vscode.Task {
  return makeTask(app, task.definition, task.scope ?? vscode.TaskScope.Workspace, task.name, () => requestOf(app, task));
}

function placeOf(known: KnownProject): string {
  return projectProperty(known.root, known.project.file ?? known.project.folder);
}

function scopeOf(root: string): vscode.WorkspaceFolder | vscode.TaskScope.Workspace {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(root)) ?? vscode.TaskScope.Workspace;
}

/** What a task of tasks.json asks for. Throws a UserError for what it says wrong. */
async function requestOf(app: App, task: vscode.Task): Promise<BuildRequest> {
  const definition = readTaskDefinition(task.definition);
  const folder = typeof task.scope === 'object' ? task.scope : vscode.workspace.workspaceFolders?.[0];
  const path = folder === undefined ? definition.project : resolveIn(folder.uri.fsPath, definition.project);
  const found = await app.projects.at(path);
  const [known] = found;
  if (known === undefined || found.length > 1) {
    throw new UserError('usage', l10n.t('{0} holds {1} projects: {2}. Name one of them in tasks.json.', path, found.length, found.map(placeOf).join(', ')));
  }
  const { target, profile, args } = definition;
  return { known, ...(target === undefined ? {} : { target }), ...(profile === undefined ? {} : { profile }), ...(args === undefined ? {} : { args }) };
}

function resolveIn(folder: string, path: string): string {
  const expanded = path.replaceAll('${workspaceFolder}', folder);
  return vscode.Uri.file(expanded).fsPath === expanded || /^[A-Za-z]:[\\/]/.test(expanded) ? expanded : join(folder, expanded);
}

function makeTask(
  app: App, definition: vscode.TaskDefinition, scope: vscode.WorkspaceFolder | vscode.TaskScope, name: string,
  request: () => Promise<BuildRequest>, watched: Watched = {},
): vscode.Task {
  const execution = new vscode.CustomExecution(() => Promise.resolve(new BuildTerminal(app, request, watched)));
  const task = new vscode.Task(definition, scope, name, type, execution, []);
  task.group = vscode.TaskGroup.Build;
  task.presentationOptions = { echo: false, focus: false, panel: vscode.TaskPanelKind.Dedicated, showReuseMessage: false, clear: true };
  return task;
}

/**
 * Builds in a task of its own, so that a terminal shows the commands. Gives what was built; rejects as Builder.build does, and when the
 * task was ended before it began.
 */
export async function buildInTask(app: App, request: BuildRequest, reveal: 'always' | 'silent', signal?: AbortSignal): Promise<BuildResult> {
  requireTrust();
  const { known, target } = request;
  const profile = request.profile ?? app.projects.profile(known.project.folder);
  const definition: WasiTaskDefinition = { type, project: placeOf(known), ...(target === undefined ? {} : { target }), profile };
  const name = taskName(known.project.name, definition);
  await endOf(name);
  return new Promise((resolve, reject) => {
    let begun = false;
    const watched: Watched = {
      // From here on the build alone says how it ends: closing its terminal ends it too.
      done: outcome => {
        begun = true;
        outcome.then(resolve, (error: unknown) => { reject(withButtons(error, known)); });
      },
      ...(signal === undefined ? {} : { signal }),
    };
    const task = makeTask(app, { ...definition }, scopeOf(known.root), name, () => Promise.resolve({ ...request, profile }), watched);
    task.presentationOptions = { ...task.presentationOptions, reveal: reveal === 'always' ? vscode.TaskRevealKind.Always : vscode.TaskRevealKind.Silent };
    vscode.tasks.executeTask(task).then(execution => {
      const ended = vscode.tasks.onDidEndTask(event => {
        if (event.execution !== execution) return;
        ended.dispose();
        // The terminal was closed before it began; or the end of an earlier run of the same task is told late, and this one is about to begin.
        setTimeout(() => { if (!begun) reject(new UserError('canceled', l10n.t('The build was cancelled.'))); }, patience);
      });
    }, reject);
  });
}

/** Waits for a running task of that name: the editor would ask whether to end it. */
async function endOf(name: string): Promise<void> {
  const running = vscode.tasks.taskExecutions.find(({ task }) => task.definition.type === type && task.name === name);
  if (running === undefined) return;
  await new Promise<void>(resolve => {
    const listener = vscode.tasks.onDidEndTask(event => {
      if (event.execution !== running) return;
      listener.dispose();
      resolve();
    });
  });
}

/** A failed build's error, with the ways to see what failed. */
function withButtons(error: unknown, known: KnownProject): Error {
  if (!isUserError(error) || error.code !== 'build-failed') return error instanceof Error ? error : new Error(String(error));
  return new UserError(error.code, error.message, [
    { label: l10n.t('Show Problems'), action: { kind: 'command', command: 'workbench.actions.view.problems' } },
    { label: l10n.t('Show Output'), action: { kind: 'command', command: fullId('showBuildOutput'), args: [known.project.name] } },
    ...error.remedies,
  ], { cause: error });
}

/** Brings the terminal of a project's build to the front, where it is still there. */
export function showBuildOutput(project: unknown): void {
  if (typeof project !== 'string') return;
  vscode.window.terminals.findLast(terminal => terminal.name.includes(taskName(project, {})))?.show(true);
}
