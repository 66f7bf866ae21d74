import * as vscode from 'vscode';
import type { App } from './app';
import { guarded } from './errors';
import type { KnownProject } from './projectChoice';
import { labelsOf } from './projectChoice';
import { projectRow, projectTooltip, targetRow, type Row } from './projectRows';

/** A project, or one of its modules, as the view hands it to commands. */
export interface ProjectNode {
  readonly known: KnownProject;
  readonly target?: string;
}

/** The tree of the view of projects in the sidebar. */
export async function projectTree(app: App): Promise<vscode.TreeDataProvider<ProjectNode>> {
  const { toolchainOf } = await import('../build/index');
  return new ProjectTree(app, toolchain => toolchainOf(toolchain).title);
}

class ProjectTree implements vscode.TreeDataProvider<ProjectNode> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly app: App;
  private readonly titleOf: (toolchain: string) => string;

  constructor(app: App, titleOf: (toolchain: string) => string) {
    this.app = app;
    this.titleOf = titleOf;
    const refresh = (): void => { this.changed.fire(undefined); };
    app.context.subscriptions.push(this.changed, app.projects.onDidChange(refresh), app.builder.onDidChange(refresh));
  }

  async getChildren(node?: ProjectNode): Promise<ProjectNode[]> {
    if (node === undefined) return (await guarded(this.app, () => this.app.projects.list()) ?? []).map(known => ({ known }));
    return node.target === undefined ? node.known.project.targets.map(target => ({ known: node.known, target: target.name })) : [];
  }

  getTreeItem({ known, target }: ProjectNode): vscode.TreeItem {
    if (target !== undefined) {
      const size = this.app.builder.modulesOf(known.id).find(module => module.target === target)?.info.size;
      return itemOf(targetRow(known, target, size), vscode.TreeItemCollapsibleState.None);
    }
    const all = this.app.projects.known ?? [known];
    const row = projectRow(known, {
      last: this.app.builder.last(known.id),
      building: this.app.builder.isBuilding(known.id),
      current: this.app.projects.currentOf(all)?.id === known.id,
      place: labelsOf(all).get(known.id)?.description ?? '', toolchain: this.titleOf(known.project.toolchain),
    });
    return itemOf(row, known.project.targets.length > 1 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None);
  }

  resolveTreeItem(item: vscode.TreeItem, { known, target }: ProjectNode): vscode.TreeItem {
    if (target !== undefined) return item;
    item.tooltip = new vscode.MarkdownString(projectTooltip(known, this.titleOf(known.project.toolchain), this.app.builder.last(known.id)));
    return item;
  }
}

function itemOf(row: Row, state: vscode.TreeItemCollapsibleState): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, state);
  item.id = row.id;
  item.description = row.description;
  item.contextValue = row.context;
  item.iconPath = new vscode.ThemeIcon(row.icon, row.color === undefined ? undefined : new vscode.ThemeColor(row.color));
  return item;
}
