import * as l10n from '@vscode/l10n';
import { engineAbilities, objectionBy } from '../abilities';
import { findNode } from '../node';
import type { Runtime } from '../request';

/** Node's own WASI, which Node marks experimental; for comparison. It has neither sockets nor threads, nor wasi_unstable's real layout. */
export const node: Runtime = {
  id: 'node',
  get title() { return l10n.t("Node's WASI"); },
  objection: info => objectionBy(info, new Set(info.needs.length === 0 ? [] : engineAbilities())),
  find: async (context, signal) => findNode(context, signal),
  run: async (request, io, context) => (await import('../inChild')).runInChild('node', request, io, context),
  install: [],
};
