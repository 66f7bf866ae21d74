import { Readable } from 'node:stream';
import { digestOf } from '../base/digest';
import { isUserError, UserError } from '../base/error';
import { noLog } from '../base/log';
import { tarEnd, tarHeader, tarPadding } from '../base/tarwrite';
import * as l10n from '@vscode/l10n';
import { runContainer } from './container';
import type { Engine } from './engine';
import { temporaryImage } from './owner';

/** A module of 189 bytes that prints `wasm ok` by fd_write and ends with code 3. */
const tiny = Buffer.from('AGFzbQEAAAABEANgBH9/f38Bf2ABfwBgAAACRgIWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQhmZF93cml0ZQAAFndhc2lfc25hcHNob3RfcHJldmlldzEJcHJvY19leGl0AAED'
  + 'AgECBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAIKEwERAEEBQQBBAUEQEAAaQQMQAQsLFgEAQQALEAgAAAAIAAAAd2FzbSBvawoADgRuYW1lAQcCAAF3AQFl', 'base64');

export interface Way {
  readonly runtime?: string;
  readonly platform?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Whether a way of running WebAssembly works, as shown by running something. */
export type Proof =
  | { readonly works: true; readonly ms: number; /** Whether exit codes arrive: crun with WasmEdge loses them. */ readonly exitCodes: boolean }
  | { readonly works: false; readonly error: UserError };

/** Runs a tiny module: nothing less tells whether a shim is there, since engines list only what they were configured with. Leaves nothing behind. */
export async function proveRuntime(engine: Engine, way: Way, signal: AbortSignal): Promise<Proof> {
  const name = temporaryImage();
  const started = performance.now();
  try {
    const platform = way.platform ?? 'wasi/wasm';
    const stream = await engine.ask('load', { image: name, platform }, signal, docker => docker.loadImage(Readable.from([tinyImage(name, platform)]) as never, { quiet: true }));
    await engine.follow(stream, 'load', { image: name, platform }, signal);
    let output = '';
    const exit = await runContainer(engine, {
      image: name, platform, env: {}, binds: [], ports: [], network: 'none', annotations: way.annotations ?? {}, tty: false, stdin: false, remove: true, log: noLog,
      ...(way.runtime === undefined ? {} : { runtime: way.runtime }),
    }, { stdout: chunk => { output += Buffer.from(chunk).toString(); }, stderr() {}, signal });
    if (output === 'wasm ok\n') return { works: true, ms: Math.round(performance.now() - started), exitCodes: exit.code === 3 };
    return { works: false, error: exit.trouble ?? new UserError('engine.no-output', l10n.t('A tiny module was started by {0}, ended with {1}, and printed nothing.', way.runtime ?? l10n.t('the default runtime'), exit.code)) };
  } catch (error) {
    signal.throwIfAborted();
    if (isUserError(error)) return { works: false, error };
    throw error;
  } finally {
    await engine.docker.getImage(name).remove({ force: true }).catch(() => {});
  }
}

/** The tiny module as an image: an OCI layout in a tar. */
function tinyImage(name: string, platform: string): Buffer {
  const [os = 'wasi', architecture = 'wasm'] = platform.split('/');
  const layer = tar([['ok.wasm', tiny]]);
  const config = json({
    created: '1970-01-01T00:00:00Z', os, architecture, config: { Entrypoint: ['/ok.wasm'], WorkingDir: '/' }, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  });
  const describe = (mediaType: string, bytes: Buffer): object => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = json({
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: describe('application/vnd.oci.image.config.v1+json', config), layers: [describe('application/vnd.oci.image.layer.v1.tar', layer)],
  });
  const path = (bytes: Buffer): string => `blobs/${digestOf(bytes).replace(':', '/')}`;
  const root = { ...describe('application/vnd.oci.image.manifest.v1+json', manifest), annotations: { 'io.containerd.image.name': `docker.io/library/${name}`, 'org.opencontainers.image.ref.name': name.split(':')[1] } };
  return tar([
    ...[layer, config, manifest].map((bytes): [string, Buffer] => [path(bytes), bytes]),
    ['index.json', json({ schemaVersion: 2, manifests: [root] })], ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    ['manifest.json', json([{ Config: path(config), RepoTags: [name], Layers: [path(layer)] }])],
  ]);
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function tar(files: readonly (readonly [string, Buffer])[]): Buffer {
  return Buffer.concat([...files.flatMap(([name, bytes]) => [tarHeader({ name, kind: 'file', mode: 0o755, size: bytes.length }), bytes, tarPadding(bytes.length)]), tarEnd]);
}
