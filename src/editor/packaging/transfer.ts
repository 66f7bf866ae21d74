import * as vscode from 'vscode';
import { join } from 'node:path';
import { homedir } from 'node:os';
import * as l10n from '@vscode/l10n';
import type { Destination } from '../../image/deliver';
import { openNamed } from '../../image/named';
import { repositoryOf } from '../../image/open';
import { familiarName, parseReference } from '../../image/reference';
import type { App } from '../app';
import { fullId } from '../commandIds';
import { requireTrust } from '../errors';
import { imageText } from './choices';
import { bring, withProgress } from './packageImage';
import { askFile, askName, engineDestination } from './questions';

/** Pushes an image file, a layout folder or an image of Docker to a registry. Gives its digest. `to` is the name that it gets. */
export async function push(app: App, given: unknown, to?: unknown): Promise<string | undefined> {
  requireTrust();
  const image = imageText(given) ?? await pickFile();
  if (image === undefined) return undefined;
  const named = typeof to === 'string' ? to : await askName(l10n.t('Push {0} as', image), /\.(tar|tgz|gz)$/i.test(image) ? '' : image);
  if (named === undefined) return undefined;
  const name = parseReference(named);
  const digest = await withProgress(l10n.t('Pushing {0}', familiarName(name)), async wish => {
    const opened = await openNamed(image, path => path, wish.signal, engineDestination(undefined).engine);
    try {
      await bring(opened, { kind: 'registry' }, name, wish);
      return opened.root.digest;
    } finally {
      await opened.dispose();
    }
  });
  app.log.info(`pushed ${familiarName(name)} ${digest}`);
  void vscode.window.showInformationMessage(l10n.t('Pushed {0}.', familiarName(name)));
  return digest;
}

async function pickFile(): Promise<string | undefined> {
  const opened = await vscode.window.showOpenDialog({ canSelectFiles: true, canSelectFolders: true, openLabel: l10n.t('Push Image'), filters: { [l10n.t('Image files')]: ['tar', 'gz', 'tgz'] } });
  return opened?.[0]?.fsPath;
}

/** Pulls an image of a registry into Docker or a file. Gives its digest. */
export async function pull(app: App, given: unknown, to?: unknown): Promise<string | undefined> {
  requireTrust();
  const text = imageText(given) ?? await askName(l10n.t('Pull an Image'), '');
  if (text === undefined) return undefined;
  const name = parseReference(text);
  const destination = isDestination(to) ? to : await askPlace(familiarName(name));
  if (destination === undefined) return undefined;
  const digest = await withProgress(l10n.t('Pulling {0}', familiarName(name)), async wish => {
    const image = await (await repositoryOf(name, wish.signal)).open(name);
    await bring(image, destination, name, wish);
    return image.root.digest;
  });
  app.log.info(`pulled ${familiarName(name)} ${digest}`);
  const run = l10n.t('Run Image');
  void Promise.resolve(vscode.window.showInformationMessage(l10n.t('Pulled {0}.', familiarName(name)), run)).then(answer => {
    if (answer === run) return vscode.commands.executeCommand(fullId('runImage'), 'path' in destination ? destination.path : familiarName(name));
    return undefined;
  });
  return digest;
}

async function askPlace(name: string): Promise<Destination | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const items = [
    { label: `$(server-environment) ${l10n.t('Docker')}`, to: 'engine' as const },
    { label: `$(file-zip) ${l10n.t('Image File...')}`, to: 'file' as const },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: l10n.t('Where does {0} go?', name) });
  if (picked === undefined) return undefined;
  if (picked.to === 'engine') return engineDestination(folder);
  return askFile(l10n.t('Pull {0}', name), join(folder ?? homedir(), `${name.replaceAll(/[^\w.-]+/g, '-')}.tar`));
}

function isDestination(to: unknown): to is Destination {
  return typeof to === 'object' && to !== null && 'kind' in to;
}
