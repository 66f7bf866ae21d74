import * as l10n from '@vscode/l10n';
import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { UserError } from '../base/error';
import { temporaryFolder } from '../base/temporary';
import { parseAddition } from '../image/content';
import { parsePlatform, showPlatform } from '../image/oci';
import { openImage, repositoryOf } from '../image/open';
import { packImage } from '../image/pack';
import { familiarName, parseReference, type Reference } from '../image/reference';
import { writeArchive } from '../image/stores/archive';
import { writeLayout } from '../image/stores/layout';
import type { Blobs } from '../image/oci';
import { programOf } from './run';
import type { Arguments } from './arguments';
import type { CliIo } from './io';
import { sizeText } from '../base/sizes';

/** `pack`: an image of a module, a project or a base image, as a file or a folder. */
export async function pack(args: Arguments, io: CliIo): Promise<number> {
  const [target] = args.positionals;
  const baseText = args.one('base');
  if (args.positionals.length > 1) throw new UserError('usage', l10n.t('One TARGET is expected, not {0}: {1}.', args.positionals.length, args.positionals.join(' ')));
  const output = args.one('output');
  const name = args.one('tag') === undefined ? undefined : parseReference(args.one('tag') ?? '');
  if (output === undefined) throw new UserError('usage', l10n.t('Say where the image goes: --output FILE.tar, or --output FOLDER for an OCI layout.'));
  const platform = parsePlatform(args.one('platform') ?? 'wasi/wasm');
  const base = baseText === undefined ? undefined : await openImage(baseText, text => resolve(io.cwd, text), io.signal);
  const scratch = await temporaryFolder('module');
  try {
    const module = target === undefined && base !== undefined ? undefined : await moduleFile(target ?? '.', scratch.path, args, io);
    const image = await packImage({
      ...(module === undefined ? {} : { module }),
      additions: args.all('add').map(text => parseAddition(text)).map(each => ({ ...each, host: resolve(io.cwd, each.host) })),
      ...(args.has('entrypoint') ? { entrypoint: entrypointOf(args.one('entrypoint') ?? '') } : {}),
      ...(args.rest.length === 0 ? {} : { args: args.rest }),
      env: pairs(args.all('env'), 'NAME=VALUE'), labels: pairs(args.all('label'), 'KEY=VALUE'), expose: args.all('expose'),
      platform, ...(base === undefined ? {} : { base }), compress: !args.has('uncompressed'),
    }, { signal: io.signal });
    try {
      const path = resolve(io.cwd, output);
      const file = /\.(tar|tgz|gz)$/i.test(path);
      if (file) await writeArchive(image, path, name, io.signal);
      else await writeLayout(image, path, name, io.signal);
      const size = image.layers.reduce((sum, each) => sum + each.size, 0);
      if (args.has('json')) {
        io.stdout(JSON.stringify({ ok: true, path, digest: image.root.digest, platform: showPlatform(platform), size, layers: image.layers.length, ...(name === undefined ? {} : { name: familiarName(name) }) }, undefined, 2) + '\n');
      } else {
        io.stdout(image.root.digest + '\n');
        io.stderr(l10n.t('Packed {0} ({1}, {2}) to {3}.', name === undefined ? basename(path) : familiarName(name), showPlatform(platform), sizeText(size), path) + '\n');
      }
    } finally {
      await image.dispose();
    }
    return 0;
  } finally {
    await scratch.dispose();
    await base?.dispose();
  }
}

/** A file that holds the module: text is assembled and projects are built first. */
async function moduleFile(target: string, scratch: string, args: Arguments, io: CliIo): Promise<string> {
  const program = await programOf(resolve(io.cwd, target), args, io);
  if (program.onDisk) return program.path;
  const { writeFile } = await import('node:fs/promises');
  const file = resolve(scratch, basename(program.path, extname(program.path)) + '.wasm');
  await writeFile(file, program.bytes);
  return file;
}

function entrypointOf(text: string): string[] {
  if (!text.startsWith('[')) return [text];
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.length > 0 && value.every(each => typeof each === 'string')) return value;
  } catch {
    // Said below.
  }
  throw new UserError('usage', l10n.t("'{0}' is not an entrypoint. Write a path, or a JSON list of strings as a Dockerfile has it.", text));
}

function pairs(texts: readonly string[], form: string): Record<string, string> {
  return Object.fromEntries(texts.map(text => {
    const at = text.indexOf('=');
    if (at <= 0) throw new UserError('usage', l10n.t("'{0}' has not the form {1}.", text, form));
    return [text.slice(0, at), text.slice(at + 1)];
  }));
}

/** `push`: an image file or folder to a registry. */
export async function push(args: Arguments, io: CliIo): Promise<number> {
  const [source, target, ...more] = args.positionals;
  if (source === undefined || target === undefined || more.length > 0) throw new UserError('usage', l10n.t('Two words are expected: wasm-workbench push FILE|FOLDER REGISTRY/NAME:TAG.'));
  const reference = parseReference(target);
  if (reference.digest !== undefined) throw new UserError('usage', l10n.t('An image is pushed to a tag, not to a digest. Write {0}.', `${reference.registry}/${reference.repository}:TAG`));
  const image = await openImage(source, text => resolve(io.cwd, text), io.signal);
  try {
    const repository = await repositoryOf(reference, io.signal);
    const digest = await repository.push(image, reference.tag ?? 'latest', progress(io));
    told(args, io, l10n.t('Pushed {0}.', familiarName(reference)), { digest, name: familiarName(reference) });
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
  const reference: Reference = parseReference(source);
  const repository = await repositoryOf(reference, io.signal);
  const image: Blobs = await repository.open(reference);
  const path = resolve(io.cwd, output);
  const there = await stat(path).catch(() => undefined);
  if (there?.isFile() === true) throw new UserError('io', l10n.t("Can't write {0}: something else is there. Choose another place, or remove it first.", path));
  if (/\.(tar|tgz|gz)$/i.test(path)) await writeArchive(image, path, reference, io.signal);
  else await writeLayout(image, path, reference, io.signal);
  told(args, io, l10n.t('Pulled {0} to {1}.', familiarName(reference), path), { digest: image.root.digest, name: familiarName(reference), path });
  return 0;
}

function told(args: Arguments, io: CliIo, sentence: string, data: Readonly<Record<string, string>> & { readonly digest: string }): void {
  if (args.has('json')) io.stdout(JSON.stringify({ ok: true, ...data }, undefined, 2) + '\n');
  else {
    io.stdout(data.digest + '\n');
    io.stderr(sentence + '\n');
  }
}

function progress(io: CliIo): ((done: number, total: number) => void) | undefined {
  if (!io.terminal(2)) return undefined;
  return (done, total) => { io.stderr(`\r\u001b[K${done < total ? `${sizeText(done)} / ${sizeText(total)}` : ''}`); };
}
