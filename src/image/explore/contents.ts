import { UserError } from '../../base/error';
import * as l10n from '@vscode/l10n';
import { membersOf } from '../entries';
import { readModule, ModuleSink } from '../../wasm/read';
import type { WasmModule } from '../../wasm/module';
import type { LayerTree } from '../tree';
import { isFolder, resolvePath, seen } from './folders';
import type { LayerWish } from './layerCache';
import type { ExploredImage, Progress } from './manifest';

// The bytes of a file: its layer's stream is read again up to the file, and left there.

/** A file by its path, as a layer holds it or as it stands after that layer. */
export interface Place {
  readonly layer: number;
  readonly path: string;
}

/** A file that links have led to: the layer and which of its members. */
export interface Located {
  readonly layer: number;
  readonly order: number;
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly mtime: number;
}

const mostHops = 40;

/** Finds a file, following hard and symbolic links within the image. Throws a UserError for what is no file, or leads in circles. */
export async function locate(image: ExploredImage, place: Place, wish: Omit<LayerWish, 'progress'>, progress?: Progress): Promise<Located> {
  let { path } = place;
  const own = (await image.layer(place.layer, wish, progress)).tree;
  let trees: readonly LayerTree[] | undefined;
  for (let hops = 0; hops < mostHops; hops++) {
    // A link may lead to what only the layers below have.
    const found = hops === 0 || trees === undefined ? inTree(own, place.layer, path) : undefined;
    const at = found ?? await (async () => {
      trees ??= (await image.upTo(place.layer, wish, progress)).map(each => each.tree);
      return throughLinks(trees, place.layer, path);
    })();
    const tree = at === undefined ? undefined : at.layer === place.layer ? own : trees?.[at.layer];
    if (at === undefined || tree === undefined) throw new UserError('not-found', l10n.t('The image has no file {0}.', path));
    const facts = tree.facts(at.index);
    switch (facts.kind) {
      case 'file': return { layer: at.layer, order: tree.order(at.index), path, size: facts.size, mode: facts.mode, mtime: facts.mtime };
      case 'link': path = absolute('/', facts.target); break;
      case 'symlink': path = absolute(path.slice(0, path.lastIndexOf('/')) || '/', facts.target); break;
      case 'directory': throw new UserError('bad-path', l10n.t('{0} is a folder.', path));
      default: throw new UserError('bad-path', l10n.t('{0} is a device or a pipe: it has no content.', path));
    }
  }
  throw new UserError('bad-path', l10n.t('{0} is a link that leads in circles.', place.path));
}

function inTree(tree: LayerTree, layer: number, path: string): { layer: number; index: number } | undefined {
  const index = tree.find(path);
  return index === undefined || !tree.isPresent(index) ? undefined : { layer, index };
}

/** Resolves a path whose folders may be links. */
function throughLinks(trees: readonly LayerTree[], last: number, path: string): { layer: number; index: number } | undefined {
  let at = '/';
  const rest = path.split('/').filter(part => part !== '' && part !== '.');
  for (let hops = 0; rest.length > 0 && hops < 1000; hops++) {
    const name = rest.shift() ?? '';
    const next = at === '/' ? `/${name}` : `${at}/${name}`;
    const stack = resolvePath(trees, last, next);
    if (stack === undefined) return undefined;
    const part = seen(trees, stack);
    const tree = trees[part.layer];
    if (rest.length === 0) return part;
    if (isFolder(trees, stack)) at = next;
    else if (tree?.kind(part.index) === 'symlink') {
      rest.unshift(...absolute(at, tree.facts(part.index).target).split('/').filter(each => each !== ''));
      at = '/';
    } else return undefined;
  }
  return seen(trees, [{ layer: 0, index: 0 }]);
}

/** A link's target as a path of the image; `..` stays below the root, as it does in a container. */
export function absolute(folder: string, target: string): string {
  const parts: string[] = [];
  for (const part of (target.startsWith('/') ? target : `${folder}/${target}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return '/' + parts.join('/');
}

/** A file's bytes as they stream past. */
export async function* bytesOf(image: ExploredImage, file: Located, wish: Omit<LayerWish, 'progress'>, progress?: Progress): AsyncGenerator<Uint8Array, void, undefined> {
  const descriptor = image.descriptor(file.layer);
  for await (const { order, body } of membersOf(image.blobs, descriptor, { ...wish, progress: bytes => { progress?.(file.layer, bytes, descriptor.size); } }, false)) {
    if (order !== file.order) continue;
    yield* body;
    return;
  }
  throw new UserError('not-found', l10n.t('The layer {0} no longer holds {1}. It has changed; refresh the view.', descriptor.digest, file.path));
}

/** A file's bytes at once. Throws a UserError where there are more than `most`. */
export async function wholeOf(image: ExploredImage, file: Located, most: number, wish: Omit<LayerWish, 'progress'>, progress?: Progress): Promise<Uint8Array> {
  if (file.size > most) throw new UserError('too-large', l10n.t('{0} is too large to be read at once ({1} MB). Extract it instead.', file.path, Math.round(file.size / 1e6)));
  const whole = new Uint8Array(file.size);
  let at = 0;
  for await (const chunk of bytesOf(image, file, wish, progress)) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** What a .wasm file of an image is; only what the outline needs is kept of it. */
export async function moduleOf(image: ExploredImage, file: Located, wish: Omit<LayerWish, 'progress'>, progress?: Progress): Promise<WasmModule> {
  if (file.size < 1 << 16) return readModule(await wholeOf(image, file, 1 << 16, wish, progress), file.path);
  const sink = new ModuleSink(file.path);
  for await (const chunk of bytesOf(image, file, wish, progress)) sink.push(chunk);
  return sink.end();
}
