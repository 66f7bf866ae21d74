import { existsSync } from 'node:fs';
import * as path from 'node:path';
import type { Command } from '../../base/command';
import { findProgram, thisMachine, type Machine } from '../../base/find';

/** The user's npm, as the beginning of a command; undefined where PATH has none. `exists` asks the disk, but for tests. */
export function npmCommand(args: readonly string[], cwd: string, machine: Machine = thisMachine, exists: (file: string) => boolean = existsSync): Command | undefined {
  const found = findProgram(['npm'], [], machine);
  if (!('path' in found)) return undefined;
  if (machine.platform !== 'win32') return { tool: found.path, args, cwd, shownAs: 'npm' };
  // npm.cmd is a batch file, whose arguments cmd.exe would read again. Beside it lies what it starts.
  const folder = path.win32.dirname(found.path);
  const script = path.win32.join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const node = [path.win32.join(folder, 'node.exe')].find(exists) ?? nodeOf(machine);
  if (exists(script) && node !== undefined) return { tool: node, args: [script, ...args], cwd, shownAs: 'npm' };
  if (/\.(exe|com)$/i.test(found.path)) return { tool: found.path, args, cwd, shownAs: 'npm' };
  // A version manager's shim: by its bare name, which PATH resolves as it did for us, with arguments that need no quotes.
  if (args.some(arg => !/^[\w@./:=+-]+$/.test(arg))) return undefined;
  return { tool: 'cmd.exe', args: ['/d', '/c', path.win32.basename(found.path), ...args], cwd, env: { NoDefaultCurrentDirectoryInExePath: '1' }, shownAs: 'npm' };
}

function nodeOf(machine: Machine): string | undefined {
  const found = findProgram(['node'], [], machine);
  return 'path' in found ? found.path : undefined;
}
