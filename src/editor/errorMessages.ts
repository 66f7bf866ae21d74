import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { isCanceled, isUserError, messageOf, type Remedy } from '../base/error';
import type { App } from './app';

/** Shows an error with a button for each of its remedies, and logs it. A cancelled piece of work is no error. */
export async function show(app: Pick<App, 'log'>, error: unknown): Promise<void> {
  if (isCanceled(error) || error instanceof vscode.CancellationError) return;
  const expected = isUserError(error);
  app.log.error(error instanceof Error && !expected ? error : messageOf(error));
  const remedies = expected ? error.remedies.filter(remedy => remedy.action !== undefined) : [];
  const hints = expected ? error.remedies.filter(remedy => remedy.action === undefined).map(remedy => remedy.label) : [];
  const message = expected ? [error.message, ...hints].join(' ') : l10n.t('Something went wrong inside Wasm Workbench: {0}', messageOf(error));
  const showLog = l10n.t('Show Log');
  const chosen = await vscode.window.showErrorMessage(message, ...remedies.map(remedy => remedy.label), showLog);
  if (chosen === showLog) app.log.show();
  const remedy = remedies.find(one => one.label === chosen);
  if (remedy !== undefined) await follow(remedy);
}

/** Does what a remedy says. */
export async function follow(remedy: Remedy): Promise<void> {
  const { action } = remedy;
  switch (action?.kind) {
    case undefined:
      return;
    case 'command':
      await vscode.commands.executeCommand(action.command, ...(action.args ?? []));
      return;
    case 'url':
      await vscode.env.openExternal(vscode.Uri.parse(action.url, true));
      return;
    case 'setting':
      await vscode.commands.executeCommand('workbench.action.openSettings', action.setting);
      return;
    case 'terminal': {
      // Typed but not sent: the user presses Enter.
      const terminal = vscode.window.createTerminal({ name: remedy.label });
      terminal.show();
      terminal.sendText(action.line, false);
    }
  }
}
