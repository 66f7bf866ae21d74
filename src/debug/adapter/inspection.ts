import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../../base/error';
import type { Target } from '../target/target';
import { disassembly, parseAddress } from './disassembly';
import type { Loaded } from './loaded';
import { threadId, trapText, type Run } from './run';
import { modulesOf, sourcesOf } from './sourceList';
import type { Stop } from './stop';

/** What a request is answered from. */
export interface Inspected {
  readonly loaded: Loaded | undefined;
  readonly run: Run | undefined;
}

/** Answers to requests that look at the program, and at the module, without moving it on. */
export class Inspection {
  readonly #of: () => Inspected;

  constructor(of: () => Inspected) {
    this.#of = of;
  }

  get #stop(): Stop {
    const stop = this.#of().run?.stop;
    if (stop === undefined) throw new UserError('usage', l10n.t('The program is running: pause it first.'));
    return stop;
  }

  get #target(): Target {
    const target = this.#of().run?.target;
    if (target === undefined) throw new UserError('usage', l10n.t('The program has ended.'));
    return target;
  }

  get #loaded(): Loaded {
    const { loaded } = this.#of();
    if (loaded === undefined) throw new UserError('usage', l10n.t('The program is not loaded yet.'));
    return loaded;
  }

  threads(): DebugProtocol.ThreadsResponse['body'] {
    return { threads: [{ id: threadId, name: this.#of().loaded?.launch.spec.args[0] ?? 'main' }] };
  }

  stackTrace(args: DebugProtocol.StackTraceArguments): DebugProtocol.StackTraceResponse['body'] {
    const stop = this.#stop;
    return { stackFrames: stop.stackTrace(args.startFrame ?? 0, args.levels ?? 0), totalFrames: stop.stack.length };
  }

  scopes(args: DebugProtocol.ScopesArguments): DebugProtocol.ScopesResponse['body'] {
    return { scopes: this.#stop.scopes(args.frameId) };
  }

  async variables(args: DebugProtocol.VariablesArguments): Promise<DebugProtocol.VariablesResponse['body']> {
    return { variables: await this.#stop.variables(args) };
  }

  setVariable(args: DebugProtocol.SetVariableArguments): Promise<DebugProtocol.SetVariableResponse['body']> {
    return this.#stop.setVariable(args);
  }

  setExpression(args: DebugProtocol.SetExpressionArguments): Promise<DebugProtocol.SetExpressionResponse['body']> {
    return this.#stop.setExpression(args);
  }

  async evaluate(args: DebugProtocol.EvaluateArguments): Promise<DebugProtocol.EvaluateResponse['body']> {
    const { run } = this.#of();
    // While the program runs, what is typed is its input.
    if (run !== undefined && run.stop === undefined && args.context === 'repl' && run.input(args.expression)) return { result: '', variablesReference: 0 };
    return this.#stop.evaluate(args);
  }

  async completions(args: DebugProtocol.CompletionsArguments): Promise<DebugProtocol.CompletionsResponse['body']> {
    const stop = this.#of().run?.stop;
    return { targets: await stop?.completions(args) ?? [] };
  }

  exceptionInfo(): DebugProtocol.ExceptionInfoResponse['body'] {
    const { pause } = this.#stop;
    if (pause.reason !== 'trap') throw new UserError('usage', l10n.t('The program did not trap.'));
    return { exceptionId: 'trap', description: trapText(pause), breakMode: 'always', ...(pause.message === undefined ? {} : { details: { message: pause.message } }) };
  }

  source(args: DebugProtocol.SourceArguments): DebugProtocol.SourceResponse['body'] {
    const content = this.#loaded.texts.text(args.source?.sourceReference ?? args.sourceReference);
    if (content === undefined) throw new UserError('not-found', l10n.t('There is no such function.'));
    return { content, mimeType: 'text/x-wat' };
  }

  loadedSources(): DebugProtocol.LoadedSourcesResponse['body'] {
    return { sources: sourcesOf(this.#loaded) };
  }

  modules(): DebugProtocol.ModulesResponse['body'] {
    return { modules: modulesOf(this.#loaded), totalModules: 1 };
  }

  async readMemory(args: DebugProtocol.ReadMemoryArguments): Promise<DebugProtocol.ReadMemoryResponse['body']> {
    if (!this.#target.paused) throw new UserError('usage', l10n.t('The program is running: pause it first.'));
    const from = Number(args.memoryReference) + (args.offset ?? 0);
    const size = await this.#target.memorySize();
    const start = Math.max(0, from);
    const end = Math.max(start, Math.min(size, from + args.count));
    const bytes = end > start ? await this.#target.read(start, end - start) : new Uint8Array();
    const unreadable = args.count - (end - start);
    return { address: `0x${start.toString(16)}`, data: Buffer.from(bytes).toString('base64'), ...(unreadable > 0 ? { unreadableBytes: unreadable } : {}) };
  }

  async writeMemory(args: DebugProtocol.WriteMemoryArguments): Promise<DebugProtocol.WriteMemoryResponse['body']> {
    if (!this.#target.paused) throw new UserError('usage', l10n.t('The program is running: pause it first.'));
    const bytes = new Uint8Array(Buffer.from(args.data, 'base64'));
    await this.#target.write(Number(args.memoryReference) + (args.offset ?? 0), bytes);
    return { bytesWritten: bytes.length };
  }

  disassemble(args: DebugProtocol.DisassembleArguments): DebugProtocol.DisassembleResponse['body'] {
    return { instructions: disassembly(this.#loaded, parseAddress(args.memoryReference, args.offset) ?? 0, args.instructionOffset ?? 0, args.instructionCount) };
  }
}
