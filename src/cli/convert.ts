import * as l10n from '@vscode/l10n';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { messageOf, systemCode, UserError } from '../base/error';
import { sizeText } from '../base/sizes';
import type { Arguments } from './arguments';
import { colors, type CliIo } from './io';
import { batches, isBinary, readBytes, writePieces, writeWhole } from './moduleFiles';

/** `convert`: text to a module, a module to text, or a module to one that is stripped: by what the file is, not by its name. */
export async function convert(args: Arguments, io: CliIo): Promise<number> {
  const [source, ...more] = args.positionals;
  if (source === undefined || more.length > 0) throw new UserError('usage', l10n.t('One file is expected: wasm-workbench convert FILE.wat [-o FILE.wasm], or FILE.wasm [-o FILE.wat].'));
  const path = resolve(io.cwd, source);
  const binary = await isBinary(path);
  const stripped = args.has('strip');
  if (stripped && !binary) throw new UserError('usage', l10n.t('Only a module can be stripped: {0} is text.', source));
  const wanted = args.one('output');
  const ending = !binary ? '.wasm' : stripped ? '.stripped.wasm' : '.wat';
  const output = wanted === '-' ? undefined : resolve(io.cwd, wanted ?? join(dirname(path), basename(path, extname(path)) + ending));
  if (output === path && !stripped) throw new UserError('usage', l10n.t('{0} would be written over itself: name another file with -o.', source));
  const report = (more: object): void => {
    if (args.has('json') && output !== undefined) io.stdout(JSON.stringify({ ok: true, path: output, ...more }) + '\n');
  };
  if (binary && !stripped) {
    const { disassemble } = await import('../wat/disassemble');
    const text = disassemble(await readBytes(path));
    if (output === undefined) for (const piece of batches(text)) io.stdout(piece);
    else await writePieces(output, text, io.signal);
    report({});
    return 0;
  }
  const bytes = stripped ? await stripFile(path, args.one('strip'), io) : await assembleFile(path, source, true, io);
  if (output === undefined) throw new UserError('usage', l10n.t('A module is not printed: name a file with -o.'));
  await writeWhole(output, bytes);
  report({ size: bytes.length });
  return 0;
}

async function stripFile(path: string, level: string | undefined, io: CliIo): Promise<Uint8Array> {
  const { strip } = await import('../wasm/view/strip');
  const before = await readBytes(path);
  const { bytes, removed } = strip(before, level === 'debug' ? 'debug' : 'all', path);
  io.stderr(removed.length === 0 ? l10n.t('There is nothing to strip.') + '\n'
    : l10n.t('{0} -> {1}: without {2}', sizeText(before.length), sizeText(bytes.length), removed.join(', ')) + '\n');
  return bytes;
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
