import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { digestOf, type Digest } from '../base/digest';
import { temporaryFolder } from '../base/temporary';
import { UserError } from '../base/error';
import * as l10n from '@vscode/l10n';
import { cleanGuest, gather, type Addition } from './content';
import { writeLayer, type Content, type WrittenLayer } from './layer';
import { mediaTypes, showPlatform, type Blobs, type Descriptor, type ExecutionConfig, type ImageConfig, type Manifest, type Platform } from './oci';
import { readImage } from './read';
import type { Progress } from './watch';

/** What an image is made of. Nothing is looked up later. */
export interface PackRequest {
  /** Absolute path of the module; none when a base image brings it. */
  readonly module?: string;
  /** Its path in the image; `/NAME.wasm` by default. */
  readonly modulePath?: string;
  readonly additions: readonly Addition[];
  /** The whole entrypoint; by default the module's path. */
  readonly entrypoint?: readonly string[];
  /** Arguments after the entrypoint. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** `8080`, `8080/tcp`. */
  readonly expose: readonly string[];
  readonly platform: Platform;
  readonly base?: Blobs;
  /** Layers as gzip (true) or plain tar, whose bytes are the same on every system. */
  readonly compress: boolean;
}

/** An image in a temporary folder, ready to be written to any store. */
export interface PackedImage extends Blobs {
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  readonly layers: readonly Descriptor[];
  dispose(): Promise<void>;
}

const epoch = '1970-01-01T00:00:00Z';

/** Makes an image. Modules and content go into layers of their own, so that a change of scripts pushes only scripts. */
export async function packImage(request: PackRequest, wish: { readonly signal: AbortSignal; readonly progress?: Progress }): Promise<PackedImage> {
  const base = request.base === undefined ? undefined : await readImage(request.base, request.platform, wish.signal);
  const modulePath = request.module === undefined ? undefined : cleanGuest(request.modulePath ?? '/' + basename(request.module));
  const entrypoint = request.entrypoint ?? (modulePath === undefined ? base?.config.config?.Entrypoint : [modulePath]);
  if (entrypoint === undefined || entrypoint.length === 0) {
    throw new UserError('usage', l10n.t('The image would have nothing to start: it has no module, and its base has no entrypoint. Name a module, or give --entrypoint.'));
  }
  const folder = await temporaryFolder('pack');
  try {
    const parts: { members: readonly Content[]; by: string }[] = [];
    if (request.module !== undefined && modulePath !== undefined) {
      parts.push({ members: await gather([{ host: request.module, guest: modulePath }], wish.signal), by: `COPY ${basename(request.module)} ${modulePath}` });
    }
    if (request.additions.length > 0) {
      parts.push({ members: await gather(request.additions, wish.signal), by: request.additions.map(({ host, guest }) => `COPY ${basename(host)} ${guest}`).join(' && ') });
    }
    const sizes = parts.map(({ members }) => members.reduce((sum, member) => sum + (member.size ?? 0), 0));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const made: { layer: WrittenLayer; by: string }[] = [];
    for (const [at, { members, by }] of parts.entries()) {
      if (members.length === 0) continue;
      const before = sizes.slice(0, at).reduce((sum, size) => sum + size, 0);
      const layer = await writeLayer(members, join(folder.path, `layer-${String(at)}`), {
        compress: request.compress, signal: wish.signal, progress: bytes => wish.progress?.(Math.min(before + bytes, total), total),
      });
      made.push({ layer, by });
    }
    const config = configOf(request, base?.config, entrypoint, made);
    const configBytes = Buffer.from(JSON.stringify(config));
    const configDescriptor: Descriptor = { mediaType: mediaTypes.config, digest: digestOf(configBytes), size: configBytes.length };
    const manifest: Manifest = {
      schemaVersion: 2, mediaType: mediaTypes.manifest, config: configDescriptor,
      layers: [...(base?.manifest.layers ?? []), ...made.map(({ layer }) => layer.descriptor)],
    };
    const manifestBytes = Buffer.from(JSON.stringify(manifest));
    const root: Descriptor = { mediaType: mediaTypes.manifest, digest: digestOf(manifestBytes), size: manifestBytes.length, platform: request.platform };
    const small = new Map<Digest, Uint8Array>([[root.digest, manifestBytes], [configDescriptor.digest, configBytes]]);
    const files = new Map(made.map(({ layer }) => [layer.descriptor.digest, layer.file]));
    return {
      root, manifest, config, layers: manifest.layers,
      blob(digest) {
        const bytes = small.get(digest);
        if (bytes !== undefined) return once(bytes);
        const file = files.get(digest);
        if (file !== undefined) return createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
        if (request.base !== undefined) return request.base.blob(digest);
        throw new UserError('not-found', l10n.t('The image has no blob {0}.', digest));
      },
      dispose: () => folder.dispose(),
    };
  } catch (error) {
    await folder.dispose();
    throw error;
  }
}

function configOf(request: PackRequest, base: ImageConfig | undefined, entrypoint: readonly string[], made: readonly { layer: WrittenLayer; by: string }[]): ImageConfig {
  const before: ExecutionConfig = base?.config ?? {};
  const env = new Map((before.Env ?? []).map(each => [each.split('=', 1)[0] ?? '', each]));
  for (const [name, value] of Object.entries(request.env)) env.set(name, `${name}=${value}`);
  const ports = { ...before.ExposedPorts, ...Object.fromEntries(request.expose.map(port => [portOf(port), {}])) };
  const labels = { ...before.Labels, ...request.labels };
  const args = request.args ?? (request.entrypoint === undefined && request.module === undefined ? before.Cmd : undefined);
  const execution: ExecutionConfig = {
    ...before,
    ...(env.size === 0 ? {} : { Env: [...env.values()] }),
    Entrypoint: entrypoint,
    Cmd: args === undefined || args.length === 0 ? undefined : args,
    WorkingDir: before.WorkingDir ?? '/',
    ...(Object.keys(ports).length === 0 ? {} : { ExposedPorts: sorted(ports) }),
    ...(Object.keys(labels).length === 0 ? {} : { Labels: sorted(labels) }),
  };
  return {
    created: epoch,
    architecture: request.platform.architecture,
    os: request.platform.os,
    ...(request.platform.variant === undefined ? {} : { variant: request.platform.variant }),
    config: execution,
    rootfs: { type: 'layers', diff_ids: [...(base?.rootfs.diff_ids ?? []), ...made.map(({ layer }) => layer.diffId)] },
    history: [
      ...(base?.history ?? []),
      ...made.map(({ by }) => ({ created: epoch, created_by: by, comment: showPlatform(request.platform) })),
      { created: epoch, created_by: `ENTRYPOINT ${JSON.stringify(entrypoint)}`, empty_layer: true },
    ],
  };
}

/** `8080` as a config's key: `8080/tcp`. Throws a UserError with code `usage`. */
export function portOf(text: string): string {
  const match = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(text);
  if (match === null || Number(match[1]) > 65535 || Number(match[1]) === 0) {
    throw new UserError('usage', l10n.t("'{0}' is not a port. Write a number from 1 to 65535, and /udp after it if it is not TCP.", text));
  }
  return `${match[1] ?? ''}/${match[2] ?? 'tcp'}`;
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return Readable.from([bytes], { objectMode: true }) as AsyncIterable<Uint8Array>;
}
