import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import { systemCode, UserError } from '../base/error';
import { readEntries } from './entries';
import { findProjects, projectsIn } from './find';
import type { Project, Toolchain } from './project';
import { toolchains } from './toolchains/index';
import { languageOf, ownsSource } from './toolchains/sources';

/** How many folders up a source file's project is sought. */
const levels = 12;

/**
 * The projects that a path names. A folder: those in it, else those below it. A source file: the project whose sources it is one of,
 * else the file alone. Throws UserError `not-found` or `no-project`.
 */
export async function projectsAt(target: string, signal?: AbortSignal): Promise<readonly Project[]> {
  const file = path.resolve(target);
  const info = await stat(file).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') {
      throw new UserError('not-found', l10n.t('There is no file or folder {0}.', file), [], { cause: error });
    }
    throw new UserError('io', l10n.t("Can't read {0}: {1}.", file, systemCode(error) ?? String(error)), [], { cause: error });
  });
  if (info.isDirectory()) {
    const here = await projectsIn(file);
    if (here.length > 0) return here;
    const below = await findProjects([file], signal === undefined ? {} : { signal });
    if (below.length > 0) return below;
    throw new UserError('no-project', await whyNone(file), [
      { label: l10n.t('New project'), action: { kind: 'command', command: 'wasmWorkbench.newProject' } },
    ]);
  }
  const toolchain = toolchainOfSource(file);
  if (toolchain.length === 0) {
    throw new UserError('no-project', l10n.t('{0} is no source file that builds to WebAssembly. Known are: {1}.', file, known()));
  }
  const own = await enclosing(file, toolchain);
  if (own !== undefined) return [own];
  for (const one of toolchain) if (one.single !== undefined) return [one.single(file)];
  throw new UserError('no-project', l10n.t('{0} belongs to no project: neither its folder nor one above it is a project of {1}.', file, toolchain.map(one => one.title).join(', ')));
}

/** The one project that a path names. Throws UserError `usage` with their names when there are several. */
export async function projectAt(target: string, signal?: AbortSignal): Promise<Project> {
  const all = await projectsAt(target, signal);
  const [first] = all;
  if (first === undefined || all.length > 1) {
    const names = all.slice(0, 10).map(project => project.file ?? project.folder);
    const more = all.length > names.length ? l10n.t(' and {0} more', all.length - names.length) : '';
    throw new UserError('usage', l10n.t('{0} holds {1} projects: {2}. Name one of them.', target, all.length, names.join(', ') + more));
  }
  return first;
}

function toolchainOfSource(file: string): readonly Toolchain[] {
  const ending = path.extname(file).toLowerCase();
  return toolchains.filter(toolchain => toolchain.extensions.includes(ending));
}

async function enclosing(file: string, candidates: readonly Toolchain[]): Promise<Project | undefined> {
  let folder = path.dirname(file);
  // A build file further up goes before loose sources.
  let loose: Project | undefined;
  // A home folder's stray files make no project of all that is below.
  for (let level = 0; level < levels && (level === 0 || folder !== homedir()); level++) {
    for (const project of await projectsIn(folder)) {
      if (!candidates.some(toolchain => toolchain.id === project.toolchain)) continue;
      if (project.toolchain !== 'c') {
        if (project.file === undefined || project.file === file) return project;
      } else if (await ownsSource(project, file)) {
        loose ??= project;
      }
    }
    const entries = await readEntries(folder);
    const parent = path.dirname(folder);
    // A repository's root is where a project ends at the latest.
    if (parent === folder || entries?.folders.has('.git') === true || entries?.files.has('.git') === true) break;
    folder = parent;
  }
  return loose;
}

/** Why a folder is no project, as far as its files tell. */
async function whyNone(folder: string): Promise<string> {
  const names = [...(await readEntries(folder))?.files ?? []].sort();
  const source = names.find(name => languageOf(name) !== undefined);
  if (source !== undefined) return l10n.t('{0} holds no program to build: none of its sources, such as {1}, defines main. Name the folder of the program that uses them, or add a Makefile or CMakeLists.txt that builds a module.', folder, source);
  const module = names.find(name => /\.wasm$/i.test(name));
  if (module !== undefined) return l10n.t('{0} holds no project that builds to WebAssembly, but modules: name one of them, such as {1}.', folder, path.join(folder, module));
  return l10n.t('{0} holds no project that builds to WebAssembly. Known are: {1}.', folder, known());
}

function known(): string {
  return toolchains.map(toolchain => toolchain.title).join(', ');
}
