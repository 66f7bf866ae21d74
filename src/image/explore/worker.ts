import * as l10n from '@vscode/l10n';
import { parentPort, workerData } from 'node:worker_threads';
import { isUserError, messageOf } from '../../base/error';
import type { FromThread, ThreadStart, ToThread } from './protocol';
import { ImageService } from './service';

// The thread that reads images, so that whoever shows them never waits for it.

const start = workerData as ThreadStart;
if (start.l10n !== undefined) l10n.config({ contents: start.l10n as Record<string, string> });
const service = new ImageService();
const running = new Map<number, AbortController>();
const tell = (message: FromThread, transfer: ArrayBuffer[] = []): void => { parentPort?.postMessage(message, transfer); };
/** Progress is told at most so often, ms. */
const pause = 100;

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'cancel') running.get(message.id)?.abort();
  else void answer(message);
});

async function answer({ id, question, ask, largest }: Extract<ToThread, { kind: 'ask' }>): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  let told = 0;
  try {
    const found = await service.ask(question, ask as never, {
      signal: abort.signal, largest,
      progress(layer, bytes, total) {
        const now = performance.now();
        if (now - told < pause && bytes < total) return;
        told = now;
        tell({ kind: 'progress', id, layer, bytes, total });
      },
    });
    tell({ kind: 'answer', id, answer: found }, found instanceof Uint8Array && found.buffer instanceof ArrayBuffer ? [found.buffer] : []);
  } catch (error) {
    const code = isUserError(error) ? error.code : undefined;
    tell({ kind: 'failed', id, code, name: error instanceof Error ? error.name : 'Error', message: messageOf(error), remedies: isUserError(error) ? error.remedies : [] });
  } finally {
    running.delete(id);
  }
}
