import * as vscode from 'vscode';
import type { WasmContainer } from '../../engine/list';
import type { Containers } from './containers';
import { containerRow } from './rows';

/** The tree of the view of containers: running ones first. */
export class ContainerTree implements vscode.TreeDataProvider<WasmContainer> {
  readonly onDidChangeTreeData: vscode.Event<undefined>;
  private readonly containers: Containers;

  constructor(containers: Containers) {
    this.containers = containers;
    this.onDidChangeTreeData = containers.onDidChange;
  }

  async getChildren(node?: WasmContainer): Promise<WasmContainer[]> {
    return node === undefined ? [...await this.containers.list()] : [];
  }

  getTreeItem(container: WasmContainer): vscode.TreeItem {
    const row = containerRow(container);
    const item = new vscode.TreeItem(row.label);
    item.id = container.id;
    item.description = row.description;
    item.tooltip = row.tooltip;
    item.contextValue = row.context;
    item.iconPath = new vscode.ThemeIcon(row.icon, row.color === undefined ? undefined : new vscode.ThemeColor(row.color));
    item.accessibilityInformation = { label: `${row.label}, ${row.description}` };
    return item;
  }
}
