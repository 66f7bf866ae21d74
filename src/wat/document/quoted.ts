import { moduleBytes } from '../assemble';
import type { ModuleText } from '../fields';
import { EOF, Lexer, STRING, stringBytes } from '../lexer';

/** The text that the strings of a `(module quote ...)` make, and where in the script each of its characters is written. */
export interface Quoted {
  readonly text: string;
  /** The offset in the script of an offset in the text. */
  place(offset: number): number;
}

/** Reads a quoted module; undefined when its bytes are not UTF-8. */
export function quoted(script: string, module: ModuleText): Quoted | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(moduleBytes(script, module));
  } catch {
    return undefined;
  }
  let places: Uint32Array | undefined;
  return {
    text,
    place(offset) {
      places ??= placesOf(script, module, text);
      return places[Math.min(Math.max(offset, 0), places.length - 1)] ?? module.start;
    },
  };
}

function placesOf(script: string, module: ModuleText, text: string): Uint32Array {
  const span = module.fields[0] ?? module;
  const bytes: number[] = [];
  const lexer = new Lexer(script, span.start, span.end);
  for (lexer.next(); lexer.kind !== EOF; lexer.next()) {
    if (lexer.kind !== STRING) continue;
    for (let at = lexer.start + 1; at < lexer.end - 1;) {
      let width = 1;
      if (script.charCodeAt(at) === 0x5c) {
        const next = script.charAt(at + 1);
        width = next === 'u' ? script.indexOf('}', at) + 1 - at : /[\da-fA-F]/.test(next) ? 3 : 2;
      } else if (script.charCodeAt(at) >= 0xd800 && script.charCodeAt(at) < 0xdc00) width = 2;
      const { length } = stringBytes(`"${script.slice(at, at + width)}"`);
      for (let i = 0; i < length; i++) bytes.push(at);
      at += width;
    }
  }
  bytes.push(lexer.last > span.start ? Math.max(span.start, lexer.last - 1) : span.start);
  const places = new Uint32Array(text.length + 1);
  let byte = 0;
  for (let i = 0; i < text.length; i++) {
    places[i] = bytes[byte] ?? module.start;
    const code = text.charCodeAt(i);
    // A pair of surrogates is four bytes: two for each half will do.
    byte += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  places[text.length] = bytes[byte] ?? bytes.at(-1) ?? module.start;
  return places;
}
