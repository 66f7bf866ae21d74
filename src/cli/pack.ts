import * as l10n from '@vscode/l10n';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UserError } from '../base/error';
import { temporaryFolder } from '../base/temporary';
import { parseAddition } from '../image/content';
import { deliver, pathDestination, showDestination, type Destination } from '../image/deliver';
import { parsePlatform, showPlatform } from '../image/oci';
import { openNamed } from '../image/named';
import type { OpenImage } from '../image/open';
import { packImage, type PackedImage, type PackRequest } from '../image/pack';
import { familiarName, parseReference, type Reference } from '../image/reference';
import type { Arguments } from './arguments';
import { toolPaths } from './context';
import type { CliIo } from './io';
import { progressLine } from './progress';
import { programOf } from './run';
import { sizeText } from '../base/sizes';

/** `pack`: an image of a module, a project or a base image, to wherever it is wanted; or the Dockerfile or Compose file that says the same. */
export async function pack(args: Arguments, io: CliIo): Promise<number> {
  if (args.positionals.length > 1) throw new UserError('usage', l10n.t('One TARGET is expected, not {0}: {1}.', args.positionals.length, args.positionals.join(' ')));
  const name = args.one('tag') === undefined ? undefined : parseReference(args.one('tag') ?? '');
  const text = args.has('dockerfile') || args.has('compose');
  const places = text ? [] : destinations(args, name, io);
  const scratch = await temporaryFolder('module');
  let base: OpenImage | undefined;
  try {
    const module = args.positionals[0] === undefined && args.has('base') ? undefined : await moduleFile(args.positionals[0] ?? '.', scratch.path, args, io);
    // An engine unpacks what it is given: alone, it needs nothing compressed.
    const onlyEngine = places.length > 0 && places.every(place => place.kind === 'engine');
    const wish = wishOf(args, module, !args.has('uncompressed') && !onlyEngine, io);
    if (args.has('dockerfile') && module?.startsWith(scratch.path) === true) {
      throw new UserError('usage', l10n.t("A Dockerfile names the module's file, and this one is made for the image only. Make a file first, with wasm-workbench convert or wasmedge compile, and pack that."));
    }
    if (text) return await (await import('./packText')).packText(wish, name, args, io);
    if (args.has('base')) base = await openNamed(args.one('base') ?? '', path => resolve(io.cwd, path), io.signal);
    const line = progressLine(io, l10n.t('Packing'));
    const image = await packImage({ ...wish, ...(base === undefined ? {} : { base }) }, { signal: io.signal, progress: line.report }).finally(line.end);
    try {
      for (const place of places) await bring(image, place, name, io);
      tell(image, places, name, args, io);
    } finally {
      await image.dispose();
    }
    return 0;
  } finally {
    await scratch.dispose();
    await base?.dispose();
  }
}

/** Where --output, --engine and --push want the image. */
function destinations(args: Arguments, name: Reference | undefined, io: CliIo): readonly Destination[] {
  const output = args.one('output');
  const places: Destination[] = [
    ...(output === undefined ? [] : [pathDestination(resolve(io.cwd, output))]),
    ...(args.has('engine') ? [{ kind: 'engine' as const, engine: {} }] : []),
    ...(args.has('push') ? [{ kind: 'registry' as const }] : []),
  ];
  if (places.length === 0) throw new UserError('usage', l10n.t('Say where the image goes: --output FILE.tar, --output FOLDER for an OCI layout, --engine for Docker, or --push for its registry.'));
  if (name === undefined && places.some(place => !('path' in place))) throw new UserError('usage', l10n.t('The image needs a name to go there: --tag NAME:TAG.'));
  return places;
}

/** Brings an image to a place, with a line that tells how far it is. */
export async function bring(image: import('../image/oci').Blobs, place: Destination, name: Reference | undefined, io: CliIo): Promise<void> {
  const shown = basename(showDestination(place, name));
  const line = progressLine(io, place.kind === 'registry' ? l10n.t('Pushing {0}', shown) : place.kind === 'engine' ? l10n.t('Loading {0}', shown) : l10n.t('Writing {0}', shown));
  await deliver(image, place, name, { signal: io.signal, ...(io.terminal(2) ? { progress: line.report } : {}) }).finally(line.end);
}

function tell(image: PackedImage, places: readonly Destination[], name: Reference | undefined, args: Arguments, io: CliIo): void {
  const size = image.layers.reduce((sum, each) => sum + each.size, 0);
  const platform = showPlatform(image.config);
  const path = places.find(place => 'path' in place)?.path;
  if (args.has('json')) {
    io.stdout(JSON.stringify({
      ok: true, ...(path === undefined ? {} : { path }), digest: image.root.digest, platform, size, layers: image.layers.length,
      ...(name === undefined ? {} : { name: familiarName(name) }), places: places.map(place => place.kind),
    }, undefined, 2) + '\n');
    return;
  }
  io.stdout(image.root.digest + '\n');
  const shown = name === undefined ? basename(path ?? '') : familiarName(name);
  for (const place of places) {
    io.stderr((place.kind === 'registry' ? l10n.t('Pushed {0} ({1}, {2}).', shown, platform, sizeText(size))
      : place.kind === 'engine' ? l10n.t('Loaded {0} ({1}, {2}) into Docker.', shown, platform, sizeText(size))
      : l10n.t('Packed {0} ({1}, {2}) to {3}.', shown, platform, sizeText(size), showDestination(place, name))) + '\n');
  }
}

/** What the arguments say of an image, without its base. */
function wishOf(args: Arguments, module: string | undefined, compress: boolean, io: CliIo): PackRequest {
  return {
    ...(module === undefined ? {} : { module }),
    additions: args.all('add').map(text => parseAddition(text)).map(each => ({ ...each, host: resolve(io.cwd, each.host) })),
    ...(args.has('entrypoint') ? { entrypoint: entrypointOf(args.all('entrypoint')) } : {}),
    ...(args.rest.length === 0 ? {} : { args: args.rest }),
    env: pairs(args.all('env'), 'NAME=VALUE'), labels: pairs(args.all('label'), 'KEY=VALUE'), expose: args.all('expose'),
    platform: parsePlatform(args.one('platform') ?? 'wasi/wasm'), compress,
  };
}

/** A file that holds the module: text is assembled and projects are built first, and with --aot WasmEdge compiles it. */
async function moduleFile(target: string, scratch: string, args: Arguments, io: CliIo): Promise<string> {
  const program = await programOf(resolve(io.cwd, target), args, io);
  const fileName = basename(program.path, extname(program.path)) + '.wasm';
  let file = program.path;
  if (!program.onDisk) await writeFile(file = join(scratch, fileName), program.bytes);
  if (!args.has('aot')) return file;
  const { compileAhead } = await import('../image/aot');
  const output = join(scratch, 'aot', fileName);
  await mkdir(dirname(output));
  const { wasmedge } = toolPaths(io.env);
  if (io.terminal(2)) io.stderr(l10n.t('Compiling {0} ahead of time with WasmEdge ...', fileName) + '\n');
  await compileAhead(file, output, { signal: io.signal, ...(wasmedge === undefined ? {} : { wasmedge }) });
  return output;
}

function entrypointOf(texts: readonly string[]): readonly string[] {
  const [first = ''] = texts;
  if (texts.length > 1 || !first.startsWith('[')) return texts;
  try {
    const value: unknown = JSON.parse(first);
    if (Array.isArray(value) && value.length > 0 && value.every(each => typeof each === 'string')) return value;
  } catch {
    // Said below.
  }
  throw new UserError('usage', l10n.t("'{0}' is not an entrypoint. Write a path, or a JSON list of strings as a Dockerfile has it.", first));
}

function pairs(texts: readonly string[], form: string): Record<string, string> {
  return Object.fromEntries(texts.map(text => {
    const at = text.indexOf('=');
    if (at <= 0) throw new UserError('usage', l10n.t("'{0}' has not the form {1}.", text, form));
    return [text.slice(0, at), text.slice(at + 1)];
  }));
}
