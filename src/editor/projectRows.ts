import * as l10n from '@vscode/l10n';
import type { KnownProject } from './projectChoice';
import { formatSize, formatTime, type LastBuild } from './state';

/** A row of the Projects view, without any of the editor's types. */
export interface Row {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** A codicon's name. */
  readonly icon: string;
  /** The theme's colour of the icon. */
  readonly color?: string;
  /** What menus are shown by, as words. */
  readonly context: string;
}

/** What is known of a project when its row is drawn. */
export interface RowState {
  readonly last: LastBuild | undefined;
  readonly building: boolean;
  readonly current: boolean;
  readonly place: string;
  /** What builds it: `C/C++`. */
  readonly toolchain: string;
}

/** A project's row. */
export function projectRow(known: KnownProject, state: RowState): Row {
  const several = known.project.targets.length > 1;
  const { last } = state;
  return {
    id: known.id,
    label: known.project.name,
    description: [state.place, state.toolchain, state.building ? l10n.t('building') : lastText(last)].filter(part => part !== '').join(' · '),
    ...iconOf(state),
    context: ['project', 'buildable', ...(several ? [] : ['runnable']), 'cleanable', ...(last?.module === undefined || several ? [] : ['built'])].join(' '),
  };
}

/** The row of one of a project's modules. */
export function targetRow(known: KnownProject, target: string, size: number | undefined): Row {
  return {
    id: `${known.id}#${target}`,
    label: target,
    description: size === undefined ? '' : formatSize(size),
    icon: 'file-binary',
    context: ['target', 'buildable', 'runnable', ...(size === undefined ? [] : ['built'])].join(' '),
  };
}

/** How the last build ended, in a few words: `debug, 27.6 KB`, `2 errors`. */
export function lastText(last: LastBuild | undefined): string {
  switch (last?.result) {
    case undefined:
      return '';
    case 'ok':
      return last.size === undefined ? last.profile : `${last.profile}, ${formatSize(last.size)}`;
    case 'canceled':
      return l10n.t('cancelled');
    case 'failed':
      return last.errors === 0 ? l10n.t('failed') : last.errors === 1 ? l10n.t('1 error') : l10n.t('{0} errors', last.errors);
  }
}

/** What is said of a project when the pointer rests on its row, in Markdown. */
export function projectTooltip(known: KnownProject, toolchain: string, last: LastBuild | undefined): string {
  const { project } = known;
  const lines = [
    `**${escapeMarkdown(project.name)}** — ${escapeMarkdown(toolchain)}`,
    `\`${project.file ?? project.folder}\``,
    ...(project.targets.length > 1 ? [l10n.t('{0} modules: {1}', project.targets.length, escapeMarkdown(project.targets.map(target => target.name).join(', ')))] : []),
  ];
  if (last?.result === 'ok') lines.push(l10n.t('Last build: {0}, {1}, in {2}.', last.profile, last.size === undefined ? '' : formatSize(last.size), formatTime(last.took)));
  if (last?.result === 'failed') lines.push(l10n.t('Last build failed ({0}).', last.profile));
  if (last?.module !== undefined) lines.push(`\`${last.module}\``);
  return lines.join('\n\n');
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>]/g, '\\$&');
}

function iconOf({ last, building, current }: RowState): Pick<Row, 'icon' | 'color'> {
  if (building) return { icon: 'sync~spin' };
  if (last?.result === 'ok') return { icon: 'pass', color: 'testing.iconPassed' };
  if (last?.result === 'failed') return { icon: 'error', color: 'testing.iconFailed' };
  return { icon: current ? 'circle-filled' : 'circle-outline' };
}
