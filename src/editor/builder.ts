import * as vscode from 'vscode';
import type { BuildResult, BuiltModule, Profile } from '../build/project';
import type { App } from './app';
import type { BuildWork } from './buildWork';
import { requireTrust } from './errors';
import { Later } from './later';
import type { KnownProject } from './projectChoice';
import type { LastBuild } from './state';

export interface BuildRequest {
  readonly known: KnownProject;
  readonly target?: string;
  readonly profile?: Profile;
  readonly args?: readonly string[];
  /** Cleans first. */
  readonly rebuild?: boolean;
}

/** Where a build shows what it does. */
export interface BuildSink {
  /** A command, as typed. */
  command(shown: string): void;
  text(text: string): void;
  progress(done: number, total: number): void;
  readonly signal: AbortSignal;
}

const storedKey = 'lastBuilds';

/** Builds projects, one build of a project at a time, and remembers how each ended. */
export class Builder implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<string>();
  /** Fired with a project's id when it begins or ends to be built. */
  readonly onDidChange = this.changed.event;
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly active = new Set<string>();
  private readonly modules = new Map<string, readonly BuiltModule[]>();
  private readonly app: Pick<App, 'context' | 'log' | 'cli' | 'environment' | 'projects' | 'compiler'>;

  private readonly work: Later<BuildWork>;

  constructor(app: Builder['app']) {
    this.app = app;
    this.work = new Later(async () => new (await import('./buildWork')).BuildWork(app));
  }

  isBuilding(id: string): boolean {
    return this.active.has(id);
  }

  get busy(): boolean {
    return this.active.size > 0;
  }

  last(id: string): LastBuild | undefined {
    return this.stored()[id];
  }

  /** The modules that the last build of this session made. */
  modulesOf(id: string): readonly BuiltModule[] {
    return this.modules.get(id) ?? [];
  }

  /** Builds. Throws a UserError, or an AbortError when the sink's signal was raised; waits for a build of the same project to end first. */
  async build(request: BuildRequest, sink: BuildSink): Promise<BuildResult> {
    requireTrust();
    const { id } = request.known;
    return this.alone(id, async () => {
      const work = await this.work.get();
      const made = await work.build(request, sink, last => this.store(id, last));
      this.modules.set(id, made.modules);
      return made;
    });
  }

  /** Removes what builds of a project have made. */
  async clean(known: KnownProject, sink: BuildSink): Promise<void> {
    requireTrust();
    await this.alone(known.id, async () => {
      await (await this.work.get()).clean(known, sink);
      this.modules.delete(known.id);
      await this.store(known.id, undefined);
    });
  }

  dispose(): void {
    this.work.dispose();
    this.changed.dispose();
  }

  private async alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(id) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.queues.set(id, mine.catch(() => {}));
    this.active.add(id);
    this.changed.fire(id);
    try {
      return await mine;
    } finally {
      this.active.delete(id);
      this.changed.fire(id);
    }
  }

  private stored(): Readonly<Record<string, LastBuild>> {
    return this.app.context.workspaceState.get(storedKey, {});
  }

  private async store(id: string, last: LastBuild | undefined): Promise<void> {
    const others = Object.entries(this.stored()).filter(([other]) => other !== id);
    await this.app.context.workspaceState.update(storedKey, Object.fromEntries(last === undefined ? others : [...others, [id, last]]));
  }
}
