import * as vscode from 'vscode';
import { dirname, resolve } from 'node:path';
import { isUserError, messageOf } from '../../base/error';
import type { Engine } from '../../engine/engine';
import { sourceKey, type Source } from '../../image/explore/source';
import { isLayout, looksLikeImage } from '../../image/stores/sniff';
import type { App } from '../app';
import { guarded } from '../errors';
import type { EngineState, KnownSource, Sources } from './sourceRows';

const pattern = '**/{oci-layout,*.tar,*.tgz,*.tar.gz,*.oci}';
const mostFiles = 500;
const memory = 'images.opened';

/** Where images are: the engine, the workspace's files, what the user opened, and the setting. */
export class ImageSources implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChange = this.changed.event;
  private readonly app: App;
  private readonly watcher = vscode.workspace.createFileSystemWatcher(pattern);
  private readonly listeners: readonly { dispose(): unknown }[];
  private known: Promise<Sources> | undefined;
  private watching: AbortController | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(app: App) {
    this.app = app;
    const again = (): void => { this.refresh(); };
    this.listeners = [
      this.watcher, this.changed, this.watcher.onDidCreate(again), this.watcher.onDidDelete(again), this.watcher.onDidChange(again),
      vscode.workspace.onDidChangeWorkspaceFolders(again), vscode.workspace.onDidGrantWorkspaceTrust(again),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('wasmWorkbench.docker')) {
          // Another engine may be meant.
          this.watching?.abort();
          this.watching = undefined;
        } else if (!event.affectsConfiguration('wasmWorkbench.images')) return;
        again();
      }),
    ];
  }

  dispose(): void {
    this.watching?.abort();
    clearTimeout(this.timer);
    for (const each of this.listeners) each.dispose();
  }

  /** Looks everywhere again, soon: events come in swarms. Asked by the user it draws everything anew, else only what has changed. */
  refresh(anyway = false): void {
    const before = this.known;
    this.known = undefined;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void guarded(this.app, async () => {
        const same = !anyway && before !== undefined && JSON.stringify(await before) === JSON.stringify(await this.list());
        if (!same) this.changed.fire(undefined);
      });
    }, 150);
  }

  list(): Promise<Sources> {
    return (this.known ??= this.look());
  }

  /** Puts a source on the view, for this workspace. */
  async add(source: Source): Promise<void> {
    const key = sourceKey(source);
    await this.app.context.workspaceState.update(memory, [...this.opened().filter(each => sourceKey(each) !== key), source]);
    this.known = undefined;
    this.changed.fire(undefined);
  }

  /** Takes a source off the view again. */
  async forget(source: Source): Promise<void> {
    const key = sourceKey(source);
    await this.app.context.workspaceState.update(memory, this.opened().filter(each => sourceKey(each) !== key));
    this.known = undefined;
    this.changed.fire(undefined);
  }

  /** The engine that the settings mean. */
  async engine(): Promise<Engine> {
    const { Engine } = await import('../../engine/engine');
    return Engine.at(this.engineWish());
  }

  private opened(): readonly Source[] {
    return this.app.context.workspaceState.get<readonly Source[]>(memory, []);
  }

  private engineWish(): { context?: string; docker?: string } {
    const settings = vscode.workspace.getConfiguration('wasmWorkbench');
    const context = settings.get<string>('docker.context', '');
    const docker = settings.get<string>('paths.docker', '');
    return { ...(context === '' ? {} : { context }), ...(docker === '' ? {} : { docker }) };
  }

  private async look(): Promise<Sources> {
    const settings = vscode.workspace.getConfiguration('wasmWorkbench.images');
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(each => each.uri.scheme === 'file').map(each => each.uri.fsPath);
    const [engine, found] = await Promise.all([this.askEngine(), this.find()]);
    const others = new Map<string, KnownSource>();
    for (const source of found) others.set(sourceKey(source), { source, added: false });
    for (const text of settings.get<readonly string[]>('sources', [])) {
      const source = await sourceOf(text, folders[0]);
      others.set(sourceKey(source), { source, added: false });
    }
    for (const source of this.opened()) {
      if (!others.has(sourceKey(source))) others.set(sourceKey(source), { source, added: true });
    }
    return { ...(engine === undefined ? {} : { engine }), others: [...others.values()], folders, wasmFirst: settings.get('wasmFirst', true) };
  }

  private async find(): Promise<Source[]> {
    const found = await vscode.workspace.findFiles(pattern, '**/{node_modules,.git,.wasm-workbench}/**', mostFiles);
    const sources = await Promise.all(found.filter(each => each.scheme === 'file').map(async ({ fsPath }): Promise<Source[]> => {
      if (/[\\/]oci-layout$/.test(fsPath)) return [{ kind: 'folder', path: dirname(fsPath) }];
      return await looksLikeImage(fsPath) ? [{ kind: 'file', path: fsPath }] : [];
    }));
    return sources.flat();
  }

  /** An untrusted folder must not choose which engine is asked, nor which program is started for its login. */
  private async askEngine(): Promise<EngineState | undefined> {
    if (!vscode.workspace.isTrusted) return undefined;
    const wish = this.engineWish();
    try {
      const engine = await this.engine();
      const { context, address } = engine.endpoint;
      const place = context === 'default' ? address : context;
      try {
        const { listEngineImages } = await import('../../image/stores/engine');
        const images = await listEngineImages(engine, AbortSignal.timeout(20_000));
        this.watch(engine);
        return { place, wish, images };
      } catch (error) {
        this.watch(engine);
        return { place, wish, images: [], problem: problemOf(error) };
      }
    } catch (error) {
      return { place: '', wish, images: [], problem: problemOf(error) };
    }
  }

  private watch(engine: Engine): void {
    if (this.watching !== undefined) return;
    const abort = new AbortController();
    this.watching = abort;
    let reachable: boolean | undefined;
    void guarded(this.app, async () => {
      const { watchEvents } = await import('../../engine/events');
      await watchEvents(engine, {
        types: ['image'], log: this.app.log,
        happened: () => { this.refresh(); },
        state: up => {
          if (reachable !== undefined && reachable !== up) this.refresh();
          reachable = up;
        },
      }, abort.signal);
    });
  }
}

function problemOf(error: unknown): { code: string; message: string } {
  return { code: isUserError(error) ? error.code : '', message: messageOf(error) };
}

/** What a text of a user means: a file, a layout folder, or else a name in a registry. */
export async function sourceOf(text: string, base: string | undefined): Promise<Source> {
  const path = resolve(base ?? '.', text);
  const stat = await vscode.workspace.fs.stat(vscode.Uri.file(path)).then(found => found, () => undefined);
  if (stat !== undefined && (stat.type & vscode.FileType.File) !== 0) return { kind: 'file', path };
  if (stat !== undefined && await isLayout(path)) return { kind: 'folder', path };
  return /^[./\\]|\.(tar|tgz|tar\.gz|oci)$|^[A-Za-z]:\\/i.test(text) ? { kind: 'file', path } : { kind: 'registry', reference: text };
}
