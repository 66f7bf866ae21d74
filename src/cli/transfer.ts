import * as l10n from '@vscode/l10n';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../base/error';
import { pathDestination } from '../image/deliver';
import { openImage, repositoryOf } from '../image/open';
import { familiarName, parseReference } from '../image/reference';
import type { Arguments } from './arguments';
import type { CliIo } from './io';
import { bring } from './pack';

/** `push`: an image file or folder to a registry. */
export async function push(args: Arguments, io: CliIo): Promise<number> {
  const [source, target, ...more] = args.positionals;
  if (source === undefined || target === undefined || more.length > 0) throw new UserError('usage', l10n.t('Two words are expected: wasm-workbench push FILE|FOLDER REGISTRY/NAME:TAG.'));
  const reference = parseReference(target);
  const image = await openImage(source, text => resolve(io.cwd, text), io.signal);
  try {
    await bring(image, { kind: 'registry' }, reference, io);
    told(args, io, l10n.t('Pushed {0}.', familiarName(reference)), { digest: image.root.digest, name: familiarName(reference) });
    return 0;
  } finally {
    await image.dispose();
  }
}

/** `pull`: an image of a registry to a file or folder. */
export async function pull(args: Arguments, io: CliIo): Promise<number> {
  const [source, ...more] = args.positionals;
  const output = args.one('output');
  if (source === undefined || more.length > 0 || output === undefined) throw new UserError('usage', l10n.t('A name and a place are expected: wasm-workbench pull NAME:TAG --output FILE.tar|FOLDER.'));
  const reference = parseReference(source);
  const place = pathDestination(resolve(io.cwd, output));
  if ('path' in place && (await stat(place.path).catch(() => undefined))?.isFile() === true) {
    throw new UserError('io', l10n.t("Can't write {0}: something else is there. Choose another place, or remove it first.", place.path));
  }
  const image = await (await repositoryOf(reference, io.signal)).open(reference);
  await bring(image, place, reference, io);
  told(args, io, l10n.t('Pulled {0} to {1}.', familiarName(reference), resolve(io.cwd, output)), { digest: image.root.digest, name: familiarName(reference), path: resolve(io.cwd, output) });
  return 0;
}

function told(args: Arguments, io: CliIo, sentence: string, data: Readonly<Record<string, string>> & { readonly digest: string }): void {
  if (args.has('json')) io.stdout(JSON.stringify({ ok: true, ...data }, undefined, 2) + '\n');
  else {
    io.stdout(data.digest + '\n');
    io.stderr(sentence + '\n');
  }
}
