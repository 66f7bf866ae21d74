import { UserError } from '../../base/error';
import * as l10n from '@vscode/l10n';
import type { ReadLayer } from '../entries';
import { reportOf, type Inspected } from '../inspect';
import type { Blobs, Descriptor } from '../oci';
import type { ReadImage } from '../read';
import type { LayerTree } from '../tree';
import { changesOf, type LayerChange } from './changes';
import type { LayerCache, LayerWish } from './layerCache';

/** How far the reading of an image's layers is. */
export type Progress = (layer: number, bytes: number, total: number) => void;

/** One image of a source, whose layers are read as they are asked for. */
export class ExploredImage {
  readonly blobs: Blobs;
  readonly image: ReadImage;
  readonly memory = new Map<string, unknown>();
  readonly #cache: LayerCache;
  /** What is held of the layers, so that looking around in a huge image does not read it again and again. */
  #held: (ReadLayer | undefined)[] = [];
  #changes: (LayerChange | undefined)[] = [];

  constructor(blobs: Blobs, image: ReadImage, cache: LayerCache) {
    this.blobs = blobs;
    this.image = image;
    this.#cache = cache;
  }

  /** Lets go of what is only held; the cache may still have it. */
  release(): void {
    this.#held = [];
    this.#changes = [];
    this.memory.clear();
  }

  get count(): number {
    return this.image.manifest.layers.length;
  }

  /** A layer's descriptor. Throws a UserError where there is none. */
  descriptor(layer: number): Descriptor {
    const found = this.image.manifest.layers[layer];
    if (found === undefined) throw new UserError('not-found', l10n.t('The image has no layer {0} any more. Refresh the view.', layer + 1));
    return found;
  }

  /** One layer; those below it are not needed. */
  async layer(layer: number, wish: Omit<LayerWish, 'progress'>, progress?: Progress): Promise<ReadLayer> {
    const descriptor = this.descriptor(layer);
    return this.#held[layer] ??= await this.#cache.get(this.blobs, descriptor, { ...wish, progress: bytes => { progress?.(layer, bytes, descriptor.size); } });
  }

  /** The layers up to one, several at once. */
  async upTo(last: number, wish: Omit<LayerWish, 'progress'>, progress?: Progress): Promise<readonly ReadLayer[]> {
    return Promise.all(Array.from({ length: last + 1 }, (_, layer) => this.layer(layer, wish, progress)));
  }

  /** The layers that are read already, others missing. */
  known(): readonly (ReadLayer | undefined)[] {
    return this.image.manifest.layers.map(({ digest }, layer) => this.#held[layer] ?? this.#cache.peek(digest));
  }

  /** What a layer did, if all below it are read. */
  changes(layer: number): LayerChange | undefined {
    const trees: LayerTree[] = [];
    for (const read of this.known().slice(0, layer + 1)) {
      if (read === undefined) return undefined;
      trees.push(read.tree);
    }
    return this.#changes[layer] ??= changesOf(trees, layer);
  }

  /** The report of the whole image. */
  async inspect(wish: Omit<LayerWish, 'progress'>, progress?: Progress): Promise<Inspected> {
    const read = await this.upTo(this.count - 1, wish, progress);
    return { trees: read.map(each => each.tree), report: reportOf(this.image, read) };
  }
}
