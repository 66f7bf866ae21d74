import { stat } from 'node:fs/promises';
import { isUserError } from '../base/error';
import type { EndpointWish } from '../engine/endpoint';
import { openImage, openReference, type OpenImage } from './open';
import { familiarName, parseReference } from './reference';

/** How long an engine may take to say whether it has an image, in milliseconds, before the registry is asked. */
const engineSilence = 15_000;

/**
 * Opens what a text names, as Docker's own tools take it: a file or an OCI layout folder, an image that the engine here has, or else one in a
 * registry. Where no engine answers, none is needed. Throws a UserError.
 */
export async function openNamed(text: string, resolvePath: (text: string) => string, signal: AbortSignal, engine: EndpointWish = {}): Promise<OpenImage> {
  if (await stat(resolvePath(text)).catch(() => undefined) !== undefined) return openImage(text, resolvePath, signal);
  return (await fromEngine(text, signal, engine)) ?? openReference(text, signal);
}

/** An image that the engine has; undefined where it has none of that name, or is not there. */
async function fromEngine(text: string, signal: AbortSignal, wish: EndpointWish): Promise<OpenImage | undefined> {
  const name = nameOf(text);
  if (name === undefined) return undefined;
  const { Engine } = await import('../engine/engine');
  const { hasEngineImage, openEngineImage } = await import('./stores/engine');
  try {
    const engine = await Engine.at(wish);
    if (!await hasEngineImage(engine, name, AbortSignal.any([signal, AbortSignal.timeout(engineSilence)]))) return undefined;
    const open = async (platform?: { os: string; architecture: string }): Promise<OpenImage> => {
      const file = await openEngineImage(engine, name, { signal, ...(platform === undefined ? {} : { platform }) });
      return { root: file.root, blob: digest => file.blob(digest), names: file.names, where: 'engine', dispose: () => file.dispose() };
    };
    // An image of several platforms, of which only ours was pulled, can't be saved as a whole.
    return await open().catch((error: unknown) => (isUserError(error) && error.code.startsWith('engine.') ? open({ os: 'wasi', architecture: 'wasm' }) : Promise.reject(error instanceof Error ? error : new Error(String(error)))));
  } catch (error) {
    signal.throwIfAborted();
    if (isUserError(error) && (error.code.startsWith('engine.') || error.code === 'usage') || (error instanceof Error && error.name === 'TimeoutError')) return undefined;
    throw error;
  }
}

function nameOf(text: string): string | undefined {
  try {
    return familiarName(parseReference(text));
  } catch {
    return undefined;
  }
}
