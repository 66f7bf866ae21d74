import * as vscode from 'vscode';
import { basename, dirname } from 'node:path';
import { existsSync } from 'node:fs';
import * as l10n from '@vscode/l10n';
import type { App } from '../app';
import { requireTrust } from '../errors';
import { imageText, wordsOf } from './choices';
import { askName } from './questions';

const offered = 30;

/** Runs an image in a terminal, in our own host: nothing of Docker is needed. `more` are words that replace its own command. */
export async function runImage(app: App, given: unknown, more?: unknown): Promise<void> {
  requireTrust();
  const image = imageText(given) ?? await pick();
  if (image === undefined) return;
  const words = Array.isArray(more) && more.every(word => typeof word === 'string') ? more : typeof more === 'string' ? wordsOf(more) : [];
  const again = (): Promise<void> => start(app, image, words);
  (await app.runner.get()).remember(again);
  await again();
}

async function start(app: App, image: string, words: readonly string[]): Promise<void> {
  const isPath = existsSync(image);
  const folder = isPath ? vscode.workspace.getWorkspaceFolder(vscode.Uri.file(image)) : vscode.workspace.workspaceFolders?.[0];
  const cwd = folder?.uri.fsPath ?? (isPath ? dirname(image) : undefined);
  const execution = new vscode.ProcessExecution(process.execPath, [app.cli, 'run', image, '--', ...words], { ...(cwd === undefined ? {} : { cwd }), env: { ...app.environment } });
  // The time makes each run a task of its own, so that two can run at once and none asks whether to end the other.
  const task = new vscode.Task({ type: 'wasi-run', at: Date.now() }, folder ?? vscode.TaskScope.Workspace, l10n.t('Run {0}', isPath ? basename(image) : image), 'wasi', execution, []);
  task.presentationOptions = { echo: false, focus: true, panel: vscode.TaskPanelKind.Dedicated, showReuseMessage: false, reveal: vscode.TaskRevealKind.Always };
  await vscode.tasks.executeTask(task);
}

/** Lets the user pick an image file of the workspace, another one, or a name. */
async function pick(): Promise<string | undefined> {
  const files = await vscode.workspace.findFiles('**/*.{tar,tgz,tar.gz}', '**/node_modules/**', offered);
  const layouts = await vscode.workspace.findFiles('**/oci-layout', '**/node_modules/**', offered);
  const file = { label: `$(folder-opened) ${l10n.t('Image File...')}`, path: undefined };
  const name = { label: `$(cloud-download) ${l10n.t('Image by Name...')}`, description: l10n.t('of Docker or a registry'), path: undefined };
  const items = [
    ...[...files.map(uri => uri.fsPath), ...layouts.map(uri => dirname(uri.fsPath))].map(path => ({ label: `$(package) ${basename(path)}`, description: vscode.workspace.asRelativePath(path), path })),
    file, name,
  ];
  const picked = await vscode.window.showQuickPick(items, { title: l10n.t('Which image?'), matchOnDescription: true });
  if (picked === name) return askName(l10n.t('Which image?'), '');
  if (picked !== file) return picked?.path;
  const opened = await vscode.window.showOpenDialog({ canSelectFiles: true, canSelectFolders: true, openLabel: l10n.t('Run Image') });
  return opened?.[0]?.fsPath;
}
