import * as vscode from 'vscode';
import { dirname, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { ImageClient } from '../../image/explore/client';
import type { ImageAt, Question, Questions } from '../../image/explore/protocol';
import { sourceKey, type Source } from '../../image/explore/source';
import { Spool } from '../../image/spool';
import type { App } from '../app';
import { formatSize } from '../state';
import { ImageDecorations } from './decorations';
import { firstState, type Node, type ViewState } from './nodes';
import { ImageFiles } from './fileSystem';
import { ImageSources } from './sources';
import { ImagesTree } from './tree';

const memory = 'images.state';
/** When reading is worth a notification with a button that ends it, ms. */
const patience = 1000;

/** What the features on images share: the thread that reads them, their places, and how they are shown. */
export class Images implements vscode.Disposable {
  readonly app: App;
  readonly client: ImageClient;
  readonly sources: ImageSources;
  readonly tree: ImagesTree;
  readonly files: ImageFiles;
  readonly spool = new Spool(1 << 30);
  view: vscode.TreeView<Node> | undefined;
  private readonly stateChanged = new vscode.EventEmitter<undefined>();
  readonly onDidChangeState = this.stateChanged.event;
  private readonly parts: readonly { dispose(): unknown }[];

  constructor(app: App) {
    this.app = app;
    const script = join(dirname(app.cli), 'image-explore-worker.js');
    const largest = (): number => vscode.workspace.getConfiguration('wasmWorkbench.images').get('maxUnpackedSize', 20) * 2 ** 30;
    const contents = vscode.l10n.bundle;
    this.client = new ImageClient(script, contents === undefined ? {} : { l10n: contents }, largest);
    this.sources = new ImageSources(app);
    this.files = new ImageFiles(this);
    this.tree = new ImagesTree(this);
    this.parts = [this.sources, this.stateChanged, vscode.window.registerFileDecorationProvider(new ImageDecorations())];
    void this.tellContext();
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
    void this.client.dispose();
    void this.spool.dispose();
  }

  get state(): ViewState {
    return { ...firstState, ...this.app.context.workspaceState.get<Partial<ViewState>>(memory, {}) };
  }

  async change(state: Partial<ViewState>): Promise<void> {
    await this.app.context.workspaceState.update(memory, { ...this.state, ...state });
    await this.tellContext();
    this.stateChanged.fire(undefined);
  }

  /** Asks the thread; what takes longer than a moment shows how far it is, and can be ended. */
  async ask<Q extends Question>(question: Q, ask: Questions[Q]['ask'], what: string): Promise<Questions[Q]['answer']> {
    const abort = new AbortController();
    let tell: (message: string, increment: number) => void = () => {};
    const work = this.client.ask(question, ask, {
      signal: abort.signal,
      progress: (layer, bytes, total) => { tell(progressText(layer, bytes, total), total); },
    });
    const slow = await Promise.race([work.then(() => false, () => false), new Promise<boolean>(done => setTimeout(done, patience, true))]);
    if (slow) {
      void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: l10n.t('Reading {0}', what), cancellable: true }, async (progress, token) => {
        token.onCancellationRequested(() => { abort.abort(); });
        tell = message => { progress.report({ message }); };
        await work.then(() => {}, () => {});
      });
    }
    return work;
  }

  /** Opens the row of a source that is on the view. */
  async reveal(source: Source): Promise<void> {
    const { knownImages } = await import('./pick');
    const node = (await knownImages(this)).find(each => sourceKey(each.source) === sourceKey(source));
    if (node !== undefined) await this.view?.reveal(node, { select: true, focus: true, expand: true });
  }

  /** Opens a layer's row down to a path, where its image is open on the view. */
  async revealPath(at: ImageAt, layer: number, path: string): Promise<void> {
    let node: Node | undefined = this.tree.layerNode(at, layer);
    if (node === undefined) return;
    for (const name of path.split('/').filter(part => part !== '')) {
      const next: Node | undefined = (await this.tree.getChildren(node)).find(each => each.kind === 'entry' && each.row.name === name);
      if (next === undefined) break;
      node = next;
    }
    await this.view?.reveal(node, { select: true, focus: false, expand: false });
  }

  private async tellContext(): Promise<void> {
    const { mode, filter } = this.state;
    await vscode.commands.executeCommand('setContext', 'wasmWorkbench.imagesMode', mode);
    await vscode.commands.executeCommand('setContext', 'wasmWorkbench.imagesFiltered', filter.text !== '' || filter.changes.length > 0);
    if (this.view !== undefined) this.view.message = filterText(this.state);
  }

  /** The view, once it is there. */
  show(view: vscode.TreeView<Node>): ImagesTree {
    this.view = view;
    view.message = filterText(this.state);
    return this.tree;
  }
}

function progressText(layer: number, bytes: number, total: number): string {
  if (layer < 0) return formatSize(bytes);
  return l10n.t('layer {0}: {1} of {2}', layer + 1, formatSize(bytes), formatSize(total));
}

/** What is said above the tree while it is filtered. */
function filterText({ filter }: ViewState): string | undefined {
  const parts = [...(filter.text === '' ? [] : [l10n.t('Paths with "{0}"', filter.text)]), ...(filter.changes.length === 0 ? [] : [filter.changes.join(', ')])];
  return parts.length === 0 ? undefined : l10n.t('Filtered: {0}', parts.join('; '));
}
