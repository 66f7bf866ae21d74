import * as vscode from 'vscode';
import { performance } from 'node:perf_hooks';
import { build, clean, makeContext } from '../build/index';
import type { BuildResult, Diagnostic } from '../build/project';
import { isCanceled, isUserError } from '../base/error';
import type { Builder, BuildRequest, BuildSink } from './builder';
import { Diagnostics } from './diagnostics';
import type { KnownProject } from './projectChoice';
import { settingsOf } from './settings';
import type { LastBuild } from './state';

/** What a build and a cleaning do, with the Problems view kept in step. */
export class BuildWork implements vscode.Disposable {
  private readonly diagnostics = new Diagnostics();
  private readonly app: Builder['app'];

  constructor(app: Builder['app']) {
    this.app = app;
  }

  dispose(): void {
    this.diagnostics.dispose();
  }

  /** Removes what builds of a project have made, and what was said of it. */
  async clean(known: KnownProject, sink: BuildSink): Promise<void> {
    await this.cleanNow(known, sink);
    this.diagnostics.replace(known.id, []);
  }

  /** Builds, and tells how it ended. */
  async build(request: BuildRequest, sink: BuildSink, store: (last: LastBuild) => Promise<void>): Promise<BuildResult> {
    sink.signal.throwIfAborted();
    const { known } = request;
    if (request.rebuild === true) await this.cleanNow(known, sink);
    const profile = request.profile ?? this.app.projects.profile(known.project.folder);
    const told: Diagnostic[] = [];
    const began = performance.now();
    const remember = (result: LastBuild['result'], made?: BuildResult): Promise<void> => {
      const module = made?.modules.find(one => request.target === undefined || one.target === request.target);
      return store({
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
      const made = await build(known.project, options, await this.context(known, sink.signal), {
        command: shown => { sink.command(shown); },
        text: text => { sink.text(text); },
        diagnostic: diagnostic => { told.push(diagnostic); },
        progress: (done, total) => { sink.progress(done, total); },
      });
      this.diagnostics.replace(known.id, made.diagnostics);
      await remember('ok', made);
      void vscode.commands.executeCommand('setContext', 'wasmWorkbench.built', true);
      return made;
    } catch (error) {
      if (isCanceled(error)) await remember('canceled');
      else {
        // What was said before a cancelled build is still the newest that is known; after a failed one it is not.
        this.diagnostics.replace(known.id, told);
        await remember('failed');
        if (!isUserError(error)) this.app.log.error(error instanceof Error ? error : String(error));
      }
      throw error;
    }
  }

  private async cleanNow(known: KnownProject, sink: BuildSink): Promise<void> {
    await clean(known.project, await this.context(known, sink.signal), { ...sink, diagnostic() {} });
  }

  private async context(known: KnownProject, signal: AbortSignal): Promise<ReturnType<typeof makeContext>> {
    const settings = settingsOf(known.project.folder);
    const { cli, log, environment } = this.app;
    const compiler = await this.app.compiler.get();
    return makeContext({
      cli, signal, log, environment, paths: settings.paths, embedded: settings.embedded,
      exec: compiler.execIn(known.root),
      prepareEmbedded: () => compiler.prepare(known.project.folder, signal),
    });
  }
}
