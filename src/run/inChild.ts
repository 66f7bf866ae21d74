import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { Command, Exit } from '../base/command';
import { temporaryFolder } from '../base/temporary';
import * as l10n from '@vscode/l10n';
import { checkRequest } from './check';
import { refuse, specOf } from './guest';
import type { GuestSpec } from './hosting/spec';
import { fileVariable, launch, runtimeMissing, specVariable } from './launch';
import { childProgram, findNode } from './node';
import type { RunContext, RunIo, RunRequest } from './request';

// Windows takes 32,767 characters of environment in all, Linux 131,072 in one variable.
const longest = 12_000;

/** Runs a guest in a process of the Node that `findNode` finds. */
export async function runInChild(host: GuestSpec['host'], request: RunRequest, io: RunIo, context: RunContext): Promise<Exit> {
  refuse(host, request);
  checkRequest(request);
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
