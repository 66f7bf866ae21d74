import * as l10n from '@vscode/l10n';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../base/error';
import { pathDestination, type Destination } from '../image/deliver';
import { openNamed } from '../image/named';
import { repositoryOf } from '../image/open';
import { familiarName, parseReference } from '../image/reference';
import type { Arguments } from './arguments';
import type { CliIo } from './io';
import { bring } from './pack';

/** `push`: an image file or folder, or an image of an engine, to a registry. */
export async function push(args: Arguments, io: CliIo): Promise<number> {
  const [source, target = source, ...more] = args.positionals;
  if (source === undefined || target === undefined || more.length > 0) throw new UserError('usage', l10n.t('One or two words are expected: wasm-workbench push FILE|FOLDER|IMAGE [REGISTRY/NAME:TAG].'));
  const reference = parseReference(target);
  const image = await openNamed(source, text => resolve(io.cwd, text), io.signal);
  try {
    await bring(image, { kind: 'registry' }, reference, io);
    told(args, io, l10n.t('Pushed {0}.', familiarName(reference)), { digest: image.root.digest, name: familiarName(reference) });
    return 0;
  } finally {
    await image.dispose();
  }
}

/** `pull`: an image of a registry to a file, a folder or an engine. */
export async function pull(args: Arguments, io: CliIo): Promise<number> {
  const [source, ...more] = args.positionals;
  const output = args.one('output');
  const places: Destination[] = [...(output === undefined ? [] : [pathDestination(resolve(io.cwd, output))]), ...(args.has('engine') ? [{ kind: 'engine' as const, engine: {} }] : [])];
  if (source === undefined || more.length > 0 || places.length === 0) throw new UserError('usage', l10n.t('A name and a place are expected: wasm-workbench pull NAME:TAG --output FILE.tar|FOLDER, or --engine for Docker.'));
  const reference = parseReference(source);
  for (const place of places) {
    if ('path' in place && (await stat(place.path).catch(() => undefined))?.isFile() === true) {
      throw new UserError('io', l10n.t("Can't write {0}: something else is there. Choose another place, or remove it first.", place.path));
    }
  }
  const image = await (await repositoryOf(reference, io.signal)).open(reference);
  for (const place of places) await bring(image, place, reference, io);
  const path = output === undefined ? undefined : resolve(io.cwd, output);
  told(args, io, l10n.t('Pulled {0} to {1}.', familiarName(reference), path ?? 'Docker'), { digest: image.root.digest, name: familiarName(reference), ...(path === undefined ? {} : { path }) });
  return 0;
}

function told(args: Arguments, io: CliIo, sentence: string, data: Readonly<Record<string, string>> & { readonly digest: string }): void {
  if (args.has('json')) io.stdout(JSON.stringify({ ok: true, ...data }, undefined, 2) + '\n');
  else {
    io.stdout(data.digest + '\n');
    io.stderr(sentence + '\n');
  }
}
