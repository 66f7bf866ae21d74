import * as l10n from '@vscode/l10n';
import { needText } from '../../run/abilities';
import { kindText, memoryText, wasiText } from '../../run/moduleText';
import { capabilitiesOf, capabilityText } from '../../wasm/view/capabilities';
import { savings } from '../../wasm/view/strip';
import { sizeText } from '../../base/sizes';
import type { Contents } from './contents';
import { columnsOf, listTitle } from './lists';
import type { Fact, ListName, Summary } from './messages';

/** What the page shows first: facts about a module, and how much there is of everything. */
export function summaryOf(contents: Contents): Summary {
  const { file, indexes, data, name } = contents;
  const { info } = file;
  const functions = indexes.reduce((sum, index) => sum + index.count, 0);
  const segments = data.reduce((sum, one) => sum + one.list.length, 0);
  const totals: Readonly<Record<ListName, number>> = {
    functions, imports: info.imports.length, exports: info.exports.length, sections: info.sections.length, data: segments,
  };
  const lists = (Object.keys(totals) as ListName[]).map(list => ({ name: list, title: listTitle(list), total: totals[list], columns: columnsOf(list, file.parts.length > 1) }));
  const component = info.kind === 'component';
  return {
    title: name, size: info.size, lists, facts: facts(contents),
    problems: [...indexes.map(one => one.problem), ...data.map(one => one.problem)].filter(one => one !== undefined)
      .map(problem => l10n.t('The module is damaged: {0}. What comes before is shown.', problem)),
    actions: [
      ...(component ? [] : [{ action: 'text' as const, title: l10n.t('Open as Text') }]),
      { action: 'strip', title: l10n.t('Strip...') }, { action: 'compare', title: l10n.t('Compare With...') },
      ...(info.kind === 'command' ? [{ action: 'run' as const, title: l10n.t('Run') }] : []),
    ],
  };
}

function facts({ file, indexes }: Contents): Fact[] {
  const { info } = file;
  const rows: [string, string][] = [
    [l10n.t('Kind'), kindText(info)], ['WASI', wasiText(info)], [l10n.t('Size'), l10n.t('{0} ({1} bytes)', sizeText(info.size), info.size.toLocaleString('en'))],
  ];
  if (info.kind === 'component') rows.push([l10n.t('Core modules'), String(file.parts.length)]);
  const imported = indexes.reduce((sum, one) => sum + one.imported, 0);
  rows.push([l10n.t('Functions'), l10n.t('{0}, and {1} imported', info.functions, imported)]);
  for (const memory of info.memories) rows.push([l10n.t('Memory'), memoryText(memory)]);
  const may = capabilitiesOf(info).map(capabilityText);
  rows.push([l10n.t('May reach'), may.length === 0 ? l10n.t('nothing of the outside by WASI') : l10n.t('{0}, as far as its host grants it', may.join(', '))]);
  if (info.needs.length > 0) rows.push([l10n.t('Needs'), info.needs.map(need => needText(need, info)).join('; ')]);
  rows.push([l10n.t('Debug information'), debugText(info)]);
  const [debug, all] = [savings(info.sections, 'debug'), savings(info.sections, 'all')];
  if (all > 0) {
    rows.push([l10n.t('Stripping'), debug > 0 && debug < all
      ? l10n.t('saves {0} without debug information, {1} without names too', sizeText(debug), sizeText(all)) : l10n.t('saves {0}', sizeText(all))]);
  }
  for (const { field, name, version } of info.producers) rows.push([field, version === '' ? name : `${name} ${version}`]);
  if (info.targetFeatures.length > 0) rows.push([l10n.t('Features'), info.targetFeatures.join(', ')]);
  return rows.map(([label, text]) => ({ label, text }));
}

function debugText({ hasDwarf, hasNames }: Contents['file']['info']): string {
  return hasDwarf ? l10n.t('DWARF: functions lead to their source') : hasNames ? l10n.t('function names') : l10n.t('none');
}
