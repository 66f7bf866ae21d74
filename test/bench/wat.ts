import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { assemble } from '../../src/wat/assemble';
import { disassemble } from '../../src/wat/disassemble';
import { best, type Row } from './row';

const fixtures = join(process.env['BENCH_ROOT'] ?? '', 'test', 'debug', 'fixtures');

/** A compiler's module as text, cut to about so many lines: later functions keep their heads and trap. */
function text(fixture: string, lines: number): string {
  const whole = [...disassemble(new Uint8Array(brotliDecompressSync(readFileSync(join(fixtures, fixture)))))].join('');
  const kept: string[] = [];
  let cutting = false;
  for (const line of whole.split('\n')) {
    if (line.startsWith('  (func ')) {
      cutting = kept.length > lines - 1000 && !line.endsWith('))');
      kept.push(cutting ? `${line} unreachable)` : line);
    } else if (/^ {2}\(|^\)/.test(line)) {
      cutting = false;
      kept.push(line);
    } else if (!cutting) kept.push(line);
  }
  return kept.join('\n');
}

interface Answer { readonly id?: number; readonly method?: string; readonly params?: { readonly uri?: string; readonly version?: number; readonly diagnostics?: readonly unknown[] }; readonly result?: unknown; readonly error?: unknown }

/** The server as the editor has it: a process of its own, behind the protocol. */
class Client {
  private readonly child: ChildProcess = fork(join(process.env['BENCH_DIST'] ?? '', 'wat-server-main.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  private next = 1;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private told: ((answer: Answer) => void) | undefined;

  constructor() {
    this.child.on('message', (message: Answer) => {
      if (message.method === 'textDocument/publishDiagnostics') this.told?.(message);
      else if (message.id !== undefined && message.method === undefined) this.waiting.get(message.id)?.(message);
    });
  }

  request(method: string, params: unknown): Promise<Answer> {
    const id = this.next++;
    return new Promise(done => {
      this.waiting.set(id, done);
      this.child.send({ jsonrpc: '2.0', id, method, params });
    });
  }

  /** Sends something and waits until mistakes are told of that version. */
  diagnosed(method: string, params: unknown, version: number): Promise<number> {
    return new Promise(done => {
      this.told = ({ params: told }) => { if (told?.version === version) done(told.diagnostics?.length ?? 0); };
      this.notify(method, params);
    });
  }

  notify(method: string, params: unknown): void {
    this.child.send({ jsonrpc: '2.0', method, params });
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

async function timed(times: number, one: (i: number) => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    await one(i);
    took.push(performance.now() - from);
  }
  return median(took);
}

/** The server of WebAssembly text, behind its protocol: opening, edits, hover and completion, beside a bare answer and V8's own pass. */
export async function bench(): Promise<Row[]> {
  const rows: Row[] = [];
  const client = new Client();
  try {
    await client.request('initialize', { processId: process.pid, rootUri: null, capabilities: { textDocument: { completion: { completionList: { itemDefaults: ['editRange'] } } } } });
    client.notify('initialized', {});
    const echo = (): Promise<Answer> => client.request('wat/echo', {});
    await timed(200, echo);
    const floor = await timed(500, echo);
    rows.push({ name: 'an answer that costs nothing', value: floor, unit: 'ms', note: 'the floor: a request that the server does not know' });
    for (const { lines, fixture, opens, edits } of [{ lines: 10_000, fixture: 'c14-O2.wasm.br', opens: 50, edits: 8 }, { lines: 95_000, fixture: 'rust-debug.wasm.br', opens: 250, edits: 20 }]) {
      const source = text(fixture, lines);
      const count = source.split('\n').length;
      const name = `${(lines / 1000).toFixed(0)},000 lines`;
      const { bytes, diagnostics } = assemble(source);
      if (bytes === undefined) throw new Error(diagnostics[0]?.message);
      const v8 = await best(7, () => WebAssembly.validate(new Uint8Array(bytes)));
      const uri = `file:///bench/${lines}`;
      const open = (i: number): Promise<number> => client.diagnosed('textDocument/didOpen', { textDocument: { uri: `${uri}-${i}.wat`, languageId: 'wat', version: 1, text: source } }, 1);
      const first = await timed(1, () => open(0));
      const opened = await timed(5, async i => open(i + 1));
      for (let i = 0; i < 5; i++) client.notify('textDocument/didClose', { textDocument: { uri: `${uri}-${i}.wat` } });
      rows.push({ name: `open, ${name}`, value: opened, unit: 'ms', goal: opens, note: `${count} lines, V8 validates it in ${v8.toFixed(1)} ms: x ${(opened / v8).toFixed(1)}; the first of a kind ${first.toFixed(0)} ms` });
      // Typing in the middle of the text: a character put in and taken out again.
      const document = `${uri}-5.wat`;
      const all = source.split('\n');
      let line = count >> 1;
      while (!/^ {4,}local\.get /.test(all[line] ?? '')) line++;
      const character = /\S/.exec(all[line] ?? '')?.index ?? 4;
      let version = 1;
      const change = (text_: string, end: number): Promise<number> => {
        version++;
        return client.diagnosed('textDocument/didChange', { textDocument: { uri: document, version }, contentChanges: [{ range: { start: { line, character }, end: { line, character: end } }, text: text_ }] }, version);
      };
      const edit = async (i: number): Promise<number> => (i % 2 === 0 ? change('x', character) : change('', character + 1));
      await timed(20, edit);
      const edited = await timed(200, edit);
      rows.push({ name: `edit until told of mistakes, ${name}`, value: edited, unit: 'ms', goal: edits, note: `x ${(edited / floor).toFixed(1)} of the floor` });
      const at = { textDocument: { uri: document }, position: { line, character: character + 2 } };
      for (const [what, method, goal] of [['hover', 'textDocument/hover', 2], ['completion', 'textDocument/completion', 2]] as const) {
        await timed(20, () => client.request(method, at));
        const took = await timed(200, () => client.request(method, at));
        rows.push({ name: `${what}, ${name}`, value: took, unit: 'ms', goal, note: `x ${(took / floor).toFixed(1)} of the floor` });
      }
    }
  } finally {
    client.end();
  }
  return rows;
}
