// What a `cc` and the warm server say to each other. This file is in the client's bundle, whose start counts in every file of a `make`:
// it imports nothing.

/** The tools that users call. */
export const tools = ['cc', 'c++', 'ar', 'ranlib', 'nm', 'objdump', 'strip'] as const;
export type Tool = (typeof tools)[number];

export function isTool(name: string | undefined): name is Tool {
  return (tools as readonly (string | undefined)[]).includes(name);
}

/** One use of a tool, as a command line gave it. */
export interface Asked {
  readonly tool: Tool;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Names the server for the processes of a build: `KEY@ADDRESS`. */
export const serverVariable = 'WASM_WORKBENCH_SERVER';

/** What a server prints when it takes connections. */
export const readyLine = 'ready\n';

/** Whether standard input is read at all; it is only waited for then. A response file may hold the operand, so that it counts. */
export function readsStdin(tool: Tool, args: readonly string[]): boolean {
  return args.includes('-') || args.some(arg => arg.startsWith('@')) || (tool === 'ar' && args.some(arg => /^-?M$/.test(arg)));
}

/** Variables that a tool looks at; the rest of the environment, secrets and all, stays where it is. */
export const passedVariables: readonly string[] = [
  'PWD', 'CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH', 'LIBRARY_PATH', 'SOURCE_DATE_EPOCH', 'ZERO_AR_DATE', 'DEPENDENCIES_OUTPUT',
  'SUNPRO_DEPENDENCIES', 'CCC_OVERRIDE_OPTIONS', 'CLANG_NO_DEFAULT_CONFIG', 'NO_COLOR', 'TERM', 'COLUMNS',
];

/** Kinds of frames. A client sends REQUEST, STDIN and STDIN_END; it gets STDOUT and STDERR, and at last EXIT. */
export const Frame = { REQUEST: 1, STDIN: 2, STDIN_END: 3, STDOUT: 4, STDERR: 5, EXIT: 6 } as const;

/** A request's payload, as JSON. */
export interface RequestFrame extends Asked {
  readonly key: string;
}

/** The largest frame that is taken: more is a broken or hostile client. */
const largest = 1 << 30;

/** A frame: its payload's length (u32, little endian), its kind (u8), the payload. */
export function frame(kind: number, payload: Uint8Array | string): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const whole = Buffer.allocUnsafe(5 + bytes.length);
  whole.writeUInt32LE(bytes.length, 0);
  whole[4] = kind;
  whole.set(bytes, 5);
  return whole;
}

/** Puts frames together from chunks of a stream. `push` throws RangeError on a frame that is too long. */
export class Frames {
  #chunks: Buffer[] = [];
  #size = 0;
  readonly #take: (kind: number, payload: Buffer) => void;

  constructor(take: (kind: number, payload: Buffer) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= 5) {
      if ((this.#chunks[0]?.length ?? 0) < 5) this.#chunks = [Buffer.concat(this.#chunks)];
      const first = this.#chunks[0] as Buffer;
      const length = first.readUInt32LE(0);
      if (length > largest) throw new RangeError('a frame is too long');
      if (this.#size < 5 + length) return;
      const all = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
      const rest = all.subarray(5 + length);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#size = rest.length;
      this.#take(all[4] ?? 0, all.subarray(5, 5 + length));
    }
  }
}
