/** What a quoted include leads to: the text of that file and how its own quoted includes are read. */
export interface LocalFile {
  readonly text: string;
  readonly read: (name: string) => LocalFile | undefined;
}

/** Macros that change what the standard headers declare; a guard is never named so. */
const meaningful = /^(_LIBCPP|_WASI|_GNU_SOURCE|_POSIX|_XOPEN|_BSD|_DEFAULT_SOURCE|__STDC|NDEBUG|NULL|assert$)/;
const deepest = 20;

/**
 * The headers in angle brackets that a source includes before anything else: before any other code, macro or condition, so that they
 * may as well have been precompiled. Looks through quoted includes into files of the same kind (`read`), whose include guard doesn't
 * count as code. `known` tells standard headers; the first other one ends the list.
 */
export function leadingHeaders(source: LocalFile, known: (name: string) => boolean): string[] {
  const found: string[] = [];
  scan(source, known, found, 0);
  return [...new Set(found)];
}

/** False when something was met that ends the list. */
function scan(file: LocalFile, known: (name: string) => boolean, found: string[], depth: number): boolean {
  if (depth > deepest) return false;
  let guard: string | undefined;
  let directives = 0;
  for (const line of codeLines(file.text)) {
    if (line === '') continue;
    directives++;
    if (/^#\s*pragma\s+once$/.test(line) && depth > 0) continue;
    const opened = /^#\s*ifndef\s+(\w+)$/.exec(line)?.[1];
    if (opened !== undefined && directives === 1 && depth > 0 && !meaningful.test(opened)) {
      guard = opened;
      continue;
    }
    if (guard !== undefined && directives === 2 && new RegExp(`^#\\s*define\\s+${guard}(\\s+1)?$`).test(line)) continue;
    // The end of a guard that held nothing but includes.
    if (guard !== undefined && /^#\s*endif$/.test(line)) continue;
    if (guard !== undefined && directives === 2) return false;
    const angled = /^#\s*include\s*<([^>]+)>$/.exec(line)?.[1];
    if (angled !== undefined) {
      if (!known(angled)) return false;
      found.push(angled);
      continue;
    }
    const quoted = /^#\s*include\s*"([^"]+)"$/.exec(line)?.[1];
    const inner = quoted === undefined ? undefined : file.read(quoted);
    if (inner === undefined || !scan(inner, known, found, depth + 1)) return false;
  }
  return true;
}

/** The lines of a source without comments, blanks and continued ends; stops by itself where a raw or other string begins. */
function* codeLines(text: string): Generator<string> {
  let inComment = false;
  for (const raw of text.replace(/^\uFEFF/, '').replace(/\\\r?\n/g, '').split(/\r?\n/)) {
    let line = '';
    for (let i = 0; i < raw.length; i++) {
      if (inComment) {
        if (raw.startsWith('*/', i)) {
          inComment = false;
          line += ' ';
          i++;
        }
      } else if (raw.startsWith('/*', i)) {
        inComment = true;
        i++;
      } else if (raw.startsWith('//', i)) break;
      else line += raw.charAt(i);
    }
    yield line.trim();
  }
}
