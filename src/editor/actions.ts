import * as vscode from 'vscode';
import { basename, resolve } from 'node:path';
import * as l10n from '@vscode/l10n';
import { isUserError, UserError } from '../base/error';
import type { App } from './app';
import { requireTrust } from './errors';
import type { KnownProject } from './projectChoice';
import type { ProjectNode } from './projectsView';
import type { Handlers } from './commands';
import { configurationOf } from './configuration';
import { chooseProject, noProject, pickProject, selectProfile, selectProject } from './select';
import { buildInTask, showBuildOutput } from './buildTask';

/** What a command works on: a project and perhaps one module of it, or a module file. */
type Subject = { readonly known: KnownProject; readonly target?: string } | { readonly module: string };

/** A command is given a row of the view, a file of the explorer or an editor, or nothing by the palette. */
export async function subjectOf(app: App, given: unknown): Promise<Subject | undefined> {
  if (isNode(given)) return given;
  const file = given instanceof vscode.Uri ? given : typeof given === 'string' ? vscode.Uri.file(given) : undefined;
  if (file !== undefined) return subjectAt(app, file.fsPath);
  const open = openFile();
  if (open !== undefined && /\.(wasm|wat)$/i.test(open)) return subjectAt(app, open);
  const known = await app.projects.list();
  const owner = open === undefined ? undefined : await app.projects.owner(open);
  // The palette means the chosen project; the open file decides where none was chosen.
  const chosen = app.projects.currentOf(known) ?? owner;
  if (chosen !== undefined) return { known: chosen };
  if (known.length === 0 && open !== undefined && /\.(c|cc|cpp|cxx|c\+\+)$/i.test(open)) return subjectAt(app, open);
  if (known.length === 0) throw noProject();
  const picked = await chooseProject(app);
  return picked === undefined ? undefined : { known: picked };
}

async function subjectAt(app: App, path: string): Promise<Subject | undefined> {
  if (/\.wasm$/i.test(path)) return { module: path };
  const found = await app.projects.at(path);
  const known = await pickProject(app, found, l10n.t('Which project of {0}?', basename(path)));
  return known === undefined ? undefined : { known };
}

function isNode(given: unknown): given is ProjectNode {
  return typeof given === 'object' && given !== null && 'known' in given;
}

/** The file in front: of a text editor, or of any other tab. */
export function openFile(): string | undefined {
  const text = vscode.window.activeTextEditor?.document.uri;
  if (text?.scheme === 'file') return text.fsPath;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const tab = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  return tab?.scheme === 'file' ? tab.fsPath : undefined;
}

/** Builds; gives the modules' paths, for keybindings and tests. */
async function buildCommand(app: App, given: unknown, rebuild: boolean): Promise<readonly string[] | undefined> {
  requireTrust();
  const subject = await subjectOf(app, given);
  if (subject === undefined) return undefined;
  if ('module' in subject) throw new UserError('usage', l10n.t('{0} is a module: there is nothing to build.', basename(subject.module)));
  await app.projects.setCurrent(subject.known);
  const { known, target } = subject;
  try {
    const result = await buildInTask(app, { known, rebuild, ...(target === undefined ? {} : { target }) }, 'always');
    return result.modules.map(module => module.path);
  } catch (error) {
    // The terminal has said it, and the Problems view shows where.
    if (isUserError(error) && error.code === 'build-failed') return undefined;
    throw error;
  }
}

async function cleanCommand(app: App, given: unknown): Promise<void> {
  requireTrust();
  const subject = await subjectOf(app, given);
  if (subject === undefined || 'module' in subject) return;
  const { known } = subject;
  await vscode.window.withProgress({ location: { viewId: 'wasmWorkbench.projects' } }, () => app.builder.clean(known, {
    command: shown => { app.log.info(shown); },
    text: text => { app.log.info(text.trimEnd()); },
    progress() {},
    signal: new AbortController().signal,
  }));
  vscode.window.setStatusBarMessage(l10n.t('Cleaned {0}.', known.project.name), 5000);
}

/** Starts a program as launch.json says for it; as the settings say where it says nothing. `more` is laid over both. */
export async function launch(app: App, given: unknown, noDebug: boolean, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  requireTrust();
  const subject = await subjectOf(app, given);
  if (subject === undefined) return;
  if ('known' in subject) await app.projects.setCurrent(subject.known);
  const program = 'module' in subject ? subject.module : subject.known.project.file ?? subject.known.project.folder;
  const target = 'known' in subject ? subject.target : undefined;
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(program));
  const name = 'module' in subject ? basename(program) : target ?? subject.known.project.name;
  const configuration = {
    ...(written(program, folder) ?? configurationOf(l10n.t('Run {0}', name), program, folder)),
    ...(target === undefined ? {} : { target }),
    ...('known' in subject ? { profile: app.projects.profile(subject.known.project.folder) } : {}),
    ...more,
  };
  await vscode.debug.startDebugging(folder, configuration, { noDebug });
}

/** The first configuration of launch.json that runs this program: the arguments that a user gave it hold wherever it is started from. */
function written(program: string, folder: vscode.WorkspaceFolder | undefined): vscode.DebugConfiguration | undefined {
  const all = vscode.workspace.getConfiguration('launch', folder?.uri).get<readonly vscode.DebugConfiguration[]>('configurations', []);
  return all.find(one => {
    const place: unknown = one['program'];
    if (one.type !== 'wasi' || typeof place !== 'string') return false;
    const expanded = place.replaceAll(/\$\{(workspaceFolder|workspaceRoot)\}/g, folder?.uri.fsPath ?? '.');
    return resolve(folder?.uri.fsPath ?? '.', expanded) === resolve(program);
  });
}

/** Commands on projects. */
export const handlers: Handlers<'projects'> = {
  build: (app, given) => buildCommand(app, given, false),
  rebuild: (app, given) => buildCommand(app, given, true),
  clean: cleanCommand,
  run: (app, given) => launch(app, given, true),
  debug: (app, given) => launch(app, given, false),
  runAgain: async app => (await app.runner.get()).again(),
  selectProject,
  selectProfile,
  showBuildOutput: (_app, project) => { showBuildOutput(project); },
};
