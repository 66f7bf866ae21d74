import { createWriteStream } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { unlessAborted } from '../../base/abort';
import { compareImages } from '../compare';
import type { OpenImage } from '../open';
import { manifestsOf, readBlob, readImage } from '../read';
import { parseReference, type Reference } from '../reference';
import { writeArchive } from '../stores/archive';
import { diskError } from '../stores/files';
import { bytesOf, locate, moduleOf, wholeOf } from './contents';
import { cutComparison, cutReport } from './cut';
import { extract } from './extract';
import { resolvePath, seen, totalOf, treeOf } from './folders';
import { LayerCache } from './layerCache';
import { list, rowOf } from './listing';
import { ExploredImage, type Progress } from './manifest';
import { engineOutline, outlineOf, type EngineInspection, type EngineStep, type Outline } from './outline';
import type { ImageAt, ManifestRow, Question, Questions } from './protocol';
import { search } from './search';
import { openSource, sourceKey, sourceStamp, type Source } from './source';

/** How a question is to be answered. */
export interface AskWish {
  readonly signal: AbortSignal;
  readonly largest: number;
  readonly progress?: Progress;
}

interface Held {
  /** Ends what opens it: who asked first may leave while others wait. */
  readonly abort: AbortController;
  readonly stamp: string;
  readonly open: Promise<OpenImage>;
  readonly images: Map<string, Promise<ExploredImage>>;
}

/** Sources that stay open, the least recently used goes. */
const mostOpen = 8;

type Answers = { readonly [Q in Question]: (ask: Questions[Q]['ask'], wish: AskWish) => Promise<Questions[Q]['answer']> };

/** Answers every question about images; what it is asked for again and again it keeps, within bounds. */
export class ImageService {
  readonly #cache: LayerCache;
  readonly #held = new Map<string, Held>();
  #current: ExploredImage | undefined;

  constructor(cache = new LayerCache()) {
    this.#cache = cache;
  }

  async dispose(): Promise<void> {
    for (const key of [...this.#held.keys()]) await this.#let(key);
  }

  /** Answers one question. Throws a UserError. */
  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask'], wish: AskWish): Promise<Questions[Q]['answer']> {
    return (this.#answers[question] as (ask: Questions[Q]['ask'], wish: AskWish) => Promise<Questions[Q]['answer']>)(ask, wish);
  }

  readonly #answers: Answers = {
    open: async ({ source, fresh }, wish) => {
      if (fresh === true) await this.#let(sourceKey(source));
      const { open } = await this.#source(source, wish);
      const image = await unlessAborted(open, wish.signal);
      const manifests = await manifestsOf(image, wish.signal);
      return {
        digest: image.root.digest, mediaType: image.root.mediaType, names: image.names,
        manifests: manifests.map((each): ManifestRow => ({
          digest: each.digest, mediaType: each.mediaType, size: each.size, ...(each.platform === undefined ? {} : { platform: each.platform }),
          ...nameOf(each.annotations),
        })),
      };
    },
    outline: async (at, wish) => {
      // An engine hands out whole images only: what it tells of one is there at once.
      if (at.source.kind === 'engine' && !this.#held.has(sourceKey(at.source))) return askedOutline(at.source, wish.signal);
      return outlineOf((await this.#image(at, wish)).image);
    },
    layer: async ({ layer, below, ...at }, wish) => {
      const image = await this.#image(at, wish);
      if (below) await image.upTo(layer, wish, wish.progress);
      const { tree, unpacked, strange } = await image.layer(layer, wish, wish.progress);
      const changes = image.changes(layer);
      return { unpacked, strange, entries: tree.count - 1, ...(changes === undefined ? {} : { changes: { added: changes.added, modified: changes.modified, removed: changes.removed } }) };
    },
    list: async ({ wish: listWish, ...at }, wish) => {
      const image = await this.#image(at, wish);
      if (listWish.mode === 'files' || listWish.filter?.changes.length !== undefined && listWish.filter.changes.length > 0) await image.upTo(listWish.layer, wish, wish.progress);
      else await image.layer(listWish.layer, wish, wish.progress);
      const layers = image.known().map(each => each?.tree as NonNullable<typeof each>['tree']);
      const changes = image.changes(listWish.layer);
      return list({ layers, memory: image.memory, ...(changes === undefined ? {} : { changes }) }, listWish);
    },
    stat: async ({ layer, path, ...at }, wish) => {
      const image = await this.#image(at, wish);
      const own = (await image.layer(layer, wish, wish.progress)).tree;
      const index = own.find(path);
      if (index !== undefined && own.isPresent(index)) return rowOf(own, layer, index, path, own.total(index));
      const trees = (await image.upTo(layer, wish, wish.progress)).map(each => each.tree);
      const stack = resolvePath(trees, layer, path);
      if (stack === undefined) return undefined;
      const part = seen(trees, stack);
      return rowOf(treeOf(trees, part.layer), part.layer, part.index, path, totalOf(trees, stack));
    },
    search: async ({ text, most, ...at }, wish) => {
      const image = await this.#image(at, wish);
      const last = image.count - 1;
      const trees = (await image.upTo(last, wish, wish.progress)).map(each => each.tree);
      const isLive = (path: string, layer: number): boolean => {
        const stack = resolvePath(trees, last, path);
        return stack !== undefined && seen(trees, stack).layer === layer;
      };
      return search(trees, layer => image.changes(layer), isLive, text, most);
    },
    module: async ({ layer, path, ...at }, wish) => {
      const image = await this.#image(at, wish);
      return moduleOf(image, await locate(image, { layer, path }, wish), wish, wish.progress);
    },
    read: async ({ layer, path, most, ...at }, wish) => {
      const image = await this.#image(at, wish);
      return wholeOf(image, await locate(image, { layer, path }, wish), most, wish, wish.progress);
    },
    spool: async ({ layer, path, to, ...at }, wish) => {
      const image = await this.#image(at, wish);
      const file = await locate(image, { layer, path }, wish);
      try {
        await pipeline(Readable.from(bytesOf(image, file, wish, wish.progress), { objectMode: true }), createWriteStream(to, { flags: 'wx' }), { signal: wish.signal });
        // Whoever opens it sees that it is not to be written to.
        await chmod(to, 0o400);
      } catch (error) {
        await rm(to, { force: true });
        throw diskError(error, to);
      }
      return { size: file.size };
    },
    extract: async ({ taken, to, ...at }, wish) => extract(await this.#image(at, wish), taken, to, wish, wish.progress),
    report: async (at, wish) => cutReport((await (await this.#image(at, wish)).inspect(wish, wish.progress)).report),
    compare: async ({ before, after }, wish) => {
      const first = await (await this.#image(before, wish)).inspect(wish, wish.progress);
      const second = await (await this.#image(after, wish)).inspect(wish, wish.progress);
      return { before: cutReport(first.report), after: cutReport(second.report), comparison: cutComparison(compareImages(first, second)) };
    },
    raw: async ({ what, ...at }, wish) => {
      const { blobs, image } = await this.#image(at, wish);
      const bytes = await readBlob(blobs, what === 'manifest' ? image.descriptor : image.manifest.config, wish.signal);
      const text = new TextDecoder().decode(bytes);
      try {
        return JSON.stringify(JSON.parse(text), undefined, 2) + '\n';
      } catch {
        return text;
      }
    },
    export: async ({ source, to, name }, wish) => {
      const open = await unlessAborted((await this.#source(source, wish)).open, wish.signal);
      await writeArchive(open, to, referenceOf(open.names[0] ?? name), wish.signal);
      return undefined;
    },
    close: async ({ source }) => {
      await this.#let(sourceKey(source));
      return undefined;
    },
  };

  async #source(source: Source, wish: AskWish): Promise<Held> {
    const key = sourceKey(source);
    const stamp = await sourceStamp(source);
    const there = this.#held.get(key);
    if (there?.stamp === stamp) {
      this.#held.delete(key);
      this.#held.set(key, there);
      return there;
    }
    if (there !== undefined) await this.#let(key);
    const abort = new AbortController();
    const held: Held = { stamp, abort, open: openSource(source, { signal: abort.signal, largest: wish.largest, progress: bytes => wish.progress?.(-1, bytes, 0) }), images: new Map() };
    // Only good answers are kept.
    held.open.catch(() => { if (this.#held.get(key) === held) this.#held.delete(key); });
    this.#held.set(key, held);
    for (const old of [...this.#held.keys()].slice(0, Math.max(0, this.#held.size - mostOpen))) await this.#let(old);
    return held;
  }

  async #image({ source, manifest }: ImageAt, wish: AskWish): Promise<ExploredImage> {
    const held = await this.#source(source, wish);
    const key = manifest ?? '';
    let image = held.images.get(key);
    if (image === undefined) {
      image = held.open.then(async open => new ExploredImage(open, await readImage(open, manifest === undefined ? undefined : { digest: manifest }, held.abort.signal), this.#cache));
      held.images.set(key, image);
      image.catch(() => { held.images.delete(key); });
    }
    const found = await unlessAborted(image, wish.signal);
    // One image at a time holds its layers whatever their size; the others have what the cache keeps.
    if (this.#current !== found) this.#current?.release();
    this.#current = found;
    return found;
  }

  async #let(key: string): Promise<void> {
    const held = this.#held.get(key);
    this.#held.delete(key);
    if (held === undefined) return;
    this.#current = undefined;
    held.abort.abort();
    await held.open.then(open => open.dispose(), () => {});
  }
}

async function askedOutline(source: Extract<Source, { kind: 'engine' }>, signal: AbortSignal): Promise<Outline> {
  const { Engine } = await import('../../engine/engine');
  const engine = await Engine.at(source.engine);
  const about = { image: source.image };
  const [image, steps] = await Promise.all([
    engine.ask('list', about, signal, docker => docker.getImage(source.image).inspect() as Promise<unknown>),
    engine.ask('list', about, signal, docker => docker.getImage(source.image).history() as Promise<unknown>),
  ]);
  return engineOutline(image as EngineInspection, steps as readonly EngineStep[]);
}

/** The name that an exported image keeps, where what it is called is one. */
function referenceOf(name: string): Reference | undefined {
  try {
    return parseReference(name);
  } catch {
    return undefined;
  }
}

function nameOf(annotations: Readonly<Record<string, string>> | undefined): { name?: string } {
  const name = annotations?.['io.containerd.image.name'] ?? annotations?.['org.opencontainers.image.ref.name'];
  return name === undefined ? {} : { name };
}
