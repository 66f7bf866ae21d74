import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Project } from '../build/project';

/** A project, and the workspace folder it was found in. */
export interface KnownProject {
  readonly id: string;
  readonly project: Project;
  /** Absolute path of the workspace folder; the project's own folder where it lies in none. */
  readonly root: string;
  /** The workspace folder's name, where there are several. */
  readonly rootName?: string;
}

/** What tells a project from every other, the same in every session. */
export function projectId(project: Project): string {
  return `${project.toolchain}:${project.file ?? project.folder}`;
}

/** Whether `file` is `folder` or lies below it. Windows' and macOS's paths are one whatever their case. */
export function contains(folder: string, file: string, platform: NodeJS.Platform = process.platform): boolean {
  const flavour = platform === 'win32' ? path.win32 : path.posix;
  const fold = (text: string): string => (platform === 'linux' ? text : text.toLowerCase());
  const between = flavour.relative(fold(folder), fold(file));
  return between === '' || (between !== '..' && !between.startsWith('..' + flavour.sep) && !flavour.isAbsolute(between));
}

/** The project that a file or folder belongs to: the one that is that file, else the one with the deepest folder around it. */
export function ownerOf<T extends { readonly project: Project }>(projects: readonly T[], file: string, platform: NodeJS.Platform = process.platform): T | undefined {
  const isFile = projects.find(({ project }) => project.file !== undefined && contains(project.file, file, platform));
  if (isFile !== undefined) return isFile;
  return projects
    .filter(({ project }) => project.file === undefined && contains(project.folder, file, platform))
    .reduce<T | undefined>((best, next) => (best === undefined || next.project.folder.length > best.project.folder.length ? next : best), undefined);
}

/** Where a project lies, for people: relative to its workspace folder, which is named where there are several. */
export function placeOf(known: KnownProject): string {
  const { project } = known;
  const inside = path.relative(known.root, project.file ?? project.folder).split(path.sep).join('/');
  return [known.rootName, inside].filter(part => part !== undefined && part !== '').join('/');
}

/** What a list shows of a project: its name, and its place where the name alone would not tell it from another. */
export function labelsOf(projects: readonly KnownProject[]): ReadonlyMap<string, { readonly label: string; readonly description: string }> {
  return new Map(projects.map(known => {
    const { file } = known.project;
    // A single file's name is its project's: its folder tells more.
    const place = file !== undefined && path.basename(file) === known.project.name ? placeOf(known).replace(/(^|\/)[^/]*$/, '') : placeOf(known);
    return [known.id, { label: known.project.name, description: place === known.project.name ? '' : place }];
  }));
}

/**
 * What the status bar calls the current project; where none is chosen, how many there are to choose from. Undefined where it has nothing to
 * tell: no project, or only single files (a .wat runs from its own editor, and none of them is chosen first).
 */
export function statusName(projects: readonly KnownProject[], current: KnownProject | undefined): string | undefined {
  if (current !== undefined) return current.project.name;
  return projects.some(({ project }) => project.file === undefined) ? l10n.t('{0} Wasm projects', projects.length) : undefined;
}
