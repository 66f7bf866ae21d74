import { UserError } from '../base/error';
import * as l10n from '@vscode/l10n';
import type { EndpointWish } from '../engine/endpoint';
import type { Blobs } from './oci';
import { repositoryOf } from './open';
import { familiarName, type Reference } from './reference';
import { watched, type Progress } from './watch';

/** A place that an image goes to. */
export type Destination =
  /** A tar that is an OCI layout and a docker-archive at once; `.gz` and `.tgz` compress it. */
  | { readonly kind: 'file'; readonly path: string }
  /** A new folder with an OCI layout. */
  | { readonly kind: 'folder'; readonly path: string }
  /** The registry that the image's name names. */
  | { readonly kind: 'registry' }
  /** A Docker Engine. */
  | { readonly kind: 'engine'; readonly engine: EndpointWish };

/** Where a path leads by its ending: an image file or a layout folder. */
export function pathDestination(path: string): Destination {
  return { kind: /\.(tar|tgz|gz)$/i.test(path) ? 'file' : 'folder', path };
}

/** Brings an image to a place, whole or not at all. Throws a UserError. */
export async function deliver(image: Blobs, to: Destination, name: Reference | undefined, wish: { readonly signal: AbortSignal; readonly progress?: Progress }): Promise<void> {
  const { signal, progress } = wish;
  switch (to.kind) {
    case 'file': {
      const { writeArchive } = await import('./stores/archive');
      return writeArchive(await watched(image, progress, signal), to.path, name, signal);
    }
    case 'folder': {
      const { writeLayout } = await import('./stores/layout');
      return writeLayout(await watched(image, progress, signal), to.path, name, signal);
    }
    case 'registry': {
      const reference = named(name);
      if (reference.digest !== undefined) throw new UserError('usage', l10n.t('An image is pushed to a tag, not to a digest. Write {0}.', `${reference.registry}/${reference.repository}:TAG`));
      const repository = await repositoryOf(reference, signal);
      await repository.push(image, reference.tag ?? 'latest', progress);
      return;
    }
    case 'engine': {
      const reference = named(name);
      const { Engine } = await import('../engine/engine');
      const { loadIntoEngine } = await import('./stores/engine');
      await loadIntoEngine(await Engine.at(to.engine), await watched(image, progress, signal), reference, { signal });
    }
  }
}

/** The name that a registry or an engine needs. Throws a UserError with code `usage` where there is none. */
function named(name: Reference | undefined): Reference {
  if (name === undefined) throw new UserError('usage', l10n.t('The image needs a name to go there: --tag NAME:TAG.'));
  return name;
}

/** A place as a person reads it. */
export function showDestination(to: Destination, name: Reference | undefined): string {
  return 'path' in to ? to.path : name === undefined ? '' : familiarName(name);
}
