import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { basename, dirname } from 'node:path';
import { capture, exec } from '../base/exec';
import { UserError } from '../base/error';
import type { App } from './app';
import { openFile } from './actions';
import { requireTrust } from './errors';
import { editorLimits } from './module/text';
import { showText } from './textPage';

// Commands on module files. What writes files does so in our command line, off the editor's own thread.

/** Opens the page of a module. */
export async function openModule(app: App, given: unknown): Promise<void> {
  const file = await moduleFile(given);
  if (file !== undefined) await vscode.commands.executeCommand('vscode.openWith', file, 'wasmWorkbench.module');
}

/** Shows a module as text: a small one in an editor of its own, a large one as a file beside it. */
export async function convertToWat(app: App, given: unknown): Promise<void> {
  const file = await moduleFile(given);
  if (file === undefined) return;
  const { opened, openFunction } = await import('./module');
  const module = await opened(file);
  if (module.contents.file.info.kind === 'component') throw new UserError('usage', l10n.t('{0} is a component: its modules\' functions open as text one by one, from its page.', module.contents.name));
  if (module.textsOf(0).whole() !== undefined) {
    await openFunction(file, 0, undefined);
    return;
  }
  requireTrust();
  const output = await vscode.window.showSaveDialog({
    title: l10n.t('The text of {0} is more than the editor shows well: save it as a file', module.contents.name),
    defaultUri: file.with({ path: file.path.replace(/\.wasm$/i, '') + '.wat' }), filters: { [l10n.t('WebAssembly text')]: ['wat'] },
  });
  if (output === undefined) return;
  await withCli(app, l10n.t('Writing {0}', basename(output.fsPath)), ['convert', file.fsPath, '-o', output.fsPath], dirname(file.fsPath));
  const { size } = await vscode.workspace.fs.stat(output);
  const open = l10n.t('Open');
  // Beyond 50 MB the editor tells extensions nothing of a file.
  const buttons = size < 50 << 20 ? [open] : [];
  const chosen = await vscode.window.showInformationMessage(l10n.t('Made {0}.', basename(output.fsPath)), ...buttons);
  if (chosen === open) await vscode.window.showTextDocument(output, { preview: size > editorLimits.characters });
}

/** Writes a module without debug information, or without names too. */
export async function strip(app: App, given: unknown): Promise<void> {
  const file = await moduleFile(given);
  if (file === undefined) return;
  requireTrust();
  const [{ opened }, { savings }, { sizeText }] = await Promise.all([import('./module'), import('../wasm/view/strip'), import('../base/sizes')]);
  const { contents } = await opened(file);
  const levels = [
    { level: 'debug' as const, label: l10n.t('Debug information'), detail: l10n.t('Names stay, so that the stack of a trap can be read.') },
    { level: 'all' as const, label: l10n.t('Debug information, names and producers'), detail: l10n.t('Only what a host needs stays.') },
  ].map(one => ({ ...one, bytes: savings(contents.file.info.sections, one.level) })).filter(one => one.bytes > 0);
  if (levels.length === 0) {
    void vscode.window.showInformationMessage(l10n.t('{0} has nothing to strip.', contents.name));
    return;
  }
  const items = levels.map(one => ({ ...one, description: l10n.t('saves {0}', sizeText(one.bytes)) }));
  const chosen = await vscode.window.showQuickPick(items, { title: l10n.t('What to take off {0}', contents.name) });
  if (chosen === undefined) return;
  const output = await vscode.window.showSaveDialog({ defaultUri: file.with({ path: file.path.replace(/\.wasm$/i, '') + '.stripped.wasm' }), filters: { [l10n.t('WebAssembly module')]: ['wasm'] } });
  if (output === undefined) return;
  await withCli(app, l10n.t('Writing {0}', basename(output.fsPath)), ['convert', file.fsPath, `--strip=${chosen.level}`, '-o', output.fsPath], dirname(file.fsPath));
  vscode.window.setStatusBarMessage(l10n.t('Made {0}.', basename(output.fsPath)), 5000);
}

/** Tells what differs between two modules; the explorer hands over both when two are selected. */
export async function compareModules(app: App, given: unknown, selected: unknown): Promise<void> {
  const both = Array.isArray(selected) ? selected.filter((one): one is vscode.Uri => one instanceof vscode.Uri && /\.wasm$/i.test(one.path)) : [];
  const first = both.length === 2 ? both[0] : await moduleFile(given);
  if (first === undefined) return;
  const second = both.length === 2 ? both[1] : await pickModule(l10n.t('Compare with'), first);
  if (second === undefined) return;
  const [{ opened }, { compareModules: compared }, { comparisonText }] = await Promise.all([import('./module'), import('../wasm/view/compare'), import('../wasm/view/compareText')]);
  const [before, after] = [await opened(first), await opened(second)];
  const content = comparisonText(vscode.workspace.asRelativePath(first), vscode.workspace.asRelativePath(second), compared(before.contents.file, after.contents.file));
  await showText(app, `${basename(first.path, '.wasm')} - ${basename(second.path, '.wasm')}.diff`, content);
}

/** The module that a command is about: what it was given, the open file, or what the user picks. */
async function moduleFile(given: unknown): Promise<vscode.Uri | undefined> {
  if (given instanceof vscode.Uri) return given;
  if (typeof given === 'string') return vscode.Uri.file(given);
  const open = openFile();
  return open !== undefined && /\.wasm$/i.test(open) ? vscode.Uri.file(open) : pickModule(l10n.t('Which module?'));
}

/** Lets the user pick one of the workspace's modules, or any other. */
async function pickModule(title: string, but?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const found = (await vscode.workspace.findFiles('**/*.wasm', '**/node_modules/**', 500)).filter(one => one.toString() !== but?.toString());
  const browse = { label: l10n.t('Browse...'), uri: undefined };
  const items = [...found.map(uri => ({ label: vscode.workspace.asRelativePath(uri), uri })).sort((a, b) => (a.label < b.label ? -1 : 1)), browse];
  const chosen = found.length === 0 ? browse : await vscode.window.showQuickPick(items, { title });
  if (chosen !== browse) return chosen?.uri;
  return (await vscode.window.showOpenDialog({ title, filters: { [l10n.t('WebAssembly module')]: ['wasm'] } }))?.[0];
}

/** Does a piece of work in our command line, with a notification that can end it. Throws its error. */
async function withCli(app: App, title: string, args: readonly string[], cwd: string): Promise<void> {
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (_progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => { controller.abort(); });
    const told = await capture(exec, { tool: process.execPath, args: [app.cli, ...args], cwd, env: { ...app.environment, NO_COLOR: '1' } }, controller.signal);
    if (told.code !== 0) throw new UserError('bad-module', told.stderr.replace(/^error: /, '').trim());
  });
}
