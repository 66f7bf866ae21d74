import * as l10n from '@vscode/l10n';
import { Worker } from 'node:worker_threads';
import { UserError } from '../base/error';

/** In the thread: results as texts, since a v128 or a reference can't be sent. */
const thread = `
const { workerData: { bytes, name, args }, parentPort } = require('node:worker_threads');
const shown = value => typeof value === 'bigint' ? value.toString() : Object.is(value, -0) ? '-0' : value === null ? 'null' : typeof value === 'function' ? 'function' : String(value);
WebAssembly.instantiate(bytes, {}).then(({ instance }) => {
  const result = instance.exports[name](...args);
  parentPort.postMessage({ results: result === undefined ? [] : Array.isArray(result) ? result.map(shown) : [shown(result)] });
}).catch(error => parentPort.postMessage({ trap: error instanceof Error ? error.message : String(error) }));
`;

/** Calls one export of a module that imports nothing, in a thread of its own, which a signal ends. Throws UserError 'trap' for a trap. */
export async function invoke(bytes: Uint8Array, name: string, args: readonly (number | bigint)[], signal: AbortSignal): Promise<readonly string[]> {
  if (signal.aborted) throw stopped();
  const worker = new Worker(thread, { eval: true, workerData: { bytes, name, args }, env: {} });
  try {
    const answer = await new Promise<{ readonly results?: readonly string[]; readonly trap?: string }>((done, failed) => {
      worker.once('message', done).once('error', failed).once('exit', () => { failed(stopped()); });
      signal.addEventListener('abort', () => { failed(stopped()); }, { once: true });
    });
    if (answer.results === undefined) throw new UserError('trap', l10n.t('The call trapped: {0}.', answer.trap ?? ''));
    return answer.results;
  } finally {
    await worker.terminate();
  }
}

const stopped = (): UserError => new UserError('canceled', l10n.t('The call was stopped.'));
