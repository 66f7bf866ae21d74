import * as vscode from 'vscode';
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { sizeText } from '../../base/sizes';
import { deliver, showDestination, type Destination } from '../../image/deliver';
import type { Blobs } from '../../image/oci';
import { packImage } from '../../image/pack';
import { familiarName, parseReference, type Reference } from '../../image/reference';
import type { Progress } from '../../image/watch';
import { readModuleFile } from '../../wasm/read';
import type { App } from '../app';
import { fullId } from '../commandIds';
import type { PackageChoices } from './choices';
import { ask } from './questions';
import { packableOf } from './subject';

const key = 'packages';

/** What was chosen for a project's image before. */
export function lastChoices(app: App, id: string): Partial<PackageChoices> {
  return app.context.workspaceState.get<Readonly<Record<string, PackageChoices>>>(key, {})[id] ?? {};
}

/**
 * Packs a project or a module: asks what is open, builds, packs and brings the image to its place, under a notification that can be cancelled. Gives the
 * image's digest. `chosen` answers questions beforehand, for keybindings and tests.
 */
export async function packageImage(app: App, given: unknown, chosen?: unknown): Promise<string | undefined> {
  const what = await packableOf(app, given);
  if (what === undefined) return undefined;
  const module = await what.module();
  const { signal } = new AbortController();
  const { needs } = await readModuleFile(module, signal);
  const last = lastChoices(app, what.id);
  const choices = isChosen(chosen) ? { additions: [], args: [], expose: [], ...chosen } : await ask(what, last, needs.includes('sockets'));
  if (choices === undefined) return undefined;
  await app.context.workspaceState.update(key, { ...app.context.workspaceState.get<object>(key, {}), [what.id]: choices });
  const name = parseReference(choices.name);
  const made = await withProgress(l10n.t('Packaging {0}', familiarName(name)), async (wish) => {
    const image = await packImage({
      module, additions: choices.additions, args: choices.args, expose: choices.expose, env: {}, labels: {}, platform: { os: 'wasi', architecture: 'wasm' },
      // An engine unpacks what it is given.
      compress: choices.destination.kind !== 'engine',
    }, { signal: wish.signal, progress: wish.progress(l10n.t('packing')) });
    try {
      await bring(image, choices.destination, name, wish);
      return { digest: image.root.digest, size: image.layers.reduce((sum, layer) => sum + layer.size, 0) };
    } finally {
      await image.dispose();
    }
  });
  app.log.info(`packed ${familiarName(name)} ${made.digest} to ${choices.destination.kind} ${showDestination(choices.destination, name)}`);
  void tell(made, choices.destination, name);
  return made.digest;
}

function isChosen(chosen: unknown): chosen is Pick<PackageChoices, 'name' | 'destination'> & Partial<PackageChoices> {
  return typeof chosen === 'object' && chosen !== null && 'name' in chosen && 'destination' in chosen;
}

/** What work with an image is given: a signal that the notification's button aborts, and its progress. */
export interface Wish {
  readonly signal: AbortSignal;
  progress(phase: string): Progress;
}

/** Runs work with images under a notification that shows how far it is and can cancel it. */
export async function withProgress<T>(title: string, work: (wish: Wish) => Promise<T>): Promise<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (notification, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => { abort.abort(); });
    return work({
      signal: abort.signal,
      progress(phase) {
        let shown = 0;
        return (done, total) => {
          const now = Math.floor(done / Math.max(total, 1) * 100);
          if (now === shown) return;
          notification.report({ message: `${phase} ${sizeText(done)} / ${sizeText(total)}`, ...(now > shown ? { increment: (now - shown) / 2 } : {}) });
          shown = now;
        };
      },
    });
  });
}

/** Brings an image to a place, told as progress. */
export async function bring(image: Blobs, to: Destination, name: Reference, wish: Wish): Promise<void> {
  const phase = to.kind === 'registry' ? l10n.t('pushing') : to.kind === 'engine' ? l10n.t('loading into Docker') : l10n.t('writing');
  await deliver(image, to, name, { signal: wish.signal, progress: wish.progress(phase) });
}

async function tell(made: { readonly digest: string; readonly size: number }, to: Destination, name: Reference): Promise<void> {
  const shown = familiarName(name);
  const size = sizeText(made.size);
  const said = to.kind === 'engine' ? l10n.t('{0} ({1}) is in Docker.', shown, size) : to.kind === 'registry' ? l10n.t('{0} ({1}) is in its registry.', shown, size)
    : l10n.t('{0} ({1}) is in {2}.', shown, size, basename(to.path));
  const run = l10n.t('Run Image');
  const copy = l10n.t('Copy Digest');
  const reveal = l10n.t('Show in Explorer');
  const answer = await vscode.window.showInformationMessage(said, run, ...('path' in to ? [reveal] : []), copy);
  if (answer === copy) await vscode.env.clipboard.writeText(made.digest);
  else if (answer === run) await vscode.commands.executeCommand(fullId('runImage'), 'path' in to ? to.path : shown);
  else if (answer === reveal && 'path' in to) await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(to.path));
}
