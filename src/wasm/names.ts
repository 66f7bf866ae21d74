import { open } from 'node:fs/promises';
import { Decoder, Malformed } from './decode';
import type { WasmModule } from './module';

/**
 * Function names by index, from a name section's payload (core specification, appendix 7.4.1). What is broken in it is left out, as tools and
 * hosts do.
 */
export function functionNames(payload: Uint8Array): Map<number, string> {
  const names = new Map<number, string>();
  const d = new Decoder(payload, 0);
  try {
    if (d.name() !== 'name') return names;
    while (d.left > 0) {
      const id = d.byte();
      const size = d.u32();
      if (id !== 1) {
        d.take(size);
        continue;
      }
      const sub = new Decoder(d.take(size), d.offset - size);
      for (let n = sub.count(); n > 0; n--) {
        const index = sub.u32();
        names.set(index, sub.name());
      }
      return names;
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return names;
}

/** Function names of a module file, read by the offset of its name section. Empty when it has none. */
export async function readFunctionNames(path: string, info: WasmModule): Promise<Map<number, string>> {
  const section = info.sections.find(s => s.custom && s.name === 'name' && s.depth === 0);
  if (section === undefined) return new Map();
  const file = await open(path, 'r');
  try {
    const payload = new Uint8Array(section.size);
    const { bytesRead } = await file.read(payload, 0, section.size, section.payloadOffset);
    return functionNames(payload.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
