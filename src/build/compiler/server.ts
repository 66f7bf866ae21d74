import { createServer, type Socket } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { Request } from './driver';
import { compileModule, readModule } from './engine';
import { Pool } from './pool';
import { frame, Frame, Frames, isTool, readyLine, type RequestFrame } from './protocol';

// The warm process behind `cc`: it holds the compiled module, and runs jobs in workers. Its standard input is a pipe from whoever started
// it: when that closes, by will or by death, this process ends. It also ends when nobody has asked for a while.

/** The one argument, as JSON. */
export interface ServerStart {
  readonly address: string;
  readonly key: string;
  readonly wasm: string;
  readonly sysroot: string;
  readonly temporary: string;
  readonly headers?: string;
  /** Jobs at once. */
  readonly size: number;
  readonly idleMs: number;
}

/** Serves until the starter is gone or nothing was asked for `idleMs`. */
export function serve(start: ServerStart): void {
  const quit = (): never => process.exit(0);
  process.stdin.on('end', quit).on('close', quit).on('error', quit).resume();
  // A terminal's Ctrl+C goes to the whole group; the starter decides what it means.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', quit);

  const key = Buffer.from(start.key);
  let idle: NodeJS.Timeout | undefined;
  let connections = 0;
  let working = false;
  const rest = (): void => {
    clearTimeout(idle);
    if (connections === 0 && !working) idle = setTimeout(quit, start.idleMs);
  };
  const pool = new Pool({
    places: { sysroot: start.sysroot, temporary: start.temporary, headers: start.headers },
    script: workerScript(),
    size: start.size,
    busy(now) {
      working = now;
      rest();
    },
  });
  // The socket is there at once; who asks early waits. What goes wrong is told to everybody who asks.
  const ready = readModule(start.wasm).then(bytes => {
    pool.begin(compileModule(bytes));
    return pool;
  });
  ready.catch(() => {});
  pool.warm();
  const server = createServer(socket => {
    connections++;
    clearTimeout(idle);
    socket.on('close', () => {
      connections--;
      rest();
    });
    attend(socket, key, ready);
  });
  server.on('error', error => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  server.listen(start.address, () => {
    process.stdout.write(readyLine);
    rest();
  });
}

function workerScript(): string {
  return join(__dirname, process.env['WASM_WORKBENCH_BUNDLED'] === '1' ? 'build-compiler-worker.js' : 'worker.js');
}

/** Speaks with one client, whose leaving ends its job. */
function attend(socket: Socket, key: Buffer, ready: Promise<Pool>): void {
  const gone = new AbortController();
  let asked: RequestFrame | undefined;
  const input: Buffer[] = [];
  const answer = (code: number, stdout: Uint8Array, stderr: Uint8Array): void => {
    if (socket.destroyed) return;
    if (stdout.length > 0) socket.write(frame(Frame.STDOUT, stdout));
    if (stderr.length > 0) socket.write(frame(Frame.STDERR, stderr));
    socket.end(frame(Frame.EXIT, String(code)));
  };
  const frames = new Frames((kind, payload) => {
    if (kind === Frame.REQUEST) {
      asked = readRequest(payload, key);
      if (asked === undefined) socket.destroy();
    } else if (asked === undefined) socket.destroy();
    else if (kind === Frame.STDIN) input.push(Buffer.from(payload));
    else if (kind === Frame.STDIN_END) {
      const { tool, args, cwd, env } = asked;
      const request: Request = { tool, args, cwd, env, stdin: Buffer.concat(input) };
      ready.then(pool => pool.run(request, gone.signal)).then(
        ({ code, stdout, stderr }) => { answer(code, stdout, stderr); },
        (error: unknown) => { answer(70, Buffer.alloc(0), Buffer.from(`${tool}: error: ${said(error)}\n`)); },
      );
    }
  });
  socket.on('data', chunk => {
    try {
      frames.push(chunk);
    } catch {
      socket.destroy();
    }
  });
  socket.on('error', () => {});
  socket.on('close', () => { gone.abort(); });
}

/** What an error says; one that came from a worker may have lost its message on the way. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? `the compiler failed (${error.name})` : error.message;
}

function readRequest(payload: Buffer, key: Buffer): RequestFrame | undefined {
  try {
    const request = JSON.parse(payload.toString()) as RequestFrame;
    const given = Buffer.from(request.key);
    return given.length === key.length && timingSafeEqual(given, key) && isTool(request.tool) ? request : undefined;
  } catch {
    return undefined;
  }
}

const [, , given] = process.argv;
if (require.main === module && given !== undefined) serve(JSON.parse(given) as ServerStart);
