import * as l10n from '@vscode/l10n';
import { sizeText } from '../../base/sizes';
import { delta, type Change, type ModuleComparison, type TypeChange } from './compare';

/** More functions than this are counted, not listed. */
const listed = 200;

/** What changed from one module to another, as text for people. */
export function comparisonText(before: string, after: string, comparison: ModuleComparison): string {
  const { size: [was, is], sections, imports, exports, functions, same } = comparison;
  const lines = [l10n.t('From {0} to {1}', before, after), `  ${sizeText(was)} -> ${sizeText(is)}  ${growth(is - was)}`];
  const block = (title: string, rows: readonly string[]): void => {
    lines.push('', title, ...(rows.length === 0 ? [`  ${l10n.t('no difference')}`] : rows));
  };
  block(l10n.t('Sections'), sizeRows(sections.filter(one => one.before !== one.after)));
  block(l10n.t('Imports'), typeRows(imports));
  block(l10n.t('Exports'), typeRows(exports));
  block(l10n.t('Functions ({0} differ, {1} have the same name and size)', functions.length, same), sizeRows(functions.slice(0, listed)));
  if (functions.length > listed) lines.push(`  ${l10n.t('and {0} more, each by less', functions.length - listed)}`);
  return lines.join('\n') + '\n';
}

function growth(bytes: number): string {
  return bytes > 0 ? `+${bytes}` : String(bytes);
}

function sizeRows(changes: readonly Change[]): string[] {
  const width = Math.max(0, ...changes.map(one => growth(delta(one)).length));
  const mark = (one: Change): string => (one.before === undefined ? '+' : one.after === undefined ? '-' : '~');
  return changes.map(one => `  ${mark(one)} ${growth(delta(one)).padStart(width)}  ${one.name}  ${one.before === undefined || one.after === undefined ? '' : `${one.before} -> ${one.after}`}`.trimEnd());
}

function typeRows(changes: readonly TypeChange[]): string[] {
  return changes.map(one => (one.before === undefined ? `  + ${one.name}  ${one.after ?? ''}` : one.after === undefined ? `  - ${one.name}  ${one.before}` : `  ~ ${one.name}  ${one.before} -> ${one.after}`));
}
