import { diveFigures, type DiveFigures } from './dive';
import type { ReadLayer } from './entries';
import { readLayers } from './layers';
import { showPlatform, type Blobs, type ExecutionConfig, type Platform } from './oci';
import { readImage, type ReadImage } from './read';
import type { LayerTree } from './tree';
import { traitsOf, type Traits } from './traits';
import { pathsOf, unite } from './union';
import { wasteOf, type Waste } from './waste';

export interface LayerReport {
  readonly digest: string;
  readonly mediaType: string;
  /** What made it, as the history says. */
  readonly createdBy?: string;
  /** Bytes as stored, and of the tar inside. */
  readonly stored: number;
  readonly unpacked: number;
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  /** Names that would leave the image's root: not part of the tree. */
  readonly strange: readonly string[];
}

/** All that `inspect` prints of an image. Sizes are in bytes. */
export interface ImageReport {
  readonly digest: string;
  readonly platform: string;
  readonly created?: string;
  readonly size: number;
  readonly unpacked: number;
  readonly files: number;
  readonly config: ExecutionConfig;
  readonly layers: readonly LayerReport[];
  readonly modules: readonly { readonly path: string; readonly size: number }[];
  readonly traits: Traits;
  readonly waste: Waste;
  readonly dive: DiveFigures;
}

/** An inspected image: the report, and the trees that it was made of. */
export interface Inspected {
  readonly report: ImageReport;
  readonly trees: readonly LayerTree[];
}

export interface InspectWish {
  readonly signal: AbortSignal;
  readonly platform?: Platform;
  readonly largest?: number;
  progress?(layer: number, layers: number, bytes: number): void;
}

/** Reads every layer of an image once and tells what is in it. Throws what reading throws. */
export async function inspectImage(blobs: Blobs, wish: InspectWish): Promise<Inspected> {
  const image = await readImage(blobs, wish.platform, wish.signal);
  const read = await readLayers(blobs, image.manifest.layers, {
    signal: wish.signal, contents: true, ...(wish.largest === undefined ? {} : { largest: wish.largest }),
    progress: (layer, bytes) => wish.progress?.(layer, image.manifest.layers.length, bytes),
  });
  return { trees: read.map(each => each.tree), report: reportOf(image, read) };
}

/** The report of an image whose layers are read. */
export function reportOf({ descriptor, manifest, config }: ReadImage, read: readonly ReadLayer[]): ImageReport {
  const trees = read.map(each => each.tree);
  const union = unite(trees);
  const made = (config.history ?? []).filter(each => each.empty_layer !== true);
  const modules: { path: string; size: number }[] = [];
  let files = 0;
  for (const { path, node } of pathsOf(union)) {
    const tree = trees[node.layer];
    if (tree?.kind(node.index) !== 'file') continue;
    files++;
    if (path.endsWith('.wasm')) modules.push({ path, size: tree.size(node.index) });
  }
  const layers = manifest.layers.map((layer, at): LayerReport => ({
    digest: layer.digest, mediaType: layer.mediaType, ...(made[at]?.created_by === undefined ? {} : { createdBy: made[at].created_by }),
    stored: layer.size, unpacked: read[at]?.unpacked ?? 0, added: union.changes[at]?.added ?? 0, modified: union.changes[at]?.modified ?? 0,
    removed: union.changes[at]?.removed ?? 0, strange: read[at]?.strange ?? [],
  }));
  return {
    digest: descriptor.digest, platform: platformText(config),
    ...(config.created === undefined ? {} : { created: config.created }),
    size: manifest.layers.reduce((sum, each) => sum + each.size, manifest.config.size), unpacked: union.stored, files, config: config.config ?? {}, layers, modules,
    traits: traitsOf(union), waste: wasteOf(union), dive: diveFigures(trees),
  };
}

/** `wasi/wasm`, from a config. */
export function platformText(config: { os: string; architecture: string; variant?: string }): string {
  return showPlatform({ os: config.os, architecture: config.architecture, ...(config.variant === undefined ? {} : { variant: config.variant }) });
}
