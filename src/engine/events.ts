import { messageOf } from '../base/error';
import type { Log } from '../base/log';
import type { Engine } from './engine';

/** What happened at an engine. */
export interface EngineEvent {
  readonly type: 'container' | 'image';
  /** `start`, `die`, `destroy`; `tag`, `pull`, `delete`. */
  readonly action: string;
  readonly id: string;
}

export interface Watch {
  readonly types: readonly EngineEvent['type'][];
  readonly log: Log;
  happened(event: EngineEvent): void;
  /** The engine answers (again), or no longer does. */
  state(reachable: boolean, error?: unknown): void;
  /** How long to wait before an engine that went away is asked again, ms; doubled up to a minute. */
  readonly patience?: number;
}

/** Tells what happens at an engine until the signal is aborted; an engine that goes away is asked again until it is back. */
export async function watchEvents(engine: Engine, watch: Watch, signal: AbortSignal): Promise<void> {
  const first = watch.patience ?? 1000;
  let wait = first;
  while (!signal.aborted) {
    try {
      // dockerode's events take their filters as JSON; a connection that stays open tells each event as a line.
      const stream = await engine.ask('list', {}, signal, docker => docker.getEvents({ filters: { type: [...watch.types] } }));
      wait = first;
      watch.state(true);
      await engine.follow(stream, 'list', {}, signal, line => {
        const event = line as { Type?: string; Action?: string; Actor?: { ID?: string } };
        if (event.Type !== 'container' && event.Type !== 'image') return;
        watch.happened({ type: event.Type, action: event.Action ?? '', id: event.Actor?.ID ?? '' });
      });
      watch.state(false);
    } catch (error) {
      if (isAborted(signal)) return;
      watch.log.debug(`events: ${messageOf(error)}`);
      watch.state(false, error);
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, 60_000);
  }
}

/** Asked by a function, since types hold what was true before an await to be true after it. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
