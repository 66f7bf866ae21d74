import * as path from 'node:path';
import type { Command } from '../../base/command';
import { serverVariable } from '../compiler/protocol';
import { buildFolderName } from '../folders';
import type { PlannedFile } from '../project';

/** Where Linux distributions and macOS have it. */
const perl = '/usr/bin/perl';

/**
 * A command as one word, for build systems that want a compiler's path: the tool itself where it has no arguments and no environment of
 * its own, else a script in the build folder that passes its arguments on: to `relay`, a program that asks a warm compiler in the tool's
 * place, where one is given, a build runs and this machine can.
 */
export function launcher(folder: string, name: string, command: Command, platform: NodeJS.Platform, relay?: string): PlannedFile {
  const bin = path.join(folder, buildFolderName, 'bin');
  const env = Object.entries(command.env ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  if (platform === 'win32') {
    // In a batch file % begins a variable wherever it stands.
    const quote = (text: string): string => `"${text.replaceAll('%', '%%')}"`;
    const lines = ['@echo off', 'setlocal', ...env.map(([key, value]) => `set ${quote(`${key}=${value}`)}`), [command.tool, ...command.args].map(quote).join(' ') + ' %*'];
    return { path: path.join(bin, `${name}.cmd`), text: lines.join('\r\n') + '\r\n', executable: true };
  }
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const words = [command.tool, ...command.args];
  const whole = `${words.map(quote).join(' ')} "$@"`;
  const lines = ['#!/bin/sh', ...env.map(([key, value]) => `${key}=${quote(value)}; export ${key}`)];
  if (relay !== undefined) lines.push(`if [ -n "$${serverVariable}" ] && [ -x ${perl} ] && [ -r ${quote(relay)} ]; then exec ${perl} ${quote(relay)} ${words.length} ${whole}; fi`);
  lines.push(`exec ${whole}`);
  return { path: path.join(bin, name), text: lines.join('\n') + '\n', executable: true };
}
