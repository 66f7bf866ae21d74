import * as l10n from '@vscode/l10n';
import type { WasmModule } from '../../wasm/module';
import { formatSize } from '../state';

/** A row below a .wasm file. */
export interface ModuleRow {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly rows: readonly ModuleRow[];
}

/** What of a module's imports asks for: a group of calls and the calls. */
export interface Asked {
  readonly group: string;
  readonly calls: readonly string[];
}

/** The rows below a module: what it is, what it asks for, and what takes its space. */
export function moduleRows(module: WasmModule, asked: readonly Asked[], needs: readonly string[]): ModuleRow[] {
  const leaf = (id: string, label: string, description: string, icon: string): ModuleRow => ({ id, label, description, icon, rows: [] });
  const group = (id: string, label: string, icon: string, rows: readonly ModuleRow[], description = String(rows.length)): ModuleRow[] => (rows.length === 0 ? [] : [{ id, label, description, icon, rows }]);
  const debug = debugSize(module);
  return [
    leaf('kind', kindLabel(module), wasiLabel(module), 'symbol-event'),
    ...group('asked', l10n.t('Capabilities'), 'key', asked.map(({ group: name, calls }) => leaf(`asked ${name}`, name, calls.join(', '), 'key')), asked.map(each => each.group).join(', ')),
    ...group('needs', l10n.t('Needs'), 'warning', needs.map((text, at) => leaf(`need ${at}`, text, '', 'warning'))),
    ...group('imports', l10n.t('Imports'), 'arrow-down', [...byModule(module)].map(([name, imports]) => ({
      id: `imports ${name}`, label: name === '' ? l10n.t('Interfaces') : name, description: String(imports.length), icon: 'package',
      rows: imports.map((each, at) => leaf(`import ${name} ${at}`, each.name, each.kind === 'func' || each.kind === 'component' ? each.text : `${each.kind} ${each.text}`, symbolOf(each.kind))),
    })), String(module.imports.length)),
    ...group('exports', l10n.t('Exports'), 'arrow-up', module.exports.map((each, at) => leaf(`export ${at}`, each.name, each.kind === 'func' || each.kind === 'component' ? each.text : `${each.kind} ${each.text}`, symbolOf(each.kind)))),
    ...group('memories', l10n.t('Memories'), 'server', module.memories.map((memory, at) => leaf(`memory ${at}`, l10n.t('Memory {0}', at), memoryLabel(memory), 'server'))),
    ...group('sections', l10n.t('Sections'), 'list-tree', module.sections.map((section, at) => leaf(`section ${at}`, `${'· '.repeat(section.depth)}${section.name}`, formatSize(section.size), section.custom ? 'symbol-misc' : 'symbol-structure'))),
    ...group('producers', l10n.t('Producers'), 'tools', module.producers.map(({ field, name, version }, at) => leaf(`producer ${at}`, name, [version, field].filter(text => text !== '').join(' · '), 'tools')), module.producers.map(each => each.name).slice(0, 3).join(', ')),
    leaf('debug', l10n.t('Debug Information'), module.hasDwarf ? l10n.t('DWARF; strip saves {0}', formatSize(debug)) : module.hasNames ? l10n.t('function names; strip saves {0}', formatSize(debug)) : l10n.t('none'), 'bug'),
  ];
}

/** Bytes that only debuggers and stack traces read: DWARF, names and source maps. */
export function debugSize(module: WasmModule): number {
  return module.sections.filter(section => section.custom && /^(\.debug_|name$|sourceMappingURL$|external_debug_info$)/.test(section.name)).reduce((sum, section) => sum + section.size, 0);
}

function byModule(module: WasmModule): Map<string, WasmModule['imports'][number][]> {
  const groups = new Map<string, WasmModule['imports'][number][]>();
  for (const each of module.imports) groups.set(each.module, [...(groups.get(each.module) ?? []), each]);
  return groups;
}

function symbolOf(kind: string): string {
  switch (kind) {
    case 'func': return 'symbol-method';
    case 'memory': return 'server';
    case 'global': return 'symbol-variable';
    case 'table': return 'symbol-array';
    default: return 'symbol-interface';
  }
}

function kindLabel(module: WasmModule): string {
  switch (module.kind) {
    case 'command': return l10n.t('Command');
    case 'reactor': return l10n.t('Reactor');
    case 'library': return l10n.t('Library');
    case 'component': return l10n.t('Component');
  }
}

function wasiLabel(module: WasmModule): string {
  const functions = l10n.t('{0} functions', module.functions);
  switch (module.wasi) {
    case 'none': return l10n.t('no WASI, {0}', functions);
    case 'unstable': return `wasi_unstable, ${functions}`;
    case 'preview1': return l10n.t('WASI preview 1 (wasm32-wasi), {0}', functions);
    case 'preview2': return l10n.t('WASI 0.2, {0}', functions);
  }
}

function memoryLabel(memory: WasmModule['memories'][number]): string {
  const pages = (count: number): string => formatSize(count * 65_536);
  return [
    l10n.t('{0} at first', pages(memory.min)), memory.max === undefined ? l10n.t('no maximum') : l10n.t('at most {0}', pages(memory.max)),
    ...(memory.shared ? [l10n.t('shared')] : []), ...(memory.is64 ? [l10n.t('64-bit')] : []), ...(memory.imported ? [l10n.t('imported')] : []),
  ].join(', ');
}
