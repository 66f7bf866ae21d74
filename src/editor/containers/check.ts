import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import type { CheckRow } from '../../engine/check';
import { checkEngine } from '../../engine/check';
import type { App } from '../app';
import { follow } from '../errorMessages';
import { requireTrust } from '../errors';
import { settingsOf } from '../settings';

interface Item extends vscode.QuickPickItem {
  readonly row: CheckRow;
}

const icons = { ok: '$(pass)', missing: '$(error)', absent: '$(circle-slash)' } as const;

/** Says what running in Docker needs and whether it is there; choosing a line does what helps. */
export async function checkDocker(app: App): Promise<void> {
  requireTrust();
  const { docker, paths } = settingsOf(undefined);
  const rows = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: l10n.t('Checking Docker'), cancellable: true }, (progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => { stop.abort(new vscode.CancellationError()); });
    return checkEngine({ ...docker, ...(paths['docker'] === undefined ? {} : { docker: paths['docker'] }) }, stop.signal, row => { progress.report({ message: row.title }); });
  });
  for (const row of rows) app.log.info(`${row.title}: ${row.state}: ${row.detail}`);
  const items: Item[] = rows.map(row => ({ row, label: `${icons[row.state]} ${row.title}`, detail: row.detail }));
  const picked = await vscode.window.showQuickPick(items, { title: l10n.t('What running in Docker needs'), placeHolder: l10n.t('Choose a line that is missing to see what helps'), matchOnDetail: true });
  if (picked === undefined) return;
  const remedies = picked.row.remedies.filter(remedy => remedy.action !== undefined);
  const remedy = remedies.length < 2 ? remedies[0] : (await vscode.window.showQuickPick(remedies.map(one => ({ label: one.label, remedy: one })), { title: picked.row.detail }))?.remedy;
  if (remedy !== undefined) await follow(remedy);
}
