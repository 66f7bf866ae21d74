import { readFile, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { isSkipped, readEntries, readEntriesNow } from '../entries';
import type { FolderEntries, Project } from '../project';
import type { Language } from './clang';

// Folders of C and C++ sources: which files belong together when no build file says so.

const languages: Readonly<Record<string, Language>> = {
  '.c': 'c', '.cc': 'c++', '.cpp': 'c++', '.cxx': 'c++', '.c++': 'c++', '.cppm': 'c++', '.C': 'c++',
};

/** Endings of C and C++ sources, lower case. */
export const sourceExtensions: readonly string[] = [...new Set(Object.keys(languages).map(ending => ending.toLowerCase()))];

/** Files that a build system of C and C++ is told by. */
export const buildFiles: readonly string[] = ['CMakeLists.txt', 'GNUmakefile', 'makefile', 'Makefile'];

/** Bytes of a source that are searched for main; generated tables may be huge. */
const searched = 8 << 20;

/** The language of a file by its ending; undefined when it is neither C nor C++. `.C` is C++, except where the case of names means nothing. */
export function languageOf(file: string): Language | undefined {
  const ending = path.extname(file);
  return languages[ending] ?? languages[ending.toLowerCase()];
}

/** Sources of one folder and of those below it that have no program and no build of their own; absolute, sorted. */
export interface SourceTree {
  readonly sources: readonly string[];
  /** Those of the sources that define main. */
  readonly mains: readonly string[];
}

/** Whether a folder holds sources directly, or only in `src`: where its project's sources begin, or undefined when it has none. */
export function sourceRoot(entries: FolderEntries): string | undefined {
  for (const file of entries.files) if (languageOf(file) !== undefined) return entries.folder;
  return entries.folders.has('src') ? path.join(entries.folder, 'src') : undefined;
}

/** Folders that one project's sources are sought in; a stray source in a home folder must not make a project of all below it. */
const mostFolders = 400;
const foreignFiles: readonly string[] = [...buildFiles, 'Cargo.toml', 'go.mod', 'package.json'];

/** The sources below a folder. A folder below with a main or a build file of its own is another project; where there is too much below, none counts. */
export async function sourceTree(folder: string): Promise<SourceTree> {
  const entries = await readEntries(folder);
  if (entries === undefined) return { sources: [], mains: [] };
  const budget = { left: mostFolders };
  const whole = await sourcesBelow(entries, budget, 0);
  return budget.left >= 0 ? whole : sourcesBelow({ ...entries, folders: new Set() }, { left: 1 }, 0);
}

async function sourcesBelow(entries: FolderEntries, budget: { left: number }, depth: number): Promise<SourceTree> {
  const own = [...entries.files].filter(file => languageOf(file) !== undefined).sort().map(file => path.join(entries.folder, file));
  const isMain = own.length === 0 ? [] : await Promise.all(own.map(definesMain));
  const sources = [...own];
  for (const name of [...entries.folders].sort()) {
    if (isSkipped(name) || depth >= 16) continue;
    if (--budget.left < 0) break;
    const below = readEntriesNow(path.join(entries.folder, name));
    if (below === undefined || foreignFiles.some(file => below.files.has(file))) continue;
    const tree = await sourcesBelow(below, budget, depth + 1);
    if (tree.mains.length === 0) sources.push(...tree.sources);
  }
  return { sources, mains: own.filter((_, index) => isMain[index]) };
}

/** Whether C or C++ text defines main, outside comments and strings. */
export function hasMain(text: string): boolean {
  if (!text.includes('main')) return false;
  const code = text
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, ' ')
    .replace(/^[ \t]*#[ \t]*if[ \t]+0\b[\s\S]*?^[ \t]*#[ \t]*(?:endif|else|elif)\b/gm, ' ');
  return /(?<![\w.>:])main\s*\([^;{}]*\)\s*(?:noexcept\s*)?(?:->\s*int\s*)?(?:[\w\s*,;[\]]*)\{/.test(code);
}

async function definesMain(file: string): Promise<boolean> {
  try {
    const info = await stat(file);
    return info.isFile() && info.size <= searched && hasMain(await readFile(file, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether a source file, absolute, is one that the project builds. */
export async function ownsSource(project: Project, file: string): Promise<boolean> {
  const inside = path.relative(project.folder, file);
  if (inside.startsWith('..') || path.isAbsolute(inside)) return false;
  if (project.toolchain !== 'c') return true;
  if (project.file !== undefined) return project.file === file;
  const entries = await readEntries(project.folder);
  const root = entries === undefined ? undefined : sourceRoot(entries);
  return root !== undefined && (await sourceTree(root)).sources.includes(file);
}
