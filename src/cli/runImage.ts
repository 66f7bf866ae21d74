import * as l10n from '@vscode/l10n';
import { resolve } from 'node:path';
import { parsePlatform } from '../image/oci';
import { openNamed } from '../image/named';
import { prepareImage, type PreparedImage } from '../image/prepare';
import type { Arguments } from './arguments';
import type { CliIo } from './io';
import { progressLine } from './progress';
import type { Program } from './run';
import { readModuleBytes } from '../run/hosting/guest';
import { readModule } from '../wasm/read';

/** A program that lies in an image, whose files are on the disk until `dispose`. */
export interface ImageProgram {
  readonly program: Program;
  /** What follows the program's name: the user's words, else the image's own command. */
  readonly args: readonly string[];
  dispose(): Promise<void>;
}

/** Reads or pulls an image and lays its files out in a temporary folder, for a host to run its module there. */
export async function imageProgram(target: string, words: readonly string[], args: Arguments, io: CliIo): Promise<ImageProgram> {
  const image = await openNamed(target, text => resolve(io.cwd, text), io.signal);
  const line = progressLine(io, l10n.t('Reading {0}', target));
  let prepared: PreparedImage;
  try {
    prepared = await prepareImage(image, {
      signal: io.signal, progress: line.report, ...(args.has('platform') ? { platform: parsePlatform(args.one('platform') ?? '') } : {}),
    });
  } finally {
    line.end();
    await image.dispose();
  }
  try {
    const { start, module, root, leftOut } = prepared;
    if (leftOut.length > 0) io.stderr(l10n.t('Left out, since this system can\'t hold it: {0}', leftOut.slice(0, 5).join(', ') + (leftOut.length > 5 ? ` (+${String(leftOut.length - 5)})` : '')) + '\n');
    const bytes = readModuleBytes(module);
    const own = start.command.slice(1, words.length > 0 ? start.fixed : undefined);
    // Programs of Go read their working folder from PWD; WASI has no other place for it.
    const env = start.workingFolder === '/' ? start.env : { PWD: start.workingFolder, ...start.env };
    return {
      program: { path: module, bytes, info: readModule(bytes, module), onDisk: true, surroundings: { env, mounts: [{ host: root, guest: '/' }] } },
      args: [...own, ...words],
      dispose: () => prepared.dispose(),
    };
  } catch (error) {
    await prepared.dispose();
    throw error;
  }
}
