import { UserError } from '../base/error';
import * as l10n from '@vscode/l10n';
import type { DiveFigures } from './dive';

/** The thresholds of a `.dive-ci` file; undefined ones hold nothing back. */
export interface Budget {
  readonly lowestEfficiency?: number;
  readonly highestWastedBytes?: number;
  readonly highestUserWastedPercent?: number;
}

/** dive's own, where a file says nothing. */
export const defaultBudget: Budget = { lowestEfficiency: 0.9, highestUserWastedPercent: 0.1 };

const units: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, k: 1e3, m: 1e6, g: 1e9 };

/** Reads a `.dive-ci` file: `rules:` with three keys, each a number, a size (20MB) or `disabled`. Throws a UserError with code `usage`. */
export function parseBudget(text: string, file: string): Budget {
  const budget: Record<string, number | undefined> = { ...defaultBudget };
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const match = /^\s*([A-Za-z]+)\s*:\s*(.*?)\s*(?:#.*)?$/.exec(line);
    if (match === null) continue;
    const [, key = '', written = ''] = match;
    if (key === 'rules' || written === '') continue;
    const value = written.replace(/^(['"])(.*)\1$/, '$2');
    if (!['lowestEfficiency', 'highestWastedBytes', 'highestUserWastedPercent'].includes(key)) continue;
    if (value === 'disabled') {
      budget[key] = undefined;
      continue;
    }
    const number = key === 'highestWastedBytes' ? bytesOf(value) : Number(value);
    if (number === undefined || !Number.isFinite(number) || number < 0) {
      throw new UserError('usage', l10n.t("{0}:{1}: '{2}' is not a value for {3}. Write a number, or disabled.", file, at + 1, value, key));
    }
    budget[key] = number;
  }
  return budget;
}

function bytesOf(text: string): number | undefined {
  const match = /^([\d.]+)\s*([A-Za-z]*)$/.exec(text);
  const unit = match === null ? undefined : units[(match[2] === '' ? 'b' : match[2] ?? '').toLowerCase()];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** The rules that an image breaks, each as a sentence. */
export function broken(budget: Budget, figures: DiveFigures): string[] {
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  const found: string[] = [];
  if (budget.lowestEfficiency !== undefined && figures.efficiency < budget.lowestEfficiency) {
    found.push(l10n.t('The efficiency is {0}, below {1}.', percent(figures.efficiency), percent(budget.lowestEfficiency)));
  }
  if (budget.highestWastedBytes !== undefined && figures.wastedBytes > budget.highestWastedBytes) {
    found.push(l10n.t('{0} bytes are wasted, more than {1}.', figures.wastedBytes, budget.highestWastedBytes));
  }
  if (budget.highestUserWastedPercent !== undefined && figures.wastedUserPercent > budget.highestUserWastedPercent) {
    found.push(l10n.t('{0} of what was added to the first layer is wasted, more than {1}.', percent(figures.wastedUserPercent), percent(budget.highestUserWastedPercent)));
  }
  return found;
}
