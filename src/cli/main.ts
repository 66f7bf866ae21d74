import * as l10n from '@vscode/l10n';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCanceled, isUserError, messageOf, UserError, type Remedy } from '../base/error';
import { exitCodes } from '../run/hosting/spec';
import { didYouMean, parseArguments } from './arguments';
import { colors, type CliIo } from './io';
import { compilerTools, verbs } from './verbs';

/** Runs a verb and gives the exit code; what goes wrong is printed, with what to do about it. */
export async function runVerb(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    return report(error, io);
  }
}

async function dispatch(argv: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--version' || name === '-V') {
    io.stdout(version() + '\n');
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    const { mainHelp } = await import('./help');
    if (name === undefined) io.stderr(mainHelp());
    else io.stdout(mainHelp());
    return name === undefined ? exitCodes.usage : 0;
  }
  const asked = name === 'help' ? rest[0] ?? '' : name;
  const verb = verbs().find(v => v.name === asked);
  if (verb === undefined) {
    const known = [...verbs().map(v => v.name), ...Object.keys(compilerTools), 'help'];
    if (name === 'help' && asked in compilerTools) return dispatch([asked, '--help'], io);
    throw new UserError('usage', l10n.t('There is no verb {0}.', asked) + didYouMean(asked, known) + ' ' + l10n.t("'wasm-workbench --help' lists them."));
  }
  const end = rest.indexOf('--');
  const own = end < 0 ? rest : rest.slice(0, end);
  if (name === 'help' || own.includes('--help') || own.includes('-h')) {
    const { verbHelp } = await import('./help');
    io.stdout(verbHelp(verb));
    return 0;
  }
  const args = parseArguments(verb.options, rest, verb.rest === true);
  const { load } = verb;
  return (await load())(args, io);
}

function version(): string {
  for (const up of ['..', '../..', '../../..']) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(join(__dirname, up, 'package.json'), 'utf8')) as { name?: string; version?: string };
      if (name === 'wasm-workbench' && found !== undefined) return found;
    } catch {
      // Further up.
    }
  }
  return '';
}

/** What a shell's user types where the editor has a command. */
const verbOf: Readonly<Partial<Record<string, string>>> = {
  'wasmWorkbench.newProject': 'wasm-workbench new',
  'wasmWorkbench.installCompiler': 'wasm-workbench doctor --install-compiler[=PACKAGE]',
  'wasmWorkbench.checkSetup': 'wasm-workbench doctor',
};

/** A remedy as a line for a shell's user; none where it is something that only the editor has. */
export function remedyText({ label, action }: Remedy): string[] {
  switch (action?.kind) {
    case undefined: return [label];
    case 'url': return [`${label}: ${action.url}`];
    case 'terminal': return [`${label}: ${action.line}`];
    case 'command': return verbOf[action.command] === undefined ? [] : [`${label}: ${verbOf[action.command] ?? ''}`];
    case 'setting': return [];
  }
}

/** Prints an error for a person and gives the exit code that tells its kind. */
export function report(error: unknown, io: CliIo): number {
  if (isCanceled(error) || io.signal.aborted) {
    io.stderr(l10n.t('Canceled.') + '\n');
    const name: unknown = io.signal.aborted && io.signal.reason instanceof Error && 'signal' in io.signal.reason ? io.signal.reason.signal : undefined;
    return name === 'SIGTERM' ? 143 : name === 'SIGHUP' ? 129 : exitCodes.interrupted;
  }
  const label = colors(io, 2) ? '\u001b[1;31merror\u001b[0m' : 'error';
  if (!isUserError(error)) {
    io.stderr(`${label}: ${l10n.t('Something went wrong inside Wasm Workbench: {0}.', messageOf(error))}\n`);
    if (io.env['WASM_WORKBENCH_DEBUG'] !== undefined && error instanceof Error) io.stderr(`${error.stack ?? ''}\n`);
    return exitCodes.failed;
  }
  io.stderr(`${label}: ${error.message}\n`);
  for (const line of error.remedies.flatMap(remedyText)) io.stderr(`  ${line}\n`);
  switch (error.code) {
    case 'usage': return exitCodes.usage;
    case 'no-runtime': return exitCodes.noRuntime;
    case 'timeout': return exitCodes.timeout;
    default: return exitCodes.failed;
  }
}
