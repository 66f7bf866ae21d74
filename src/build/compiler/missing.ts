import * as l10n from '@vscode/l10n';
import { UserError } from '../../base/error';
import { locateCompiler, storageFolder, type Compiler } from './locate';
import { pinned } from './pinned';

/** The error where there is no embedded compiler: what to do, and where it was sought. */
export function compilerMissing(tried: readonly string[]): UserError {
  return new UserError('tool-missing', l10n.t('The embedded C and C++ compiler is not installed. Looked at: {0}.', tried.join(', ')), [
    { label: l10n.t('Install the Compiler ({0} MB)', Math.round(pinned.downloadSize / 1e6)), action: { kind: 'command', command: 'wasmWorkbench.installCompiler' } },
  ]);
}

/** The compiler for work in a folder. Throws UserError `tool-missing`. */
export function requireCompiler(cwd: string, env: Readonly<Record<string, string | undefined>>): Compiler {
  const located = locateCompiler({ setting: env['WASM_WORKBENCH_COMPILER'], cwd, storage: storageFolder(env) });
  if ('tried' in located) throw compilerMissing(located.tried);
  return located;
}
