import type { MakeHost } from './guest';
import type { GuestSpec } from './spec';

/** The host that a spec names, loaded when it is needed. */
export async function loadHost(host: GuestSpec['host']): Promise<MakeHost> {
  if (host === 'node') return (await import('./nodeWasi')).loadNodeWasi();
  return (await import('./embedded')).embeddedHost;
}
