import { groups as known, signatures, type Group } from './signatures';
import type { CallCount } from './trace';

/** What a module may ask for: by its imports, without running it. */
export interface Asked { readonly group: Group | 'unknown'; readonly calls: readonly string[] }

/** What a run gave, and what of it was used. */
export interface CapabilityReport {
  readonly asked: readonly Asked[];
  readonly granted: {
    readonly folders: readonly { readonly guest: string; readonly host?: string; readonly readonly: boolean }[];
    /** Names only: values are often secrets. */
    readonly environment: readonly string[];
    readonly arguments: number;
    /** Where it may listen, and what it may connect to. */
    readonly listeners: readonly string[];
    readonly connections: readonly string[];
    /** Bytes of memory and of output, milliseconds, and open files; what is left out has no limit. */
    readonly limits?: { readonly memory?: number; readonly time?: number; readonly output?: number; readonly openFiles?: number };
  };
  /** Groups and calls that were made at least once, when the run was traced. */
  readonly used?: readonly { readonly group: Group | 'unknown'; readonly calls: readonly CallCount[] }[];
}

const groups: readonly (Group | 'unknown')[] = [...known, 'unknown'];
const wasiModules = new Set(['wasi_snapshot_preview1', 'wasi_unstable', 'wasi']);

function groupOf(module: string, name: string): Group | 'unknown' {
  if (module === 'wasi' && name === 'thread-spawn') return 'thread';
  return signatures[name]?.group ?? (name.startsWith('sock_') ? 'socket' : 'unknown');
}

/** The calls that a module imports, by group; what no WASI has comes as `MODULE.NAME` under `unknown`. */
export function askedBy(imports: readonly { readonly module: string; readonly name: string; readonly kind?: string }[]): readonly Asked[] {
  const found = new Map<Group | 'unknown', string[]>();
  for (const { module, name, kind } of imports) {
    if (kind !== undefined && kind !== 'function' && kind !== 'func') continue;
    const known = wasiModules.has(module);
    const group = known ? groupOf(module, name) : 'unknown';
    const list = found.get(group);
    const shown = known ? name : `${module}.${name}`;
    if (list === undefined) found.set(group, [shown]);
    else list.push(shown);
  }
  return groups.flatMap(group => { const calls = found.get(group); return calls === undefined ? [] : [{ group, calls: calls.sort() }]; });
}

/** The calls that were made, by group. */
export function usedOf(counts: readonly CallCount[]): NonNullable<CapabilityReport['used']> {
  return groups.flatMap(group => {
    const calls = counts.filter(count => count.calls > 0 && groupOf('', count.name) === group);
    return calls.length > 0 ? [{ group, calls }] : [];
  });
}
