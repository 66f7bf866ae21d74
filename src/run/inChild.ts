import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { Command, Exit } from '../base/command';
import { temporaryFolder } from '../base/temporary';
import * as l10n from '@vscode/l10n';
import { UserError } from '../base/error';
import { checkRequest } from './check';
import type { GuestSpec } from './host/spec';
import { fileVariable, launch, runtimeMissing, specVariable } from './launch';
import { childProgram, findNode } from './node';
import type { RunContext, RunIo, RunRequest } from './request';
import { basename } from 'node:path';

/** What a hosting process is told of a request. */
export function specOf(host: GuestSpec['host'], request: RunRequest): GuestSpec {
  const { module, args, env, mounts, stdin, limits, listen, trace } = request;
  return {
    host, module, env, mounts, args: [basename(module), ...args],
    ...(stdin === undefined ? {} : { stdin }), ...(limits === undefined ? {} : { limits }),
    ...(listen === undefined ? {} : { listen }), ...(trace === undefined ? {} : { trace }),
  };
}

// Windows takes 32,767 characters of environment in all, Linux 131,072 in one variable.
const longest = 12_000;

/** Runs a guest in a process of the Node that `findNode` finds. */
export async function runInChild(host: GuestSpec['host'], request: RunRequest, io: RunIo, context: RunContext): Promise<Exit> {
  refuse(host, request);
  await checkRequest(request);
  const program = await findNode(context, io.signal, request.runtimeExecutable);
  if ('tried' in program) throw runtimeMissing(l10n.t('Node'), program.tried);
  const spec = JSON.stringify(specOf(host, request));
  const folder = spec.length > longest ? await temporaryFolder('run') : undefined;
  try {
    const carrier: Record<string, string> = {};
    if (folder === undefined) carrier[specVariable] = spec;
    else await writeFile(carrier[fileVariable] = join(folder.path, 'guest.json'), spec, { mode: 0o600 });
    const command: Command = { tool: program.path, args: [childProgram()], cwd: process.cwd(), env: { ...program.env, ...carrier, NODE_OPTIONS: undefined } };
    return await launch(command, io, { ...(request.limits === undefined ? {} : { limits: request.limits }), parentPipe: true });
  } finally {
    await folder?.dispose();
  }
}

/** What a runtime can't do for a request, before anything starts. Throws UserError 'no-runtime'. */
export function refuse(host: GuestSpec['host'], request: Pick<RunRequest, 'mounts' | 'listen' | 'trace'>): void {
  if (host !== 'node') return;
  const what = request.mounts.some(mount => mount.readonly === true) ? l10n.t('read-only folders')
    : request.listen !== undefined && request.listen.length > 0 ? l10n.t('listening sockets')
      : request.trace !== undefined ? l10n.t('a trace') : undefined;
  if (what !== undefined) throw new UserError('no-runtime', l10n.t('Runtime {0} has no {1}: use runtime embedded.', host, what));
}
