import * as l10n from '@vscode/l10n';
import { homedir } from 'node:os';
import * as path from 'node:path';
import type { Need } from '../../wasm/module';
import { objectionBy } from '../abilities';
import { findProgram } from '../../base/find';
import type { Runtime, RunRequest } from '../request';

const able: ReadonlySet<Need> = new Set<Need>(['sockets', 'exceptions', 'multi-memory']);

/** WasmEdge's command line, 0.13 or later. */
export const wasmedge: Runtime = {
  id: 'wasmedge',
  title: 'WasmEdge',
  objection: info => objectionBy(info, able),
  find: context => Promise.resolve(findProgram(['wasmedge'], [context.paths['wasmedge'] ?? '', path.join(homedir(), '.wasmedge', 'bin', 'wasmedge')].filter(p => p !== ''))),
  run: async (request, io, context) => (await import('../program')).runProgram(wasmedge, wasmedgeArgs(request), request, io, context),
  get install() { return [{ label: l10n.t('Install WasmEdge'), action: { kind: 'url' as const, url: 'https://wasmedge.org/docs/start/install' } }]; },
};

/** The arguments of `wasmedge` for a request. */
export function wasmedgeArgs(request: RunRequest): string[] {
  const pages = request.limits?.memory === undefined ? [] : ['--memory-page-limit', String(Math.max(1, Math.floor(request.limits.memory / 65536)))];
  return [
    ...pages,
    ...request.mounts.flatMap(mount => ['--dir', `${mount.guest}:${mount.host}${mount.readonly === true ? ':readonly' : ''}`]),
    ...Object.entries(request.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    request.module, ...request.args,
  ];
}
