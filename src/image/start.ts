import { UserError } from '../base/error';
import * as l10n from '@vscode/l10n';
import { holdsModule } from './layerTypes';
import { showPlatform, type Blobs, type Descriptor, type Platform } from './oci';
import { manifestsOf, readImage, type ReadImage } from './read';

// What an image starts, in each of the three shapes that Wasm comes in: a file of an ordinary layer, a layer that is the module itself
// (runwasi), and an artifact without any rootfs (CNCF's TAG-Runtime).

/** How an image wants to be started. */
export interface Start {
  /** The layers that hold files, in their order. */
  readonly layers: readonly Descriptor[];
  /** The layer that is the module, where one is. */
  readonly module?: { readonly layer: Descriptor; readonly name: string };
  /** Entrypoint and command; the first is the program. */
  readonly command: readonly string[];
  /** How many of them are the entrypoint: a user's own arguments replace what follows. */
  readonly fixed: number;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute, `/` where the image says nothing. */
  readonly workingFolder: string;
  /** `8080/tcp`. */
  readonly ports: readonly string[];
  /** `wasi/wasm`. */
  readonly platform: string;
}

/** The image that a Wasm host can run: the one for `platform`, else the one for WASI or Wasm, else the only one. Throws a UserError. */
export async function readWasmImage(blobs: Blobs, platform: Platform | undefined, signal: AbortSignal): Promise<ReadImage> {
  if (platform !== undefined) return readImage(blobs, platform, signal);
  const platforms = (await manifestsOf(blobs, signal)).flatMap(each => each.platform ?? []);
  const wasm = platforms.find(each => isWasmPlatform(each) && each.architecture === 'wasm') ?? platforms.find(isWasmPlatform);
  return readImage(blobs, wasm, signal);
}

/** `wasi/wasm`, `wasi/wasm32`, `wasip1/wasm`, `js/wasm`. */
export function isWasmPlatform(platform: Platform): boolean {
  return platform.os.startsWith('wasi') || platform.architecture.startsWith('wasm');
}

/** Reads from an image's config what it starts. Throws a UserError with code `no-module` when it says nothing. */
export function startOf({ manifest, config }: ReadImage): Start {
  const modules = manifest.layers.filter(layer => holdsModule(layer.mediaType));
  const layers = manifest.layers.filter(layer => !holdsModule(layer.mediaType) && !isAttestation(layer));
  const execution = config.config ?? {};
  const entrypoint = execution.Entrypoint ?? [];
  const command = [...entrypoint, ...(execution.Cmd ?? [])];
  const [layer] = modules;
  const platform = showPlatform({ os: config.os || 'wasi', architecture: config.architecture || 'wasm' });
  const [program] = command;
  if (layer === undefined && program === undefined) {
    throw new UserError('no-module', l10n.t('The image starts nothing: it has neither entrypoint nor command. Pack it again with --entrypoint.'));
  }
  const env = Object.fromEntries((execution.Env ?? []).map(each => {
    const at = each.indexOf('=');
    return at < 0 ? [each, ''] : [each.slice(0, at), each.slice(at + 1)];
  }));
  const title = layer?.annotations?.['org.opencontainers.image.title'];
  return {
    layers, command: command.length === 0 ? ['module.wasm'] : command, fixed: Math.max(entrypoint.length, 1), env, platform,
    ...(layer === undefined ? {} : { module: { layer, name: fileName(title ?? program ?? 'module.wasm') } }),
    workingFolder: execution.WorkingDir === undefined || execution.WorkingDir === '' ? '/' : execution.WorkingDir,
    ports: Object.keys(execution.ExposedPorts ?? {}),
  };
}

// Attestations of buildx are layers of in-toto's JSON.
function isAttestation(layer: Descriptor): boolean {
  return layer.mediaType.startsWith('application/vnd.in-toto');
}

/** The last part of a path as a file's name that every system takes. */
function fileName(path: string): string {
  const name = (path.replace(/#\w+$/, '').split(/[\\/]/).pop() ?? '').replaceAll(/[^\w.+-]/g, '_');
  return /^\.*$/.test(name) ? 'module.wasm' : name;
}

/** Where the program of an image may lie: an absolute path itself, else from the working folder, along PATH, and at the root. */
export function programPaths(start: Start): readonly string[] {
  const written = start.command[0] ?? '';
  // runwasi's form PATH#FUNCTION; a file may have such a name, too.
  const names = [written, ...(written.includes('#') ? [written.slice(0, written.lastIndexOf('#'))] : [])];
  return names.flatMap(name => {
    if (name.startsWith('/')) return [name];
    const along = name.includes('/') ? [] : (start.env['PATH'] ?? '').split(':').filter(folder => folder.startsWith('/')).map(folder => `${folder}/${name}`);
    return [`${start.workingFolder}/${name}`, ...along, `/${name}`];
  });
}
