import * as vscode from 'vscode';
import { relative } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { BuildResult } from '../build/project';
import { isCanceled, isUserError, messageOf } from '../base/error';
import type { App } from './app';
import type { BuildRequest, BuildSink } from './builder';
import { formatSize, formatTime } from './state';

const dim = (text: string): string => `\u001b[2m${text}\u001b[0m`;
const red = (text: string): string => `\u001b[31m${text}\u001b[0m`;
const ctrlC = '\u0003';

/** How long a build may take before a notification offers to cancel it, in milliseconds. */
const patience = 1000;

/** Who else follows a build. */
export interface Watched {
  /** Told how it ends, when it begins. */
  done?(outcome: Promise<BuildResult>): void;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** The terminal of a build task: shows the commands as typed and what they print; Ctrl+C and closing it end the build's whole tree. */
export class BuildTerminal implements vscode.Pseudoterminal {
  private readonly written = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<number>();
  readonly onDidWrite = this.written.event;
  readonly onDidClose = this.closed.event;
  private readonly abort = new AbortController();
  private readonly app: App;
  private readonly request: () => Promise<BuildRequest>;
  private readonly watched: Watched;

  constructor(app: App, request: () => Promise<BuildRequest>, watched: Watched = {}) {
    this.app = app;
    this.request = request;
    this.watched = watched;
    watched.signal?.addEventListener('abort', () => { this.abort.abort(); }, { once: true });
    if (watched.signal?.aborted === true) this.abort.abort();
  }

  open(): void {
    const outcome = this.work();
    this.watched.done?.(outcome);
    outcome.then(
      result => {
        const size = result.modules.map(module => formatSize(module.info.size)).join(', ');
        this.line(dim(summary(result, formatTime(result.duration), size)));
        this.closed.fire(0);
      },
      (error: unknown) => {
        if (isCanceled(error)) {
          this.line(l10n.t('Cancelled.'));
          this.closed.fire(130);
          return;
        }
        this.line(red(messageOf(error)));
        if (isUserError(error)) for (const remedy of error.remedies) this.line(`  ${remedy.label}${remedy.action?.kind === 'terminal' ? `: ${remedy.action.line}` : ''}`);
        this.closed.fire(1);
      },
    );
  }

  handleInput(data: string): void {
    if (data === ctrlC) this.abort.abort();
  }

  close(): void {
    this.abort.abort();
  }

  private async work(): Promise<BuildResult> {
    const request = await this.request();
    let report: ((done: number, total: number) => void) | undefined;
    const sink: BuildSink = {
      command: shown => { this.line(`$ ${shown}`); },
      text: text => { this.written.fire(text.replace(/\r?\n/g, '\r\n')); },
      progress: (done, total) => report?.(done, total),
      signal: this.abort.signal,
    };
    const building = this.app.builder.build(request, sink);
    const settled = building.then(() => {}, () => {});
    void vscode.window.withProgress({ location: { viewId: 'wasmWorkbench.projects' } }, () => settled);
    const timer = setTimeout(() => {
      void vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: l10n.t('Building {0}', request.known.project.name), cancellable: true },
        (progress, token) => {
          token.onCancellationRequested(() => { this.abort.abort(); });
          let shown = 0;
          report = (done, total) => {
            progress.report({ message: `${done}/${total}`, increment: (done - shown) / total * 100 });
            shown = done;
          };
          return settled;
        },
      );
    }, patience);
    try {
      return await building;
    } finally {
      clearTimeout(timer);
    }
  }

  private line(text: string): void {
    this.written.fire(text.replace(/\r?\n/g, '\r\n') + '\r\n');
  }
}

/** How a build ended, as one line. */
function summary(result: Pick<BuildResult, 'executed' | 'modules' | 'project'>, took: string, size: string): string {
  const made = result.modules.map(module => relative(result.project.folder, module.path)).join(', ');
  return result.executed === 0 ? l10n.t('{0} is up to date ({1}).', made, size) : l10n.t('Built {0} ({1}) in {2}.', made, size, took);
}
