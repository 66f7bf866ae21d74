import { isUserError, messageOf } from '../base/error';
import type { Found } from '../base/find';
import { Engine } from './engine';

/** The engine that is meant, if it answers: its address and version, or every place that was looked at. */
export async function findEngine(docker: string | undefined, signal: AbortSignal): Promise<Found> {
  try {
    const engine = await Engine.at(docker === undefined ? {} : { docker });
    try {
      const { Version } = await engine.ask('connect', {}, AbortSignal.any([signal, AbortSignal.timeout(5000)]), client => client.version());
      return { path: engine.endpoint.address, version: Version };
    } catch {
      signal.throwIfAborted();
      return { tried: [...new Set([engine.endpoint.address, ...engine.endpoint.tried])] };
    }
  } catch (error) {
    signal.throwIfAborted();
    return { tried: [isUserError(error) ? error.message : messageOf(error)] };
  }
}
