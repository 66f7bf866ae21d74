import { accessSync, constants, statSync } from 'node:fs';
import * as path from 'node:path';

/** Where a tool is, or every place that was looked at. */
export type Found = { readonly path: string; readonly version?: string } | { readonly tried: readonly string[] };

/** What a search for a program may know of the machine; made of `process` unless a test says otherwise. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** Whether a path is a file that may be executed. */
  isProgram(file: string): boolean;
}

/** This machine. */
export const thisMachine: Machine = {
  platform: process.platform,
  env: process.env,
  isProgram(file) {
    try {
      if (!statSync(file).isFile()) return false;
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
};

/** Looks for a program: at `candidates` (absolute paths, in order), then by its names on PATH (PATHEXT on Windows). */
export function findProgram(names: readonly string[], candidates: readonly string[] = [], machine: Machine = thisMachine): Found {
  const tried: string[] = [];
  const flavour = machine.platform === 'win32' ? path.win32 : path.posix;
  const endings = machine.platform === 'win32' ? ['', ...(envOf(machine, 'PATHEXT') ?? '.EXE;.CMD;.BAT;.COM').split(';')] : [''];
  const look = (file: string): string | undefined => {
    for (const ending of endings) {
      // Windows can't start an extensionless file, so that '' only serves names that carry their own.
      if (machine.platform === 'win32' && ending === '' && flavour.extname(file) === '') continue;
      const candidate = file + ending.toLowerCase();
      tried.push(candidate);
      if (machine.isProgram(candidate)) return candidate;
    }
    return undefined;
  };
  for (const candidate of candidates) {
    const hit = look(candidate);
    if (hit !== undefined) return { path: hit };
  }
  const folders = (envOf(machine, 'PATH') ?? '').split(flavour.delimiter).filter(folder => flavour.isAbsolute(folder));
  for (const folder of folders) {
    for (const name of names) {
      const hit = look(flavour.join(folder, name));
      if (hit !== undefined) return { path: hit };
    }
  }
  return { tried };
}

function envOf(machine: Machine, name: string): string | undefined {
  if (machine.platform !== 'win32') return machine.env[name];
  const key = Object.keys(machine.env).find(other => other.toUpperCase() === name);
  return key === undefined ? undefined : machine.env[key];
}
