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
