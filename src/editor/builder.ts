import * as vscode from 'vscode';
import { relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import * as l10n from '@vscode/l10n';
import type { BuildResult, BuiltModule, Diagnostic, Profile } from '../build/project';
import { isCanceled, isUserError } from '../base/error';
import type { App } from './app';
import { requireTrust } from './errors';
import type { KnownProject } from './projectChoice';
import { settingsOf } from './settings';
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
  private readonly app: Pick<App, 'context' | 'log' | 'cli' | 'environment' | 'projects' | 'diagnostics' | 'compiler'>;

  constructor(app: Builder['app']) {
    this.app = app;
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
    return this.alone(request.known.id, () => this.buildNow(request, sink));
  }

  /** Removes what builds of a project have made. */
  async clean(known: KnownProject, sink: BuildSink): Promise<void> {
    requireTrust();
    await this.alone(known.id, async () => {
      await this.cleanNow(known, sink);
      this.app.diagnostics.replace(known.id, []);
      this.modules.delete(known.id);
      await this.store(known.id, undefined);
    });
  }

  dispose(): void {
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

  private async cleanNow(known: KnownProject, sink: BuildSink): Promise<void> {
    const { clean, makeContext } = await import('../build/index');
    await clean(known.project, makeContext(this.contextParts(known, sink.signal)), { ...sink, diagnostic() {} });
  }

  private async buildNow(request: BuildRequest, sink: BuildSink): Promise<BuildResult> {
    sink.signal.throwIfAborted();
    const { known } = request;
    if (request.rebuild === true) await this.cleanNow(known, sink);
    const { build, makeContext } = await import('../build/index');
    const profile = request.profile ?? this.app.projects.profile(known.project.folder);
    const told: Diagnostic[] = [];
    const began = performance.now();
    const remember = (result: LastBuild['result'], made?: BuildResult): Promise<void> => {
      const module = made?.modules.find(one => request.target === undefined || one.target === request.target);
      return this.store(known.id, {
        result, profile, took: performance.now() - began,
        errors: told.filter(diagnostic => diagnostic.severity === 'error').length,
        ...(request.target === undefined ? {} : { target: request.target }),
        ...(module === undefined ? {} : { module: module.path, size: module.info.size }),
      });
    };
    try {
      const options = {
        profile, colors: true,
        ...(request.target === undefined ? {} : { target: request.target }),
        ...(request.args === undefined ? {} : { args: request.args }),
      };
      const made = await build(known.project, options, makeContext(this.contextParts(known, sink.signal)), {
        command: shown => { sink.command(shown); },
        text: text => { sink.text(text); },
        diagnostic: diagnostic => { told.push(diagnostic); },
        progress: (done, total) => { sink.progress(done, total); },
      });
      this.app.diagnostics.replace(known.id, made.diagnostics);
      this.modules.set(known.id, made.modules);
      await remember('ok', made);
      void vscode.commands.executeCommand('setContext', 'wasmWorkbench.built', true);
      return made;
    } catch (error) {
      if (isCanceled(error)) await remember('canceled');
      else {
        // What was said before a cancelled build is still the newest that is known; after a failed one it is not.
        this.app.diagnostics.replace(known.id, told);
        await remember('failed');
        if (!isUserError(error)) this.app.log.error(error instanceof Error ? error : String(error));
      }
      throw error;
    }
  }

  private contextParts(known: KnownProject, signal: AbortSignal): import('../build/context').ContextParts {
    const settings = settingsOf(known.project.folder);
    const { compiler, cli, log, environment } = this.app;
    return {
      cli, signal, log, environment, paths: settings.paths, embedded: settings.embedded,
      exec: compiler.execIn(known.root),
      prepareEmbedded: () => compiler.prepare(known.project.folder, signal),
    };
  }

  private stored(): Readonly<Record<string, LastBuild>> {
    return this.app.context.workspaceState.get(storedKey, {});
  }

  private async store(id: string, last: LastBuild | undefined): Promise<void> {
    const others = Object.entries(this.stored()).filter(([other]) => other !== id);
    await this.app.context.workspaceState.update(storedKey, Object.fromEntries(last === undefined ? others : [...others, [id, last]]));
  }
}

/** How a build ended, as one line. */
export function summary(result: Pick<BuildResult, 'executed' | 'modules' | 'project'>, took: string, size: string): string {
  const made = result.modules.map(module => relative(result.project.folder, module.path)).join(', ');
  return result.executed === 0 ? l10n.t('{0} is up to date ({1}).', made, size) : l10n.t('Built {0} ({1}) in {2}.', made, size, took);
}
