import { homedir } from 'node:os';
import * as path from 'node:path';
import type { Exec } from '../base/command';
import { UserError } from '../base/error';
import { capture, exec } from '../base/exec';
import { findProgram, thisMachine, type Machine } from '../base/find';
import * as l10n from '@vscode/l10n';

/** What compiling ahead of time needs. */
export interface AheadWish {
  /** Where the user says that WasmEdge is. */
  readonly wasmedge?: string;
  readonly signal: AbortSignal;
  readonly exec?: Exec;
  readonly machine?: Machine;
}

/**
 * Compiles a module by WasmEdge for the processor of this machine, into a file that is still a module: WasmEdge runs the machine code in it, and every
 * other host what it was made of. Throws a UserError with code `tool-missing` or `build-failed`.
 */
export async function compileAhead(module: string, output: string, wish: AheadWish): Promise<void> {
  const home = path.join(homedir(), '.wasmedge', 'bin');
  // Before 0.13 the compiler was a program of its own.
  const found = findProgram(['wasmedge', 'wasmedgec'], [...(wish.wasmedge === undefined || wish.wasmedge === '' ? [] : [wish.wasmedge]), path.join(home, 'wasmedge'), path.join(home, 'wasmedgec')], wish.machine ?? thisMachine);
  if ('tried' in found) {
    throw new UserError('tool-missing', l10n.t('Compiling ahead of time needs WasmEdge, which was not found. Looked at: {0}.', found.tried.join(', ')), [
      { label: l10n.t('Install WasmEdge'), action: { kind: 'url', url: 'https://wasmedge.org/docs/start/install' } },
      { label: l10n.t('Or pack without it: the image runs as well, and slower in WasmEdge') },
    ]);
  }
  const old = /wasmedgec(\.exe)?$/i.test(found.path);
  const done = await capture(wish.exec ?? exec, { tool: found.path, args: [...(old ? [] : ['compile']), module, output], cwd: path.dirname(output) }, wish.signal, 1 << 16);
  if (done.code === 0 && done.signal === undefined) return;
  const said = `${done.stderr}\n${done.stdout}`.split('\n').map(line => line.trim()).filter(line => /error|fail/i.test(line)).slice(0, 3).join(' ');
  throw new UserError('build-failed', l10n.t('WasmEdge can\'t compile {0} ahead of time: {1}', path.basename(module), said === '' ? l10n.t('it ended with {0}.', done.signal ?? done.code) : said));
}
