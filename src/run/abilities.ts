import * as l10n from '@vscode/l10n';
import type { Need, WasmModule } from '../wasm/module';
import { isWasiModule } from '../wasm/needs';

/** What a need is, for people: "it is a component (WASI 0.2)". */
export function needText(need: Need, info: WasmModule): string {
  switch (need) {
    case 'component': return l10n.t('it is a component (WASI 0.2), not a WASI preview 1 module');
    case 'threads': return l10n.t('it uses threads (shared memory)');
    case 'sockets': return l10n.t("it uses WasmEdge's sockets");
    case 'memory64': return l10n.t('it has a 64-bit memory');
    case 'multi-memory': return l10n.t('it has more than one memory');
    case 'exceptions': return l10n.t('it uses WebAssembly exceptions');
    case 'gc': return l10n.t('it uses garbage-collected types');
    case 'unstable': return l10n.t('it imports wasi_unstable, the interface before WASI preview 1');
    case 'env': {
      const foreign = info.imports.filter(i => !isWasiModule(i.module) && !(i.kind === 'memory' && i.text.endsWith(' shared'))).map(i => `${i.module}.${i.name}`);
      const more = foreign.length > 3 ? l10n.t(' and {0} more', foreign.length - 3) : '';
      return l10n.t('it imports {0}, which no WASI host provides: it was built for a program that embeds it', foreign.slice(0, 3).join(', ') + more);
    }
  }
}

/** Why a module with these abilities' host can't run it, as the part of a sentence; undefined when it can. */
export function objectionBy(info: WasmModule, able: ReadonlySet<Need>): string | undefined {
  const unmet = info.needs.filter(need => !able.has(need));
  // Most telling first: whoever fixes the first may be done.
  const first = (['component', 'env'] as const).find(need => unmet.includes(need)) ?? unmet[0];
  if (first !== undefined) return needText(first, info);
  if (info.kind === 'reactor') return l10n.t('it is a reactor: it has no _start to run, only functions for another program to call');
  if (info.kind === 'library') return l10n.t('it has no _start function to run: it is a library, or an object file that was not linked');
  return undefined;
}

/** Why our own host can't run a module in a page, as the part of a sentence: there are no sockets and no threads there. */
export function embeddedObjection(info: WasmModule): string | undefined {
  return objectionBy(info, new Set<Need>(['unstable', ...engineAbilities()]));
}

const samples: Partial<Record<Need, readonly number[]>> = {
  'memory64': [5, 3, 1, 4, 0],
  'multi-memory': [5, 5, 2, 0, 0, 0, 0],
  'exceptions': [1, 4, 1, 0x60, 0, 0, 13, 3, 1, 0, 0],
  'gc': [1, 5, 1, 0x5f, 1, 0x7f, 0],
};

/** Which features this V8 has; a host in another process of the same executable has the same. */
export function engineAbilities(): Need[] {
  return Object.entries(samples).flatMap(([need, bytes]) => (WebAssembly.validate(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes])) ? [need as Need] : []));
}
