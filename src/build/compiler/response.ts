import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** The words of a response file or an `-###` line by GNU's rules, as LLVM reads them: quotes of both kinds, and a backslash that takes the next character as it is. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\\' && i + 1 < text.length) word = (word ?? '') + text.charAt(++i);
    else if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Reads a response file's text: UTF-8 or, with a byte order mark, UTF-16; undefined when it can't be read. */
function readText(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
    return bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch {
    return undefined;
  }
}

/**
 * Arguments with every `@file` replaced by the words in it, nested ones too; a name in a response file counts from `cwd`. As with the
 * compiler's own reading, an `@name` that is no readable file stays an argument. A file that holds itself stays too.
 */
export function expandResponses(args: readonly string[], cwd: string, open: readonly string[] = []): string[] {
  return args.flatMap(arg => {
    if (!arg.startsWith('@') || arg.length === 1) return [arg];
    const path = isAbsolute(arg.slice(1)) ? arg.slice(1) : join(cwd, arg.slice(1));
    if (open.includes(path)) return [arg];
    const text = readText(path);
    return text === undefined ? [arg] : expandResponses(splitWords(text), cwd, [...open, path]);
  });
}
