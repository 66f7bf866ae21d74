import * as l10n from '@vscode/l10n';
import { resolve } from 'node:path';
import { UserError } from '../base/error';
import { moduleText } from '../run/moduleText';
import { askedBy } from '../wasi/capabilities';
import { readModuleFile, readModule } from '../wasm/read';
import type { Arguments } from './arguments';
import type { CliIo } from './io';

/** `info`: what a module is, and what it may ask for. */
export async function info(args: Arguments, io: CliIo): Promise<number> {
  const [target, ...more] = args.positionals;
  if (target === undefined || more.length > 0) throw new UserError('usage', l10n.t('One module is expected: wasm-workbench info FILE.wasm.'));
  const path = resolve(io.cwd, target);
  const module = path.toLowerCase().endsWith('.wat')
    ? readModule(await (await import('./convert')).assembleFile(path, target, true, io), path)
    : await readModuleFile(path, io.signal);
  const asks = askedBy(module.imports);
  io.stdout(args.has('json') ? JSON.stringify({ path, ...module, asks }, undefined, 2) + '\n' : moduleText(path, module, asks));
  return 0;
}
