import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { isCanceled, isUserError, messageOf } from '../../base/error';
import type { Filter } from '../../image/explore/filter';
import type { EntryRow, Listing, ListWish } from '../../image/explore/listing';
import type { ImageAt } from '../../image/explore/protocol';
import { sourceKey } from '../../image/explore/source';
import { showPlatform } from '../../image/oci';
import { linesOf } from './dockerfiles';
import type { Images } from './images';
import { moduleRows } from './moduleRows';
import { pageSize, type ConfigNode, type DockerfileLine, type EntryNode, type HistoryNode, type ImageNode, type LayerNode, type Node, type Owner, type PlatformNode, type ProblemNode } from './nodes';
import { configFacts } from './rows';
import { emptyState, groupsOf, imagesIn, sourcesIn } from './sourceRows';
import { itemOf } from './items';

/** Layers of local images are read ahead of the user up to this many stored bytes. */
const readAhead = 1 << 30;
const settling = 500;
/** Rows that the thread sends in one message. */
const mostInOne = 5000;

/** The tree of the Images view. */
export class ImagesTree implements vscode.TreeDataProvider<Node> {
  private readonly changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly images: Images;
  /** The rows of layers that are on the screen, to draw again what has become known of them. */
  private readonly layers = new Map<string, LayerNode>();
  private readonly ahead = new Map<string, AbortController>();

  constructor(images: Images) {
    this.images = images;
    images.app.context.subscriptions.push(this.changed, images.sources.onDidChange(() => { this.refresh(); }), images.onDidChangeState(() => { this.refresh(); }), {
      dispose: () => { for (const each of this.ahead.values()) each.abort(); },
    });
  }

  /** Draws a row and what is below it again; without one, everything. */
  refresh(node?: Node): void {
    if (node === undefined) {
      for (const each of this.ahead.values()) each.abort();
      this.ahead.clear();
    }
    this.changed.fire(node);
  }

  getParent(node: Node): Node | undefined {
    return node.parent;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return itemOf(node, this.images.state);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    try {
      const children = await this.children(node);
      return children.length === 0 && node !== undefined ? this.nothing(node) : children;
    } catch (error) {
      // In the row where it happened, and not as a message: an image is read by looking at it.
      if (!isUserError(error) && !isCanceled(error)) this.images.app.log.error(error instanceof Error ? error : messageOf(error));
      const message = isCanceled(error) ? l10n.t('Cancelled. Refresh to read it again.') : messageOf(error);
      return [{ kind: 'problem', id: `${node?.id ?? ''} problem`, parent: node, message, calm: isCanceled(error) } satisfies ProblemNode];
    }
  }

  private nothing(node: Node): Node[] {
    if (node.kind !== 'layer' && node.kind !== 'entry' && node.kind !== 'image' && node.kind !== 'platform') return [];
    const filtered = this.images.state.filter.text !== '' || this.images.state.filter.changes.length > 0;
    const message = node.kind === 'layer' || node.kind === 'entry' ? filtered ? l10n.t('Nothing fits the filter.') : l10n.t('No files.') : l10n.t('Nothing to show.');
    return [{ kind: 'problem', id: `${node.id} nothing`, parent: node, message, calm: true }];
  }

  private async children(node: Node | undefined): Promise<Node[]> {
    switch (node?.kind) {
      case undefined: return this.roots();
      case 'group': return sourcesIn(node, await this.images.sources.list(), this.images.state);
      case 'repository': return imagesIn(node, (await this.images.sources.list()).engine?.wish ?? {});
      case 'image': return this.ofImage(node);
      case 'platform': return this.ofManifest(node, node.at);
      case 'config': return configFacts(node.outline.config, node.outline).map((fact, at) => ({ kind: 'fact', id: `${node.id} ${at}`, parent: node, ...fact }));
      case 'history': return node.outline.history.map((step, at) => ({ kind: 'step', id: `${node.id} ${at}`, parent: node, step, ...lineAt(node.lines, at) }));
      case 'layer': return this.entries(node, '/');
      case 'entry': return node.row.kind === 'directory' ? this.entries(node, node.row.path) : this.module(node);
      case 'part': return node.part.rows.map(part => ({ kind: 'part', id: `${node.id}/${part.id}`, parent: node, part }));
      default: return [];
    }
  }

  private async roots(): Promise<Node[]> {
    const sources = await this.images.sources.list();
    const groups = groupsOf(sources);
    await vscode.commands.executeCommand('setContext', 'wasmWorkbench.images', groups.length > 0 ? 'some' : emptyState(sources, vscode.workspace.isTrusted));
    return groups;
  }

  private async ofImage(node: ImageNode): Promise<Node[]> {
    const platforms = node.engine?.platforms ?? [];
    if (node.source.kind === 'engine') {
      const { source } = node;
      if (platforms.length > 1) {
        return platforms.map(platform => ({
          kind: 'platform', id: `${node.id} ${showPlatform(platform)}`, parent: node, at: { source: { ...source, platform } }, row: { digest: node.engine?.id ?? '', mediaType: '', size: 0, platform },
        } satisfies PlatformNode));
      }
      return this.ofManifest(node, { source });
    }
    const opened = await this.images.ask('open', { source: node.source }, node.label);
    if (opened.manifests.length === 1) return this.ofManifest(node, { source: node.source });
    return opened.manifests.map(row => ({ kind: 'platform', id: `${node.id} ${row.digest}`, parent: node, at: { source: node.source, manifest: row.digest }, row }));
  }

  private async ofManifest(owner: Owner, at: ImageAt): Promise<Node[]> {
    const outline = await this.images.ask('outline', at, owner.kind === 'image' ? owner.label : showPlatform(owner.row.platform ?? { os: '', architecture: '' }));
    if (owner.kind === 'image' && !owner.wasm && (/^wasi\/|\/wasm/.test(outline.platform) || outline.layers.some(layer => layer.module))) {
      owner.wasm = true;
      // Once the rows below are there, or they would be asked for twice.
      setTimeout(() => { this.changed.fire(owner); }, 0);
    }
    const lines = await linesOf(outline).catch(() => new Map<number, DockerfileLine>());
    const layers = outline.layers.map((layer, index): LayerNode => {
      const line = layer.step === undefined ? undefined : lines.get(layer.step);
      return { kind: 'layer', id: `${owner.id} layer ${index}`, parent: owner, at, layer: index, layers: outline.layers.length, outline: layer, shown: pageSize, ...(line === undefined ? {} : { line }), ...this.learned(`${owner.id} layer ${index}`, layer.digest) };
    });
    for (const layer of layers) this.layers.set(layer.id, layer);
    const near = at.source.kind === 'file' || at.source.kind === 'folder';
    if (near && outline.size <= readAhead) void this.readAhead(owner, layers);
    const config: ConfigNode = { kind: 'config', id: `${owner.id} config`, parent: owner, at, outline };
    const history: HistoryNode = { kind: 'history', id: `${owner.id} history`, parent: owner, at, outline, lines };
    return [...(outline.kind === 'image' ? [config] : []), ...(outline.history.length > 0 ? [history] : []), ...layers, ...(layers.length > 0 ? [{ kind: 'waste', id: `${owner.id} waste`, parent: owner, at } as const] : [])];
  }

  /** What was known of a layer when its row was made before. */
  private learned(id: string, digest: string): Partial<Pick<LayerNode, 'facts' | 'shown'>> {
    const old = this.layers.get(id);
    return old?.outline.digest !== digest ? {} : { shown: old.shown, ...(old.facts === undefined ? {} : { facts: old.facts }) };
  }

  /** What each layer did needs all below it: for images at hand they are read while the user looks at the first rows. */
  private async readAhead(owner: Owner, layers: readonly LayerNode[]): Promise<void> {
    this.ahead.get(owner.id)?.abort();
    const abort = new AbortController();
    this.ahead.set(owner.id, abort);
    // The editor takes no changes of rows that it is not done with.
    await new Promise<void>(done => setTimeout(done, settling));
    for (const layer of layers.filter(each => each.facts?.changes === undefined)) {
      try {
        layer.facts = await this.images.client.ask('layer', { ...layer.at, layer: layer.layer, below: true }, { signal: abort.signal });
        this.changed.fire(layer);
      } catch (error) {
        if (isCanceled(error)) return;
        layer.problem = messageOf(error);
        this.changed.fire(layer);
        return;
      }
    }
  }

  private async entries(node: LayerNode | EntryNode, path: string): Promise<Node[]> {
    const { mode, sort, filter } = this.images.state;
    const layer = node.kind === 'layer' ? node : layerOf(node);
    const wish: ListWish = { layer: node.layer, mode, path, sort, from: 0, count: node.shown, ...(isSet(filter) ? { filter } : {}) };
    const { rows, total } = await this.pages(node.at, wish).catch((error: unknown) => {
      if (layer !== undefined && !isCanceled(error)) layer.problem = messageOf(error);
      throw error;
    });
    if (layer !== undefined && layer.facts?.changes === undefined) void this.learn(layer);
    const children: Node[] = rows.map((row: EntryRow) => ({ kind: 'entry', id: `${layer?.id ?? ''} ${mode} ${row.path}${row.change === 'removed' ? ' removed' : ''}`, parent: node, at: node.at, layer: node.layer, mode, row, shown: pageSize }));
    if (rows.length < total) children.push({ kind: 'more', id: `${node.id} more`, parent: node, left: total - rows.length });
    return children;
  }

  /** A folder's rows in pieces: taking 100,000 at once would hold up the editor's extensions. */
  private async pages(at: ImageAt, { count, ...wish }: ListWish): Promise<Listing> {
    const rows: EntryRow[] = [];
    let total = Infinity;
    for (let from = 0; from < Math.min(count, total); from += mostInOne) {
      const page = await this.images.ask('list', { ...at, wish: { ...wish, from, count: Math.min(mostInOne, count - from) } }, l10n.t('layer {0}', wish.layer + 1));
      rows.push(...page.rows);
      total = page.total;
    }
    return { rows, total };
  }

  /** What can be told of a layer once its files are on the screen; nothing more is read for it. */
  private async learn(layer: LayerNode): Promise<void> {
    const had = layer.facts;
    const near = layer.at.source.kind !== 'registry';
    try {
      layer.facts = await this.images.client.ask('layer', { ...layer.at, layer: layer.layer, below: near });
    } catch (error) {
      if (layer.problem === undefined && !isCanceled(error)) layer.problem = messageOf(error);
    }
    if (layer.facts !== had && (had === undefined || layer.facts?.changes !== undefined)) this.changed.fire(layer);
  }

  private async module(node: EntryNode): Promise<Node[]> {
    const module = await this.images.ask('module', { ...node.at, layer: node.row.layer, path: node.row.path }, node.row.name);
    const [{ capabilitiesOf }, { needText }] = await Promise.all([import('../../run/hosting/tracing'), import('../../run/abilities')]);
    const { asked } = capabilitiesOf(module.imports, { args: [], env: {}, mounts: [] });
    return moduleRows(module, asked, module.needs.map(need => needText(need, module))).map(part => ({ kind: 'part', id: `${node.id}/${part.id}`, parent: node, part }));
  }

  /** Lets a folder show more of its rows. */
  showMore(node: Extract<Node, { kind: 'more' }>): void {
    node.parent.shown += pageSize * 5;
    this.changed.fire(node.parent);
  }

  /** The rows of an image's layers that are known, to reveal what a search found. */
  layerNode(at: ImageAt, layer: number): LayerNode | undefined {
    return [...this.layers.values()].find(each => each.layer === layer && sourceKey(each.at.source) === sourceKey(at.source) && each.at.manifest === at.manifest);
  }
}

function layerOf(node: Node | undefined): LayerNode | undefined {
  if (node === undefined) return undefined;
  return node.kind === 'layer' ? node : layerOf(node.parent);
}

function lineAt(lines: ReadonlyMap<number, DockerfileLine>, step: number): { line?: DockerfileLine } {
  const line = lines.get(step);
  return line === undefined ? {} : { line };
}

function isSet(filter: Filter): boolean {
  return filter.text !== '' || filter.changes.length > 0;
}
