import * as l10n from '@vscode/l10n';
import { needText } from './abilities';
import type { Import, WasmModule } from '../wasm/module';

/** What kind of module it is, for people. */
export function kindText(module: WasmModule): string {
  switch (module.kind) {
    case 'command': return l10n.t('command: a program with _start');
    case 'reactor': return l10n.t('reactor: functions for another program to call, after _initialize');
    case 'library': return l10n.t('library: functions for another program to call');
    case 'component': return l10n.t('component');
  }
}

/** Which WASI it asks for. */
export function wasiText(module: WasmModule): string {
  switch (module.wasi) {
    case 'none': return l10n.t('none');
    case 'unstable': return l10n.t('wasi_unstable, before WASI preview 1');
    case 'preview1': return l10n.t('WASI preview 1 (wasm32-wasi)');
    case 'preview2': return l10n.t('WASI 0.2');
  }
}

const kilo = (bytes: number): string => (bytes < 10_000 ? `${bytes} B` : bytes < 10_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** What a module is, as text for people; `asks`: what it may ask its host for, by group. */
export function moduleText(path: string, module: WasmModule, asks: readonly { readonly group: string; readonly calls: readonly string[] }[] = []): string {
  const rows: [string, string][] = [
    [l10n.t('Kind'), kindText(module)], ['WASI', wasiText(module)], [l10n.t('Size'), `${kilo(module.size)} (${module.size})`],
    [l10n.t('Functions'), String(module.functions)],
  ];
  for (const memory of module.memories) rows.push([l10n.t('Memory'), memoryText(memory)]);
  rows.push([l10n.t('Debug information'), module.hasDwarf ? 'DWARF' : module.hasNames ? l10n.t('function names') : l10n.t('none')]);
  if (module.needs.length > 0) rows.push([l10n.t('Needs'), module.needs.map(need => needText(need, module)).join('; ')]);
  for (const { field, name, version } of module.producers) rows.push([field, version === '' ? name : `${name} ${version}`]);
  if (module.targetFeatures.length > 0) rows.push([l10n.t('Features'), module.targetFeatures.join(', ')]);
  const width = Math.max(...rows.map(([head]) => head.length)) + 2;
  const lines = [path, ...rows.map(([head, text]) => `  ${head.padEnd(width)}${text}`)];
  if (asks.length > 0) {
    const widest = Math.max(...asks.map(({ group }) => group.length)) + 2;
    lines.push('', l10n.t('May ask its host for'), ...asks.map(({ group, calls }) => `  ${group.padEnd(widest)}${calls.join(', ')}`));
  }
  lines.push('', l10n.t('Imports ({0})', module.imports.length), ...module.imports.map(i => `  ${importName(i)}  ${i.kind === 'func' ? '' : `${i.kind} `}${i.text}`));
  lines.push('', l10n.t('Exports ({0})', module.exports.length), ...module.exports.map(e => `  ${e.name}  ${e.kind === 'func' ? '' : `${e.kind} `}${e.text}`));
  const longest = Math.max(0, ...module.sections.map(s => s.name.length + s.depth * 2));
  lines.push('', l10n.t('Sections ({0})', module.sections.length),
    ...module.sections.map(s => `  ${(' '.repeat(s.depth * 2) + s.name).padEnd(longest + 2)}${String(s.size).padStart(10)}  @0x${s.offset.toString(16)}`));
  return lines.join('\n') + '\n';
}

function importName(i: Import): string {
  return i.module === '' ? i.name : `${i.module}.${i.name}`;
}

/** How large a memory is and may become. */
export function memoryText(memory: WasmModule['memories'][number]): string {
  const page = (count: number): string => l10n.t('{0} pages of 64 KiB', count);
  return [
    page(memory.min), memory.max === undefined ? l10n.t('no maximum') : l10n.t('at most {0}', page(memory.max)),
    ...(memory.shared ? [l10n.t('shared')] : []), ...(memory.is64 ? [l10n.t('64-bit')] : []), ...(memory.imported ? [l10n.t('imported')] : []),
  ].join(', ');
}
