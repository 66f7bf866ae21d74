import * as l10n from '@vscode/l10n';
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { UserError } from '../base/error';
import { composeOf, dockerfileOf, type Recipe } from '../image/dockerfile';
import type { PackRequest } from '../image/pack';
import { familiarName, type Reference } from '../image/reference';
import { writeWhole } from '../image/stores/files';
import type { Arguments } from './arguments';
import type { CliIo } from './io';

/** `pack --dockerfile` and `pack --compose`: the text that has Docker make and run the same image, to standard output or a new file. */
export async function packText(wish: PackRequest, name: Reference | undefined, args: Arguments, io: CliIo): Promise<number> {
  if (args.has('dockerfile') && args.has('compose')) throw new UserError('usage', l10n.t('One text at a time: --dockerfile or --compose.'));
  const output = args.one('output') === undefined ? undefined : resolve(io.cwd, args.one('output') ?? '');
  const base = args.one('base');
  const recipe: Recipe = { ...wish, base, ...(name === undefined ? {} : { name: familiarName(name) }) };
  const text = args.has('dockerfile') ? dockerfileOf(recipe, output === undefined ? io.cwd : dirname(output)) : composeOf(recipe, { service: serviceOf(wish, name), ...shim(args) });
  if (output === undefined) {
    io.stdout(text);
    return 0;
  }
  if (existsSync(output)) throw new UserError('io', l10n.t('{0} is there already, and is not overwritten. Choose another place, or remove it first.', output));
  await writeWhole(output, [Buffer.from(text)] as unknown as AsyncIterable<Uint8Array>, io.signal);
  io.stderr(l10n.t('Wrote {0}.', output) + '\n');
  return 0;
}

function shim(args: Arguments): { readonly shim?: string } {
  const given = args.one('runtime');
  return given === undefined ? {} : { shim: given };
}

function serviceOf(wish: PackRequest, name: Reference | undefined): string {
  return name?.repository.split('/').at(-1) ?? basename(wish.module ?? 'app', '.wasm');
}
