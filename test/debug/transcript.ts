import type { DebugProtocol } from '@vscode/debugprotocol';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Editor, type Launch } from './dap';
import { sourcesFolder, testFolder } from './fixtures';

/** A session's requests and what came back, as text that is the same on every machine. */
export class Transcript {
  readonly editor: Editor;
  readonly #lines: string[] = [];
  readonly #sources: string[] = [];
  #over = false;

  constructor(module: string, options: Launch = {}) {
    this.editor = new Editor(module, options);
  }

  #say(text: string, depth = 0): void {
    const plain = text.replaceAll(sourcesFolder, '/src').replaceAll(this.editor.folder, '/tmp');
    for (const line of plain.split('\n')) this.#lines.push('  '.repeat(depth) + line);
  }

  async start(source: string | undefined, lines: readonly (number | DebugProtocol.SourceBreakpoint)[], more?: () => Promise<unknown>): Promise<void> {
    if (source !== undefined) this.#sources.push(source);
    const set = await this.editor.start(source, lines, more);
    this.#say(`> launch, breakpoints ${JSON.stringify(lines)}`);
    for (const { verified, line, message } of set) this.#say(`< ${verified ? 'verified' : 'not verified'}${line === undefined ? '' : ` ${line}`}${message === undefined ? '' : `: ${message}`}`);
    await this.stopped();
  }

  /** What the next stop tells, with its call stack. */
  async stopped(): Promise<void> {
    const next = await this.editor.stopOrEnd();
    if (next === undefined) {
      this.#say('< exited');
      this.#over = true;
      return;
    }
    const { reason, text } = next;
    this.#say(`< stopped: ${reason}${text === undefined ? '' : `: ${text}`}`);
    for (const frame of await this.editor.stack()) {
      this.#say(`${frame.name} ${frame.source?.path ?? frame.source?.name ?? '?'}:${frame.line}:${frame.column}${frame.presentationHint === undefined ? '' : ` (${frame.presentationHint})`}`, 1);
    }
  }

  async go(command: 'next' | 'stepIn' | 'stepOut' | 'continue', args: object = {}): Promise<void> {
    if (this.#over) return;
    this.#say(`> ${command}${Object.keys(args).length === 0 ? '' : ` ${JSON.stringify(args)}`}`);
    await this.editor.get(command, { threadId: 1, ...args });
    await this.stopped();
  }

  /** A scope with what is in it, so deep. */
  async scope(name: string, depth: number, frame = 0): Promise<void> {
    if (this.#over) return;
    this.#say(`> scopes, variables ${name}`);
    await this.#list(await this.editor.scope(name, frame), depth, 1);
  }

  async #list(variables: readonly DebugProtocol.Variable[], depth: number, at: number): Promise<void> {
    for (const { name, value, type, variablesReference, indexedVariables } of variables) {
      this.#say(`${name}: ${type ?? ''} = ${value}${indexedVariables === undefined || indexedVariables < 20 ? '' : ` (${indexedVariables} indexed)`}`, at);
      if (variablesReference > 0 && depth > 1) await this.#list(await this.editor.variables(variablesReference, indexedVariables === undefined ? { start: 0, count: 12 } : { filter: 'indexed', start: 0, count: 4 }), depth - 1, at + 1);
    }
  }

  async evaluate(...expressions: readonly string[]): Promise<void> {
    for (const expression of this.#over ? [] : expressions) {
      this.#say(`> evaluate ${expression}`);
      this.#say(`< ${await this.editor.evaluate(expression)}`);
    }
  }

  async ask(command: string, args: object): Promise<void> {
    this.#say(`> ${command} ${JSON.stringify(args)}`);
    const response = await this.editor.ask(command, args);
    this.#say(`< ${response.success ? JSON.stringify(response.body ?? {}) : `failed: ${response.message}`}`);
  }

  /** Lets the program run to its end. */
  async finish(): Promise<void> {
    if (!this.#over) {
      for (const source of this.#sources) await this.editor.breakpoints(source, []);
      await this.editor.get('continue', { threadId: 1 });
    }
    const code = await this.editor.end();
    this.#say(`> continue\n< exited: ${code}`);
    for (const category of ['stdout', 'stderr', 'console', 'important']) {
      const text = this.editor.output(category).trimEnd();
      if (text !== '') this.#say(`${category}: ${text}`);
    }
  }

  /** Holds the text to the golden file of a name, or writes that anew with UPDATE_GOLDEN=1. */
  async check(name: string): Promise<void> {
    await this.editor.dispose();
    const file = join(testFolder, 'golden', `${name}.txt`);
    const text = this.#lines.join('\n') + '\n';
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    assert.equal(text, readFileSync(file, 'utf8'), `${file}: UPDATE_GOLDEN=1 writes it anew`);
  }
}
