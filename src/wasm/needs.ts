import type { Export, Import, MemoryLimits, ModuleKind, Need, WasiFlavour } from './module';

/** Preview 1's own socket calls; every other `sock_` name is WasmEdge's. */
const preview1Sockets = new Set(['sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown']);

export function flavourOf(imports: readonly Import[], component: boolean): WasiFlavour {
  if (component) return imports.some(i => i.name.startsWith('wasi:')) ? 'preview2' : 'none';
  if (imports.some(i => i.module === 'wasi_snapshot_preview1')) return 'preview1';
  if (imports.some(i => i.module === 'wasi_unstable')) return 'unstable';
  return 'none';
}

export function kindOf(exports: readonly Export[], component: boolean): ModuleKind {
  if (component) return 'component';
  const has = (name: string): boolean => exports.some(e => e.kind === 'func' && e.name === name);
  return has('_start') ? 'command' : has('_initialize') ? 'reactor' : 'library';
}

/** Import modules that a WASI preview 1 host knows. */
export function isWasiModule(name: string): boolean {
  return name === 'wasi_snapshot_preview1' || name === 'wasi_unstable' || name === 'wasi';
}

/** What the module asks for beyond what every host has; see {@link Need}. `features` is what its sections showed. */
export function needsOf(module: {
  kind: ModuleKind; wasi: WasiFlavour; imports: readonly Import[]; exports: readonly Export[]; memories: readonly MemoryLimits[]; features: ReadonlySet<string>;
}): Need[] {
  if (module.kind === 'component') return ['component'];
  const needs: Need[] = [];
  if (module.memories.some(m => m.shared) || module.imports.some(i => i.name === 'thread-spawn')) needs.push('threads');
  if (module.imports.some(i => isWasiModule(i.module) && i.name.startsWith('sock_') && !preview1Sockets.has(i.name))) needs.push('sockets');
  if (module.memories.some(m => m.is64)) needs.push('memory64');
  if (module.memories.length > 1) needs.push('multi-memory');
  if (module.features.has('exceptions')) needs.push('exceptions');
  if (module.features.has('gc')) needs.push('gc');
  if (module.wasi === 'unstable') needs.push('unstable');
  // A threads module imports its memory from `env`: that much every threads host provides.
  if (module.imports.some(i => !isWasiModule(i.module) && !(i.kind === 'memory' && module.memories.some(m => m.shared && m.imported)))) needs.push('env');
  return needs;
}
