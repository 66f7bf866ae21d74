/** The descriptor of the pipe whose other end only the parent holds. */
export const parentPipe = 3;

// The guest has the main thread, so that only another thread can see the pipe close. Only SIGKILL is certain: the guest may spin.
const watcher = `
const { Socket } = require('node:net');
const parent = new Socket({ fd: ${parentPipe}, readable: true, writable: false });
const end = () => process.kill(process.pid, 'SIGKILL');
parent.on('end', end).on('close', end).on('error', end).resume();
`;

/** Ends this process, whatever its main thread does, once the parent is gone however it went: the system then closes its end of the pipe. */
export async function endWithParent(): Promise<void> {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(watcher, { eval: true, env: {}, stdin: false });
  worker.unref();
}
