import * as l10n from '@vscode/l10n';
import { UserError } from '../base/error';

/** One option of a verb, as a row of the table that the parser and the help are made of. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help; without it the option is a switch. */
  readonly value?: string;
  /** The value may be left out: `--trace` or `--trace=files`. */
  readonly optionalValue?: boolean;
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly text: string;
}

/** What a verb was given. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** What follows `--`. */
  readonly rest: readonly string[];
  has(name: string): boolean;
  one(name: string): string | undefined;
  all(name: string): readonly string[];
}

/** The word of `known` that a mistyped one most likely means. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  const close = known.map(other => ({ other, distance: editDistance(word.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, distance }) => distance <= Math.max(1, Math.floor(Math.min(word.length, other.length) / 3)) || (word.length > 2 && other.startsWith(word)))
    .sort((a, b) => a.distance - b.distance);
  return close[0]?.other;
}

/** How many letters must be put in, left out, changed or swapped with their neighbour to make one word the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, at(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return at(a.length, b.length);
}

/** The question after a mistyped word, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = suggestion(word, known);
  return meant === undefined ? '' : ' ' + l10n.t('Did you mean {0}?', meant);
}

/** Reads a verb's arguments by its table. Throws UserError 'usage'. */
export function parseArguments(options: readonly Option[], argv: readonly string[], takesRest: boolean): Arguments {
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  let rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') {
      rest = argv.slice(i + 1);
      if (!takesRest) positionals.push(...rest.splice(0));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      positionals.push(word);
      continue;
    }
    const [, name = '', inline] = /^(--?[^=]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const option = options.find(o => `--${o.name}` === name || (o.short !== undefined && `-${o.short}` === name));
    if (option === undefined) throw unknownOption(name, options, takesRest);
    let value = inline;
    if (option.value === undefined) {
      if (inline !== undefined) throw new UserError('usage', l10n.t('Option --{0} takes no value.', option.name));
      value = '';
    } else if (value === undefined && option.optionalValue === true) {
      value = '';
    } else {
      value ??= argv[++i];
      if (value === undefined) throw new UserError('usage', l10n.t('Option --{0} needs a value: --{0} {1}.', option.name, option.value));
    }
    check(option, value);
    const had = values.get(option.name);
    if (had === undefined || option.many !== true) values.set(option.name, [value]);
    else had.push(value);
  }
  return {
    positionals, rest,
    has: name => values.has(name),
    one: name => values.get(name)?.[0],
    all: name => values.get(name) ?? [],
  };
}

function check(option: Option, value: string): void {
  if (option.choices === undefined || option.choices.includes(value)) return;
  throw new UserError('usage', l10n.t('Option --{0} is one of {1}, not {2}.', option.name, option.choices.join(', '), JSON.stringify(value)) + didYouMean(value, option.choices));
}

function unknownOption(name: string, options: readonly Option[], takesRest: boolean): UserError {
  const meant = didYouMean(name, options.map(o => `--${o.name}`));
  const rest = takesRest && meant === '' ? ' ' + l10n.t("Arguments for the program follow '--'.") : '';
  return new UserError('usage', l10n.t('There is no option {0}.', name) + meant + rest);
}
