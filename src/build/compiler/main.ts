import { readsStdin, serverVariable, type Asked, type Tool } from './protocol';

// The entry of `wasm-workbench cc` and its sisters. In a build it is started once for each file, so that nothing is loaded here but what
// asks the warm server; without one the tool runs in this process.

/** A tool's surroundings. */
export interface ToolStreams {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  readonly signal?: AbortSignal;
}

/** Runs `cc`, `c++`, `ar`, `ranlib`, `nm`, `objdump` or `strip` with arguments as theirs; the exit code. Throws UserError where there is no compiler. */
export async function compilerMain(tool: Tool, args: readonly string[], streams: ToolStreams): Promise<number> {
  const { cwd, env } = streams;
  const asked: Asked = { tool, args, cwd, env };
  let stdin = readsStdin(tool, args) ? streams.stdin : undefined;
  const place = env[serverVariable];
  if (place !== undefined && place !== '') {
    const { askServer, ServerGone } = await import('./client');
    const kept: Uint8Array[] = [];
    try {
      return await askServer(place, asked, { ...streams, stdin: stdin === undefined ? undefined : keeping(stdin, kept) });
    } catch (error) {
      if (!(error instanceof ServerGone)) throw error;
      stdin = stdin === undefined ? undefined : all(kept, stdin);
    }
  }
  const { runLocally } = await import('./local');
  const ran = await runLocally({ ...asked, stdin: stdin === undefined ? undefined : await gather(stdin) });
  if (ran.stdout.length > 0) streams.stdout(ran.stdout);
  if (ran.stderr.length > 0) streams.stderr(ran.stderr);
  return ran.code;
}

async function* keeping(chunks: AsyncIterable<Uint8Array>, kept: Uint8Array[]): AsyncGenerator<Uint8Array> {
  // By hand: leaving a `for await` early would close the stream, which may be read again.
  const iterator = chunks[Symbol.asyncIterator]();
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    kept.push(next.value);
    yield next.value;
  }
}

async function* all(kept: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* kept;
  yield* rest;
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return Buffer.concat(list);
}
