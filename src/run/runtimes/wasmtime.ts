import * as l10n from '@vscode/l10n';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { findProgram } from '../../base/find';
import { UserError } from '../../base/error';
import type { Need } from '../../wasm/module';
import { objectionBy } from '../abilities';
import type { Runtime, RunRequest } from '../request';

const able: ReadonlySet<Need> = new Set<Need>(['component', 'threads', 'memory64', 'multi-memory', 'exceptions', 'gc', 'unstable']);

/** wasmtime's command line, 14 or later (`run --dir HOST::GUEST`). */
export const wasmtime: Runtime = {
  id: 'wasmtime',
  title: 'wasmtime',
  objection: info => objectionBy(info, able),
  find: context => Promise.resolve(findProgram(['wasmtime'], [context.paths['wasmtime'] ?? '', path.join(homedir(), '.wasmtime', 'bin', 'wasmtime')].filter(p => p !== ''))),
  run: async (request, io, context) => (await import('../program')).runProgram(wasmtime, wasmtimeArgs(request), request, io, context),
  get install() { return [{ label: l10n.t('Install wasmtime'), action: { kind: 'url' as const, url: 'https://docs.wasmtime.dev/cli-install.html' } }]; },
};

/** The arguments of `wasmtime` for a request. Throws UserError 'no-runtime' for what its command line can't be told. */
export function wasmtimeArgs(request: RunRequest): string[] {
  if (request.mounts.some(mount => mount.readonly === true)) {
    throw new UserError('no-runtime', l10n.t("wasmtime's command line has no read-only folders: use runtime embedded or wasmedge, or leave ::ro out."));
  }
  const needs = request.info.needs;
  return [
    'run',
    ...(request.limits?.memory === undefined ? [] : ['-W', `max-memory-size=${request.limits.memory}`]),
    ...(needs.includes('threads') ? ['-W', 'threads=y', '-S', 'threads=y'] : []),
    ...(request.listen ?? []).flatMap(address => ['-S', `tcplisten=${/^\d+$/.test(address) ? `127.0.0.1:${address}` : address}`]),
    ...(needs.includes('memory64') ? ['-W', 'memory64=y'] : []),
    ...(needs.includes('gc') ? ['-W', 'gc=y'] : []),
    ...(needs.includes('exceptions') ? ['-W', 'exceptions=y'] : []),
    ...request.mounts.flatMap(mount => ['--dir', `${mount.host}::${mount.guest}`]),
    ...Object.entries(request.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    // Its own options end at the module.
    request.module, ...request.args,
  ];
}
