import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import type { App } from './app';
import { statusName } from './projectChoice';
import { fullId, type CommandId } from './commandIds';

/** The status bar's one item: the current project and the profile. Hidden where there is nothing to choose: no project, or loose modules only. */
export function registerStatus(app: App): void {
  const item = vscode.window.createStatusBarItem('wasmWorkbench.project', vscode.StatusBarAlignment.Left, 50);
  item.name = l10n.t('Wasm Project');
  item.command = fullId('selectProject');
  const draw = (): void => {
    const known = app.projects.known ?? [];
    const current = app.projects.currentOf(known);
    const name = statusName(known, current);
    if (name === undefined) {
      item.hide();
      return;
    }
    const profile = app.projects.profile(current?.project.folder);
    const failed = current !== undefined && app.builder.last(current.id)?.result === 'failed';
    const icon = app.builder.busy ? '$(sync~spin)' : failed ? '$(error)' : '$(package)';
    item.text = current === undefined ? `${icon} ${name}` : `${icon} ${name}: ${profile}`;
    const link = (title: string, id: CommandId): string => `[${title}](command:${fullId(id)})`;
    const tooltip = new vscode.MarkdownString([
      current === undefined ? l10n.t('{0} projects', known.length) : `\`${current.project.file ?? current.project.folder}\``,
      [link(l10n.t('Build'), 'build'), link(l10n.t('Run'), 'run'), link(l10n.t('Debug'), 'debug')].join(' · '),
      [link(l10n.t('Select Project'), 'selectProject'), link(l10n.t('Select Profile'), 'selectProfile'), link(l10n.t('Select Runtime'), 'selectRuntime')].join(' · '),
    ].join('\n\n'));
    tooltip.isTrusted = true;
    item.tooltip = tooltip;
    item.show();
  };
  app.context.subscriptions.push(item, app.projects.onDidChange(draw), app.builder.onDidChange(draw));
}
