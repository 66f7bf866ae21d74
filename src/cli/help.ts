import * as l10n from '@vscode/l10n';
import type { Option } from './arguments';
import { compilerTools, verbs, type Verb } from './verbs';

const helpOption = (): Option => ({ name: 'help', short: 'h', text: l10n.t('Show this help') });

function columns(rows: readonly (readonly [string, string])[], width = 80): string {
  const left = Math.min(34, Math.max(...rows.map(([head]) => head.length)) + 2);
  return rows.map(([head, text]) => {
    const lines = wrap(text, width - left - 2);
    const first = head.length + 2 > left ? `  ${head}\n${' '.repeat(left + 2)}` : `  ${head.padEnd(left)}`;
    return first + lines.join('\n' + ' '.repeat(left + 2));
  }).join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line += (line === '' ? '' : ' ') + word;
  }
  return [...lines, line];
}

function optionHead(option: Option): string {
  const value = option.value === undefined ? '' : option.optionalValue === true ? `[=${option.value}]` : ` ${option.value}`;
  return `${option.short === undefined ? '    ' : `-${option.short}, `}--${option.name}${value}`;
}

/** The help of one verb, made of its table. */
export function verbHelp(verb: Verb): string {
  const usage = `wasm-workbench ${verb.name} [${l10n.t('OPTIONS')}]${verb.operands === '' ? '' : ' ' + verb.operands}`;
  return [
    `${verb.summary}.`, '', `${l10n.t('Usage')}: ${usage}`, '',
    ...(verb.about === undefined ? [] : [...wrap(verb.about, 80), '']),
    `${l10n.t('Options')}:`, columns([...verb.options, helpOption()].map(o => [optionHead(o), o.text + (o.many === true ? ` (${l10n.t('may be repeated')})` : '')])), '',
    `${l10n.t('Examples')}:`, ...verb.examples.map(example => `  ${example}`), '',
  ].join('\n');
}

/** The help of the whole command line. */
export function mainHelp(): string {
  return [
    l10n.t('Build, run and inspect WebAssembly programs, with nothing to install.'), '',
    `${l10n.t('Usage')}: wasm-workbench ${l10n.t('VERB')} [${l10n.t('OPTIONS')}] [TARGET] [-- ARGS...]`, '',
    `${l10n.t('Verbs')}:`, columns(verbs().map(verb => [verb.name, verb.summary])), '',
    l10n.t('The embedded compiler and its tools, with the arguments that such tools have:'),
    columns(Object.entries(compilerTools)), '',
    `${l10n.t('Options')}:`, columns([[optionHead(helpOption()), l10n.t('Show this help, or that of a verb')], ['    --version', l10n.t('Show the version')]]), '',
  ].join('\n');
}
