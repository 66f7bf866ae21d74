import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { systemCode } from '../base/error';

/**
 * The prerequisites in a Makefile-style dependency file's text, as a compiler's -MD writes it: `\` before a line's end goes on, `\ ` and
 * `\#` are the character, `$$` is a dollar. A Windows path's backslash stays one, and the colon of its drive ends no target.
 */
export function parseDepfile(text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let afterColon = false;
  const flush = (): void => {
    if (word !== '' && afterColon) words.push(word);
    word = '';
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    const next = text[i + 1];
    if (char === '\\' && (next === '\n' || (next === '\r' && text[i + 2] === '\n'))) {
      i += next === '\n' ? 1 : 2;
      flush();
    } else if (char === '\\' && (next === ' ' || next === '#')) {
      word += next;
      i++;
    } else if (char === '$' && next === '$') {
      word += '$';
      i++;
    } else if (char === '\n' || char === '\r') {
      flush();
      afterColon = false;
    } else if (char === ' ' || char === '\t') {
      flush();
    } else if (char === ':' && !afterColon && (next === undefined || /\s/.test(next))) {
      word = '';
      afterColon = true;
    } else {
      word += char;
    }
  }
  flush();
  return [...new Set(words)];
}

/** The absolute paths that a dependency file names; none when it isn't there. */
export async function readDepfile(file: string, cwd: string): Promise<readonly string[]> {
  try {
    return parseDepfile(await readFile(file, 'utf8')).map(name => path.resolve(cwd, name));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
