import * as l10n from '@vscode/l10n';
import type { Need } from '../../wasm/module';
import { engineAbilities, objectionBy } from '../abilities';
import { findNode } from '../node';
import type { Runtime } from '../request';

const own: readonly Need[] = ['unstable', 'sockets', 'threads'];

/** Our own host, in a process of the Node that we run on: nothing to install. */
export const embedded: Runtime = {
  id: 'embedded',
  get title() { return l10n.t('Embedded host'); },
  objection: info => objectionBy(info, new Set(info.needs.length === 0 ? [] : [...own, ...engineAbilities()])),
  find: async (context, signal) => findNode(context, signal),
  run: async (request, io, context) => (await import('../inChild')).runInChild('embedded', request, io, context),
  install: [],
};
