import * as l10n from '@vscode/l10n';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { messageOf, UserError } from '../../base/error';
import { DwarfError } from '../../dwarf/cursor';
import { Program } from '../../dwarf/program';
import { Breakpoints } from './breakpoints';
import type { DebugLaunch } from './launch';
import { Sources } from './sources';
import { FunctionTexts } from './texts';

/** A module that is debugged, with all that is known of it before it runs. */
export interface Loaded {
  readonly launch: DebugLaunch;
  readonly bytes: Uint8Array;
  readonly program: Program;
  readonly sources: Sources;
  readonly texts: FunctionTexts;
  readonly breakpoints: Breakpoints;
}

/** Reads the module of a launch. Throws UserError for one that can't be debugged. */
export async function load(launch: DebugLaunch, signal: AbortSignal): Promise<Loaded> {
  const path = launch.spec.module;
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path, { signal }));
  } catch (error) {
    if (signal.aborted) throw error;
    throw new UserError('io', l10n.t("Can't read {0}: {1}.", path, messageOf(error)), [], { cause: error });
  }
  const program = await read(bytes, path);
  return { launch, bytes, program, sources: new Sources(launch.sourceFileMap, launch.cwd), texts: new FunctionTexts(program), breakpoints: new Breakpoints(program) };
}

async function read(bytes: Uint8Array, path: string): Promise<Program> {
  if (bytes[4] === 13 && bytes[6] === 1) throw new UserError('bad-module', l10n.t('{0} is a component (WASI 0.2): only core modules can be debugged. Build it for wasm32-wasip1.', path));
  let program: Program;
  try {
    program = new Program(bytes);
    if (program.state === 'external' && program.externalDebugInfo !== undefined) {
      const other = await readFile(new URL(program.externalDebugInfo, pathToFileURL(path))).catch(() => undefined);
      if (other !== undefined) program = new Program(bytes, new Uint8Array(other));
    }
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
    throw new UserError('bad-module', l10n.t("{0} can't be debugged: {1}.", path, error.message), [], { cause: error });
  }
  if (!program.exports.has('_start')) {
    throw new UserError('bad-module', l10n.t('{0} has no _start function: it is a reactor or a library, which can be called but not run.', path));
  }
  return program;
}

/** What of debugging will not work with a module; undefined where all will. */
export function warningOf(program: Program): string | undefined {
  switch (program.state) {
    case 'alive': return undefined;
    case 'none': return l10n.t('The module has no debug information (build it with -g): it is debugged as WebAssembly text.');
    case 'stale': return l10n.t("The module's debug information does not fit its code: an optimizer changed it. Most likely clang ran wasm-opt, which it does when -O1 or more is given in the command that links and wasm-opt is on PATH. Compile with -c, then link without any -O (or with --no-wasm-opt). The module is debugged as WebAssembly text.");
    case 'split': return l10n.t("The module's debug information is in .dwo files, which are not read: build without -gsplit-dwarf. It is debugged as WebAssembly text.");
    case 'external': return l10n.t("The module's debug information is in {0}, which was not found. It is debugged as WebAssembly text.", program.externalDebugInfo ?? '?');
  }
}
