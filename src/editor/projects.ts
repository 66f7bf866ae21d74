import * as vscode from 'vscode';
import { performance } from 'node:perf_hooks';
import type { Profile, Project } from '../build/project';
import { contains, ownerOf, projectId, type KnownProject } from './projectChoice';
import type { App } from './app';
import { settingsOf } from './settings';

const currentKey = 'currentProject';
const profileKey = 'profile';
const markerFiles = '**/{[Mm]akefile,GNUmakefile,CMakeLists.txt,Cargo.toml,go.mod,asconfig.json,*.c,*.cc,*.cpp,*.cxx,*.wat}';

/** The projects of the workspace: sought when first asked for, and again when a file that makes one comes or goes. */
export class Projects implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** Fired when the projects, the current one or the profile changed. */
  readonly onDidChange = this.changed.event;
  /** The last answer; undefined before the first. */
  known: readonly KnownProject[] | undefined;
  private search: { readonly result: Promise<readonly KnownProject[]>; readonly abort: AbortController } | undefined;
  private watching: vscode.Disposable | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly app: Pick<App, 'context' | 'log'>;

  constructor(app: Pick<App, 'context' | 'log'>) {
    this.app = app;
  }

  /** Every project of every workspace folder, nested ones too. */
  list(): Promise<readonly KnownProject[]> {
    this.watch();
    return (this.search ??= this.start()).result;
  }

  refresh(): void {
    this.search?.abort.abort();
    this.search = undefined;
    void this.list().catch((error: unknown) => { this.app.log.error(error instanceof Error ? error : String(error)); });
  }

  /** The project that was chosen last, or the only one there is. */
  async current(): Promise<KnownProject | undefined> {
    return this.currentOf(await this.list());
  }

  currentOf(known: readonly KnownProject[]): KnownProject | undefined {
    const chosen = this.app.context.workspaceState.get<string>(currentKey);
    return known.find(one => one.id === chosen) ?? (known.length === 1 ? known[0] : undefined);
  }

  async setCurrent(known: KnownProject): Promise<void> {
    if (this.app.context.workspaceState.get(currentKey) === known.id) return;
    await this.app.context.workspaceState.update(currentKey, known.id);
    this.changed.fire();
  }

  /** The profile chosen for this workspace, else the setting's. */
  profile(folder?: string): Profile {
    return this.app.context.workspaceState.get<Profile>(profileKey) ?? settingsOf(folder).profile;
  }

  async setProfile(profile: Profile): Promise<void> {
    await this.app.context.workspaceState.update(profileKey, profile);
    this.changed.fire();
  }

  /** The project that a path belongs to: one of the workspace's, else what the path itself makes. Throws UserError `no-project`. */
  async at(path: string): Promise<readonly KnownProject[]> {
    const all = await this.list();
    const exact = all.filter(one => one.project.file === path || (one.project.file === undefined && one.project.folder === path));
    if (exact.length > 0) return exact;
    const { projectsAt } = await import('../build/index');
    return (await projectsAt(path)).map(project => this.know(project));
  }

  /** The workspace's project around a file, if there is one; starts nothing. */
  async owner(path: string): Promise<KnownProject | undefined> {
    return ownerOf(await this.list(), path);
  }

  dispose(): void {
    this.search?.abort.abort();
    this.watching?.dispose();
    clearTimeout(this.timer);
    this.changed.dispose();
  }

  private know(project: Project): KnownProject {
    const folders = onDisk();
    const place = project.file ?? project.folder;
    const root = folders.filter(folder => contains(folder.uri.fsPath, place)).sort((a, b) => b.uri.fsPath.length - a.uri.fsPath.length)[0];
    return {
      id: projectId(project), project, root: root?.uri.fsPath ?? project.folder,
      ...(folders.length > 1 && root !== undefined ? { rootName: root.name } : {}),
    };
  }

  private start(): { result: Promise<readonly KnownProject[]>; abort: AbortController } {
    const abort = new AbortController();
    const work = async (): Promise<readonly KnownProject[]> => {
      const roots = onDisk().map(folder => folder.uri.fsPath);
      const began = performance.now();
      const { findProjects } = await import('../build/index');
      const found = roots.length === 0 ? [] : await findProjects(roots, { signal: abort.signal });
      const known = found.map(project => this.know(project));
      abort.signal.throwIfAborted();
      this.app.log.debug(`${known.length} projects in ${roots.length} folders, ${Math.round(performance.now() - began)} ms`);
      this.known = known;
      this.tellContext(known);
      this.changed.fire();
      return known;
    };
    const result = work().catch((error: unknown) => {
      // A newer search has taken over: its answer is ours.
      if (abort.signal.aborted && this.search !== undefined && this.search.abort !== abort) return this.search.result;
      throw error;
    });
    return { result, abort };
  }

  private tellContext(known: readonly KnownProject[]): void {
    const set = (name: string, value: unknown): void => void vscode.commands.executeCommand('setContext', `wasmWorkbench.${name}`, value);
    set('hasProjects', known.length > 0);
    set('projectFolders', known.filter(one => one.project.file === undefined).map(one => one.project.folder));
    set('searched', true);
  }

  private watch(): void {
    if (this.watching !== undefined) return;
    const soon = (): void => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.refresh(); }, 300);
    };
    const files = vscode.workspace.createFileSystemWatcher(markerFiles, false, true, false);
    // A manifest's own text says which modules there are.
    const manifests = vscode.workspace.createFileSystemWatcher('**/{CMakeLists.txt,Cargo.toml,go.mod,asconfig.json}', true, false, true);
    this.watching = vscode.Disposable.from(
      files, files.onDidCreate(soon), files.onDidDelete(soon),
      manifests, manifests.onDidChange(soon),
      vscode.workspace.onDidChangeWorkspaceFolders(soon),
      vscode.workspace.onDidChangeConfiguration(change => { if (change.affectsConfiguration('wasmWorkbench.profile')) this.changed.fire(); }),
    );
  }
}

/** The workspace folders that can be built in: those on a disk. */
function onDisk(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
}
