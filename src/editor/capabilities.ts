import { basename } from 'node:path';
import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { capture, exec } from '../base/exec';
import { UserError } from '../base/error';
import type { App } from './app';
import type { Handlers } from './commands';
import { resolveConfiguration } from './configuration';
import { requireTrust } from './errors';
import { moduleOf } from './info';
import { showText } from './textPage';

/**
 * Shows what a module may ask its host for, what a run of it would be given (by a launch configuration, or by the settings), and which runtimes
 * can run it. Runs nothing of it; what was used is told by a trace.
 */
async function showCapabilities(app: App, given: unknown): Promise<void> {
  requireTrust();
  const module = await moduleOf(app, given);
  if (module === undefined) return;
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(module));
  const chosen = await chooseRun(folder);
  if (chosen === undefined) return;
  const launch = resolveConfiguration(folder, { ...chosen.configuration, program: module });
  const told = await capture(exec, {
    tool: process.execPath, args: [app.cli, 'run', '--why', ...launch.options, module, '--', ...launch.args], cwd: launch.cwd, env: { ...app.environment, NO_COLOR: '1' },
  }, new AbortController().signal);
  if (told.code !== 0) throw new UserError('no-runtime', told.stderr.replace(/^error: /, '').trim());
  await showText(app, `${basename(module)}.txt`, `${module}\n${chosen.label}\n\n${told.stdout}`);
}

interface Run extends vscode.QuickPickItem { readonly configuration: Readonly<Record<string, unknown>> }

/** Whose grants are meant: those of a launch configuration, where there is one, or of a run without any. */
async function chooseRun(folder: vscode.WorkspaceFolder | undefined): Promise<Run | undefined> {
  const written = vscode.workspace.getConfiguration('launch', folder?.uri).get<readonly Readonly<Record<string, unknown>>[]>('configurations', []);
  const plain: Run = { label: l10n.t('Without a launch configuration'), configuration: {} };
  const named = written.filter(({ type }) => type === 'wasi').map((configuration): Run => ({
    label: l10n.t('Launch configuration {0}', String(configuration['name'])), configuration: withFolder(configuration, folder?.uri.fsPath ?? '') as Run['configuration'],
  }));
  if (named.length === 0) return plain;
  return vscode.window.showQuickPick([...named, plain], { placeHolder: l10n.t('Whose folders, environment and addresses?') });
}

/** The editor completes these texts when it starts a session, and for nobody else. */
function withFolder(value: unknown, folder: string): unknown {
  if (typeof value === 'string') return value.replaceAll('${workspaceFolder}', () => folder);
  if (Array.isArray(value)) return value.map(one => withFolder(one, folder));
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withFolder(one, folder)])) : value;
}

export const handlers: Handlers<'capabilities'> = { showCapabilities };
