import * as vscode from 'vscode';
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { capture, exec } from '../base/exec';
import { UserError } from '../base/error';
import { subjectOf } from './actions';
import type { App } from './app';
import { requireTrust } from './errors';
import { buildInTask } from './buildTask';
import { showText } from './textPage';

/** Shows what a module is, as `wasm-workbench info` tells it. Reading a module runs nothing of it. */
export async function showInfo(app: App, given: unknown): Promise<void> {
  const module = await moduleOf(app, given);
  if (module === undefined) return;
  const told = await capture(exec, { tool: process.execPath, args: [app.cli, 'info', module], cwd: app.context.extensionPath, env: { ...app.environment, NO_COLOR: '1' } }, new AbortController().signal);
  if (told.code !== 0) throw new UserError('bad-module', told.stderr.replace(/^error: /, '').trim());
  await showText(app, `${basename(module)}.txt`, told.stdout);
}

/** The module that a command is about, built first where it is a project's. */
export async function moduleOf(app: App, given: unknown): Promise<string | undefined> {
  const subject = await subjectOf(app, given);
  if (subject === undefined) return undefined;
  if ('module' in subject) return subject.module;
  const { known, target } = subject;
  const there = app.builder.modulesOf(known.id).find(one => target === undefined || one.target === target)?.path;
  if (there !== undefined) return there;
  requireTrust();
  const { chooseModule } = await import('../build/index');
  return chooseModule(await buildInTask(app, { known, ...(target === undefined ? {} : { target }) }, 'silent'), target).path;
}

/** Assembles a .wat file; the module lies beside it. */
export async function convertToWasm(app: App, given: unknown): Promise<void> {
  requireTrust();
  const source = given instanceof vscode.Uri ? given.fsPath : vscode.window.activeTextEditor?.document.fileName;
  if (source === undefined || !/\.wat$/i.test(source)) throw new UserError('usage', l10n.t('Open a .wat file, or choose one in the explorer.'));
  await vscode.workspace.textDocuments.find(document => document.fileName === source)?.save();
  const module = source.replace(/\.wat$/i, '.wasm');
  if (await exists(module)) {
    const overwrite = l10n.t('Overwrite');
    if (await vscode.window.showWarningMessage(l10n.t('{0} is there already.', basename(module)), overwrite) !== overwrite) return;
  }
  const folder = vscode.Uri.joinPath(vscode.Uri.file(source), '..').fsPath;
  const told = await capture(exec, { tool: process.execPath, args: [app.cli, 'convert', source, '-o', module], cwd: folder, env: { ...app.environment, NO_COLOR: '1' } }, new AbortController().signal);
  if (told.code !== 0) throw new UserError('build-failed', told.stderr.replace(/^error: /, '').trim());
  vscode.window.setStatusBarMessage(l10n.t('Made {0}.', basename(module)), 5000);
}

async function exists(path: string): Promise<boolean> {
  return vscode.workspace.fs.stat(vscode.Uri.file(path)).then(() => true, () => false);
}
