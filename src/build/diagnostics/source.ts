import { readFileSync, statSync } from 'node:fs';
import type { Position } from '../project';

/** Larger sources are not read to place a message better. */
const largest = 16 << 20;

/** The source lines that messages point at, read once; only where a place can't be told without. */
export class SourceText {
  readonly #files = new Map<string, readonly string[] | undefined>();

  /** A line, counted from 1; undefined where the file or the line isn't there. */
  line(file: string, line: number): string | undefined {
    return this.#lines(file)?.[line - 1];
  }

  /** The column in UTF-16 units of a 1-based column in bytes of UTF-8, as clang and go count. */
  fromBytes(file: string, line: number, column: number): number {
    const text = this.line(file, line);
    // Bytes and units are one in ASCII, and where the file is gone there is nothing to do better.
    if (text === undefined || !hasOther(text)) return column;
    return Buffer.from(text).subarray(0, column - 1).toString().length + 1;
  }

  /** The column in UTF-16 units of a 1-based column in characters, as rustc counts. */
  fromCharacters(file: string, line: number, column: number): number {
    const text = this.line(file, line);
    if (text === undefined || !hasOther(text)) return column;
    return Array.from(text).slice(0, column - 1).join('').length + 1;
  }

  /** Where a name is first used as a whole word outside line comments; undefined where it isn't. */
  find(file: string, name: string): Position | undefined {
    const word = new RegExp(`(?<![\\w$])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w$])`);
    const lines = this.#lines(file) ?? [];
    let declared: Position | undefined;
    for (const [index, line] of lines.entries()) {
      const code = line.replace(/\/\/.*$/, '');
      const at = code.search(word);
      if (at === -1) continue;
      const here = { line: index + 1, column: at + 1 };
      // A declaration says that it exists elsewhere; the call is what the linker could not satisfy.
      if (/^\s*(extern\b|[\w*&:<> ]+[\s*&])[\w:]+\s*\([^)]*\)\s*;\s*$/.test(code) && !/^\s*return\b/.test(code)) declared ??= here;
      else return here;
    }
    return declared;
  }

  #lines(file: string): readonly string[] | undefined {
    if (this.#files.has(file)) return this.#files.get(file);
    let lines: readonly string[] | undefined;
    try {
      const info = statSync(file);
      if (info.isFile() && info.size <= largest) lines = readFileSync(file, 'utf8').split(/\r\n|\n|\r/);
    } catch {
      lines = undefined;
    }
    this.#files.set(file, lines);
    return lines;
  }
}

function hasOther(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return true;
  return false;
}
