import { symbolize } from '../../dwarf/symbolize';
import type { SourcePlace, Symbolizer } from './traps';

/** Tells the source places of a trap's stack from the module's DWARF; undefined where it has none that fits. Paths below `folder` are shown from there. */
export function symbolizerOf(bytes: Uint8Array, folder?: string): Symbolizer | undefined {
  const symbolizer = symbolize(bytes);
  if (symbolizer === undefined) return undefined;
  return frames => frames.map(({ offset }) => symbolizer.ofFile(offset).flatMap(({ name, path, line, column, inlined }): SourcePlace[] => {
    if (path === undefined || line === undefined) return [];
    return [{ file: shorter(path, folder), line, ...(column === undefined ? {} : { column }), name: inlined ? `${name} [inlined]` : name }];
  }));
}

/** A path of either flavour, without the folder that it lies in. */
function shorter(path: string, folder: string | undefined): string {
  if (folder === undefined || folder === '/') return path;
  const separator = path.charAt(folder.length);
  return path.startsWith(folder) && (separator === '/' || separator === '\\') ? path.slice(folder.length + 1) : path;
}
