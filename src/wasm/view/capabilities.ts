import * as l10n from '@vscode/l10n';
import type { WasmModule } from '../module';

/** What a program may reach of the outside, by the calls that it imports. */
export type Capability = 'files' | 'network' | 'clocks' | 'random' | 'environment' | 'arguments' | 'streams' | 'threads' | 'http';

const calls: readonly (readonly [RegExp, Capability])[] = [
  [/^(path_|fd_(prestat|readdir|filestat|allocate|advise|datasync|sync|seek|tell|pread|pwrite|renumber|fdstat_set))/, 'files'],
  [/^sock_/, 'network'], [/^(clock_|poll_oneoff)/, 'clocks'], [/^random_/, 'random'], [/^environ_/, 'environment'], [/^args_/, 'arguments'],
  [/^fd_(read|write)$/, 'streams'], [/^thread-spawn$/, 'threads'],
];
const interfaces: readonly (readonly [RegExp, Capability])[] = [
  [/^wasi:filesystem\//, 'files'], [/^wasi:sockets\//, 'network'], [/^wasi:clocks\//, 'clocks'], [/^wasi:random\//, 'random'], [/^wasi:cli\/environment/, 'environment'],
  [/^wasi:cli\/std/, 'streams'], [/^wasi:http\//, 'http'],
];

/** The capabilities that a module's imports ask for. What it is granted is for its host to say. */
export function capabilitiesOf(info: Pick<WasmModule, 'imports'>): Capability[] {
  const found = new Set<Capability>();
  for (const { module, name } of info.imports) {
    const table = module === '' ? interfaces : /^wasi(_|$)/.test(module) ? calls : [];
    for (const [pattern, capability] of table) if (pattern.test(name)) found.add(capability);
  }
  return [...found];
}

/** A capability for people. */
export function capabilityText(capability: Capability): string {
  switch (capability) {
    case 'files': return l10n.t('files and folders');
    case 'network': return l10n.t('network');
    case 'clocks': return l10n.t('clocks');
    case 'random': return l10n.t('random numbers');
    case 'environment': return l10n.t('environment variables');
    case 'arguments': return l10n.t('arguments');
    case 'streams': return l10n.t('standard streams');
    case 'threads': return l10n.t('threads');
    case 'http': return l10n.t('HTTP');
  }
}
