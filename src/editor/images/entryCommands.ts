import * as vscode from 'vscode';
import { basename, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { UserError } from '../../base/error';
import type { Mode } from '../../image/explore/listing';
import { sourceKey } from '../../image/explore/source';
import type { App } from '../app';
import { requireTrust } from '../errors';
import { largestInMemory } from './fileSystem';
import type { Images } from './images';
import { fileUri } from './items';
import type { EntryNode, LayerNode } from './nodes';
import { imageNode } from './nodes';
import { chooseImage, isNode, nameOf, pickImage } from './pick';
import { fileName } from './viewCommands';

async function entryOf(app: App, given: unknown): Promise<{ images: Images; node: EntryNode }> {
  const images = await app.images.get();
  const node = isNode(given) ? given : images.view?.selection[0];
  if (node?.kind === 'entry') return { images, node };
  throw new UserError('usage', l10n.t('Choose a file in the Images view.'));
}

/** The URI of an entry's content: through the editor's memory, or a copy on the disk where it is large. */
async function contentUri(images: Images, node: EntryNode): Promise<vscode.Uri> {
  const { at, row } = node;
  if (row.size <= largestInMemory) return fileUri({ kind: 'file', at, layer: row.layer, path: row.path });
  return vscode.Uri.file(await spooled(images, node));
}

async function spooled(images: Images, { at, row }: EntryNode): Promise<string> {
  const key = `${sourceKey(at.source)} ${at.manifest ?? ''} ${row.layer} ${row.path}`;
  return images.spool.file(key, row.name, row.size, to => images.ask('spool', { ...at, layer: row.layer, path: row.path, to }, row.name));
}

export async function open(app: App, given: unknown): Promise<void> {
  const { images, node } = await entryOf(app, given);
  const uri = await contentUri(images, node);
  // Errors are shown with their buttons, and not as a page of the editor's.
  if (uri.scheme !== 'file') await images.ask('read', { ...node.at, layer: node.row.layer, path: node.row.path, most: largestInMemory }, node.row.name);
  await vscode.commands.executeCommand('vscode.open', uri, { preview: true });
}

/** Runs a module out of an image, as any module of the disk. */
export async function runEntry(app: App, given: unknown): Promise<void> {
  requireTrust();
  const { images, node } = await entryOf(app, given);
  await vscode.commands.executeCommand('wasmWorkbench.run', vscode.Uri.file(await spooled(images, node)));
}

/** The same path as the layers below have it, beside what this layer made of it. */
export async function compareWithLayerBelow(app: App, given: unknown): Promise<void> {
  const { images, node } = await entryOf(app, given);
  const { at, row, layer } = node;
  const below = (row.change === 'removed' ? layer : row.layer) - 1;
  if (below < 0) throw new UserError('not-found', l10n.t('Below the first layer there is nothing to compare {0} with.', row.path));
  const there = await images.ask('stat', { ...at, layer: below, path: row.path }, row.name);
  if (there === undefined) throw new UserError('not-found', l10n.t('The layers below have no {0}: this layer added it.', row.path));
  const left = fileUri({ kind: 'file', at, layer: there.layer, path: row.path });
  const right = row.change === 'removed' ? vscode.Uri.from({ scheme: 'untitled', path: `${row.name} (removed)` }) : await contentUri(images, node);
  await vscode.commands.executeCommand('vscode.diff', left, right, l10n.t('{0} (layer {1} ↔ layer {2})', row.name, there.layer + 1, layer + 1));
}

/** The same path in another image. */
export async function compareWithImage(app: App, given: unknown): Promise<void> {
  const { images, node } = await entryOf(app, given);
  const own = imageNode(node);
  const other = await pickImage(images, l10n.t('Compare {0} with its counterpart in which image?', node.row.name), own === undefined ? undefined : { at: node.at, name: nameOf(own), node: own });
  if (other === undefined) return;
  const outline = await images.ask('outline', other.at, other.name);
  const last = outline.layers.length - 1;
  const there = await images.ask('stat', { ...other.at, layer: last, path: node.row.path }, other.name);
  if (there === undefined) throw new UserError('not-found', l10n.t('{0} has no {1}.', other.name, node.row.path));
  const right = fileUri({ kind: 'file', at: other.at, layer: there.layer, path: node.row.path });
  await vscode.commands.executeCommand('vscode.diff', await contentUri(images, node), right, l10n.t('{0} ({1} ↔ {2})', node.row.name, own === undefined ? '' : fileName(nameOf(own)), fileName(other.name)));
}

/** A file, a folder or a whole layer to the disk, in the mode that the view is in; `into` is the folder, asked for without. */
export async function extract(app: App, given: unknown, into?: unknown): Promise<void> {
  const images = await app.images.get();
  const node = isNode(given) ? given : images.view?.selection[0];
  if (node?.kind !== 'entry' && node?.kind !== 'layer') throw new UserError('usage', l10n.t('Choose a file, a folder or a layer in the Images view.'));
  const { name, taken } = takenOf(node, images.state.mode);
  const picked = into instanceof vscode.Uri ? [into] : await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, canSelectMany: false, openLabel: l10n.t('Extract Here'), title: l10n.t('Extract {0} into which folder?', name) });
  const folder = picked?.[0]?.fsPath;
  if (folder !== undefined) await extractTo(images, node, taken, join(folder, name));
}

function takenOf(node: EntryNode | LayerNode, mode: Mode): { name: string; taken: { layer: number; mode: Mode; path: string } } {
  if (node.kind === 'layer') return { name: `layer-${node.layer + 1}`, taken: { layer: node.layer, mode, path: '/' } };
  // What a layer removed is taken from the layers below, as they stand.
  if (node.row.change === 'removed') return { name: node.row.name, taken: { layer: node.layer - 1, mode: 'files', path: node.row.path } };
  return { name: node.row.name, taken: { layer: node.layer, mode: node.mode, path: node.row.path } };
}

async function extractTo(images: Images, node: EntryNode | LayerNode, taken: ReturnType<typeof takenOf>['taken'], to: string): Promise<void> {
  const done = await images.ask('extract', { ...node.at, taken, to }, basename(to));
  const reveal = l10n.t('Reveal');
  const said = done.files === 1 ? l10n.t('Extracted {0}.', to) : l10n.t('Extracted {0} files to {1}.', done.files, to);
  const [first] = done.left;
  const message = first === undefined ? said : `${said} ${done.left.length === 1 ? l10n.t('Left out: {0} ({1}).', first.path, first.why) : l10n.t('Left out {0} entries, {1} among them ({2}).', done.left.length, first.path, first.why)}`;
  for (const each of done.left) images.app.log.warn(`${each.path}: ${each.why}`);
  void (async () => {
    const chosen = first === undefined ? await vscode.window.showInformationMessage(message, reveal) : await vscode.window.showWarningMessage(message, reveal, l10n.t('Show Log'));
    if (chosen === reveal) await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(to));
    else if (chosen !== undefined) images.app.log.show();
  })();
}

export async function copyPath(app: App, given: unknown): Promise<void> {
  const { node } = await entryOf(app, given);
  await vscode.env.clipboard.writeText(node.row.path);
}

/** Of a layer its own digest, of anything else the image's. */
export async function copyDigest(app: App, given: unknown): Promise<void> {
  const images = await app.images.get();
  if (isNode(given) && given.kind === 'layer') return vscode.env.clipboard.writeText(given.outline.digest);
  const chosen = await chooseImage(images, given, l10n.t('Of which image?'));
  if (chosen === undefined) return;
  const { digest } = await images.ask('outline', chosen.at, chosen.name);
  await vscode.env.clipboard.writeText(digest);
}

/** The line of the workspace's Dockerfile that made a layer or a step of the history. */
export async function showDockerfileLine(_app: App, given: unknown): Promise<void> {
  const line = isNode(given) && (given.kind === 'layer' || given.kind === 'step') ? given.line : undefined;
  if (line === undefined) throw new UserError('not-found', l10n.t("No Dockerfile of this workspace has a line that made this layer."));
  await vscode.window.showTextDocument(vscode.Uri.file(line.file), { selection: new vscode.Range(line.line, 0, line.line, 0), preview: true });
}
