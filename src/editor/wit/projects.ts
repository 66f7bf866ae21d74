import * as vscode from 'vscode';
import { checkFile, type Checked } from '../../wat/wit/check';
import { layoutOf, rootOf } from '../../wat/wit/layout';
import { parseWit } from '../../wat/wit/parser';
import { Project, type Source } from '../../wat/wit/project';

/** Larger files are no WIT that a person wrote. */
const largest = 4 << 20;
const decoder = new TextDecoder();

interface Parsed { readonly stamp: string; readonly source: Source }

/** WIT projects as they are in editors and on disk; files are parsed once for each of their versions. */
export class WitProjects {
  private readonly parsed = new Map<string, Parsed>();
  private readonly projects = new Map<string, Promise<Project>>();

  /** Forgets what was put together of a file's folder; parsed files stay as long as they are the same. */
  changed(uri: vscode.Uri): void {
    this.projects.delete(this.rootUri(uri).toString());
  }

  /** The project that a file belongs to. */
  async project(uri: vscode.Uri): Promise<Project> {
    const root = this.rootUri(uri);
    const key = root.toString();
    let found = this.projects.get(key);
    if (found === undefined) this.projects.set(key, found = this.read(root, uri));
    return found;
  }

  /** A file, checked among the others. */
  async check(uri: vscode.Uri): Promise<Checked> {
    return checkFile(await this.project(uri), uri.toString());
  }

  rootUri(uri: vscode.Uri): vscode.Uri {
    return uri.scheme === 'untitled' ? uri : uri.with({ path: rootOf(uri.path) });
  }

  private async read(root: vscode.Uri, asked: vscode.Uri): Promise<Project> {
    const at = (path: string): vscode.Uri => root.with({ path });
    // A text that is nowhere yet is a project by itself.
    const folders = asked.scheme === 'untitled' ? [] : await layoutOf(root.path, async folder => {
      const entries = await Promise.resolve(vscode.workspace.fs.readDirectory(at(folder))).catch(() => []);
      return entries.map(([name, type]) => [name, (type & vscode.FileType.Directory) !== 0] as const);
    });
    const sources = await Promise.all(folders.map(async files => (await Promise.all(files.map(path => this.source(at(path))))).filter(source => source !== undefined)));
    if (!sources.flat().some(source => source.uri === asked.toString())) {
      const own = await this.source(asked);
      if (own !== undefined) sources.unshift([...sources.shift() ?? [], own]);
    }
    return new Project(sources);
  }

  private async source(uri: vscode.Uri): Promise<Source | undefined> {
    const key = uri.toString();
    const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === key);
    const stat = open === undefined ? await Promise.resolve(vscode.workspace.fs.stat(uri)).catch(() => undefined) : undefined;
    if (open === undefined && (stat === undefined || stat.size > largest)) return undefined;
    const stamp = open === undefined ? `${stat?.mtime}.${stat?.size}` : `v${open.version}`;
    const before = this.parsed.get(key);
    if (before?.stamp === stamp) return before.source;
    const text = open?.getText() ?? decoder.decode(await vscode.workspace.fs.readFile(uri));
    const source = { uri: key, file: parseWit(text) };
    this.parsed.set(key, { stamp, source });
    return source;
  }
}
