import { diveFigures, type DiveFigures } from './dive';
import { readLayer } from './entries';
import { showPlatform, type Blobs, type ExecutionConfig, type Platform } from './oci';
import { readImage } from './read';
import { isModuleLayer } from './start';
import { LayerTree, Names } from './tree';
import { pathsOf, unite, type Dead } from './union';

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
  readonly waste: { readonly live: number; readonly dead: number; readonly efficiency: number; readonly largest: readonly Dead[] };
  readonly dive: DiveFigures;
}

export interface InspectWish {
  readonly signal: AbortSignal;
  readonly platform?: Platform;
  progress?(layer: number, layers: number, bytes: number): void;
}

const shownWaste = 20;

/** Reads every layer of an image once and tells what is in it. Throws what reading throws. */
export async function inspectImage(blobs: Blobs, wish: InspectWish): Promise<{ report: ImageReport; trees: readonly LayerTree[] }> {
  const { descriptor, manifest, config } = await readImage(blobs, wish.platform, wish.signal);
  const names = new Names();
  const trees: LayerTree[] = [];
  const read: { unpacked: number; strange: readonly string[] }[] = [];
  for (const [at, layer] of manifest.layers.entries()) {
    if (isModuleLayer(layer.mediaType)) {
      trees.push(moduleTree(names, layer.annotations?.['org.opencontainers.image.title'] ?? 'module.wasm', layer.size));
      read.push({ unpacked: layer.size, strange: [] });
      continue;
    }
    const { tree, unpacked, strange } = await readLayer(blobs, layer, names, { signal: wish.signal, progress: bytes => wish.progress?.(at, manifest.layers.length, bytes) });
    trees.push(tree);
    read.push({ unpacked, strange });
  }
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
    trees,
    report: {
      digest: descriptor.digest, platform: showPlatform({ os: config.os, architecture: config.architecture, ...(config.variant === undefined ? {} : { variant: config.variant }) }),
      ...(config.created === undefined ? {} : { created: config.created }),
      size: manifest.layers.reduce((sum, each) => sum + each.size, manifest.config.size), unpacked: union.stored, files, config: config.config ?? {}, layers, modules,
      waste: {
        live: union.live, dead: union.stored - union.live, efficiency: union.efficiency,
        largest: [...union.dead].sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1)).slice(0, shownWaste),
      },
      dive: diveFigures(trees),
    },
  };
}

function moduleTree(names: Names, name: string, size: number): LayerTree {
  const tree = new LayerTree(names);
  tree.add({ name, kind: 'file', size, mode: 0o644, uid: 0, gid: 0, user: '', group: '', mtime: 0, target: '', pax: new Map() }, 0);
  return tree;
}
