import { createWriteStream } from 'node:fs';
import { chmod, link, lutimes, mkdir, rm, stat, symlink, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isUserError, systemCode, UserError } from '../../base/error';
import type { TarKind } from '../../base/tar';
import { insideName } from '../../base/unpack';
import * as l10n from '@vscode/l10n';
import { membersOf, tooLarge } from '../entries';
import { diskError } from '../stores/files';
import { rootIndex } from '../tree';
import { absolute, bytesOf, locate } from './contents';
import { isFolder, resolvePath, seen, treeOf, walk } from './folders';
import type { LayerWish } from './layerCache';
import type { Mode } from './listing';
import type { ExploredImage, Progress } from './manifest';

/** What is taken out of an image: a path of a layer, or of the file system after it. */
export interface Taken {
  readonly layer: number;
  readonly mode: Mode;
  readonly path: string;
}

/** What an extraction wrote, and what it left out with the reason. */
export interface Extracted {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  readonly left: readonly { readonly path: string; readonly why: string }[];
}

interface Item {
  readonly path: string;
  readonly kind: TarKind;
  readonly mode: number;
  readonly mtime: number;
  readonly target: string;
  readonly layer: number;
  readonly order: number;
}

/**
 * Writes a file, a folder or a whole layer to `to`, which must not be there yet. Files are written first and symbolic links last, so that nothing
 * is ever written through one; links that lead out of what is taken, devices and names that this system does not have are left out and told.
 * What can't be finished is removed again. Throws a UserError.
 */
export async function extract(image: ExploredImage, taken: Taken, to: string, wish: Omit<LayerWish, 'progress'>, progress?: Progress): Promise<Extracted> {
  const items = await itemsOf(image, taken, wish, progress);
  const top = items.get(taken.path);
  if (top === undefined) throw new UserError('not-found', l10n.t('The image has no file {0}.', taken.path));
  if (await stat(to).then(() => true, () => false)) throw new UserError('io', l10n.t("Can't write {0}: something else is there. Choose another place, or remove it first.", to));
  const left: { path: string; why: string }[] = [];
  const written = { files: 0, bytes: 0 };
  const whole = top.kind === 'directory';
  const placeOf = (path: string): string | undefined => {
    const below = path.slice(taken.path === '/' ? 1 : taken.path.length + 1);
    const name = whole && path !== taken.path ? insideName(below) : '.';
    return name === undefined ? undefined : resolve(to, name);
  };
  try {
    await mkdir(dirname(to), { recursive: true });
    const todo = new Map<number, Map<number, { item: Item; place: string }>>();
    const links: { item: Item; place: string }[] = [];
    for (const item of items.values()) {
      wish.signal.throwIfAborted();
      const place = placeOf(item.path);
      if (place === undefined) left.push({ path: item.path, why: l10n.t('this system has no such names') });
      else if (item.kind === 'directory') await mkdir(place, { recursive: true });
      else if (item.kind === 'file') todo.set(item.layer, (todo.get(item.layer) ?? new Map<number, { item: Item; place: string }>()).set(item.order, { item, place }));
      else if (item.kind === 'link' || item.kind === 'symlink') links.push({ item, place });
      else left.push({ path: item.path, why: l10n.t('a device or a pipe') });
    }
    const write = async (body: AsyncIterable<Uint8Array>, item: Item, place: string): Promise<void> => {
      try {
        await mkdir(dirname(place), { recursive: true });
        await pipeline(Readable.from(counted(body, written, image.descriptor(item.layer).digest, wish.largest), { objectMode: true }), createWriteStream(place, { flags: 'wx', mode: 0o600 }), { signal: wish.signal });
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
        // Names that differ in case or in form only, on a disk that takes them for one.
        left.push({ path: item.path, why: l10n.t('another file has this name on this disk') });
        return;
      }
      written.files++;
      await settle(place, item);
    };
    for (const [layer, wanted] of todo) {
      const descriptor = image.descriptor(layer);
      const members = membersOf(image.blobs, descriptor, { ...wish, progress: bytes => { progress?.(layer, bytes, descriptor.size); } }, false);
      for await (const { order, body } of members) {
        const found = wanted.get(order);
        if (found === undefined) continue;
        wanted.delete(order);
        await write(body, found.item, found.place);
        if (wanted.size === 0) break;
      }
    }
    for (const { item, place } of links.filter(each => each.item.kind === 'link')) {
      const target = absolute('/', item.target);
      const other = items.has(target) ? placeOf(target) : undefined;
      if (other !== undefined && items.get(target)?.kind !== 'directory' && await link(other, place).then(() => true, () => false)) continue;
      try {
        const file = await locate(image, { layer: item.layer, path: item.path }, wish, progress);
        await write(bytesOf(image, file, wish, progress), { ...item, mode: file.mode, mtime: file.mtime }, place);
      } catch (error) {
        if (!isUserError(error) || error.code === 'too-large') throw error;
        left.push({ path: item.path, why: l10n.t('its target is not there') });
      }
    }
    for (const { item, place } of links.filter(each => each.item.kind === 'symlink')) {
      const target = inside(item, taken.path, whole);
      if (target === undefined) left.push({ path: item.path, why: l10n.t('a link to {0}, outside of what was taken', item.target) });
      else {
        await mkdir(dirname(place), { recursive: true });
        const made = await symlink(target, place).then(() => true, () => false);
        if (made) await lutimes(place, item.mtime, item.mtime).catch(() => {});
        else left.push({ path: item.path, why: l10n.t('this system allows no links here') });
      }
    }
    // Last and from below: what is made in a folder changes its time, and a mode may forbid it.
    const folders = [...items.values()].filter(item => item.kind === 'directory').sort((a, b) => b.path.length - a.path.length);
    for (const item of folders) {
      const place = placeOf(item.path);
      if (place !== undefined) await settle(place, item);
    }
    return { path: to, ...written, left };
  } catch (error) {
    await rm(to, { recursive: true, force: true });
    throw diskError(error, to);
  }
}

/** Modes without set-user-id, times as they were. A folder stays open to its owner, who must be able to remove it. */
async function settle(place: string, item: Item): Promise<void> {
  await chmod(place, item.kind === 'directory' ? (item.mode & 0o777) | 0o700 : (item.mode & 0o777) | 0o400).catch(() => {});
  await utimes(place, item.mtime, item.mtime).catch(() => {});
}

async function* counted(body: AsyncIterable<Uint8Array>, written: { bytes: number }, what: string, largest: number): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    written.bytes += chunk.length;
    if (written.bytes > largest) throw tooLarge(what, largest);
    yield chunk;
  }
}

/** Where a symbolic link may point: below what is taken, from which absolute ones are made relative. */
function inside(item: Item, root: string, whole: boolean): string | undefined {
  if (!whole || item.target === '' || item.target.includes('\0')) return undefined;
  const base = root === '/' ? '' : root;
  const folder = item.path.slice(0, item.path.lastIndexOf('/')) || '/';
  // Lexically: `..` behind a name would follow another link's parent, so those are not kept.
  if (/[^./][^/]*\/\.\.(\/|$)/.test(item.target)) return undefined;
  if (!item.target.startsWith('/')) {
    const depth = folder.slice(base.length).split('/').filter(part => part !== '').length;
    const climbs = item.target.split('/').filter(part => part === '..').length;
    return climbs <= depth ? item.target : undefined;
  }
  const end = absolute('/', item.target);
  if (base !== '' && end !== base && !end.startsWith(base + '/')) return undefined;
  const depth = folder.slice(base.length).split('/').filter(part => part !== '').length;
  return join('../'.repeat(depth), end.slice(base.length + 1)).replaceAll('\\', '/') || '.';
}

async function itemsOf(image: ExploredImage, taken: Taken, wish: Omit<LayerWish, 'progress'>, progress?: Progress): Promise<Map<string, Item>> {
  const items = new Map<string, Item>();
  if (taken.mode === 'changes') {
    const { tree } = await image.layer(taken.layer, wish, progress);
    const take = (index: number, path: string): void => {
      if (!tree.isPresent(index) && !tree.isImplied(index)) return;
      items.set(path, { path, ...tree.facts(index), layer: taken.layer, order: tree.order(index) });
      for (const child of tree.children(index)) take(child, path === '/' ? `/${tree.name(child)}` : `${path}/${tree.name(child)}`);
    };
    const top = taken.path === '/' ? rootIndex : tree.find(taken.path);
    if (top !== undefined) take(top, taken.path);
    return items;
  }
  const trees = (await image.upTo(taken.layer, wish, progress)).map(each => each.tree);
  const top = resolvePath(trees, taken.layer, taken.path);
  if (top === undefined) return items;
  const add = (path: string, stack: typeof top): boolean => {
    const part = seen(trees, stack);
    const tree = treeOf(trees, part.layer);
    items.set(path, { path, ...tree.facts(part.index), layer: part.layer, order: tree.order(part.index) });
    return true;
  };
  add(taken.path, top);
  if (isFolder(trees, top)) walk(trees, top, taken.path, add);
  return items;
}
