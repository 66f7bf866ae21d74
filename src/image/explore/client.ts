import { Worker } from 'node:worker_threads';
import { UserError } from '../../base/error';
import * as l10n from '@vscode/l10n';
import type { Progress } from './manifest';
import type { FromThread, Question, Questions, ThreadStart, ToThread } from './protocol';

interface Waiting {
  done(answer: unknown): void;
  fail(error: Error): void;
  readonly progress: Progress | undefined;
}

export interface ClientWish {
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
}

/** Asks the thread that reads images; it is started with the first question. */
export class ImageClient {
  readonly #script: string;
  readonly #start: ThreadStart;
  readonly #largest: () => number;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #last = 0;

  /** `largest` is asked each time: what a layer may unpack to, in bytes. */
  constructor(script: string, start: ThreadStart, largest: () => number) {
    this.#script = script;
    this.#start = start;
    this.#largest = largest;
  }

  /** Asks one question. Throws a UserError, or the signal's reason. */
  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask'], { signal, progress }: ClientWish = {}): Promise<Questions[Q]['answer']> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const id = ++this.#last;
      const worker = this.#thread();
      const cancel = (): void => {
        worker.postMessage({ kind: 'cancel', id } satisfies ToThread);
        settle();
        reject(signal?.reason as Error);
      };
      const settle = (): void => {
        this.#waiting.delete(id);
        signal?.removeEventListener('abort', cancel);
        // An idle thread does not keep a process from ending.
        if (this.#waiting.size === 0) worker.unref();
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#waiting.set(id, {
        progress,
        done(answer) {
          settle();
          resolve(answer as Questions[Q]['answer']);
        },
        fail(error) {
          settle();
          reject(error);
        },
      });
      worker.ref();
      worker.postMessage({ kind: 'ask', id, question, ask, largest: this.#largest() } satisfies ToThread);
    });
  }

  async dispose(): Promise<void> {
    await this.#worker?.terminate();
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.#script, { workerData: this.#start, stdin: false });
    this.#worker = worker;
    worker.on('message', (message: FromThread) => { this.#hear(message); });
    worker.on('error', error => { this.#over(error instanceof Error ? error : new Error(String(error))); });
    worker.on('exit', () => { this.#over(undefined); });
    return worker;
  }

  #hear(message: FromThread): void {
    const waiting = this.#waiting.get(message.id);
    switch (message.kind) {
      case 'answer': waiting?.done(message.answer); break;
      case 'progress': waiting?.progress?.(message.layer, message.bytes, message.total); break;
      case 'failed': waiting?.fail(message.code === undefined ? Object.assign(new Error(message.message), { name: message.name }) : new UserError(message.code, message.message, message.remedies)); break;
    }
  }

  /** The thread is gone, for want of memory most likely: the next question starts another. */
  #over(error: Error | undefined): void {
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    for (const each of waiting) each.fail(new UserError('internal', l10n.t('Reading the image ended unexpectedly: {0}.', error?.message ?? l10n.t('its thread is gone')), [], { cause: error }));
  }
}
