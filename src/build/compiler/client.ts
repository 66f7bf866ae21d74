import { connect } from 'node:net';
import { frame, Frame, Frames, passedVariables, type Asked, type RequestFrame } from './protocol';

/** What a use of a tool reads and writes. */
export interface ClientStreams {
  /** Standard input, given only where the tool reads it. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  readonly signal?: AbortSignal;
}

/** The server can't be reached or left before it answered; nothing was printed. */
export class ServerGone extends Error {}

/**
 * Has the server at `place` (`KEY@ADDRESS`) run a tool, and gives its exit code. Rejects with ServerGone, or with the signal's reason,
 * after which the server has stopped the job.
 */
export function askServer(place: string, asked: Asked, streams: ClientStreams): Promise<number> {
  const at = place.indexOf('@');
  const env = Object.fromEntries(passedVariables.flatMap(name => (asked.env[name] === undefined ? [] : [[name, asked.env[name]]])));
  const request: RequestFrame = { key: place.slice(0, at), tool: asked.tool, args: asked.args, cwd: asked.cwd, env };
  return new Promise((resolve, reject) => {
    streams.signal?.throwIfAborted();
    let code: number | undefined;
    const socket = connect(place.slice(at + 1));
    const abort = (): void => {
      reject(streams.signal?.reason as Error);
      socket.destroy();
    };
    streams.signal?.addEventListener('abort', abort, { once: true });
    const frames = new Frames((kind, payload) => {
      if (kind === Frame.STDOUT) streams.stdout(payload);
      else if (kind === Frame.STDERR) streams.stderr(payload);
      else if (kind === Frame.EXIT) code = Number(payload.toString());
    });
    socket.on('data', chunk => { frames.push(chunk); });
    socket.on('error', () => {});
    socket.on('close', () => {
      streams.signal?.removeEventListener('abort', abort);
      if (code === undefined) reject(new ServerGone("the compiler's server is gone"));
      else resolve(code);
    });
    socket.write(frame(Frame.REQUEST, JSON.stringify(request)));
    void feed(streams.stdin, chunk => socket.write(frame(Frame.STDIN, chunk))).then(() => socket.write(frame(Frame.STDIN_END, '')), () => socket.destroy());
  });
}

async function feed(stdin: AsyncIterable<Uint8Array> | undefined, write: (chunk: Uint8Array) => void): Promise<void> {
  if (stdin !== undefined) for await (const chunk of stdin) write(chunk);
}
