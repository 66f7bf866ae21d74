import * as l10n from '@vscode/l10n';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../base/error';
import { moduleText } from '../run/moduleText';
import { askedBy } from '../wasi/capabilities';
import type { WasmModule } from '../wasm/module';
import { readModuleFile, readModule } from '../wasm/read';
import type { Arguments } from './arguments';
import type { CliIo } from './io';

/** `info`: what a module is, and what it may ask for. */
export async function info(args: Arguments, io: CliIo): Promise<number> {
  const [target, ...more] = args.positionals;
  if (target === undefined || more.length > 0) throw new UserError('usage', l10n.t('One module is expected: wasm-workbench info FILE.wasm.'));
  const file = resolve(io.cwd, target);
  const { path, module } = await outline(file, target, args, io);
  const asks = askedBy(module.imports);
  io.stdout(args.has('json') ? JSON.stringify({ path, ...module, asks }, undefined, 2) + '\n' : moduleText(path, module, asks));
  return 0;
}

const sources = /\.(c|cc|cpp|cxx|c\+\+|go|rs|ts)$/i;

/** The module that is meant, read no further than its outline: text is assembled, a project or a source file is built. */
async function outline(file: string, target: string, args: Arguments, io: CliIo): Promise<{ path: string; module: WasmModule }> {
  if (/\.wat$/i.test(file)) return { path: file, module: readModule(await (await import('./convert')).assembleFile(file, target, true, io), file) };
  if (sources.test(file) || statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    const { path, info: module } = await (await import('./run')).programOf(file, args, io);
    return { path, module };
  }
  for (const name of ['profile', 'target']) {
    if (args.has(name)) throw new UserError('usage', l10n.t('Option --{0} is for projects; {1} is a module.', name, target));
  }
  return { path: file, module: await readModuleFile(file, io.signal) };
}
