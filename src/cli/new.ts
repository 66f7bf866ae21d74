import * as l10n from '@vscode/l10n';
import { resolve } from 'node:path';
import { UserError } from '../base/error';
import { createProject, fileToOpen, nameOfFolder, templateOf, templates } from '../build/templates';
import { didYouMean, type Arguments } from './arguments';
import type { CliIo } from './io';

/** `new`: makes a project from a sample, or lists the samples. */
export async function create(args: Arguments, io: CliIo): Promise<number> {
  const [id, folder, ...more] = args.positionals;
  if (more.length > 0) throw new UserError('usage', l10n.t('A template and a folder are expected: wasm-workbench new TEMPLATE [FOLDER].'));
  const all = templates();
  if (id === undefined) {
    if (args.has('json')) io.stdout(JSON.stringify(all.map(({ id: name, title, description }) => ({ id: name, title, description })), undefined, 2) + '\n');
    else for (const template of all) io.stdout(`${template.id.padEnd(18)}${template.title}: ${template.description}\n`);
    return 0;
  }
  const ids = all.map(template => template.id);
  if (!ids.includes(id)) throw new UserError('usage', l10n.t('There is no sample named {0}. The samples are: {1}.', id, ids.join(', ')) + didYouMean(id, ids));
  const target = resolve(io.cwd, folder ?? id);
  const wanted = { template: templateOf(id), folder: target, name: args.one('name') ?? nameOfFolder(target) };
  const files = await createProject(wanted);
  if (args.has('json')) io.stdout(JSON.stringify({ folder: target, files, open: fileToOpen(wanted) }, undefined, 2) + '\n');
  else {
    for (const file of files) io.stdout(file + '\n');
    io.stderr(l10n.t('Made {0}. Run it: wasm-workbench run {1}', wanted.name, folder ?? id) + '\n');
  }
  return 0;
}
