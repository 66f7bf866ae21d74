import * as path from 'node:path';
import type { Command } from '../../base/command';
import { buildFolderName } from '../folders';
import type { PlannedFile } from '../project';

/**
 * A command as one word, for build systems that want a compiler's path: the tool itself where it has no arguments and no environment of
 * its own, else a script in the build folder that passes its arguments on.
 */
export function launcher(folder: string, name: string, command: Command, platform: NodeJS.Platform): PlannedFile {
  const bin = path.join(folder, buildFolderName, 'bin');
  const env = Object.entries(command.env ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  if (platform === 'win32') {
    // In a batch file % begins a variable wherever it stands.
    const quote = (text: string): string => `"${text.replaceAll('%', '%%')}"`;
    const lines = ['@echo off', 'setlocal', ...env.map(([key, value]) => `set ${quote(`${key}=${value}`)}`), [command.tool, ...command.args].map(quote).join(' ') + ' %*'];
    return { path: path.join(bin, `${name}.cmd`), text: lines.join('\r\n') + '\r\n', executable: true };
  }
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const lines = ['#!/bin/sh', ...env.map(([key, value]) => `${key}=${quote(value)}; export ${key}`), `exec ${[command.tool, ...command.args].map(quote).join(' ')} "$@"`];
  return { path: path.join(bin, name), text: lines.join('\n') + '\n', executable: true };
}
