import * as vscode from 'vscode';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { isUserError, messageOf } from '../../base/error';
import type { Addition } from '../../image/content';
import type { Destination } from '../../image/deliver';
import { portOf } from '../../image/pack';
import { parseReference } from '../../image/reference';
import { settingsOf } from '../settings';
import { candidates, imageName, lineOf, wordsOf, type PackageChoices } from './choices';
import type { Packable } from './subject';

// The questions of `Package as OCI Image...`: name, content, arguments, place. Each offers what was chosen the last time.

/** Asks for all of it; undefined when a question was dismissed. `sockets` asks for a port, too. */
export async function ask(what: Packable, last: Partial<PackageChoices>, sockets: boolean): Promise<PackageChoices | undefined> {
  const steps = sockets ? 5 : 4;
  const title = (step: number): string => l10n.t('Package {0} as OCI Image ({1}/{2})', what.name, step, steps);
  const name = await askName(title(1), last.name ?? imageName(what.name));
  if (name === undefined) return undefined;
  const additions = await askContent(title(2), what.folder, last.additions);
  if (additions === undefined) return undefined;
  const line = await vscode.window.showInputBox({
    title: title(3), value: lineOf(last.args ?? []), ignoreFocusOut: true,
    prompt: l10n.t('Arguments of the program, as the image starts it'), placeHolder: l10n.t('for instance -q /docroot/index.php'),
  });
  if (line === undefined) return undefined;
  const expose = sockets ? await askPort(title(4), last.expose?.[0] ?? '8080') : [];
  if (expose === undefined) return undefined;
  const destination = await askDestination(title(steps), what, name, last.destination);
  return destination === undefined ? undefined : { name, additions, args: wordsOf(line), expose, destination };
}

/** Asks for an image's name. */
export function askName(title: string, value: string): Promise<string | undefined> {
  return Promise.resolve(vscode.window.showInputBox({
    title, value, ignoreFocusOut: true, valueSelection: [0, value.lastIndexOf(':') < 0 ? value.length : value.lastIndexOf(':')],
    prompt: l10n.t('The name of the image: name:tag, or registry/name:tag to push it'),
    validateInput: text => objection(() => parseReference(text)),
  }));
}

async function askContent(title: string, folder: string, last: readonly Addition[] | undefined): Promise<readonly Addition[] | undefined> {
  const names = (await readdir(folder, { withFileTypes: true })).filter(entry => entry.isDirectory()).map(entry => entry.name);
  const offered = candidates(folder, names);
  const more = (last ?? []).filter(({ host }) => !offered.some(one => one.host === host));
  const other = { label: `$(folder-opened) ${l10n.t('Another Folder...')}`, addition: undefined as Addition | undefined, picked: false, description: '' };
  const items = [
    ...[...offered, ...more.map(one => ({ ...one, likely: true }))].map(({ host, guest, likely }) => ({
      label: `$(folder) ${basename(host)}`, description: l10n.t('as {0} in the image', guest), addition: { host, guest },
      picked: last === undefined ? likely : last.some(one => one.host === host),
    })),
    other,
  ];
  const picked = await vscode.window.showQuickPick(items, { title, canPickMany: true, ignoreFocusOut: true, placeHolder: l10n.t('Which folders go into the image beside the module? None is fine.') });
  if (picked === undefined) return undefined;
  const chosen = picked.flatMap(({ addition }) => addition ?? []);
  if (!picked.includes(other)) return chosen;
  const opened = await vscode.window.showOpenDialog({ canSelectFiles: true, canSelectFolders: true, canSelectMany: true, openLabel: l10n.t('Put into the Image'), defaultUri: vscode.Uri.file(folder) });
  for (const { fsPath } of opened ?? []) {
    const guest = await vscode.window.showInputBox({
      title, value: `/${basename(fsPath)}`, ignoreFocusOut: true, prompt: l10n.t('Where in the image does {0} lie?', fsPath),
      validateInput: text => (text.startsWith('/') ? undefined : l10n.t('Write an absolute path, for instance /docroot.')),
    });
    if (guest === undefined) return undefined;
    chosen.push({ host: fsPath, guest });
  }
  return chosen;
}

async function askPort(title: string, value: string): Promise<readonly string[] | undefined> {
  const text = await vscode.window.showInputBox({
    title, value, ignoreFocusOut: true, prompt: l10n.t('The module uses sockets. Which port does it listen at? Nothing is fine.'),
    validateInput: each => (each === '' ? undefined : objection(() => portOf(each))),
  });
  return text === undefined ? undefined : text === '' ? [] : [text];
}

/** Asks where an image goes. */
async function askDestination(title: string, what: Packable, name: string, last: Destination | undefined): Promise<Destination | undefined> {
  const { registry } = parseReference(name);
  const items = [
    { label: `$(server-environment) ${l10n.t('Docker')}`, description: l10n.t('straight into the engine'), to: 'engine' as const },
    { label: `$(file-zip) ${l10n.t('Image File...')}`, description: l10n.t('a tar that docker load, podman and skopeo read'), to: 'file' as const },
    { label: `$(folder) ${l10n.t('OCI Layout Folder...')}`, description: l10n.t('a new folder'), to: 'folder' as const },
    { label: `$(cloud-upload) ${l10n.t('Registry {0}', registry)}`, description: l10n.t('pushed as {0}, with your Docker login', name), to: 'registry' as const },
  ].sort((a, b) => Number(b.to === last?.kind) - Number(a.to === last?.kind));
  const picked = await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true, placeHolder: l10n.t('Where does the image go?') });
  switch (picked?.to) {
    case undefined: return undefined;
    case 'registry': return { kind: 'registry' };
    case 'engine': return engineDestination(what.folder);
    case 'file': return askFile(title, join(what.folder, `${what.name}.tar`), last);
    case 'folder': {
      const uri = await vscode.window.showSaveDialog({ title, saveLabel: l10n.t('Make the Folder'), defaultUri: vscode.Uri.file(join(what.folder, `${what.name}-image`)) });
      return uri === undefined ? undefined : { kind: 'folder', path: uri.fsPath };
    }
  }
}

/** Asks for an image file to write. */
export async function askFile(title: string, otherwise: string, last?: Destination): Promise<Destination | undefined> {
  const uri = await vscode.window.showSaveDialog({ title, saveLabel: l10n.t('Write Image'), filters: { [l10n.t('Image files')]: ['tar', 'gz', 'tgz'] }, defaultUri: vscode.Uri.file(last?.kind === 'file' ? last.path : otherwise) });
  return uri === undefined ? undefined : { kind: 'file', path: uri.fsPath };
}

/** The engine that the settings mean. */
export function engineDestination(folder: string | undefined): Destination & { readonly kind: 'engine' } {
  const all = vscode.workspace.getConfiguration('wasmWorkbench', folder === undefined ? undefined : vscode.Uri.file(folder));
  const context = all.get<string>('docker.context', '');
  const docker = settingsOf(folder).paths['docker'];
  return { kind: 'engine', engine: { ...(context === '' ? {} : { context }), ...(docker === undefined ? {} : { docker }) } };
}

function objection(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return isUserError(error) ? error.message : messageOf(error);
  }
}
