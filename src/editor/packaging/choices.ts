import * as path from 'node:path';
import type { Addition } from '../../image/content';
import type { Destination } from '../../image/deliver';
import { serviceName } from '../../image/dockerfile';

/** What a user has chosen for the image of a project or module; kept, so that the next time it is offered again. */
export interface PackageChoices {
  /** `hello:latest`. */
  readonly name: string;
  readonly additions: readonly Addition[];
  /** What follows the program when the image starts. */
  readonly args: readonly string[];
  /** `8080`. */
  readonly expose: readonly string[];
  readonly destination: Destination;
}

/** The name that is offered for a project's image: what registries and engines take. */
export function imageName(project: string): string {
  const name = serviceName(project).replaceAll(/[._-]{2,}/g, '-');
  return `${name}:latest`;
}

/** A folder beside a project's sources that may belong into its image, with its place there. */
export interface Candidate {
  readonly host: string;
  readonly guest: string;
  /** Whether its name says that it is content: offered as chosen. */
  readonly likely: boolean;
}

const never: ReadonlySet<string> = new Set(['node_modules', 'target', 'build', 'out', 'dist', 'bin', 'obj', 'vendor', '__pycache__', 'cmake', 'src', 'include', 'test', 'tests', 'assembly']);
const likely: ReadonlySet<string> = new Set(['docroot', 'public', 'htdocs', 'www', 'wwwroot', 'html', 'static', 'assets', 'data', 'templates', 'views']);

/** The folders of a project that are offered as content: not those that tools make, and none with a dot. */
export function candidates(folder: string, names: readonly string[], flavour: path.PlatformPath = path): readonly Candidate[] {
  return names.filter(name => !name.startsWith('.') && !never.has(name.toLowerCase())).sort()
    .map(name => ({ host: flavour.join(folder, name), guest: `/${name}`, likely: likely.has(name.toLowerCase()) }));
}

/** The words of a line as a shell would take them: blanks part, quotes keep together, a backslash keeps what follows it. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (char === '\\' && quote !== "'" && /["'\\\s]/.test(line[at + 1] ?? '')) word = (word ?? '') + (line[++at] ?? '');
    else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  return word === undefined ? words : [...words, word];
}

/** A line that {@link wordsOf} reads as these words. */
export function lineOf(words: readonly string[]): string {
  return words.map(word => (/^[^\s"'\\]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`)).join(' ');
}

/** How our command line names what a row of a view, a file or a link stands for; undefined where it is no image. */
export function imageText(given: unknown): string | undefined {
  if (typeof given === 'string') return given;
  if (typeof given !== 'object' || given === null) return undefined;
  const { fsPath, source, engine } = given as { fsPath?: unknown; source?: Readonly<Record<string, unknown>>; engine?: { readonly names?: readonly string[] } };
  if (typeof fsPath === 'string') return fsPath;
  const named = engine?.names?.[0] ?? source?.['path'] ?? source?.['reference'] ?? source?.['image'];
  return typeof named === 'string' ? named : undefined;
}
