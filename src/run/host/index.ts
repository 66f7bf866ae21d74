import type { MakeHost } from './guest';
import type { GuestSpec } from './spec';

/** The host that a spec names, loaded when it is needed. */
export async function loadHost(host: GuestSpec['host']): Promise<MakeHost> {
  const { loadNodeWasi } = await import('./nodeWasi');
  return host === 'node' ? loadNodeWasi() : loadNodeWasi();
}
