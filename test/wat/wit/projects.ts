import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkFile } from '../../../src/wat/wit/check';
import type { Problem } from '../../../src/wat/wit/lexer';
import { layoutOf } from '../../../src/wat/wit/layout';
import { parseWit } from '../../../src/wat/wit/parser';
import { Project, type Source } from '../../../src/wat/wit/project';

/** A project of texts: the first folder is the main package, by file names. */
export function projectOf(...folders: readonly Readonly<Record<string, string>>[]): Project {
  return new Project(folders.map(files => Object.entries(files).map(([uri, text]) => ({ uri, file: parseWit(text) }))));
}

/** A project on disk: a file by itself, or a folder with its deps. */
export async function projectAt(path: string): Promise<Project> {
  const source = (file: string): Source => ({ uri: file, file: parseWit(readFileSync(file, 'utf8')) });
  if (!statSync(path).isDirectory()) return new Project([[source(path)]]);
  const folders = await layoutOf(path, folder => Promise.resolve(readdirSync(folder, { withFileTypes: true }).map(entry => [entry.name, entry.isDirectory()] as const)));
  return new Project(folders.map(files => files.map(source)));
}

/** What is wrong with any of a project's files. */
export function problemsOf(project: Project): (Problem & { readonly uri: string })[] {
  const uris = new Set(project.packages.flatMap(one => one.places.map(place => place.source.uri)));
  return [...uris].flatMap(uri => checkFile(project, uri).problems.map(problem => ({ ...problem, uri })));
}

/** Every .wit file below a folder. */
export function witFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.wit')).map(name => join(folder, name)).filter(path => existsSync(path) && statSync(path).isFile());
}
