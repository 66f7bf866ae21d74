import * as vscode from 'vscode';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { createProject, fileToOpen, nameObjection, nameOfFolder, templateOf, templates, type Template } from '../build/templates';
import type { App } from './app';

/** Makes a project of a sample: language, name, folder. `given` may be a template's id, to leave out the first question. */
export async function newProject(app: App, given: unknown): Promise<void> {
  const template = typeof given === 'string' ? templateOf(given) : await pickTemplate();
  if (template === undefined) return;
  const parent = await pickFolder();
  if (parent === undefined) return;
  const empty = await isEmpty(parent);
  const name = await vscode.window.showInputBox({
    title: l10n.t('The name of the project'),
    value: empty ? nameOfFolder(parent) : 'hello',
    prompt: empty ? l10n.t('Its files are made in {0}.', parent) : l10n.t('A folder of this name is made in {0}.', parent),
    validateInput: text => nameObjection(text),
    ignoreFocusOut: true,
  });
  if (name === undefined) return;
  const project = { template, name, folder: empty ? parent : join(parent, name) };
  const files = await createProject(project);
  app.log.info(`made ${files.length} files in ${project.folder}`);
  await show(app, project.folder, fileToOpen(project));
}

async function pickTemplate(): Promise<Template | undefined> {
  const items = templates().map(template => ({ label: template.title, detail: template.description, template }));
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Which sample?'), matchOnDetail: true }))?.template;
}

async function pickFolder(): Promise<string | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
  const elsewhere = { label: l10n.t('Choose a Folder...'), description: '', path: undefined };
  const items = [...folders.map(folder => ({ label: folder.name, description: folder.uri.fsPath, path: folder.uri.fsPath })), elsewhere];
  const picked = items.length === 1 ? elsewhere : await vscode.window.showQuickPick(items, { title: l10n.t('Where?') });
  if (picked === undefined || picked.path !== undefined) return picked?.path;
  const chosen = await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, openLabel: l10n.t('Make the Project Here') });
  return chosen?.[0]?.fsPath;
}

async function isEmpty(folder: string): Promise<boolean> {
  return (await readdir(folder)).every(name => name === '.git');
}

/** Opens the new project: its first file where the workspace holds it, else a window of its own. */
async function show(app: App, folder: string, file: string): Promise<void> {
  if (vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)) !== undefined) {
    app.projects.refresh();
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    return;
  }
  const here = vscode.workspace.workspaceFolders === undefined;
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), { forceNewWindow: !here });
}
