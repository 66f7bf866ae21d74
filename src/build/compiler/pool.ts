import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { HeaderRecipe } from './headers';
import type { Request } from './driver';
import type { EnginePlaces } from './engine';
import type { WorkerAnswer, WorkerJob, WorkerStart, WorkerTask } from './worker';

interface Job {
  readonly task: WorkerJob;
  resolve(answer: WorkerAnswer): void;
  reject(error: unknown): void;
  readonly signal?: AbortSignal;
}

interface Hand {
  readonly worker: Worker;
  readonly temporary: string;
  job?: Job;
}

/** What a pool is made of. */
export interface PoolParts {
  readonly places: EnginePlaces;
  /** worker.ts's bundle. */
  readonly script: string;
  /** Jobs at once. */
  readonly size: number;
  /** Called when the last job is done, and when the first begins. */
  busy(now: boolean): void;
}

/** Runs tools side by side, a worker thread for each; header work waits until nobody else does. */
export class Pool {
  readonly #parts: PoolParts;
  readonly #hands = new Set<Hand>();
  readonly #waiting: Job[] = [];
  readonly #headers = new Map<string, HeaderRecipe>();
  #quiet: NodeJS.Timeout | undefined;
  #serial = 0;
  #module: WebAssembly.Module | undefined;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  /** Starts the first worker; its thread comes up while the module is still being compiled. */
  warm(): void {
    if (this.#hands.size === 0) this.#hire();
  }

  /** Gives the module, before which nothing may be run. */
  begin(module: WebAssembly.Module): void {
    this.#module = module;
    for (const { worker } of this.#hands) worker.postMessage({ kind: 'module', module } satisfies WorkerTask);
  }

  /** Runs one tool. An aborted job that runs already is stopped with its worker, which another replaces. */
  async run(request: Request, signal?: AbortSignal): Promise<WorkerAnswer> {
    const answer = await this.#submit({ kind: 'run', request }, signal);
    if (answer.wanted !== undefined) this.#headers.set(answer.wanted.key, answer.wanted);
    this.#afterwards();
    return answer;
  }

  #submit(task: WorkerJob, signal?: AbortSignal): Promise<WorkerAnswer> {
    signal?.throwIfAborted();
    clearTimeout(this.#quiet);
    return new Promise((resolve, reject) => {
      const job: Job = { task, resolve, reject, signal };
      signal?.addEventListener('abort', () => { this.#abort(job); }, { once: true });
      if (task.kind === 'run') this.#stopHeaders();
      this.#waiting.push(job);
      this.#next();
    });
  }

  #abort(job: Job): void {
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    for (const hand of this.#hands) if (hand.job === job) this.#dismiss(hand);
    job.reject(job.signal?.reason);
    this.#next();
  }

  /** A build needs the processors: precompiling can wait. */
  #stopHeaders(): void {
    for (const hand of this.#hands) {
      const task = hand.job?.task;
      if (task?.kind !== 'headers' || this.#hands.size < this.#parts.size) continue;
      this.#headers.set(task.recipe.key, task.recipe);
      const job = hand.job;
      this.#dismiss(hand);
      job?.resolve({ code: 1, stdout: new Uint8Array(0), stderr: new Uint8Array(0) });
    }
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const hand = [...this.#hands].find(one => one.job === undefined) ?? (this.#hands.size < this.#parts.size ? this.#hire() : undefined);
      if (hand === undefined) break;
      const job = this.#waiting.shift() as Job;
      hand.job = job;
      hand.worker.postMessage(job.task);
    }
    this.#parts.busy([...this.#hands].some(hand => hand.job !== undefined));
  }

  #hire(): Hand {
    const temporary = join(this.#parts.places.temporary, `worker-${++this.#serial}`);
    mkdirSync(temporary, { recursive: true });
    const start: WorkerStart = { places: { ...this.#parts.places, temporary } };
    const worker = new Worker(this.#parts.script, { workerData: start, stdin: false, resourceLimits: { stackSizeMb: 16 } });
    if (this.#module !== undefined) worker.postMessage({ kind: 'module', module: this.#module } satisfies WorkerTask);
    const hand: Hand = { worker, temporary };
    worker.on('message', (answer: WorkerAnswer) => {
      const job = hand.job;
      hand.job = undefined;
      job?.resolve(answer);
      this.#next();
    });
    const lost = (error: unknown): void => {
      if (!this.#hands.delete(hand)) return;
      hand.job?.reject(error);
      rmSync(temporary, { recursive: true, force: true });
      this.#next();
    };
    worker.on('error', lost);
    worker.on('exit', code => { lost(new Error(`a compiler worker ended with code ${code}`)); });
    this.#hands.add(hand);
    return hand;
  }

  #dismiss(hand: Hand): void {
    this.#hands.delete(hand);
    void hand.worker.terminate().then(() => { rmSync(hand.temporary, { recursive: true, force: true }); });
  }

  /** Precompiles headers once nothing has been asked for a moment. */
  #afterwards(): void {
    clearTimeout(this.#quiet);
    if (this.#headers.size === 0) return;
    this.#quiet = setTimeout(() => {
      const [recipe] = this.#headers.values();
      if (recipe === undefined) return;
      this.#headers.delete(recipe.key);
      void this.#submit({ kind: 'headers', recipe }).then(() => { this.#afterwards(); }, () => {});
    }, 150);
  }

  async close(): Promise<void> {
    clearTimeout(this.#quiet);
    this.#headers.clear();
    await Promise.all([...this.#hands].map(hand => hand.worker.terminate()));
  }
}
