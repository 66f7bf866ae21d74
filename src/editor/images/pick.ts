import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { UserError } from '../../base/error';
import type { ImageAt } from '../../image/explore/protocol';
import { showPlatform } from '../../image/oci';
import type { Images } from './images';
import { groupsOf, imagesIn, sourcesIn } from './sourceRows';
import { imageAt, imageNode, type ImageNode, type Node } from './nodes';

/** An image that a command works on, with the name that people know it by. */
export interface Chosen {
  readonly at: ImageAt;
  readonly name: string;
  readonly node?: ImageNode;
}

/** The image of the row that a command was given, else the one that the user picks; a platform of it where there are several. */
export async function chooseImage(images: Images, given: unknown, title: string): Promise<Chosen | undefined> {
  const node = isNode(given) ? given : undefined;
  const at = imageAt(node);
  const image = imageNode(node);
  if (at !== undefined && image !== undefined) return withPlatform(images, { at, name: nameOf(image), node: image });
  return pickImage(images, title);
}

/** Lets the user pick one of the view's images. */
export async function pickImage(images: Images, title: string, but?: Chosen): Promise<Chosen | undefined> {
  const all = await knownImages(images);
  const items = all.filter(node => node.id !== but?.node?.id).map(node => ({ label: nameOf(node), description: node.detail, node }));
  if (items.length === 0) throw new UserError('not-found', but === undefined ? l10n.t('There is no image in the view. Open one first.') : l10n.t('There is no other image in the view. Open one first.'), [{ label: l10n.t('Open Image...'), action: { kind: 'command', command: 'wasmWorkbench.openImage' } }]);
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return picked === undefined ? undefined : withPlatform(images, { at: { source: picked.node.source }, name: nameOf(picked.node), node: picked.node });
}

/** Every image of the view. */
export async function knownImages(images: Images): Promise<ImageNode[]> {
  const sources = await images.sources.list();
  const all: ImageNode[] = [];
  for (const group of groupsOf(sources)) {
    for (const node of sourcesIn(group, sources, { images: 'repository' })) {
      if (node.kind === 'image') all.push(node);
      else if (node.kind === 'repository') all.push(...imagesIn(node, sources.engine?.wish ?? {}));
    }
  }
  return all;
}

async function withPlatform(images: Images, chosen: Chosen): Promise<Chosen | undefined> {
  const { at, node } = chosen;
  if (at.manifest !== undefined || (at.source.kind === 'engine' && at.source.platform !== undefined)) return chosen;
  if (at.source.kind === 'engine') {
    const { source } = at;
    const platforms = node?.engine?.platforms ?? [];
    if (platforms.length < 2) return chosen;
    const picked = await vscode.window.showQuickPick(platforms.map(platform => ({ label: showPlatform(platform), platform })), { title: l10n.t('Which platform of {0}?', chosen.name) });
    return picked === undefined ? undefined : { ...chosen, at: { source: { ...source, platform: picked.platform } }, name: `${chosen.name} (${picked.label})` };
  }
  const { manifests } = await images.ask('open', { source: at.source }, chosen.name);
  if (manifests.length < 2) return chosen;
  const items = manifests.map(row => ({ label: row.platform === undefined ? row.digest.slice(7, 19) : showPlatform(row.platform), description: row.name ?? '', row }));
  const picked = await vscode.window.showQuickPick(items, { title: l10n.t('Which image of {0}?', chosen.name) });
  return picked === undefined ? undefined : { ...chosen, at: { source: at.source, manifest: picked.row.digest }, name: `${chosen.name} (${picked.label})` };
}

/** What people call an image. */
export function nameOf(node: ImageNode): string {
  return node.engine?.names[0] ?? node.label;
}

/** Whether a command was given a row of the view. */
export function isNode(given: unknown): given is Node {
  return typeof given === 'object' && given !== null && 'kind' in given && 'id' in given;
}
