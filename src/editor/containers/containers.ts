import * as vscode from 'vscode';
import { isUserError } from '../../base/error';
import { Engine } from '../../engine/engine';
import { watchEvents } from '../../engine/events';
import { listWasmContainers, type Known, type WasmContainer } from '../../engine/list';
import { sweep } from '../../engine/owner';
import type { App } from '../app';
import { settingsOf } from '../settings';
import { ContainerTree } from './tree';

/** The containers of the engine that the settings mean: listed, watched while the view is there, and asked of by commands. */
export class Containers implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChange = this.changed.event;
  private readonly app: App;
  private readonly known: Known = new Map();
  private readonly end = new AbortController();
  private readonly settings: vscode.Disposable;
  private asked: Promise<Engine> | undefined;
  private watching: AbortController | undefined;

  constructor(app: App) {
    this.app = app;
    this.settings = vscode.workspace.onDidChangeConfiguration(event => {
      if (!event.affectsConfiguration('wasmWorkbench.docker') && !event.affectsConfiguration('wasmWorkbench.paths.docker')) return;
      this.forget();
      if (this.watching !== undefined) this.watch();
      this.refresh();
    });
  }

  dispose(): void {
    this.end.abort();
    this.watching?.abort();
    this.settings.dispose();
    this.changed.dispose();
  }

  get signal(): AbortSignal {
    return this.end.signal;
  }

  engine(): Promise<Engine> {
    if (this.asked === undefined) {
      const { docker, paths } = settingsOf(undefined);
      this.asked = Engine.at({ context: docker.context, ...(paths['docker'] === undefined ? {} : { docker: paths['docker'] }) });
      this.asked.catch(() => { this.asked = undefined; });
    }
    return this.asked;
  }

  /** The next question finds out anew which engine is meant. */
  private forget(): void {
    this.asked = undefined;
    this.known.clear();
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  /** What there is to show; an engine that can't be asked is told to the view by a context key. */
  async list(): Promise<readonly WasmContainer[]> {
    try {
      const engine = await this.engine();
      const listed = await listWasmContainers(engine, this.known, this.signal);
      tell('up');
      return listed;
    } catch (error) {
      if (this.signal.aborted) return [];
      tell(stateOf(error));
      this.app.log.debug(error instanceof Error ? error.message : String(error));
      // A socket may appear elsewhere when an engine is started.
      this.forget();
      return [];
    }
  }

  tree(): ContainerTree {
    if (this.watching === undefined) this.watch();
    return new ContainerTree(this);
  }

  /** Follows the engine's events, through restarts of it, until the settings mean another. */
  private watch(): void {
    this.watching?.abort();
    const stop = this.watching = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.signal]);
    let pending: NodeJS.Timeout | undefined;
    const soon = (): void => {
      // One run is a dozen events.
      pending ??= setTimeout(() => {
        pending = undefined;
        if (!signal.aborted) this.refresh();
      }, 150);
    };
    const follow = async (): Promise<void> => {
      const engine = await this.engine();
      void sweep(engine, this.app.log, signal).catch(() => {});
      await watchEvents(engine, { types: ['container'], log: this.app.log, happened: soon, state: soon }, signal);
    };
    const again = (): void => {
      void follow().catch(() => {
        // A context that can't be resolved: asked again when the settings change.
        if (!signal.aborted) soon();
      });
    };
    again();
  }
}

function tell(state: 'up' | 'down' | 'denied' | 'missing'): void {
  void vscode.commands.executeCommand('setContext', 'wasmWorkbench.engine', state);
}

function stateOf(error: unknown): 'down' | 'denied' | 'missing' {
  const code = isUserError(error) ? error.code : '';
  return code === 'engine.not-there' || code === 'engine.no-docker' || code === 'engine.context' || code === 'engine.config' ? 'missing' : code === 'engine.no-permission' ? 'denied' : 'down';
}
