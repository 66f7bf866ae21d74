import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isUserError, UserError } from '../base/error';
import * as l10n from '@vscode/l10n';
import type { Blobs, Platform } from './oci';
import { credentialsFor } from './registry/credentials';
import type { Patience } from './registry/http';
import { parseReference, type Reference } from './reference';

/** An image that is open, wherever it is. */
export interface OpenImage extends Blobs {
  readonly where: 'file' | 'folder' | 'registry' | 'engine';
  readonly names: readonly string[];
  dispose(): Promise<void>;
}

/**
 * Opens what a text names: an image file (tar, tar.gz), an OCI layout folder, or else a reference in a registry, which is read without
 * pulling it. Throws a UserError.
 */
export async function openImage(text: string, resolvePath: (text: string) => string, signal: AbortSignal, wish: { readonly largest?: number } = {}): Promise<OpenImage> {
  const path = resolvePath(text);
  const there = await stat(path).catch(() => undefined);
  if (there?.isFile() === true) {
    const { openImageFile } = await import('./stores/tarfile');
    const file = await openImageFile(path, signal, wish.largest);
    return { root: file.root, blob: digest => file.blob(digest), names: file.names, where: 'file', dispose: () => file.dispose() };
  }
  if (there?.isDirectory() === true && (await stat(join(path, 'oci-layout')).catch(() => undefined)) !== undefined) {
    const { openLayout } = await import('./stores/layout');
    const layout = await openLayout(path);
    return { ...layout, names: [], where: 'folder', dispose: () => Promise.resolve() };
  }
  if (there?.isDirectory() === true) throw new UserError('bad-image', l10n.t('{0} is a folder without an image: it has no file oci-layout.', path));
  return openReference(text, signal);
}

/** Opens an image in a registry, without pulling it. Throws a UserError. */
export async function openReference(text: string, signal: AbortSignal, patience?: Patience): Promise<OpenImage> {
  const reference = referenceOrPath(text);
  const blobs = await repositoryOf(reference, signal, patience).then(repository => repository.open(reference));
  return { ...blobs, names: [text], where: 'registry', dispose: () => Promise.resolve() };
}

/** As `openImage`, but a name is first looked for in the Docker Engine, as Docker itself does. Throws a UserError. */
export async function openAnywhere(text: string, resolvePath: (text: string) => string, wish: { readonly signal: AbortSignal; readonly platform?: Platform | undefined; progress(bytes: number): void }): Promise<OpenImage> {
  const { signal, platform } = wish;
  if (!(await stat(resolvePath(text)).then(() => true, () => false)) && !looksLikePath(text)) {
    const { Engine } = await import('../engine/engine');
    const { hasEngineImage, openEngineImage } = await import('./stores/engine');
    // An engine that does not answer is none: the registry may have the image.
    const engine = await Engine.at().catch(() => undefined);
    const there = engine !== undefined && await hasEngineImage(engine, text, AbortSignal.any([signal, AbortSignal.timeout(5000)])).catch(() => false);
    signal.throwIfAborted();
    if (engine !== undefined && there) {
      const file = await openEngineImage(engine, text, { signal, ...(platform === undefined ? {} : { platform }), progress: bytes => { wish.progress(bytes); } });
      return { root: file.root, names: file.names, where: 'engine', blob: digest => file.blob(digest), dispose: () => file.dispose() };
    }
  }
  return openImage(text, resolvePath, signal);
}

const looksLikePath = (text: string): boolean => /^[./\\]|\.(tar|tgz|gz)$|^[A-Za-z]:\\/i.test(text);

function referenceOrPath(text: string): Reference {
  const missing = l10n.t('There is no image file or folder {0}.', text);
  if (looksLikePath(text)) throw new UserError('not-found', missing);
  try {
    return parseReference(text);
  } catch (error) {
    throw isUserError(error) ? new UserError('usage', `${missing} ${error.message}`, [], { cause: error }) : error;
  }
}

/** The repository of a reference, with the user's own login for it. */
export async function repositoryOf(reference: Reference, signal: AbortSignal, patience?: Patience): Promise<import('./registry/client').Repository> {
  const { Repository } = await import('./registry/client');
  return new Repository(reference, { signal, credentials: () => credentialsFor(reference.registry, signal), ...(patience === undefined ? {} : { patience }) });
}
