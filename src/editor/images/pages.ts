import * as l10n from '@vscode/l10n';
import type { Comparison } from '../../image/compare';
import type { ImageReport } from '../../image/inspect';
import { traitRows } from '../../image/traitRows';
import { formatSize } from '../state';
import { visible } from './rows';

// Pages about images, in Markdown: the editor's own preview shows them in the user's colours.

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

/** A table; the first column is text, the others numbers unless told. */
function table(heads: readonly string[], rows: readonly (readonly string[])[], left = 1): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, at) => (at < left ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  const shown = visible(text).replaceAll('|', '\\|');
  return text.includes('`') ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}

/** What an image stores and does not show, who added and who killed it, and what it stores twice; dive's figures beside ours. */
export function wastePage(name: string, report: ImageReport): string {
  const { waste, dive, layers } = report;
  const layerName = (at: number): string => `${at + 1}`;
  const parts = [
    `# ${visible(name)}`,
    table(['', l10n.t('Ours'), l10n.t("dive's")], [
      [l10n.t('Efficiency'), percent(waste.efficiency), percent(dive.efficiency)],
      [l10n.t('Wasted'), formatSize(waste.dead), formatSize(dive.wastedBytes)],
      [l10n.t('Shown by the image'), formatSize(waste.live), ''],
      [l10n.t('Stored in layers, unpacked'), formatSize(report.unpacked), formatSize(dive.sizeBytes)],
      [l10n.t('Wasted of what was added to the first layer'), '', percent(dive.wastedUserPercent)],
      [l10n.t('The same content under several paths'), formatSize(waste.duplicated), ''],
    ]),
    l10n.t("Ours counts each stored byte that no path of the image shows. dive's figures are computed as dive does: it counts a rewritten file with all its versions, and no removed folders."),
    `## ${l10n.t('Layers')}`,
    table([l10n.t('Layer'), l10n.t('Made by'), l10n.t('Stored'), l10n.t('Unpacked'), '+', '~', '−', l10n.t('Dead')], layers.map((layer, at) => [
      layerName(at), layer.createdBy === undefined ? '' : code(layer.createdBy.slice(0, 120)), formatSize(layer.stored), formatSize(layer.unpacked), String(layer.added), String(layer.modified), String(layer.removed),
      formatSize(waste.byLayers.filter(each => each.addedBy === at).reduce((sum, each) => sum + each.bytes, 0)),
    ]), 2),
  ];
  if (waste.byLayers.length > 0) {
    parts.push(`## ${l10n.t('Who added it, and who killed it')}`, table([l10n.t('Added by layer'), l10n.t('Killed by layer'), l10n.t('How'), l10n.t('Files'), l10n.t('Bytes')],
      waste.byLayers.map(each => [layerName(each.addedBy), layerName(each.killedBy), how(each.how), String(each.files), formatSize(each.bytes)]), 3));
    parts.push(`## ${l10n.t('The largest')}`, table([l10n.t('Path'), l10n.t('What happened'), l10n.t('Bytes')],
      waste.largest.map(each => [code(each.path), each.how === 'deleted' ? l10n.t('added by layer {0}, deleted by {1}', layerName(each.addedBy), layerName(each.killedBy)) : l10n.t('added by layer {0}, overwritten by {1}', layerName(each.addedBy), layerName(each.killedBy)), formatSize(each.bytes)]), 2));
  } else parts.push(l10n.t('Nothing is wasted: every stored byte is shown by a path of the image.'));
  if (waste.duplicates.length > 0) {
    parts.push(`## ${l10n.t('The same content under several paths')}`, table([l10n.t('Paths'), l10n.t('Copies'), l10n.t('Size of one')],
      waste.duplicates.map(each => [each.paths.map(code).join('<br>') + (each.count > each.paths.length ? '<br>…' : ''), String(each.count), formatSize(each.bytes)])));
  }
  if (dive.inefficient.length > 0) {
    parts.push(`## ${l10n.t('By dive')}`, table([l10n.t('Path'), l10n.t('Times'), l10n.t('Bytes')], dive.inefficient.slice(0, 20).map(each => [code(each.path), String(each.count), formatSize(each.bytes)])));
  }
  return parts.join('\n\n') + '\n';
}

function how(killed: 'overwritten' | 'deleted'): string {
  return killed === 'deleted' ? l10n.t('deleted') : l10n.t('overwritten');
}

/** Two images side by side. */
export function comparisonPage([first, second]: readonly [string, string], before: ImageReport, after: ImageReport, comparison: Comparison): string {
  const parts = [
    `# ${visible(first)} — ${visible(second)}`,
    table(['', visible(first), visible(second)], traitRows(before, after).map(row => row.map((cell, at) => (at === 0 || cell === '' ? cell : visible(cell).replaceAll('|', '\\|'))))),
    before.size > 0 && after.size > 0 ? l10n.t('{0} is {1} times the size of {2}.', visible(first), (before.size / after.size).toPrecision(3), visible(second)) : '',
    `## ${l10n.t('Layers')}`,
    l10n.t('{0} of {1} layers are the same.', comparison.shared, after.layers.length),
  ];
  if (comparison.config.length > 0) parts.push(`## ${l10n.t('Configuration')}`, table(['', visible(first), visible(second)], comparison.config.map(({ key, before: old, after: now }) => [key, old === 'null' ? '' : code(old), now === 'null' ? '' : code(now)]), 3));
  const { counts, files } = comparison;
  parts.push(`## ${l10n.t('Files')}`, l10n.t('{0} only in the second, {1} only in the first, {2} differ.', counts.added, counts.removed, counts.modified));
  if (files.length > 0) {
    const marks = { added: '+', removed: '−', modified: '~' };
    parts.push(table([l10n.t('Path'), '', visible(first), visible(second)], files.map(each => [code(each.path), marks[each.change], each.change === 'added' ? '' : formatSize(each.before), each.change === 'removed' ? '' : formatSize(each.after)]), 2));
    const all = counts.added + counts.removed + counts.modified;
    if (files.length < all) parts.push(l10n.t('The {0} largest differences of {1}.', files.length, all));
  }
  return parts.filter(part => part !== '').join('\n\n') + '\n';
}
