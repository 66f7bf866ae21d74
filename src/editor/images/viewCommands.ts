import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import type { Order } from '../../image/explore/listing';
import type { Change } from '../../image/union';
import type { App } from '../app';
import { formatSize } from '../state';
import { fileUri, pageUri } from './items';
import { chooseImage, isNode } from './pick';

export async function refreshImages(app: App, given: unknown): Promise<void> {
  const images = await app.images.get();
  const node = isNode(given) ? given : undefined;
  if (node === undefined || node.kind === 'group') images.sources.refresh(true);
  else {
    if (node.kind === 'image') await images.client.ask('close', { source: node.source });
    images.tree.refresh(node);
  }
}

/** Text first, then the changes that are shown; an empty text shows all. */
export async function filterEntries(app: App): Promise<void> {
  const images = await app.images.get();
  const { filter } = images.state;
  const text = await vscode.window.showInputBox({ title: l10n.t('Filter files'), prompt: l10n.t('A part of the path, or a pattern with * and ?. Empty shows all.'), value: filter.text });
  if (text === undefined) return;
  const names: Readonly<Record<string, string>> = { added: l10n.t('Added'), modified: l10n.t('Changed'), removed: l10n.t('Removed') };
  const all: readonly Change[] = ['added', 'modified', 'removed'];
  const picked = await vscode.window.showQuickPick(all.map(change => ({ label: names[change] ?? change, change, picked: filter.changes.includes(change) })), { title: l10n.t('Only what a layer did this to (none: all)'), canPickMany: true });
  if (picked === undefined) return;
  await images.change({ filter: { text: text.trim(), changes: picked.length === all.length ? [] : picked.map(each => each.change) } });
}

export async function clearFilter(app: App): Promise<void> {
  await (await app.images.get()).change({ filter: { text: '', changes: [] } });
}

export async function sortEntries(app: App): Promise<void> {
  const images = await app.images.get();
  const { sort, images: grouping } = images.state;
  const orders: readonly (readonly [Order, string])[] = [['name', l10n.t('Name')], ['size', l10n.t('Size')], ['change', l10n.t('Change')]];
  const separator = (label: string): { label: string; kind: vscode.QuickPickItemKind; value: '' } => ({ label, kind: vscode.QuickPickItemKind.Separator, value: '' });
  const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & { value: string }>([
    separator(l10n.t('Files by')), ...orders.map(([value, label]) => ({ label, value, description: value === sort ? l10n.t('now') : '' })),
    separator(l10n.t("The engine's images by")), { label: l10n.t('Repository'), value: 'repository', description: grouping === 'repository' ? l10n.t('now') : '' }, { label: l10n.t('Size of the Image'), value: 'bysize', description: grouping === 'size' ? l10n.t('now') : '' },
  ], { title: l10n.t('Sort') });
  if (picked === undefined) return;
  if (picked.value === 'repository') await images.change({ images: 'repository' });
  else if (picked.value === 'bysize') await images.change({ images: 'size' });
  else await images.change({ sort: picked.value as Order });
}

export async function toggleLayerMode(app: App): Promise<void> {
  const images = await app.images.get();
  const mode = images.state.mode === 'changes' ? 'files' : 'changes';
  await images.change({ mode });
  vscode.window.setStatusBarMessage(mode === 'changes' ? l10n.t("Layers show their own changes.") : l10n.t('Layers show the file system as it stands after them.'), 4000);
}

const mostHits = 500;

/** Which layer owns a path: every layer that a path is in, across the whole image. */
export async function searchImage(app: App, given: unknown): Promise<void> {
  const images = await app.images.get();
  const chosen = await chooseImage(images, given, l10n.t('Search which image?'));
  if (chosen === undefined) return;
  const text = await vscode.window.showInputBox({ title: l10n.t('Search all layers of {0}', chosen.name), prompt: l10n.t('A part of a path, or a pattern with * and ?') });
  if (text === undefined || text.trim() === '') return;
  const { hits, total } = await images.ask('search', { ...chosen.at, text: text.trim(), most: mostHits }, chosen.name);
  const marks = { added: 'diff-added', modified: 'diff-modified', removed: 'diff-removed', none: 'folder' } as const;
  const items = hits.map(hit => ({
    label: `$(${marks[hit.change]}) ${hit.path}`, description: [l10n.t('layer {0}', hit.layer + 1), hit.live ? l10n.t('the image shows this one') : ''].filter(part => part !== '').join(' · '),
    detail: hit.change === 'removed' ? l10n.t('removed here') : formatSize(hit.size), hit,
  }));
  const title = total === 0 ? l10n.t('No layer has such a path') : total > hits.length ? l10n.t('{0} of {1} places', hits.length, total) : l10n.t('{0} places', total);
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, placeHolder: l10n.t('Which layers have it, the lowest first') });
  if (picked === undefined) return;
  const { hit } = picked;
  await images.revealPath(chosen.at, hit.layer, hit.path);
  if (!hit.folder && hit.change !== 'removed') await vscode.commands.executeCommand('vscode.open', fileUri({ kind: 'file', at: chosen.at, layer: hit.layer, path: hit.path }), { preview: true });
}

export async function showMore(app: App, given: unknown): Promise<void> {
  if (isNode(given) && given.kind === 'more') (await app.images.get()).tree.showMore(given);
}

export async function showManifest(app: App, given: unknown): Promise<void> {
  await showPage(app, given, 'manifest');
}

export async function showConfig(app: App, given: unknown): Promise<void> {
  await showPage(app, given, 'config');
}

async function showPage(app: App, given: unknown, kind: 'manifest' | 'config'): Promise<void> {
  const images = await app.images.get();
  const chosen = await chooseImage(images, given, l10n.t('Of which image?'));
  if (chosen === undefined) return;
  await vscode.commands.executeCommand('vscode.open', pageUri({ kind, at: chosen.at }, `${fileName(chosen.name)} ${kind}.json`));
}

export async function showWaste(app: App, given: unknown): Promise<void> {
  const images = await app.images.get();
  const chosen = await chooseImage(images, given, l10n.t('Of which image?'));
  if (chosen === undefined) return;
  await showMarkdown(pageUri({ kind: 'waste', at: chosen.at }, `${l10n.t('Waste of {0}', fileName(chosen.name))}.md`));
}

/** Shows a page as the editor's own preview draws it, or as text where there is none. */
export async function showMarkdown(uri: vscode.Uri): Promise<void> {
  // Its command is not registered before it is first used.
  const there = vscode.extensions.getExtension('vscode.markdown-language-features') !== undefined;
  // The preview reads by itself what we make only now: errors are ours to show.
  await vscode.workspace.fs.readFile(uri);
  await vscode.commands.executeCommand(there ? 'markdown.showPreview' : 'vscode.open', uri);
}

/** A name as the last part of a path. */
export function fileName(name: string): string {
  return name.replace(/^.*[\\/](?=.)/, '').replaceAll(/[\\/:?#]/g, ' ');
}
