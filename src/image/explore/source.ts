import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EndpointWish } from '../../engine/endpoint';
import { showPlatform, type Platform } from '../oci';
import { openImage, openReference, type OpenImage } from '../open';
import type { Patience } from '../registry/http';

/** Where an image is. A plain value: it names an image in links, in settings and between threads. */
export type Source =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'registry'; readonly reference: string }
  | { readonly kind: 'engine'; readonly image: string; readonly engine: EndpointWish; readonly platform?: Platform };

/** A text that is the same for the same source. */
export function sourceKey(source: Source): string {
  switch (source.kind) {
    case 'file': case 'folder': return `${source.kind} ${source.path}`;
    case 'registry': return `registry ${source.reference}`;
    case 'engine': return `engine ${source.engine.context ?? ''} ${source.image} ${source.platform === undefined ? '' : showPlatform(source.platform)}`;
  }
}

/** Changes when what a source holds has changed; registries and engines are only asked anew when they are opened anew. */
export async function sourceStamp(source: Source): Promise<string> {
  if (source.kind !== 'file' && source.kind !== 'folder') return '';
  const file = source.kind === 'file' ? source.path : join(source.path, 'index.json');
  const found = await stat(file).catch(() => undefined);
  return found === undefined ? 'gone' : `${found.mtimeMs} ${found.size}`;
}

export interface SourceWish {
  readonly signal: AbortSignal;
  /** The most bytes that a compressed image file may unpack to. */
  readonly largest: number;
  /** Bytes that came, before anything can be told of the image. */
  progress?(bytes: number): void;
  /** With a registry. */
  readonly patience?: Patience;
}

/** How long a registry may be silent, and how often it is asked: somebody looks at the screen. */
const impatience = { attempts: 2, silence: 20_000, pause: 500 };

/** Opens a source. Throws a UserError. */
export async function openSource(source: Source, wish: SourceWish): Promise<OpenImage> {
  switch (source.kind) {
    case 'file': case 'folder': return openImage(source.path, path => path, wish.signal, { largest: wish.largest });
    case 'registry': return openReference(source.reference, wish.signal, wish.patience ?? impatience);
    case 'engine': {
      const { Engine } = await import('../../engine/engine');
      const { openEngineImage } = await import('../stores/engine');
      const { signal } = wish;
      const file = await openEngineImage(await Engine.at(source.engine), source.image, { signal, ...(source.platform === undefined ? {} : { platform: source.platform }), progress: bytes => { wish.progress?.(bytes); } });
      return { root: file.root, blob: digest => file.blob(digest), names: file.names, where: 'engine', dispose: () => file.dispose() };
    }
  }
}
