import * as vscode from 'vscode';
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as l10n from '@vscode/l10n';
import { isUserError } from '../base/error';
import type { App } from './app';
import { debugWishes } from './debugLaunch';
import { requireTrust, showError } from './errors';
import { defaultPreopens, resolveLaunch, type Preopen, type ResolvedLaunch } from './launch';
import { chooseProject } from './select';
import { settingsOf } from './settings';
import { projectProperty } from './taskDefinition';

const type = 'wasi';

/** The configuration of a program, for launch.json and for runs without one. */
export function configurationOf(name: string, program: string, folder: vscode.WorkspaceFolder | undefined): vscode.DebugConfiguration {
  const place = folder === undefined ? program : projectProperty(folder.uri.fsPath, program);
  const shared = folder === undefined || place === program ? program : place === '.' ? '${workspaceFolder}' : '${workspaceFolder}/' + place;
  return { type, request: 'launch', name, program: shared };
}

/** A configuration for each project, for a new launch.json and for the list of the Run and Debug view. */
export async function offeredConfigurations(app: App, folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
  const known = await app.projects.list();
  const here = folder === undefined ? known : known.filter(one => one.root === folder.uri.fsPath);
  return here.map(({ project }) => configurationOf(l10n.t('Run {0}', project.name), project.file ?? project.folder, folder));
}

/** Fills in the program where F5 was pressed without a launch.json; undefined where nothing is to be started. */
export async function complete(app: App, folder: vscode.WorkspaceFolder | undefined, written: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
  try {
    requireTrust();
    // F5 without a launch.json gives a configuration with nothing in it.
    if (written['program'] !== undefined) return { ...written, request: 'launch' };
    const program = await programOfEditor(app);
    if (program === undefined) return undefined;
    const made = configurationOf(l10n.t('Run {0}', basename(program)), program, folder);
    return { ...made, ...written, type, request: 'launch', name: isNamed(written.name) ? written.name : made.name };
  } catch (error) {
    void showError(app, error);
    return undefined;
  }
}

/** Refuses a configuration in which something is wrong, before a session begins. */
export function check(app: App, folder: vscode.WorkspaceFolder | undefined, written: vscode.DebugConfiguration): vscode.DebugConfiguration | undefined {
  try {
    resolveConfiguration(folder, written);
    debugWishes(written);
    // The program's own terminal is what is looked at, unless the user says something else.
    return written['console'] === 'integratedTerminal' ? { internalConsoleOptions: 'neverOpen', ...written } : written;
  } catch (error) {
    void showError(app, error);
    return undefined;
  }
}

/** What F5 runs: the open module, the open file's project, else the current project. */
async function programOfEditor(app: App): Promise<string | undefined> {
  const open = vscode.window.activeTextEditor?.document.uri;
  if (open?.scheme === 'file') {
    const owner = await app.projects.owner(open.fsPath);
    if (owner !== undefined) return owner.project.file ?? owner.project.folder;
    try {
      const [alone] = await app.projects.at(open.fsPath);
      if (alone !== undefined) return alone.project.file ?? alone.project.folder;
    } catch (error) {
      // A file that is no source, such as a README: the current project is meant.
      if (!isUserError(error) || error.code !== 'no-project') throw error;
    }
  }
  const chosen = await chooseProject(app);
  return chosen?.project.file ?? chosen?.project.folder;
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
    docker: settings.docker,
    exists: existsSync,
  });
}
