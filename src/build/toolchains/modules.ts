import { open, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { readModuleFile } from '../../wasm/read';
import { isSkipped, readEntries } from '../entries';

/** A program that a build left: a linked module, or one for the host. */
export interface Program {
  readonly path: string;
  readonly kind: 'module' | 'native';
  readonly modified: number;
}

/** Endings that no program has; all else is known by its first bytes, since a module's name need not end in .wasm. */
const neverPrograms = /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|o|obj|a|lo|la|d|s|asm|txt|md|rst|html|css|js|ts|json|ya?ml|toml|py|sh|rb|pl|png|jpe?g|gif|svg|zip|gz|xz|tar|log|in|am|ac|m4|cmake|pc|map|diff|patch|wat|csv|sql|lua|conf|cfg|ini)$/i;
const native = [[0x7f, 0x45, 0x4c, 0x46], [0x4d, 0x5a], [0xcf, 0xfa, 0xed, 0xfe], [0xfe, 0xed, 0xfa, 0xcf], [0xca, 0xfe, 0xba, 0xbe]];
const folderLimit = 2000;

/** The programs below a folder; folders named `build` and `out` are looked into, since builds write there. */
export async function findPrograms(folder: string, signal: AbortSignal): Promise<readonly Program[]> {
  const programs: Program[] = [];
  const waiting = [{ folder, depth: 0 }];
  let looked = 0;
  for (let next = waiting.shift(); next !== undefined && looked < folderLimit; next = waiting.shift()) {
    signal.throwIfAborted();
    looked++;
    const entries = await readEntries(next.folder);
    if (entries === undefined) continue;
    for (const name of entries.files) {
      if (neverPrograms.test(name)) continue;
      const file = path.join(next.folder, name);
      const kind = await programKind(file, signal);
      if (kind !== undefined) programs.push({ path: file, kind, modified: (await stat(file)).mtimeMs });
    }
    if (next.depth >= 8) continue;
    for (const name of entries.folders) {
      if (name === 'node_modules' || (isSkipped(name) && !/^(?:build|out|dist|target|obj)$/.test(name))) continue;
      waiting.push({ folder: path.join(next.folder, name), depth: next.depth + 1 });
    }
  }
  return programs;
}

async function programKind(file: string, signal: AbortSignal): Promise<Program['kind'] | undefined> {
  const head = new Uint8Array(4);
  try {
    const info = await stat(file);
    if (!info.isFile() || info.size < 8) return undefined;
    const handle = await open(file);
    try {
      await handle.read(head, 0, 4, 0);
    } finally {
      await handle.close();
    }
    if (native.some(magic => magic.every((byte, index) => head[index] === byte))) return 'native';
    if (head[0] !== 0 || head[1] !== 0x61 || head[2] !== 0x73 || head[3] !== 0x6d) return undefined;
    // An object is a module too, one with a section for the linker.
    const module = await readModuleFile(file, signal);
    return module.sections.some(section => section.custom && (section.name === 'linking' || section.name.startsWith('reloc.'))) ? undefined : 'module';
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
