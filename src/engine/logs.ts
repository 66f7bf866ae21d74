import { Demux } from './demux';
import type { Engine } from './engine';

/** Tells what a container printed so far and, while it runs, goes on printing. Resolves when it has ended; throws a UserError. */
export async function followLogs(engine: Engine, id: string, write: (chunk: Uint8Array) => void, signal: AbortSignal): Promise<void> {
  const container = engine.docker.getContainer(id);
  const { Config } = await engine.ask('list', {}, signal, () => container.inspect());
  const stream = await engine.ask('list', {}, signal, () => container.logs({ follow: true, stdout: true, stderr: true, tail: 5000 })) as NodeJS.ReadableStream & { destroy(): void };
  const stop = (): void => { stream.destroy(); };
  signal.addEventListener('abort', stop, { once: true });
  const demux = new Demux(write, write);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (Config.Tty) write(chunk);
      else demux.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw engine.explain(error, 'list', {});
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
