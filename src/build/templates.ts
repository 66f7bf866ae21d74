import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import * as l10n from '@vscode/l10n';
import { messageOf, systemCode, UserError } from '../base/error';

/** A sample that a new project is made from. */
export interface Template {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Folders below media/templates that are laid over each other; a later one's file wins. */
  readonly layers: readonly string[];
  /** The file to look at first. */
  readonly open: string;
}

/** Every sample, in the order in which they are offered. Adding one = a folder in media/templates and a row here. */
export function templates(): readonly Template[] {
  return [
    { id: 'c', title: l10n.t('C'), description: l10n.t('A folder of sources; no build file is needed'), layers: ['common', 'c', 'c-folder'], open: 'src/main.c' },
    { id: 'c-make', title: l10n.t('C with a Makefile'), description: l10n.t('Built by make'), layers: ['common', 'c', 'c-make'], open: 'src/main.c' },
    { id: 'cpp-cmake', title: l10n.t('C++ with CMake'), description: l10n.t('Built by CMake'), layers: ['common', 'cpp-cmake'], open: 'src/main.cpp' },
    { id: 'rust', title: l10n.t('Rust'), description: l10n.t('Built by cargo'), layers: ['common', 'rust'], open: 'src/main.rs' },
    { id: 'go', title: l10n.t('Go'), description: l10n.t("Built by Go's own compiler"), layers: ['common', 'go'], open: 'main.go' },
    { id: 'assemblyscript', title: l10n.t('AssemblyScript'), description: l10n.t('A TypeScript-like language; npm fetches its compiler'), layers: ['common', 'assemblyscript'], open: 'assembly/index.ts' },
    { id: 'wat', title: l10n.t('WebAssembly text'), description: l10n.t('One .wat file; no compiler is needed'), layers: ['common', 'wat'], open: '{{name}}.wat' },
  ];
}

/** The template of that id. Throws a UserError that names the ones there are. */
export function templateOf(id: string): Template {
  const all = templates();
  const found = all.find(template => template.id === id);
  if (found !== undefined) return found;
  throw new UserError('usage', l10n.t('There is no sample named {0}. The samples are: {1}.', id, all.map(template => template.id).join(', ')));
}

// Names that cargo, CMake or go refuse, or that the build folders of the samples have.
const reserved: ReadonlySet<string> = new Set([
  'all', 'alloc', 'as', 'async', 'await', 'break', 'build', 'clean', 'cmd', 'const', 'continue', 'core', 'crate', 'dyn', 'else', 'enum', 'extern', 'false', 'fn', 'for', 'go', 'help',
  'if', 'impl', 'in', 'install', 'internal', 'let', 'loop', 'main', 'match', 'mod', 'move', 'mut', 'package', 'proc_macro', 'pub', 'ref', 'return', 'self', 'static', 'std', 'struct',
  'super', 'target', 'test', 'toolchain', 'trait', 'true', 'type', 'unsafe', 'use', 'vendor', 'where', 'while',
]);

/** Why a project can't have that name, as a sentence; undefined when it can. It becomes a crate, a Go module, a CMake target and a file. */
export function nameObjection(name: string): string | undefined {
  if (name === '') return l10n.t('A project needs a name.');
  if (name.length > 64) return l10n.t('A name has at most 64 characters.');
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) return l10n.t('A name begins with a letter and has letters, digits, _ and - only.');
  if (reserved.has(name.toLowerCase())) return l10n.t('{0} means something else to a build tool. Choose another name.', name);
  return undefined;
}

/** A project's name made of a folder's: `My App 2` becomes `my-app-2`, and `go`, which a build tool takes for something else, `go-app`. */
export function nameOfFolder(folder: string): string {
  const made = (resolve(folder).split(sep).pop() ?? '').normalize('NFKD').toLowerCase().replace(/[^a-z0-9_-]+/g, '-').replace(/^[^a-z]+|-+$/g, '').slice(0, 60);
  return [made, `${made}-app`].find(name => nameObjection(name) === undefined) ?? 'hello';
}

export interface NewProject {
  readonly template: Template;
  /** The project's own folder, absolute; made where it is missing. */
  readonly folder: string;
  readonly name: string;
}

/**
 * Copies a sample into a folder, the project's name put in. Gives the absolute paths of the files made.
 * Throws a UserError ('usage' for a bad name, 'bad-path' for a folder that holds any file of the sample, 'io'), and then leaves no file behind.
 */
export async function createProject(wanted: NewProject, from: string = templatesFolder()): Promise<readonly string[]> {
  const objection = nameObjection(wanted.name);
  if (objection !== undefined) throw new UserError('usage', objection);
  const files = new Map<string, string>();
  for (const layer of wanted.template.layers) {
    const folder = join(from, layer);
    for (const file of await filesBelow(folder)) files.set(targetName(relative(folder, file), wanted.name), file);
  }
  const taken = [...files.keys()].find(name => existsSync(join(wanted.folder, name)));
  if (taken !== undefined) {
    throw new UserError('bad-path', l10n.t('{0} already holds {1}, and nothing is overwritten. Choose an empty folder.', wanted.folder, taken));
  }
  const made: string[] = [];
  try {
    for (const [name, source] of files) {
      const path = join(wanted.folder, name);
      const text = await readFile(source, 'utf8');
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text.replaceAll('{{name}}', wanted.name), { flag: 'wx' });
      made.push(path);
    }
  } catch (error) {
    await Promise.all(made.map(file => rm(file, { force: true })));
    const why = systemCode(error) === 'EACCES' || systemCode(error) === 'EROFS' ? l10n.t('it may not be written to') : messageOf(error);
    throw new UserError('io', l10n.t("Can't make the project in {0}: {1}. Choose another folder.", wanted.folder, why), [], { cause: error });
  }
  return made;
}

/** The path of the file to look at first in a project made from a template. */
export function fileToOpen(project: NewProject): string {
  return join(project.folder, targetName(project.template.open, project.name));
}

/** `_vscode/x` becomes `.vscode/x`: packagers leave out files whose name begins with a dot. */
function targetName(path: string, name: string): string {
  return path.split(/[\\/]/).map(part => part.replace(/^_/, '.').replaceAll('{{name}}', name)).join(sep);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(entries.map(async entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? await filesBelow(path) : [path];
  }));
  return nested.flat().sort();
}

/** media/templates of this product: beside dist in an installed one, further up where the sources were compiled one by one. */
export function templatesFolder(start: string = __dirname): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'media', 'templates');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) throw new UserError('internal', l10n.t('The samples are missing from this installation. Install Wasm Workbench again.'));
  }
}
