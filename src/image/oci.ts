import { UserError } from '../base/error';
import { isDigest, type Digest } from '../base/digest';
import * as l10n from '@vscode/l10n';

// The JSON of the OCI image specification 1.1 and of Docker's schema 2, which differ in their media types only.

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  wasmConfig: 'application/vnd.wasm.config.v0+json',
  wasmLayer: 'application/wasm',
} as const;

/** Where an image runs: `wasi/wasm`, `linux/arm64/v8`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** What names a blob (descriptor.md). `size` is in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
}

export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Index {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface History {
  readonly created?: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** The execution parameters of a config (config.md#properties). */
export interface ExecutionConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
}

export interface ImageConfig {
  readonly created?: string;
  readonly author?: string;
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly config?: ExecutionConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly Digest[] };
  readonly history?: readonly History[];
}

/** All that a store must do: name the root of an image, and give the bytes of a blob (unverified; see `verified`). */
export interface Blobs {
  readonly root: Descriptor;
  blob(digest: Digest): AsyncIterable<Uint8Array>;
}

/** `wasi/wasm` of its parts. */
export function showPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, ...(platform.variant === undefined ? [] : [platform.variant])].join('/');
}

/** The parts of `os/architecture[/variant]`. Throws a UserError with code `usage`. */
export function parsePlatform(text: string): Platform {
  const match = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/.exec(text);
  const [, os, architecture, variant] = match ?? [];
  if (os === undefined || architecture === undefined) {
    throw new UserError('usage', l10n.t("'{0}' is not a platform. Write os/architecture, for instance wasi/wasm or linux/amd64.", text));
  }
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/** Whether a descriptor names an index (a list of manifests) rather than one image. */
export function isIndex(mediaType: string): boolean {
  return mediaType === mediaTypes.index || mediaType === mediaTypes.dockerIndex;
}

/** Whether a descriptor names one image's manifest. */
export function isManifest(mediaType: string): boolean {
  return mediaType === mediaTypes.manifest || mediaType === mediaTypes.dockerManifest;
}

/** The largest manifest, index or config that is read: registries allow 4 MiB for a manifest. */
export const largestJson = 8 << 20;

/** Reads a manifest or an index, looking at its shape and not at its label. Throws a UserError with code `bad-image`. */
export function parseManifest(bytes: Uint8Array, what: string): Manifest | Index {
  const value = parseObject(bytes, what);
  if (Array.isArray(value['manifests'])) {
    return { ...value, schemaVersion: 2, manifests: value['manifests'].map(each => descriptorOf(each, what)) };
  }
  if (Array.isArray(value['layers']) && value['config'] !== undefined) {
    return {
      ...value, schemaVersion: 2,
      config: descriptorOf(value['config'], what),
      layers: value['layers'].map(each => descriptorOf(each, what)),
    };
  }
  if (value['schemaVersion'] === 1) {
    throw new UserError('bad-image', l10n.t('{0} is in the old format of Docker registries (schema 1), which holds no layers that can be read. Push the image again with a current Docker.', what));
  }
  throw new UserError('bad-image', l10n.t('{0} is neither an image manifest nor an index: it lists no layers and no manifests.', what));
}

/** Reads an image's config. Throws a UserError with code `bad-image`. */
export function parseConfig(bytes: Uint8Array, what: string): ImageConfig {
  const value = parseObject(bytes, what);
  const rootfs = isObject(value['rootfs']) ? value['rootfs'] : {};
  const ids = Array.isArray(rootfs['diff_ids']) ? rootfs['diff_ids'].filter((id): id is string => typeof id === 'string') : [];
  const config = isObject(value['config']) ? value['config'] : undefined;
  return {
    ...value,
    architecture: typeof value['architecture'] === 'string' ? value['architecture'] : '',
    os: typeof value['os'] === 'string' ? value['os'] : '',
    rootfs: { type: 'layers', diff_ids: ids },
    ...(config === undefined ? {} : { config: executionOf(config) }),
    history: Array.isArray(value['history']) ? value['history'].filter(isObject) : [],
  };
}

function executionOf(value: Record<string, unknown>): ExecutionConfig {
  const strings = (key: string): string[] | undefined => {
    const list = value[key];
    return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : undefined;
  };
  // A config may say null for what it leaves out (Go's empty slices and maps): undefined serves for both.
  const record = (key: string): Record<string, object> | undefined => (isObject(value[key]) ? (value[key] as Record<string, object>) : undefined);
  const string = (key: string): string | undefined => (typeof value[key] === 'string' ? value[key] : undefined);
  const all: ExecutionConfig = {
    User: string('User'), ExposedPorts: record('ExposedPorts'), Env: strings('Env'), Entrypoint: strings('Entrypoint'), Cmd: strings('Cmd'),
    Volumes: record('Volumes'), WorkingDir: string('WorkingDir'), Labels: record('Labels') as Record<string, string> | undefined, StopSignal: string('StopSignal'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, each]) => each !== undefined));
}

function descriptorOf(value: unknown, what: string): Descriptor {
  if (isObject(value) && typeof value['digest'] === 'string' && isDigest(value['digest']) && Number.isSafeInteger(value['size']) && (value['size'] as number) >= 0) {
    return { ...value, mediaType: typeof value['mediaType'] === 'string' ? value['mediaType'] : '' } as Descriptor;
  }
  throw new UserError('bad-image', l10n.t('{0} is damaged: one of its descriptors has no valid digest or size.', what));
}

function parseObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UserError('bad-image', l10n.t('{0} is not JSON. It is damaged, or it is not an image.', what), [], { cause: error });
  }
  if (!isObject(value)) throw new UserError('bad-image', l10n.t('{0} is not a JSON object. It is damaged, or it is not an image.', what));
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
