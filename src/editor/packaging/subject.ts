import { basename, dirname, extname } from 'node:path';
import { subjectOf } from '../actions';
import type { App } from '../app';
import { buildInTask } from '../buildTask';
import { requireTrust } from '../errors';

/** What an image is made of: a module, built first where it belongs to a project. */
export interface Packable {
  /** What its choices are kept under. */
  readonly id: string;
  readonly name: string;
  /** The project's folder, or the module's. */
  readonly folder: string;
  /** Builds what is stale and gives the module's path. */
  module(): Promise<string>;
}

/** What a command on a row, a file or the chosen project packs; undefined where the user dismissed the question. */
export async function packableOf(app: App, given: unknown): Promise<Packable | undefined> {
  requireTrust();
  const subject = await subjectOf(app, given);
  if (subject === undefined) return undefined;
  if ('module' in subject) {
    const { module } = subject;
    return { id: module, name: basename(module, extname(module)), folder: dirname(module), module: () => Promise.resolve(module) };
  }
  const { known, target } = subject;
  await app.projects.setCurrent(known);
  return {
    id: target === undefined ? known.id : `${known.id}#${target}`,
    name: target ?? (known.project.file === undefined ? known.project.name : basename(known.project.file, extname(known.project.file))),
    folder: known.project.folder,
    async module() {
      const { chooseModule } = await import('../../build/index');
      return chooseModule(await buildInTask(app, { known, ...(target === undefined ? {} : { target }) }, 'silent'), target).path;
    },
  };
}
