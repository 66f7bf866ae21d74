import * as l10n from '@vscode/l10n';
import { UserError } from '../../base/error';
import type { Need } from '../../wasm/module';
import { objectionBy } from '../abilities';
import type { Runtime } from '../request';

// Which shim it will be is the user's choice: only what none of them runs is objected to here, the rest when the shim is known (inDocker.ts).
const some: ReadonlySet<Need> = new Set<Need>(['component', 'threads', 'sockets', 'memory64', 'multi-memory', 'exceptions', 'gc']);

/** A container engine with a WebAssembly runtime. The module is packed as an image for the run, by what the command line hands in. */
export const docker: Runtime = {
  id: 'docker',
  get title() { return l10n.t('Docker (WasmEdge)'); },
  onlyAsked: true,
  objection: info => objectionBy(info, some),
  async find(context, signal) {
    const { findEngine } = await import('../../engine/find');
    return findEngine(context.paths['docker'], signal);
  },
  run(request, io, context) {
    if (context.inDocker === undefined) throw new UserError('no-runtime', l10n.t('Runtime {0} is for the command line and the editor.', 'docker'));
    return context.inDocker(request, io);
  },
  get install() { return [{ label: l10n.t('Install Docker'), action: { kind: 'url' as const, url: 'https://docs.docker.com/engine/install/' } }]; },
};
