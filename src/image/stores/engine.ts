import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { temporaryFolder } from '../../base/temporary';
import type { Engine } from '../../engine/engine';
import type { Blobs, Platform } from '../oci';
import { showPlatform } from '../oci';
import { familiarName, fullName, type Reference } from '../reference';
import { credentialsFor } from '../registry/credentials';
import { archiveOf } from './archive';
import { diskError } from './files';
import { openImageFile, type ImageFile } from './tarfile';

/** An image that an engine holds. */
export interface EngineImage {
  readonly id: string;
  /** `php:8`; none for an image whose name went to a newer one. */
  readonly names: readonly string[];
  readonly repoDigests: readonly string[];
  /** Bytes that it takes on the engine's disk, as the engine tells. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly platforms: readonly Platform[];
  readonly labels: Readonly<Record<string, string>>;
}

interface Listed extends Omit<Docker.ImageInfo, 'Manifests' | 'Labels'> {
  /** Go's empty map is null. */
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Manifests?: readonly { readonly Kind?: string; readonly Available?: boolean; readonly Descriptor?: { readonly platform?: Partial<Platform> }; readonly ImageData?: { readonly Platform?: Partial<Platform> } }[] | null;
}

/** The images of an engine, newest first. Older engines list no platforms: they are asked for each image. */
export async function listEngineImages(engine: Engine, signal: AbortSignal): Promise<readonly EngineImage[]> {
  const listed = await engine.ask('list', {}, signal, docker => docker.listImages({ manifests: true } as Docker.ListImagesOptions)) as unknown as readonly Listed[];
  const images = await eachOf(listed, 8, async image => {
    const names = (image.RepoTags ?? []).filter(name => !name.startsWith('<none>'));
    return {
      id: image.Id, names, size: image.Size, created: image.Created * 1000, labels: image.Labels ?? {},
      repoDigests: (image.RepoDigests ?? []).filter(name => !name.startsWith('<none>')),
      platforms: await platformsOf(engine, image, signal),
    };
  });
  return images.sort((a, b) => b.created - a.created || (a.names[0] ?? a.id).localeCompare(b.names[0] ?? b.id));
}

async function platformsOf(engine: Engine, image: Listed, signal: AbortSignal): Promise<readonly Platform[]> {
  if (image.Manifests !== undefined && image.Manifests !== null) {
    return image.Manifests.filter(each => each.Kind !== 'attestation' && each.Available !== false).flatMap(each => platformOf(each.ImageData?.Platform ?? each.Descriptor?.platform));
  }
  try {
    const { Os, Architecture, Variant } = await engine.ask('list', { image: image.Id }, signal, docker => docker.getImage(image.Id).inspect()) as Docker.ImageInspectInfo & { Variant?: string };
    return platformOf({ os: Os, architecture: Architecture, ...(Variant === undefined || Variant === '' ? {} : { variant: Variant }) });
  } catch (error) {
    signal.throwIfAborted();
    // Removed since it was listed, or only attestations of it are here: listed without a platform.
    if ((error as { code?: string }).code === 'engine.no-image') return [];
    throw error;
  }
}

function platformOf(platform: Partial<Platform> | undefined): Platform[] {
  if (platform?.os === undefined || platform.os === '' || platform.architecture === undefined) return [];
  return [{ os: platform.os, architecture: platform.architecture, ...(platform.variant === undefined || platform.variant === '' ? {} : { variant: platform.variant }) }];
}

async function eachOf<T, R>(all: readonly T[], width: number, work: (one: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(all.length);
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(width, all.length) }, async () => {
    for (let i = next++; i < all.length; i = next++) results[i] = await work(all[i] as T);
  }));
  return results;
}

export interface OpenWish {
  readonly signal: AbortSignal;
  readonly platform?: Platform;
  /** Bytes that have come so far. */
  progress?(bytes: number): void;
}

/** Whether an engine has an image under a name or id. */
export async function hasEngineImage(engine: Engine, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await engine.ask('list', { image: name }, signal, docker => docker.getImage(name).inspect());
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'engine.no-image') return false;
    throw error;
  }
}

/**
 * Opens an image of an engine: its archive goes to a temporary file, since an engine tells what is where only at its end. `dispose` removes it.
 * Throws a UserError.
 */
export async function openEngineImage(engine: Engine, name: string, wish: OpenWish): Promise<ImageFile> {
  const { signal, platform } = wish;
  const about = { image: name, ...(platform === undefined ? {} : { platform: showPlatform(platform) }) };
  const folder = await temporaryFolder('engine');
  const file = join(folder.path, 'image.tar');
  try {
    const stream = await engine.ask('save', about, signal, docker => saved(docker, name, platform, signal));
    let bytes = 0;
    await pipeline(stream as AsyncIterable<Uint8Array>, async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        wish.progress?.(bytes);
        yield chunk;
      }
    }, createWriteStream(file), { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      const disk = diskError(error, file);
      throw disk === error ? engine.explain(error, 'save', about) : disk;
    });
    const opened = await openImageFile(file, signal);
    return {
      root: opened.root, names: opened.names, blob: digest => opened.blob(digest),
      async dispose() {
        await opened.dispose();
        await folder.dispose();
      },
    };
  } catch (error) {
    await folder.dispose();
    throw error;
  }
}

/** `GET /images/X/get`; dockerode's own has no options, and the platform is JSON there. */
function saved(docker: Docker, name: string, platform: Platform | undefined, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
  return new Promise((resolve, reject) => {
    docker.modem.dial({
      path: `/images/${name}/get?`, method: 'GET', isStream: true, abortSignal: signal,
      options: platform === undefined ? {} : { platform: JSON.stringify(platform) },
      statusCodes: { 200: true, 404: 'no such image', 500: 'server error' },
    }, (error: unknown, data: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve(data as NodeJS.ReadableStream);
    });
  });
}

/** Loads an image into an engine under a name; resolves to the name that the engine then knows. */
export async function loadIntoEngine(engine: Engine, image: Blobs, name: Reference, wish: { readonly signal: AbortSignal; progress?(bytes: number): void }): Promise<string> {
  const { signal } = wish;
  const about = { image: familiarName(name), ...(image.root.platform === undefined ? {} : { platform: showPlatform(image.root.platform) }) };
  let bytes = 0;
  let failed: unknown;
  const source = Readable.from((async function* () {
    try {
      for await (const chunk of archiveOf(image, name, signal)) {
        bytes += chunk.length;
        wish.progress?.(bytes);
        yield chunk;
      }
    } catch (error) {
      // Told instead of the engine's words about an upload that was cut off.
      failed = error;
      throw error;
    }
  })(), { objectMode: false });
  try {
    const answer = await engine.ask('load', about, signal, docker => docker.loadImage(source as NodeJS.ReadableStream as never, { quiet: true }));
    await engine.follow(answer, 'load', about, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw failed ?? error;
  } finally {
    source.destroy();
  }
  return familiarName(name);
}

/** Gives an image of an engine another name. */
export async function tagEngineImage(engine: Engine, name: string, tag: Reference, signal: AbortSignal): Promise<void> {
  const repo = fullName({ ...tag, tag: undefined, digest: undefined });
  await engine.ask('tag', { image: name }, signal, docker => docker.getImage(name).tag({ repo, tag: tag.tag ?? 'latest' }));
}

/** Removes a name from an engine, and the image with its last name. An image that containers use stays, and the error says so. */
export async function removeEngineImage(engine: Engine, name: string, signal: AbortSignal, force = false): Promise<void> {
  await engine.ask('remove', { image: name }, signal, docker => docker.getImage(name).remove({ force }));
}

/** The platform of an image that an engine has: of several it is the engine's own choice. */
export async function platformOfEngineImage(engine: Engine, name: string, signal: AbortSignal): Promise<Platform | undefined> {
  const { Os, Architecture } = await engine.ask('list', { image: name }, signal, docker => docker.getImage(name).inspect());
  return platformOf({ os: Os, architecture: Architecture })[0];
}

/** The user's login for an image's registry, as an engine wants it. */
export async function engineLogin(name: Reference, signal: AbortSignal): Promise<Docker.AuthConfig | undefined> {
  const found = await credentialsFor(name.registry, signal);
  if (found === undefined) return undefined;
  const serveraddress = name.registry;
  return ('identityToken' in found ? { identitytoken: found.identityToken, serveraddress } : { username: found.user, password: found.password, serveraddress });
}

/** Has an engine pull an image itself, with a login where there is one; `tell` is told of each layer's progress. */
export async function pullIntoEngine(
  engine: Engine, name: Reference, platform: Platform | undefined, wish: { readonly signal: AbortSignal; readonly auth?: Docker.AuthConfig; progress?(done: number, total: number): void },
): Promise<void> {
  const about = { image: familiarName(name), ...(platform === undefined ? {} : { platform: showPlatform(platform) }) };
  const options = { ...(platform === undefined ? {} : { platform: showPlatform(platform) }), ...(wish.auth === undefined ? {} : { authconfig: wish.auth }) };
  const stream = await engine.ask('pull', about, wish.signal, docker => docker.pull(fullName(name), options));
  const parts = new Map<string, { done: number; total: number }>();
  await engine.follow(stream, 'pull', about, wish.signal, ({ id, progressDetail }) => {
    if (id === undefined || progressDetail?.total === undefined) return;
    parts.set(id, { done: progressDetail.current ?? 0, total: progressDetail.total });
    const all = [...parts.values()];
    wish.progress?.(all.reduce((sum, part) => sum + part.done, 0), all.reduce((sum, part) => sum + part.total, 0));
  });
}
