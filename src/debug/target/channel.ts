import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { temporaryFolder } from '../../base/temporary';

/** The environment variable that names the pipe on which a child is debugged. */
export const pipeVariable = 'WASM_WORKBENCH_DEBUG_PIPE';

/** Cuts a stream into JSON messages that end with NUL. */
export function splitter(receive: (message: unknown) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  return chunk => {
    let from = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, from)) {
      parts.push(chunk.subarray(from, end));
      const text = Buffer.concat(parts).toString('utf8');
      parts = [];
      from = end + 1;
      receive(JSON.parse(text));
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  };
}

/** A message with its end. */
export function frame(message: unknown): string {
  return JSON.stringify(message) + '\0';
}

/** A pipe that one child may connect to. */
export interface Listener {
  /** What the child is told in {@link pipeVariable}. */
  readonly path: string;
  readonly connected: Promise<Socket>;
  dispose(): Promise<void>;
}

/** Opens a pipe that only this user can reach: a socket in a private folder, or on Windows a name that can't be guessed. */
export async function listen(): Promise<Listener> {
  const folder = process.platform === 'win32' ? undefined : await temporaryFolder('debug');
  const path = folder === undefined ? `\\\\.\\pipe\\wasm-workbench-${randomBytes(16).toString('hex')}` : join(folder.path, 'pipe');
  let server: Server | undefined = createServer();
  const close = (): void => {
    server?.close();
    server = undefined;
  };
  const connected = new Promise<Socket>((resolve, reject) => {
    server?.once('connection', socket => {
      // Nobody else may join.
      close();
      resolve(socket);
    });
    server?.once('error', reject);
  });
  connected.catch(() => {});
  await new Promise<void>((resolve, reject) => {
    server?.once('error', reject);
    server?.listen(path, resolve);
  });
  return {
    path, connected,
    async dispose() {
      close();
      await folder?.dispose();
    },
  };
}
