import type Docker from 'dockerode';
import { isCanceled, isUserError, UserError } from '../base/error';
import * as l10n from '@vscode/l10n';
import { resolveEndpoint, thisPlace, type Endpoint, type EndpointWish, type Place } from './endpoint';
import { failureOf, type About, type Step } from './failure';
import { translate } from './troubles';

/** A Docker Engine: where it is, and how it is asked. Whatever it refuses becomes a UserError. */
export class Engine {
  readonly endpoint: Endpoint;
  readonly docker: Docker;

  private constructor(endpoint: Endpoint, docker: Docker) {
    this.endpoint = endpoint;
    this.docker = docker;
  }

  /** The engine that is meant; nothing is asked of it yet. Throws a UserError for a context that can't be resolved. */
  static async at(wish: EndpointWish = {}, place: Place = thisPlace()): Promise<Engine> {
    return Engine.of(resolveEndpoint(wish, place));
  }

  /** The engine at an endpoint that is known. */
  static async of(endpoint: Endpoint): Promise<Engine> {
    const { makeClient } = await import('./client');
    return new Engine(endpoint, makeClient(endpoint));
  }

  /** Asks the engine; what it refuses is translated. An abort ends the wait, and rejects with the signal's reason. */
  async ask<T>(step: Step, about: About, signal: AbortSignal, work: (docker: Docker) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await until(work(this.docker), signal);
    } catch (error) {
      signal.throwIfAborted();
      throw this.explain(error, step, about);
    }
  }

  /** The sentence for what was thrown while an engine was asked. */
  explain(error: unknown, step: Step, about: About): unknown {
    if (isUserError(error) || isCanceled(error)) return error;
    return translate(failureOf(error, step, this.endpoint, about), error);
  }

  /** Reads a stream of progress lines to its end; an engine tells errors in it, under status 200. */
  async follow(stream: NodeJS.ReadableStream, step: Step, about: About, signal: AbortSignal, tell: (line: ProgressLine) => void = () => {}): Promise<void> {
    const stop = (): void => { (stream as NodeJS.ReadableStream & { destroy(): void }).destroy(); };
    signal.addEventListener('abort', stop, { once: true });
    try {
      let rest = '';
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.read(line, step, about, tell);
      }
      this.read(rest, step, about, tell);
      signal.throwIfAborted();
    } catch (error) {
      signal.throwIfAborted();
      throw this.explain(error, step, about);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  private read(line: string, step: Step, about: About, tell: (line: ProgressLine) => void): void {
    if (line.trim() === '') return;
    let value: ProgressLine;
    try {
      value = JSON.parse(line) as ProgressLine;
    } catch (error) {
      throw new UserError('engine.garbage', l10n.t('The Docker Engine at {0} answered something that is not JSON: {1}.', this.endpoint.address, line.slice(0, 80)), [], { cause: error });
    }
    const said = value.errorDetail?.message ?? value.error;
    if (said !== undefined) throw translate({ ...failureOf(new Error(said), step, this.endpoint, about), message: said });
    tell(value);
  }
}

/** A line of what load, pull and push tell. */
export interface ProgressLine {
  readonly status?: string;
  readonly id?: string;
  readonly stream?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly aux?: unknown;
}

/** The promise, or the signal's reason as soon as it is aborted; what the promise gives afterwards is dropped. */
async function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => { reject(signal.reason as Error); };
    signal.addEventListener('abort', abort, { once: true });
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
