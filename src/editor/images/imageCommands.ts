import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { UserError } from '../../base/error';
import { parseReference } from '../../image/reference';
import type { App } from '../app';
import { requireTrust } from '../errors';
import { pageUri } from './items';
import { imageNode, type ImageNode } from './nodes';
import { chooseImage, isNode, pickImage } from './pick';
import { fileName, showMarkdown } from './viewCommands';

/** Two images side by side; `other` is a row of the view too, asked for without. */
export async function compareImages(app: App, given: unknown, other?: unknown): Promise<void> {
  const images = await app.images.get();
  const first = await chooseImage(images, given, l10n.t('Compare which image?'));
  if (first === undefined) return;
  // The editor hands commands of a row the selection as a second argument, which is a list.
  const second = isNode(other) ? await chooseImage(images, other, '') : await pickImage(images, l10n.t('Compare {0} with which image?', first.name), first);
  if (second === undefined) return;
  const uri = pageUri({ kind: 'comparison', at: first.at, other: second.at, names: [first.name, second.name] }, `${fileName(first.name)} — ${fileName(second.name)}.md`);
  await showMarkdown(uri);
}

function engineNode(given: unknown): ImageNode {
  const node = isNode(given) ? imageNode(given) : undefined;
  if (node?.engine === undefined) throw new UserError('usage', l10n.t("Choose one of the Docker Engine's images in the Images view."));
  return node;
}

function validate(text: string): string | undefined {
  try {
    parseReference(text.trim());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export async function tag(app: App, given: unknown): Promise<void> {
  requireTrust();
  const node = engineNode(given);
  const images = await app.images.get();
  const name = await vscode.window.showInputBox({ title: l10n.t('Another name for {0}', node.label), prompt: l10n.t('name:tag or registry/name:tag'), value: node.engine?.names[0] ?? '', validateInput: validate });
  if (name === undefined || name.trim() === node.engine?.names[0]) return;
  const { tagEngineImage } = await import('../../image/stores/engine');
  await tagEngineImage(await images.sources.engine(), node.engine?.id ?? '', parseReference(name.trim()), AbortSignal.timeout(60_000));
  images.sources.refresh();
}

/** Removes an image of the engine; what can't be had back is asked for. */
export async function removeImage(app: App, given: unknown): Promise<void> {
  requireTrust();
  const node = engineNode(given);
  const images = await app.images.get();
  const names = node.engine?.names ?? [];
  const remove = l10n.t('Remove');
  const text = names.length > 1 && node.source.kind === 'engine'
    ? l10n.t('Remove the name {0}? The image stays under {1} other names.', node.source.image, names.length - 1)
    : l10n.t('Remove the image {0} from the Docker Engine? Unless it is in a registry or a file, it is gone.', names[0] ?? node.label);
  if (await vscode.window.showWarningMessage(text, { modal: true }, remove) !== remove) return;
  const { removeEngineImage } = await import('../../image/stores/engine');
  await vscode.window.withProgress({ location: { viewId: 'wasmWorkbench.images' } }, async () => removeEngineImage(await images.sources.engine(), names[0] ?? node.engine?.id ?? '', AbortSignal.timeout(120_000)));
  await images.client.ask('close', { source: node.source });
  images.sources.refresh();
}

/** Takes an image off the view; nothing of it is removed. */
export async function forgetImage(app: App, given: unknown): Promise<void> {
  const node = isNode(given) ? imageNode(given) : undefined;
  if (node === undefined) return;
  const images = await app.images.get();
  await images.sources.forget(node.source);
  await images.client.ask('close', { source: node.source });
}

/** Writes an image, wherever it is, to a file that docker load and others read. */
export async function exportImage(app: App, given: unknown): Promise<void> {
  const images = await app.images.get();
  const chosen = await chooseImage(images, given, l10n.t('Export which image?'));
  if (chosen === undefined) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${fileName(chosen.name).replaceAll(/[^\w.-]+/g, '-').replace(/\.(tar|tgz|tar\.gz)$/, '')}.tar`;
  const target = await vscode.window.showSaveDialog({ title: l10n.t('Export {0}', chosen.name), filters: { [l10n.t('Image files')]: ['tar', 'tgz'] }, ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }) });
  if (target === undefined) return;
  await images.ask('export', { source: chosen.at.source, to: target.fsPath, name: chosen.name }, chosen.name);
  vscode.window.setStatusBarMessage(l10n.t('Exported {0}.', target.fsPath), 5000);
}
