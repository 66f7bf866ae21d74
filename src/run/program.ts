import * as l10n from '@vscode/l10n';
import type { Exit } from '../base/command';
import { UserError } from '../base/error';
import { checkRequest } from './check';
import { launch, runtimeMissing } from './launch';
import { OutputWatch, parsePattern, tellReady, usualPattern } from './ready';
import type { RunContext, RunIo, RunRequest, Runtime } from './request';

/** Runs a request by a host that is a program of its own. */
export async function runProgram(runtime: Runtime, args: readonly string[], request: RunRequest, io: RunIo, context: RunContext): Promise<Exit> {
  const missing = request.trace !== undefined ? l10n.t('trace') : request.limits?.openFiles !== undefined ? l10n.t('limit of open files') : undefined;
  if (missing !== undefined) throw new UserError('no-runtime', l10n.t('Runtime {0} has no {1}: use runtime embedded.', runtime.id, missing));
  checkRequest(request);
  const found = await runtime.find(context, io.signal);
  if ('tried' in found) throw runtimeMissing(runtime.title, found.tried);
  const { ready } = request;
  const watch = ready === undefined ? undefined : new OutputWatch(parsePattern(ready.pattern ?? usualPattern), matched => { tellReady(ready, { matched }); });
  return launch({ tool: found.path, args, cwd: process.cwd() }, io, {
    countOutput: true, ...(watch === undefined ? {} : { onOutput: chunk => { watch.take(chunk); } }),
    ...(request.stdin === undefined ? {} : { stdin: request.stdin }), ...(request.limits === undefined ? {} : { limits: request.limits }),
  });
}
