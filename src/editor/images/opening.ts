import * as vscode from 'vscode';
import { dirname } from 'node:path';
import * as l10n from '@vscode/l10n';
import { UserError } from '../../base/error';
import type { Source } from '../../image/explore/source';
import { parseReference } from '../../image/reference';
import { isLayout } from '../../image/stores/sniff';
import type { App } from '../app';
import { guarded } from '../errors';
import type { Images } from './images';

/** `Open Image...`: a file of the explorer, or what the user picks or types. */
export async function openImage(app: App, given: unknown): Promise<void> {
  const images = await app.images.get();
  const source = given instanceof vscode.Uri ? await sourceAt(given.fsPath) : await askSource();
  if (source !== undefined) await openSource(images, source);
}

/** Files and folders that were dropped on the view. */
export async function openDropped(app: App, data: vscode.DataTransfer): Promise<void> {
  await guarded(app, async () => {
    const list = await data.get('text/uri-list')?.asString() ?? '';
    const images = await app.images.get();
    for (const text of list.split(/\r?\n/).filter(line => line !== '' && !line.startsWith('#'))) {
      const uri = vscode.Uri.parse(text, true);
      if (uri.scheme === 'file') await openSource(images, await sourceAt(uri.fsPath));
    }
  });
}

async function openSource(images: Images, source: Source): Promise<void> {
  // What can't be read is not put on the view: the error says why.
  const opened = await images.ask('open', { source, fresh: true }, source.kind === 'registry' ? source.reference : source.kind === 'engine' ? source.image : source.path);
  if (opened.manifests.length === 0) throw new UserError('bad-image', l10n.t('The image holds nothing: its index names no manifest.'));
  await images.sources.add(source);
  await vscode.commands.executeCommand('wasmWorkbench.images.focus');
  await images.reveal(source);
}

async function sourceAt(path: string): Promise<Source> {
  if (await isLayout(path)) return { kind: 'folder', path };
  if (/[\\/](oci-layout|index\.json)$/.test(path)) return { kind: 'folder', path: dirname(path) };
  return { kind: 'file', path };
}

async function askSource(): Promise<Source | undefined> {
  const choices = [
    { label: `$(archive) ${l10n.t('Image File...')}`, detail: l10n.t('A .tar or .tar.gz with an OCI layout, or of docker save'), value: 'file' as const },
    { label: `$(folder) ${l10n.t('OCI Layout Folder...')}`, detail: l10n.t('A folder with index.json and blobs'), value: 'folder' as const },
    { label: `$(cloud) ${l10n.t('Image in a Registry...')}`, detail: l10n.t('Looked into without pulling it'), value: 'registry' as const },
  ];
  const chosen = await vscode.window.showQuickPick(choices, { title: l10n.t('Where is the image?') });
  if (chosen === undefined) return undefined;
  if (chosen.value === 'registry') {
    if (!vscode.workspace.isTrusted) throw new UserError('untrusted', l10n.t('This workspace is open in Restricted Mode: registries are asked with your logins, so not from here. Trust it first.'), [{ label: l10n.t('Manage Workspace Trust'), action: { kind: 'command', command: 'workbench.trust.manage' } }]);
    const reference = await vscode.window.showInputBox({
      title: l10n.t('Image in a registry'), prompt: l10n.t('registry/name:tag, as docker pull takes it'), placeHolder: 'localhost:5000/app:1',
      validateInput(text) {
        try {
          parseReference(text.trim());
          return undefined;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      },
    });
    return reference === undefined ? undefined : { kind: 'registry', reference: reference.trim() };
  }
  const picked = await vscode.window.showOpenDialog({
    canSelectFiles: chosen.value === 'file', canSelectFolders: chosen.value === 'folder', openLabel: l10n.t('Open Image'),
    ...(chosen.value === 'file' ? { filters: { [l10n.t('Images')]: ['tar', 'tgz', 'gz', 'oci'], [l10n.t('All Files')]: ['*'] } } : {}),
  });
  const path = picked?.[0]?.fsPath;
  return path === undefined ? undefined : sourceAt(path);
}
