import { shownName } from './functions';
import { bodyAt } from './image';
import { Program } from './program';
import { DwarfError } from './cursor';

/** One line of a readable stack. */
export interface SymbolFrame {
  readonly name: string;
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly inlined: boolean;
}

/** Tells the frames of code addresses, innermost first, relative to the code section (V8 gives file offsets: see {@link Symbolizer.ofFile}). */
export interface Symbolizer {
  ofCode(address: number): readonly SymbolFrame[];
  ofFile(offset: number): readonly SymbolFrame[];
}

/** Makes a symbolizer of a module's bytes; nothing is read before the first question. Undefined when the bytes are no core module. */
export function symbolize(bytes: Uint8Array, debugInfo?: Uint8Array): Symbolizer | undefined {
  let program: Program;
  try {
    program = new Program(bytes, debugInfo);
  } catch (error) {
    if (error instanceof DwarfError) return undefined;
    throw error;
  }
  const ofCode = (address: number): readonly SymbolFrame[] => {
    const usable = program.state === 'alive';
    const frames = usable ? program.framesAt(address) : [];
    if (frames.length > 0) {
      return frames.map(({ name, place, inlined }) => ({
        name: name === '' ? '?' : name, inlined,
        ...(place === undefined || place.line === 0 ? {} : { path: place.path, line: place.line, ...(place.column > 0 ? { column: place.column } : {}) }),
      }));
    }
    const body = bodyAt(program.bodies, address);
    if (body === undefined) return [];
    const name = program.names.function(body.index);
    const place = usable ? program.placeAt(address) : undefined;
    return [{
      name: name === undefined ? `function ${body.index}` : shownName(name), inlined: false,
      ...(place === undefined || place.line === 0 ? {} : { path: place.path, line: place.line }),
    }];
  };
  return { ofCode, ofFile: offset => ofCode(offset - program.image.codeStart) };
}

const v8Frame = /^\s*at (?:(.*?) )?\(?wasm:\/\/wasm\/[^)\s]*?:wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?\s*$/;

/**
 * Rewrites the WebAssembly frames of a V8 stack (`at f (wasm://wasm/...:wasm-function[1]:0x2a)`) to functions, files and lines; lines of
 * other kinds are kept unless they are the host's own JavaScript below the program.
 */
export function symbolizeStack(stack: string, symbolizer: Symbolizer): string {
  const lines: string[] = [];
  let inProgram = false;
  for (const line of stack.split('\n')) {
    const match = v8Frame.exec(line);
    if (match === null) {
      if (!inProgram || !/^\s*at /.test(line)) lines.push(line);
      continue;
    }
    inProgram = true;
    const frames = symbolizer.ofFile(parseInt(match[3] ?? '0', 16));
    if (frames.length === 0) lines.push(line);
    for (const frame of frames) lines.push(`    at ${showFrame(frame)}`);
  }
  return lines.join('\n');
}

/** `name (path:line:column)`. */
export function showFrame(frame: SymbolFrame): string {
  const name = frame.inlined ? `${frame.name} [inlined]` : frame.name;
  if (frame.path === undefined) return name;
  const place = [frame.path, frame.line, frame.column].filter(part => part !== undefined).join(':');
  return `${name} (${place})`;
}
