import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { UserError } from '../base/error';
import type { App } from './app';

/** Shows an error with a button for each of its remedies, and logs it. A cancelled piece of work is no error. */
export async function showError(app: Pick<App, 'log'>, error: unknown): Promise<void> {
  await (await import('./errorMessages')).show(app, error);
}

/** Runs a command's handler; an error is shown instead of thrown at the editor, which would only print its text. */
export async function guarded<T>(app: Pick<App, 'log'>, work: () => Promise<T> | T): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    void showError(app, error);
    return undefined;
  }
}

/** Throws where the workspace is not trusted: nothing of it is built or run then. */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError('untrusted', l10n.t('This workspace is open in Restricted Mode, so nothing in it is built or run. Trust it first.'), [
    { label: l10n.t('Manage Workspace Trust'), action: { kind: 'command', command: 'workbench.trust.manage' } },
  ]);
}
