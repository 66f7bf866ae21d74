import * as l10n from '@vscode/l10n';
import { appendFileSync } from 'node:fs';
import { UserError } from '../base/error';

// How whoever started a program learns that it serves: lines of JSON in a file of his.

/** Who wants to know that a program serves: the file that is told, and what it then prints, where the listening itself does not say it. */
export interface ReadyWish {
  readonly file: string;
  /** A regular expression over one line of output. */
  readonly pattern?: string;
}

/** One line of the file: where the program listens, or what of its output matched, whole and then by groups. */
export type ReadyTold = { readonly listening: string } | { readonly matched: readonly string[] };

/** What servers use to print, where the host does not know that they listen. */
export const usualPattern = 'listening on.*? (https?://\\S+|[0-9]+)';

/** Bytes of a line without end that are kept to be looked at. */
const LONGEST = 4096;

/** The regular expression of a pattern. Throws UserError 'usage'. */
export function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new UserError('usage', l10n.t('{0} is not a regular expression.', JSON.stringify(text)));
  }
}

/** Reads what a parent has put into the environment; undefined where it wants nothing, or nothing that can be read. */
export function parseReady(text: string | undefined): ReadyWish | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const { file, pattern } = JSON.parse(text) as { file?: unknown; pattern?: unknown };
    return typeof file !== 'string' ? undefined : { file, ...(typeof pattern === 'string' ? { pattern } : {}) };
  } catch {
    return undefined;
  }
}

/** Tells a file what is to be told; nobody there to read it is no error. */
export function tellReady({ file }: ReadyWish, told: ReadyTold): void {
  try {
    appendFileSync(file, JSON.stringify(told) + '\n');
  } catch {
    // The reader has gone, and its folder with it.
  }
}

/** Looks for a pattern in output, line by line, until it is found once. */
export class OutputWatch {
  readonly #pattern: RegExp;
  readonly #found: (matched: readonly string[]) => void;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #done = false;

  constructor(pattern: RegExp, found: (matched: readonly string[]) => void) {
    this.#pattern = pattern;
    this.#found = found;
  }

  /** Takes a piece of output; the bytes may be shared memory. */
  take(bytes: Uint8Array): void {
    if (this.#done) return;
    const lines = (this.#rest + this.#decoder.decode(new Uint8Array(bytes), { stream: true })).split('\n');
    for (const line of lines) {
      const match = this.#pattern.exec(line);
      if (match === null) continue;
      this.#done = true;
      this.#rest = '';
      this.#found(Array.from(match, (part: string | undefined) => part ?? ''));
      return;
    }
    this.#rest = (lines[lines.length - 1] ?? '').slice(-LONGEST);
  }
}
