import * as l10n from '@vscode/l10n';
import { basename, relative } from 'node:path';
import { sourceKey, type Source } from '../../image/explore/source';
import { showPlatform } from '../../image/oci';
import type { EngineImage } from '../../image/stores/engine';
import type { EndpointWish } from '../../engine/endpoint';
import { formatSize } from '../state';
import type { GroupNode, ImageNode, Node, RepositoryNode, ViewState } from './nodes';

/** What is known of an engine: its images, or why there are none. */
export interface EngineState {
  readonly place: string;
  readonly wish: EndpointWish;
  readonly images: readonly EngineImage[];
  /** The error's code and sentence. */
  readonly problem?: { readonly code: string; readonly message: string };
}

/** A source besides the engine's images. */
export interface KnownSource {
  readonly source: Source;
  readonly added: boolean;
}

/** Everything that the first rows are made of. */
export interface Sources {
  readonly engine?: EngineState;
  readonly others: readonly KnownSource[];
  /** To shorten paths. */
  readonly folders: readonly string[];
  readonly wasmFirst: boolean;
}

/** The first rows: a group for each kind of place that has something, or a problem, to show. */
export function groupsOf({ engine, others }: Sources): GroupNode[] {
  const groups: GroupNode[] = [];
  const files = others.some(each => each.source.kind === 'file' || each.source.kind === 'folder');
  const registries = others.some(each => each.source.kind === 'registry');
  if (engine !== undefined && (engine.images.length > 0 || (engine.problem !== undefined && (files || registries)))) {
    groups.push({ kind: 'group', id: 'engine', group: 'engine', place: engine.place, ...(engine.problem === undefined ? {} : { problem: engine.problem.message }) });
  }
  if (files) groups.push({ kind: 'group', id: 'files', group: 'files' });
  if (registries) groups.push({ kind: 'group', id: 'registries', group: 'registries' });
  return groups;
}

/** Why nothing is shown: a word for the view's welcome texts. */
export function emptyState({ engine }: Sources, trusted: boolean): 'untrusted' | 'noEngine' | 'unreachable' | 'empty' {
  if (!trusted) return 'untrusted';
  if (engine?.problem === undefined) return 'empty';
  return engine.problem.code === 'engine.not-there' ? 'noEngine' : 'unreachable';
}

/** The rows of a group. */
export function sourcesIn(group: GroupNode, sources: Sources, state: Pick<ViewState, 'images'>): Node[] {
  if (group.group !== 'engine') {
    const kinds = group.group === 'files' ? ['file', 'folder'] : ['registry'];
    return sources.others.filter(each => kinds.includes(each.source.kind)).map(each => otherRow(group, each, sources.folders)).sort((a, b) => (a.label < b.label ? -1 : 1));
  }
  const { engine } = sources;
  if (engine === undefined) return [];
  const images = [...engine.images];
  const byWasm = (a: EngineImage, b: EngineImage): number => (sources.wasmFirst ? Number(isWasm(b)) - Number(isWasm(a)) : 0);
  if (state.images === 'size') return images.sort((a, b) => byWasm(a, b) || b.size - a.size).map(image => engineRow(group, image, engine.wish));
  const repositories = new Map<string, EngineImage[]>();
  for (const image of images) {
    const name = repositoryOf(image);
    repositories.set(name, [...(repositories.get(name) ?? []), image]);
  }
  return [...repositories].sort(([a, first], [b, second]) => byWasm(best(first), best(second)) || (a < b ? -1 : 1)).map(([name, all]) => {
    const [only] = all;
    if (all.length === 1 && only !== undefined) return engineRow(group, only, engine.wish);
    return { kind: 'repository', id: `engine repository ${name}`, parent: group, name, images: all } satisfies RepositoryNode;
  });
}

/** The images of a repository, newest first as the engine lists them. */
export function imagesIn(repository: RepositoryNode, wish: EndpointWish): ImageNode[] {
  return repository.images.map(image => engineRow(repository, image, wish));
}

/** Whether an image runs in a Wasm runtime, on one of its platforms at least. */
export function isWasm(image: EngineImage): boolean {
  return image.platforms.some(platform => platform.os === 'wasi' || platform.architecture.startsWith('wasm'));
}

function best(images: readonly EngineImage[]): EngineImage {
  return images.find(isWasm) ?? images[0] ?? { id: '', names: [], repoDigests: [], size: 0, created: 0, platforms: [], labels: {} };
}

function repositoryOf(image: EngineImage): string {
  const name = image.names[0];
  return name === undefined ? l10n.t('(no name)') : name.replace(/:[^:/]*$/, '');
}

function engineRow(parent: GroupNode | RepositoryNode, image: EngineImage, wish: EndpointWish): ImageNode {
  const name = image.names[0];
  const source: Source = { kind: 'engine', image: name ?? image.id, engine: wish };
  const label = parent.kind === 'repository' ? name?.slice(name.lastIndexOf(':') + 1) ?? image.id.slice(7, 19) : name ?? image.id.slice(7, 19);
  const platforms = image.platforms.map(showPlatform);
  return {
    kind: 'image', id: `${sourceKey(source)} ${image.id}`, parent, source, label, detail: [formatSize(image.size), ...platforms.slice(0, 3), ...(platforms.length > 3 ? ['…'] : [])].join('  '),
    wasm: isWasm(image), engine: image, added: false,
  };
}

function otherRow(parent: GroupNode, { source, added }: KnownSource, folders: readonly string[]): ImageNode {
  const base = { kind: 'image' as const, id: sourceKey(source), parent, source, wasm: false, added };
  if (source.kind === 'registry') return { ...base, label: source.reference, detail: '' };
  const path = source.kind === 'engine' ? source.image : source.path;
  const inside = folders.map(folder => relative(folder, path)).find(each => !each.startsWith('..') && !/^([A-Za-z]:|[\\/])/.test(each));
  const detail = (inside ?? path).slice(0, -basename(path).length).replace(/[\\/]$/, '');
  return { ...base, label: basename(path), detail };
}
