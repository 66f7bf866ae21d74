import { parentPort, workerData } from 'node:worker_threads';
import type { Request } from './driver';
import { Engine, type EnginePlaces } from './engine';
import type { HeaderRecipe } from './headers';

// One worker for each job that runs at once: compilations are synchronous. The module comes compiled, as the first message (a worker
// starts while it is still being compiled), and its code is shared.

/** What a worker is started with. */
export interface WorkerStart {
  readonly places: EnginePlaces;
}

export type WorkerTask = { readonly kind: 'module'; readonly module: WebAssembly.Module } | WorkerJob;

export type WorkerJob = { readonly kind: 'run'; readonly request: Request } | { readonly kind: 'headers'; readonly recipe: HeaderRecipe };

export interface WorkerAnswer {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Precompiled headers that would have helped and are not there. */
  readonly wanted?: HeaderRecipe;
}

const { places } = workerData as WorkerStart;
let engine: Engine | undefined;

parentPort?.on('message', (task: WorkerTask) => {
  if (task.kind === 'module') {
    engine = new Engine(task.module, places);
    return;
  }
  if (engine === undefined) throw new Error('a job came before the module');
  if (task.kind === 'headers') {
    engine.headers?.make(task.recipe);
    parentPort?.postMessage({ code: 0, stdout: new Uint8Array(0), stderr: new Uint8Array(0) } satisfies WorkerAnswer);
    return;
  }
  const ran = engine.run(task.request);
  const [stdout, stderr] = [own(ran.stdout), own(ran.stderr)];
  parentPort?.postMessage({ code: ran.code, stdout, stderr, wanted: engine.headers?.takeWanted() } satisfies WorkerAnswer, [stdout.buffer, stderr.buffer]);
});

/** A copy that may be handed over: what a Buffer shows may lie in Node's pool, which newer versions refuse to give away (Buffer's slice() copies nothing). */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
