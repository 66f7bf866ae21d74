import * as fs from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { packageFiles, pinned } from './pinned';

/** An embedded compiler that is there. */
export interface Compiler {
  readonly from: 'setting' | 'workspace' | 'storage';
  readonly folder: string;
  readonly version: string;
  /** The module. */
  readonly wasm: string;
  /** Headers and libraries, unpacked; undefined where a package holds them packed: see {@link packageFiles}. */
  readonly sysroot?: string;
  readonly resources?: string;
}

/** A compiler, or every place that was looked at. */
export type Located = Compiler | { readonly tried: readonly string[] };

/** What a search may know of its surroundings. */
export interface LocatePlaces {
  /** The user's own choice: a folder with an unpacked package or an installed compiler. Where it is given, nothing else counts. */
  readonly setting?: string;
  /** Where a project's node_modules is sought, and above. */
  readonly cwd: string;
  readonly storage: string;
}

/** Our storage folder: what the editor gave, else the user's data folder as the platform has it. */
export function storageFolder(env: Readonly<Record<string, string | undefined>> = process.env, platform: NodeJS.Platform = process.platform, home = homedir()): string {
  const given = env['WASM_WORKBENCH_STORAGE'];
  if (given !== undefined && given !== '') return given;
  const flavour = platform === 'win32' ? path.win32 : path.posix;
  const own = (value: string | undefined, fallback: string): string => (value !== undefined && flavour.isAbsolute(value) ? value : fallback);
  const base = platform === 'win32' ? own(env['LOCALAPPDATA'], flavour.join(home, 'AppData', 'Local'))
    : platform === 'darwin' ? flavour.join(home, 'Library', 'Application Support')
      : own(env['XDG_DATA_HOME'], flavour.join(home, '.local', 'share'));
  return flavour.join(base, 'wasm-workbench');
}

/** Where a fetched compiler of the pinned version is kept. */
export function installFolder(storage: string): string {
  return path.join(storage, 'compiler', pinned.version);
}

/** The compiler that a folder holds, in the layout of the package or in ours. */
export function compilerAt(folder: string, from: Compiler['from']): Compiler | undefined {
  const isFile = (name: string): boolean => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.isFile() === true;
  if (!isFile('package.json')) return undefined;
  const at = (name: string): string => path.join(folder, name);
  const found = { from, folder, version: versionOf(at('package.json')) };
  if (isFile('llvm.core.wasm') && isFile('sysroot/include/wasm32-wasip1/stdio.h')) return { ...found, wasm: at('llvm.core.wasm'), sysroot: at('sysroot') };
  if (isFile(packageFiles.wasm) && isFile(packageFiles.resources)) return { ...found, wasm: at(packageFiles.wasm), resources: at(packageFiles.resources) };
  return undefined;
}

function versionOf(file: string): string {
  try {
    const { version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : pinned.version;
  } catch {
    return pinned.version;
  }
}

/** Finds the embedded compiler: the user's choice, a node_modules from the folder upwards, our storage. */
export function locateCompiler(places: LocatePlaces): Located {
  const tried: string[] = [];
  const look = (folder: string, from: Compiler['from']): Compiler | undefined => {
    tried.push(folder);
    return compilerAt(folder, from);
  };
  if (places.setting !== undefined && places.setting !== '') return look(places.setting, 'setting') ?? { tried };
  for (let folder = path.resolve(places.cwd); ; folder = path.dirname(folder)) {
    const modules = path.join(folder, 'node_modules');
    if (fs.existsSync(modules)) {
      const found = look(path.join(modules, ...pinned.package.split('/')), 'workspace');
      if (found !== undefined) return found;
    }
    if (path.dirname(folder) === folder) break;
  }
  return look(installFolder(places.storage), 'storage') ?? { tried };
}
