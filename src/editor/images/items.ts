import * as vscode from 'vscode';
import { linkParts, scheme, type Link } from './link';
import type { Node, ViewState } from './nodes';
import { rowOf, type Row } from './rows';
import { fullId } from '../commandIds';

/** What the editor draws for a node. */
export function itemOf(node: Node, state: ViewState): vscode.TreeItem {
  const row = rowOf(node, state);
  const item = new vscode.TreeItem(row.label, collapse(row, node));
  item.id = node.id;
  item.description = row.description;
  item.contextValue = row.context;
  if (row.tooltip !== undefined) item.tooltip = node.kind === 'problem' || node.kind === 'group' ? row.tooltip : new vscode.MarkdownString(row.tooltip);
  if (row.spoken !== undefined) item.accessibilityInformation = { label: row.spoken };
  item.iconPath = row.icon === 'file' ? vscode.ThemeIcon.File : row.icon === 'folder' ? vscode.ThemeIcon.Folder : new vscode.ThemeIcon(row.icon, row.color === undefined ? undefined : new vscode.ThemeColor(row.color));
  const uri = uriOf(node, row);
  if (uri !== undefined) item.resourceUri = uri;
  if (node.kind === 'entry' && row.context.includes('content') && row.opens === 'no') item.command = { command: fullId('open'), title: '', arguments: [node] };
  if (node.kind === 'more') item.command = { command: fullId('showMore'), title: '', arguments: [node] };
  if (node.kind === 'waste') item.command = { command: fullId('showWaste'), title: '', arguments: [node] };
  return item;
}

function collapse(row: Row, node: Node): vscode.TreeItemCollapsibleState {
  if (node.kind === 'group' && node.problem !== undefined) return vscode.TreeItemCollapsibleState.None;
  return row.opens === 'open' ? vscode.TreeItemCollapsibleState.Expanded : row.opens === 'closed' ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
}

/** The icon theme looks at it for a file's icon, and our decorations at its mark. */
function uriOf(node: Node, row: Row): vscode.Uri | undefined {
  if (node.kind === 'entry') return fileUri({ kind: 'file', at: node.at, layer: node.row.layer, path: node.row.path, ...(row.mark === undefined ? {} : { mark: row.mark }) });
  if (node.kind === 'image' && row.mark !== undefined) return vscode.Uri.from({ scheme, path: '/', query: JSON.stringify({ mark: row.mark, id: node.id }) });
  return undefined;
}

/** The URI of a file of an image. */
export function fileUri(link: Extract<Link, { kind: 'file' }>): vscode.Uri {
  return vscode.Uri.from({ scheme, ...linkParts(link, '') });
}

/** The URI of a page about an image. */
export function pageUri(link: Link, name: string): vscode.Uri {
  return vscode.Uri.from({ scheme, ...linkParts(link, name) });
}
