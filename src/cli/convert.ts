import * as l10n from '@vscode/l10n';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { messageOf, systemCode, UserError } from '../base/error';
import type { Arguments } from './arguments';
import { colors, type CliIo } from './io';

/** `convert`: assembles a .wat file. */
export async function convert(args: Arguments, io: CliIo): Promise<number> {
  const [source, ...more] = args.positionals;
  if (source === undefined || more.length > 0) throw new UserError('usage', l10n.t('One .wat file is expected: wasm-workbench convert FILE.wat [-o FILE.wasm].'));
  const path = resolve(io.cwd, source);
  const output = resolve(io.cwd, args.one('output') ?? join(dirname(path), basename(path, extname(path)) + '.wasm'));
  const bytes = await assembleFile(path, source, true, io);
  await writeWhole(output, bytes);
  if (args.has('json')) io.stdout(JSON.stringify({ ok: true, path: output, size: bytes.length }) + '\n');
  return 0;
}

/** Assembles a text file; its mistakes go to standard error in the form that compilers have. Throws UserError 'build-failed'. */
export async function assembleFile(path: string, shown: string, names: boolean, io: CliIo): Promise<Uint8Array> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const reason = systemCode(error) === 'ENOENT' ? l10n.t('there is no such file') : messageOf(error);
    throw new UserError(systemCode(error) === 'ENOENT' ? 'not-found' : 'io', l10n.t("Can't read {0}: {1}.", path, reason), [], { cause: error });
  });
  const { assemble } = await import('../wat/assemble');
  const { bytes, diagnostics } = assemble(text, { names });
  const red = colors(io, 2) ? (word: string): string => `\u001b[1;31m${word}\u001b[0m` : (word: string): string => word;
  for (const { kind, line, column, message } of diagnostics) {
    io.stderr(`${shown}:${line}:${column}: ${kind === 'hint' ? 'note' : red('error')}: ${message}\n`);
  }
  if (bytes !== undefined) return bytes;
  const count = diagnostics.filter(one => one.kind !== 'hint').length;
  throw new UserError('build-failed', count === 1 ? l10n.t('{0} has a mistake.', shown) : l10n.t('{0} has {1} mistakes.', shown, count));
}

/** Writes a file so that it is there whole or as it was. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new UserError('bad-path', l10n.t("Can't write {0}: {1}.", path, messageOf(error)), [], { cause: error });
  }
}
