import * as l10n from '@vscode/l10n';
import { basename } from 'node:path';
import { UserError } from '../base/error';
import type { GuestSpec } from './hosting/spec';
import type { RunRequest } from './request';

/** What a hosting process is told of a request. */
export function specOf(host: GuestSpec['host'], request: RunRequest): GuestSpec {
  const { module, args, env, mounts, stdin, limits, listen, connect, trace, ready } = request;
  return {
    host, module, env, mounts, args: [basename(module), ...args],
    ...(stdin === undefined ? {} : { stdin }), ...(limits === undefined ? {} : { limits }),
    ...(listen === undefined ? {} : { listen }), ...(connect === undefined ? {} : { connect }), ...(trace === undefined ? {} : { trace }),
    ...(ready === undefined ? {} : { ready }),
  };
}

/** What a runtime can't do for a request, before anything starts. Throws UserError 'no-runtime'. */
export function refuse(host: GuestSpec['host'], request: Pick<RunRequest, 'mounts' | 'listen' | 'connect' | 'trace' | 'limits'>): void {
  if (host !== 'node') return;
  const what = request.mounts.some(mount => mount.readonly === true) ? l10n.t('read-only folders')
    : (request.listen ?? []).length > 0 || (request.connect ?? []).length > 0 ? l10n.t('sockets')
      : request.trace !== undefined ? l10n.t('trace') : request.limits?.openFiles !== undefined ? l10n.t('limit of open files') : undefined;
  if (what !== undefined) throw new UserError('no-runtime', l10n.t('Runtime {0} has no {1}: use runtime embedded.', host, what));
}
