import * as l10n from '@vscode/l10n';
import { readFile } from 'node:fs/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isCanceled, isUserError, messageOf, UserError } from '../../base/error';
import { trapReason } from '../../run/hosting/traps';
import type { GuestSpec } from '../../run/hosting/spec';
import { DwarfError } from '../../dwarf/cursor';
import { bodyAt } from '../../dwarf/image';
import { Program } from '../../dwarf/program';
import { disassemble } from '../code/disassemble';
import { listen, type Listener } from '../target/channel';
import { Target, type Pause } from '../target/target';
import { isTrue } from '../values/evaluate';
import { Breakpoints, hitHolds, reference, type Breakpoint } from './breakpoints';
import { FunctionTexts, inspectMessage, isNewer, Stop } from './inspect';
import { functionStart, linesWithCode } from './lines';
import { Sources } from './sources';
import { childCommand, startChild, type Child, type DebugNode } from './start';
import { Stepper, type StepKind } from './stepper';

/** A debug session's launch, complete: nothing is looked up later. */
export interface DebugLaunch {
  readonly spec: GuestSpec;
  readonly node: DebugNode;
  readonly cwd: string;
  readonly console: 'integratedTerminal' | 'internalConsole' | 'externalTerminal';
  readonly stopOnEntry: boolean;
  readonly breakOnTrap: boolean;
  /** Prefixes of paths in the debug information, and what stands for them here. */
  readonly sourceFileMap: Readonly<Record<string, string>>;
}

/** What a session needs of its surroundings. */
export interface DebugHost {
  /** Builds what is stale and completes the configuration; rejects with a UserError, or an AbortError when the signal was raised. */
  launch(args: Readonly<Record<string, unknown>>, signal: AbortSignal, output: (text: string, category: 'console' | 'stdout' | 'stderr') => void): Promise<DebugLaunch>;
  /** Shows an error to the user. */
  failed(error: unknown): void;
}

type Message = DebugProtocol.ProtocolMessage;
type Arguments = Record<string, unknown>;
const threadId = 1;

/** The debug adapter: takes the editor's messages and sends its own, over whatever carries them. */
export class DebugSession {
  readonly #host: DebugHost;
  readonly #send: (message: Message) => void;
  readonly #abort = new AbortController();
  readonly #replies = new Map<number, (response: DebugProtocol.Response) => void>();
  #sequence = 1;
  #terminalPossible = false;
  #launch: DebugLaunch | undefined;
  #program: Program | undefined;
  #texts: FunctionTexts | undefined;
  #sources: Sources | undefined;
  #breakpoints: Breakpoints | undefined;
  #stepper: Stepper | undefined;
  #target: Target | undefined;
  #child: Child | undefined;
  #listener: Listener | undefined;
  #stop: Stop | undefined;
  #configured: (() => void) | undefined;
  #generation = 0;
  #pausing = false;
  #breakOnTrap: boolean | undefined;
  #entry = false;
  #over = false;
  readonly #told = new Set<string>();

  constructor(host: DebugHost, send: (message: Message) => void) {
    this.#host = host;
    this.#send = send;
  }

  /** Takes one message of the editor's. */
  handle(message: Message): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      this.#replies.get(response.request_seq)?.(response);
      this.#replies.delete(response.request_seq);
      return;
    }
    if (message.type === 'request') void this.#answer(message as DebugProtocol.Request);
  }

  /** Ends the program and all that belongs to it. */
  async dispose(): Promise<void> {
    this.#abort.abort();
    await this.#endProgram();
  }

  async #answer(request: DebugProtocol.Request): Promise<void> {
    const handler = this.#handlers[request.command];
    if (handler === undefined) {
      this.#respond(request, undefined, l10n.t('{0} is not supported.', request.command));
      return;
    }
    try {
      await handler.call(this, (request.arguments ?? {}) as never, request);
    } catch (error) {
      const message = inspectMessage(error) ?? (isUserError(error) || error instanceof DwarfError ? error.message : messageOf(error));
      if (request.command !== 'launch') {
        this.#respond(request, undefined, message);
        return;
      }
      // The host shows it, with its remedies; a failed response would have the editor show it once more.
      this.#respond(request);
      if (!isCanceled(error)) {
        this.#event('output', { category: 'stderr', output: message + '\n' });
        this.#host.failed(error);
      }
      this.#terminated();
    }
  }

  #respond(request: DebugProtocol.Request, body?: object, problem?: string): void {
    const response: DebugProtocol.Response = {
      seq: this.#sequence++, type: 'response', request_seq: request.seq, command: request.command, success: problem === undefined,
      ...(problem === undefined ? {} : { message: problem }), ...(body === undefined ? {} : { body }),
    };
    this.#send(response);
  }

  #event(event: string, body?: object): void {
    const message: DebugProtocol.Event = { seq: this.#sequence++, type: 'event', event, ...(body === undefined ? {} : { body }) };
    this.#send(message);
  }

  #output(text: string, category: 'console' | 'stdout' | 'stderr' | 'important'): void {
    this.#event('output', { category, output: text });
  }

  readonly #handlers: Readonly<Record<string, (args: never, request: DebugProtocol.Request) => Promise<void> | void>> = {
    initialize: this.#initialize, launch: this.#onLaunch, configurationDone: this.#configurationDone, disconnect: this.#disconnect,
    terminate: this.#terminate, restart: this.#restart, setBreakpoints: this.#setBreakpoints, setFunctionBreakpoints: this.#setFunctionBreakpoints,
    setInstructionBreakpoints: this.#setInstructionBreakpoints, setExceptionBreakpoints: this.#setExceptionBreakpoints,
    breakpointLocations: this.#breakpointLocations, threads: this.#threads, stackTrace: this.#stackTrace, scopes: this.#scopes,
    variables: this.#variables, setVariable: this.#setVariable, setExpression: this.#setExpression, evaluate: this.#evaluate,
    continue: this.#continue, next: this.#next, stepIn: this.#stepIn, stepOut: this.#stepOut, pause: this.#pause, source: this.#source,
    readMemory: this.#readMemory, writeMemory: this.#writeMemory, disassemble: this.#disassemble, exceptionInfo: this.#exceptionInfo,
  };

  #initialize(args: DebugProtocol.InitializeRequestArguments, request: DebugProtocol.Request): void {
    this.#terminalPossible = args.supportsRunInTerminalRequest === true;
    this.#respond(request, {
      supportsConfigurationDoneRequest: true, supportsFunctionBreakpoints: true, supportsConditionalBreakpoints: true,
      supportsHitConditionalBreakpoints: true, supportsLogPoints: true, supportsEvaluateForHovers: true, supportsSetVariable: true,
      supportsSetExpression: true, supportsRestartRequest: true, supportsTerminateRequest: true, supportTerminateDebuggee: true,
      supportsReadMemoryRequest: true, supportsWriteMemoryRequest: true, supportsDisassembleRequest: true, supportsInstructionBreakpoints: true,
      supportsSteppingGranularity: true, supportsExceptionInfoRequest: true, supportsDelayedStackTraceLoading: true, supportsValueFormattingOptions: true,
      supportsBreakpointLocationsRequest: true,
      exceptionBreakpointFilters: [{ filter: 'trap', label: l10n.t('Traps'), default: true, description: l10n.t('Stop where the program traps: unreachable, division by zero, bad memory access.') }],
    } satisfies DebugProtocol.Capabilities);
  }

  async #onLaunch(args: Arguments, request: DebugProtocol.Request): Promise<void> {
    const launch = await this.#host.launch(args, this.#abort.signal, (text, category) => { this.#output(text, category); });
    this.#launch = launch;
    const bytes = new Uint8Array(await readFile(launch.spec.module, { signal: this.#abort.signal }));
    this.#program = await this.#read(bytes, launch.spec.module);
    this.#sources = new Sources(launch.sourceFileMap, launch.cwd);
    this.#texts = new FunctionTexts(this.#program);
    this.#breakpoints = new Breakpoints(this.#program);
    this.#warn(this.#program);
    const configured = new Promise<void>(resolve => { this.#configured = resolve; });
    const running = this.#run(configured);
    this.#event('initialized');
    await running;
    this.#respond(request);
  }

  async #read(bytes: Uint8Array, path: string): Promise<Program> {
    if (bytes[4] === 13 && bytes[6] === 1) throw new UserError('bad-module', l10n.t("{0} is a component (WASI 0.2): only core modules can be debugged. Build it for wasm32-wasip1.", path));
    let program: Program;
    try {
      program = new Program(bytes);
      if (program.state === 'external' && program.externalDebugInfo !== undefined) {
        const other = await readFile(new URL(program.externalDebugInfo, `file://${path}`)).catch(() => undefined);
        if (other !== undefined) program = new Program(bytes, new Uint8Array(other));
      }
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
      throw new UserError('bad-module', l10n.t("{0} can't be debugged: {1}.", path, error.message), [], { cause: error });
    }
    if (!program.exports.has('_start')) {
      throw new UserError('bad-module', l10n.t('{0} has no _start function: it is a reactor or a library, which can be called but not run.', path));
    }
    return program;
  }

  /** What of debugging will not work, said once at the start. */
  #warn(program: Program): void {
    const texts: Partial<Record<typeof program.state, string>> = {
      none: l10n.t('The module has no debug information (build it with -g): it is debugged as WebAssembly text.'),
      stale: l10n.t("The module's debug information does not fit its code: an optimizer changed it. Most likely clang ran wasm-opt, which it does when -O1 or more is given in the command that links and wasm-opt is on PATH. Compile with -c, then link without any -O (or with --no-wasm-opt). The module is debugged as WebAssembly text."),
      split: l10n.t("The module's debug information is in .dwo files, which are not read: build without -gsplit-dwarf. It is debugged as WebAssembly text."),
      external: l10n.t("The module's debug information is in {0}, which was not found. It is debugged as WebAssembly text.", program.externalDebugInfo ?? '?'),
    };
    const text = texts[program.state];
    if (text !== undefined) this.#output(text + '\n', 'important');
  }

  /** Starts the program; it stands before its first instruction until the editor has set its breakpoints. */
  async #run(configured: Promise<void>): Promise<void> {
    const launch = this.#launch;
    const program = this.#program;
    if (launch === undefined || program === undefined) return;
    const generation = ++this.#generation;
    const listener = this.#listener = await listen();
    const command = await childCommand(launch.node, launch.spec, listener.path);
    const inTerminal = launch.console !== 'internalConsole' && this.#terminalPossible;
    try {
      if (inTerminal) {
        await this.#reverse('runInTerminal', {
          kind: launch.console === 'externalTerminal' ? 'external' : 'integrated', title: l10n.t('Debug {0}', launch.spec.args[0] ?? ''), cwd: launch.cwd,
          args: [command.tool, ...command.args], env: Object.fromEntries(Object.entries(command.env).map(([name, value]) => [name, value ?? null])),
        });
      } else {
        this.#child = startChild(command, launch.cwd, (text, category) => { this.#output(text, category); });
      }
      const early = this.#child?.exit.then(code => { throw new UserError('io', l10n.t('The program ended with exit code {0} before it could be debugged.', code)); }) ?? new Promise<never>(() => {});
      const aborted = new Promise<never>((_, reject) => {
        this.#abort.signal.addEventListener('abort', () => { reject(new UserError('canceled', l10n.t('Cancelled.'))); }, { once: true });
      });
      aborted.catch(() => {});
      early.catch(() => {});
      const socket = await Promise.race([listener.connected, early, aborted]);
      const target = this.#target = new Target(socket, program.image.codeStart, {
        ready: () => { if (generation === this.#generation) void this.#onReady(target, configured); },
        paused: pause => { if (generation === this.#generation) void this.#onPaused(pause); },
        ended: code => { if (generation === this.#generation) void this.#onEnded(code); },
      });
      this.#event('process', { name: launch.spec.args[0] ?? launch.spec.module, startMethod: 'launch', isLocalProcess: true, ...(this.#child?.pid === undefined ? {} : { systemProcessId: this.#child.pid }) });
      await target.start(this.#breakOnTrap ?? launch.breakOnTrap);
    } finally {
      void listener.connected.finally(() => { void command.dispose(); }).catch(() => {});
    }
  }

  async #onReady(target: Target, configured: Promise<void>): Promise<void> {
    await configured;
    const launch = this.#launch;
    const program = this.#program;
    if (launch === undefined || program === undefined) return;
    this.#stepper = new Stepper(program, target, path => this.#sources?.existing(path) !== undefined);
    if (launch.stopOnEntry) {
      const address = entryOf(program);
      this.#entry = address !== undefined;
      await this.#breakpoints?.setAddresses('entry', address === undefined ? [] : [{ address }]);
    }
    await this.#breakpoints?.attach(target);
    await target.resume().catch(() => {});
  }

  #reverse(command: string, args: object): Promise<DebugProtocol.Response> {
    const seq = this.#sequence++;
    return new Promise((resolve, reject) => {
      this.#replies.set(seq, response => {
        if (response.success) resolve(response);
        else reject(new UserError('io', l10n.t("The terminal can't be opened: {0}.", response.message ?? '?')));
      });
      this.#send({ seq, type: 'request', command, arguments: args } as DebugProtocol.Request);
    });
  }

  async #onPaused(pause: Pause): Promise<void> {
    const target = this.#target;
    const { sources, texts } = { sources: this.#sources, texts: this.#texts };
    if (target === undefined || this.#program === undefined || sources === undefined || texts === undefined) return;
    const stop = new Stop(this.#program, target, sources, texts, pause);
    try {
      if (pause.reason === 'trap') {
        this.#stopped(stop, { reason: 'exception', description: l10n.t('Trap'), text: trapText(pause.message ?? '') });
        return;
      }
      const hit = await this.#hits(stop, pause);
      if (hit.length > 0) {
        if (this.#entry && hit.some(one => one.kind === 'instruction')) {
          this.#entry = false;
          await this.#breakpoints?.setAddresses('entry', []);
          this.#stopped(stop, { reason: 'entry' });
          return;
        }
        const reason = hit[0]?.kind === 'function' ? 'function breakpoint' : hit[0]?.kind === 'instruction' ? 'instruction breakpoint' : 'breakpoint';
        this.#stopped(stop, { reason, hitBreakpointIds: hit.map(one => one.id) });
        return;
      }
      if (this.#pausing) {
        this.#stopped(stop, { reason: 'pause' });
        return;
      }
      const next = await this.#stepper?.afterPause(stop) ?? 'idle';
      if (next === 'done') this.#stopped(stop, { reason: 'step' });
      else if (next === 'idle') await target.resume();
    } catch (error) {
      // The program went on or ended while it was looked at.
      if (inspectMessage(error) === undefined) throw error;
    }
  }

  #stopped(stop: Stop, body: Partial<DebugProtocol.StoppedEvent['body']> & { reason: string }): void {
    this.#pausing = false;
    this.#stepper?.clear();
    this.#stop = stop;
    this.#event('stopped', { threadId, allThreadsStopped: true, ...body });
  }

  /** The breakpoints of a pause that are to stop; log messages are written, conditions that fail are passed over. */
  async #hits(stop: Stop, pause: Pause): Promise<Breakpoint[]> {
    const stopping: Breakpoint[] = [];
    for (const breakpoint of this.#breakpoints?.at(pause.breakpoints) ?? []) {
      if (!breakpoint.compiled && breakpoint.condition !== undefined && !await this.#holds(stop, breakpoint.condition)) continue;
      breakpoint.hits++;
      if (breakpoint.hitCondition !== undefined) {
        const holds = hitHolds(breakpoint.hitCondition, breakpoint.hits);
        if (holds === undefined) this.#once(l10n.t("The hit count '{0}' is not understood: write a number, or one after >=, >, ==, <, <= or %.", breakpoint.hitCondition));
        else if (!holds) continue;
      }
      if (breakpoint.logMessage === undefined) stopping.push(breakpoint);
      else this.#output(await this.#logText(stop, breakpoint.logMessage) + '\n', 'console');
    }
    return stopping;
  }

  async #holds(stop: Stop, condition: string): Promise<boolean> {
    try {
      return await isTrue(await stop.evaluateValue(condition));
    } catch (error) {
      const message = inspectMessage(error);
      if (message === undefined) throw error;
      // A condition that can't be evaluated stops: silence would look like code that is never reached.
      this.#once(l10n.t("The condition '{0}' can't be evaluated: {1}.", condition, message));
      return true;
    }
  }

  async #logText(stop: Stop, message: string): Promise<string> {
    const parts = message.split(/\{([^{}]+)\}/);
    const texts = await Promise.all(parts.map(async (part, i) => {
      if (i % 2 === 0) return part;
      try {
        return await stop.text(part);
      } catch (error) {
        return `<${inspectMessage(error) ?? messageOf(error)}>`;
      }
    }));
    return texts.join('');
  }

  #once(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#output(text + '\n', 'important');
  }

  async #onEnded(code: number | undefined): Promise<void> {
    this.#stop = undefined;
    this.#target = undefined;
    const exit = code ?? await this.#child?.exit.catch(() => undefined);
    // All that the program printed comes before the word about its end.
    if (code !== undefined) await this.#child?.exit.catch(() => undefined);
    if (exit === undefined) this.#output(l10n.t('The program was ended from outside.') + '\n', 'console');
    else {
      this.#output(l10n.t('The program ended with exit code {0}.', exit) + '\n', 'console');
      this.#event('exited', { exitCode: exit });
    }
    await this.#listener?.dispose();
    this.#terminated();
  }

  #terminated(): void {
    if (this.#over) return;
    this.#over = true;
    this.#event('terminated');
  }

  /** Ends the program without a word to the editor. */
  async #endProgram(): Promise<void> {
    this.#generation++;
    this.#stop = undefined;
    this.#stepper = undefined;
    // The child ends itself when its connection is gone.
    this.#target?.close();
    this.#target = undefined;
    const child = this.#child;
    this.#child = undefined;
    await Promise.all([child?.end(), this.#listener?.dispose()]);
    this.#listener = undefined;
  }

  #configurationDone(_: Arguments, request: DebugProtocol.Request): void {
    this.#configured?.();
    this.#respond(request);
  }

  async #disconnect(_: Arguments, request: DebugProtocol.Request): Promise<void> {
    await this.dispose();
    this.#respond(request);
  }

  async #terminate(_: Arguments, request: DebugProtocol.Request): Promise<void> {
    await this.dispose();
    this.#respond(request);
    this.#terminated();
  }

  async #restart(_: Arguments, request: DebugProtocol.Request): Promise<void> {
    await this.#endProgram();
    await this.#run(Promise.resolve());
    this.#respond(request);
  }

  async #setBreakpoints(args: DebugProtocol.SetBreakpointsArguments, request: DebugProtocol.Request): Promise<void> {
    const { source, breakpoints: wished = [] } = args;
    const breakpoints = this.#breakpoints;
    if (breakpoints === undefined) throw new UserError('internal', l10n.t('The program is not loaded yet.'));
    if (source.sourceReference !== undefined && source.sourceReference > 0) {
      const at = wished.map(wish => ({ ...wish, ...this.#texts?.address(source.sourceReference ?? 0, wish.line) }));
      this.#respond(request, { breakpoints: await breakpoints.setAddresses(`text ${source.sourceReference}`, at.map(one => ({ ...one, address: 'address' in one ? one.address : undefined }))) });
      return;
    }
    const path = source.path ?? '';
    const sources = this.#sources;
    this.#respond(request, { breakpoints: await breakpoints.setLines(path, sources?.name(path) ?? path, compiled => sources?.isSame(compiled, path) === true, wished) });
    const module = this.#launch?.spec.module;
    if (module !== undefined && wished.length > 0 && isNewer(path, module)) this.#once(l10n.t('{0} was changed after the module was built: lines may be off. Build it again.', path));
  }

  async #setFunctionBreakpoints(args: DebugProtocol.SetFunctionBreakpointsArguments, request: DebugProtocol.Request): Promise<void> {
    this.#respond(request, { breakpoints: await this.#breakpoints?.setFunctions(args.breakpoints) ?? [] });
  }

  async #setInstructionBreakpoints(args: DebugProtocol.SetInstructionBreakpointsArguments, request: DebugProtocol.Request): Promise<void> {
    const wished = args.breakpoints.map(wish => ({ ...wish, address: parseAddress(wish.instructionReference, wish.offset) }));
    this.#respond(request, { breakpoints: await this.#breakpoints?.setAddresses('instructions', wished) ?? [] });
  }

  async #setExceptionBreakpoints(args: DebugProtocol.SetExceptionBreakpointsArguments, request: DebugProtocol.Request): Promise<void> {
    this.#breakOnTrap = args.filters.includes('trap') && this.#launch?.breakOnTrap !== false;
    await this.#target?.setBreakOnTrap(this.#breakOnTrap);
    this.#respond(request);
  }

  #breakpointLocations(args: DebugProtocol.BreakpointLocationsArguments, request: DebugProtocol.Request): void {
    const path = args.source.path;
    const sources = this.#sources;
    if (path === undefined || sources === undefined || this.#program === undefined) {
      this.#respond(request, { breakpoints: [] });
      return;
    }
    const last = args.endLine ?? args.line;
    const lines = linesWithCode(this.#program, sources.name(path), compiled => sources.isSame(compiled, path)).filter(line => line >= args.line && line <= last);
    this.#respond(request, { breakpoints: lines.map(line => ({ line })) });
  }

  #threads(_: Arguments, request: DebugProtocol.Request): void {
    this.#respond(request, { threads: [{ id: threadId, name: this.#launch?.spec.args[0] ?? 'main' }] });
  }

  #stopNow(): Stop {
    if (this.#stop === undefined) throw new UserError('usage', l10n.t('The program is running: pause it first.'));
    return this.#stop;
  }

  #stackTrace(args: DebugProtocol.StackTraceArguments, request: DebugProtocol.Request): void {
    const stop = this.#stopNow();
    this.#respond(request, { stackFrames: stop.stackTrace(args.startFrame ?? 0, args.levels ?? 0), totalFrames: stop.stack.length });
  }

  #scopes(args: DebugProtocol.ScopesArguments, request: DebugProtocol.Request): void {
    this.#respond(request, { scopes: this.#stopNow().scopes(args.frameId) });
  }

  async #variables(args: DebugProtocol.VariablesArguments, request: DebugProtocol.Request): Promise<void> {
    this.#respond(request, { variables: await this.#stopNow().variables(args) });
  }

  async #setVariable(args: DebugProtocol.SetVariableArguments, request: DebugProtocol.Request): Promise<void> {
    this.#respond(request, await this.#stopNow().setVariable(args));
  }

  async #setExpression(args: DebugProtocol.SetExpressionArguments, request: DebugProtocol.Request): Promise<void> {
    this.#respond(request, await this.#stopNow().setExpression(args));
  }

  async #evaluate(args: DebugProtocol.EvaluateArguments, request: DebugProtocol.Request): Promise<void> {
    if (this.#stop === undefined && args.context === 'repl' && this.#child !== undefined) {
      // While the program runs, what is typed is its input.
      this.#child.write(args.expression + '\n');
      this.#respond(request, { result: '', variablesReference: 0 });
      return;
    }
    this.#respond(request, await this.#stopNow().evaluate(args));
  }

  /** The program goes on: what was looked at is no more. */
  #going(): Target {
    this.#stopNow();
    const target = this.#target;
    if (target === undefined) throw new UserError('usage', l10n.t('The program has ended.'));
    this.#stop = undefined;
    return target;
  }

  async #continue(_: Arguments, request: DebugProtocol.Request): Promise<void> {
    const target = this.#going();
    this.#respond(request, { allThreadsContinued: true });
    await target.resume().catch(() => {});
  }

  #next(args: DebugProtocol.NextArguments, request: DebugProtocol.Request): Promise<void> {
    return this.#step('over', args.granularity, request);
  }

  #stepIn(args: DebugProtocol.StepInArguments, request: DebugProtocol.Request): Promise<void> {
    return this.#step('into', args.granularity, request);
  }

  #stepOut(args: DebugProtocol.StepOutArguments, request: DebugProtocol.Request): Promise<void> {
    return this.#step('out', args.granularity, request);
  }

  async #step(kind: StepKind, granularity: DebugProtocol.SteppingGranularity | undefined, request: DebugProtocol.Request): Promise<void> {
    const stop = this.#stopNow();
    this.#going();
    this.#respond(request);
    await this.#stepper?.start(kind, stop, granularity === 'instruction').catch((error: unknown) => {
      if (inspectMessage(error) === undefined) throw error;
    });
  }

  async #pause(_: Arguments, request: DebugProtocol.Request): Promise<void> {
    if (this.#stop === undefined) {
      this.#pausing = true;
      await this.#target?.pause();
    }
    this.#respond(request);
  }

  #source(args: DebugProtocol.SourceArguments, request: DebugProtocol.Request): void {
    const content = this.#texts?.text(args.source?.sourceReference ?? args.sourceReference);
    if (content === undefined) throw new UserError('not-found', l10n.t('There is no such function.'));
    this.#respond(request, { content, mimeType: 'text/x-wat' });
  }

  async #readMemory(args: DebugProtocol.ReadMemoryArguments, request: DebugProtocol.Request): Promise<void> {
    this.#stopNow();
    const target = this.#target;
    const from = Number(args.memoryReference) + (args.offset ?? 0);
    const size = await target?.memorySize() ?? 0;
    const start = Math.max(0, from);
    const end = Math.max(start, Math.min(size, from + args.count));
    const bytes = end > start ? await target?.read(start, end - start) : undefined;
    const unreadable = args.count - (end - start);
    this.#respond(request, { address: `0x${start.toString(16)}`, data: Buffer.from(bytes ?? []).toString('base64'), ...(unreadable > 0 ? { unreadableBytes: unreadable } : {}) });
  }

  async #writeMemory(args: DebugProtocol.WriteMemoryArguments, request: DebugProtocol.Request): Promise<void> {
    this.#stopNow();
    const bytes = new Uint8Array(Buffer.from(args.data, 'base64'));
    await this.#target?.write(Number(args.memoryReference) + (args.offset ?? 0), bytes);
    this.#respond(request, { bytesWritten: bytes.length });
    this.#event('invalidated', { areas: ['variables'] });
  }

  #disassemble(args: DebugProtocol.DisassembleArguments, request: DebugProtocol.Request): void {
    const program = this.#program;
    if (program === undefined) return;
    const address = parseAddress(args.memoryReference, args.offset) ?? 0;
    this.#respond(request, { instructions: disassembly(program, this.#sources, address, args.instructionOffset ?? 0, args.instructionCount) });
  }

  #exceptionInfo(_: Arguments, request: DebugProtocol.Request): void {
    const { pause } = this.#stopNow();
    this.#respond(request, { exceptionId: 'trap', description: trapText(pause.message ?? ''), breakMode: 'always' });
  }
}

/** V8's words for a trap as a sentence. */
function trapText(message: string): string {
  return trapReason(new WebAssembly.RuntimeError(message.replace(/^\w*Error: /, '')));
}

/** Where a program starts for its author: main's body, else `_start`. */
function entryOf(program: Program): number | undefined {
  const named = program.state === 'alive' ? program.functionsNamed('main').filter(code => program.placeAt(functionStart(program, code.ranges) ?? -1)?.line !== 0) : [];
  const [main] = named;
  if (main !== undefined) return functionStart(program, main.ranges);
  const index = program.exports.get('_start');
  return program.bodies.find(body => body.index === index)?.start;
}

function parseAddress(text: string, offset = 0): number | undefined {
  const address = Number(text) + offset;
  return Number.isSafeInteger(address) && address >= 0 ? address : undefined;
}

/** `count` instructions, `skip` ahead of (or, negative, before) the one at an address; beyond the code there are invalid ones. */
function disassembly(program: Program, sources: Sources | undefined, address: number, skip: number, count: number): DebugProtocol.DisassembledInstruction[] {
  const { bodies } = program;
  const start = bodyAt(bodies, address);
  const invalid = (at: number): DebugProtocol.DisassembledInstruction => ({ address: reference(at), instruction: '', presentationHint: 'invalid' });
  if (start === undefined) return Array.from({ length: count }, (_, i) => invalid(address + i));
  const at = bodies.indexOf(start);
  const list = (index: number): { address: number; text: string; symbol?: string; length: number; code: Uint8Array }[] => {
    const body = bodies[index];
    if (body === undefined) return [];
    const text = disassemble(program.image, program.names, body);
    const code = program.image.known.get(10)?.payload ?? new Uint8Array();
    return text.instructions.map((one, i) => ({ address: one.address, text: '  '.repeat(Math.min(20, one.depth)) + one.text, length: one.length, code: code.subarray(one.address, one.address + Math.min(16, one.length)), ...(i === 0 ? { symbol: program.nameAt(one.address) ?? text.name } : {}) }));
  };
  let instructions = list(at);
  let position = instructions.findIndex(one => one.address + one.length > address) + skip;
  for (let before = at - 1; position < 0 && before >= 0; before--) {
    const more = list(before);
    instructions = [...more, ...instructions];
    position += more.length;
  }
  for (let after = at + 1; position + count > instructions.length && after < bodies.length; after++) instructions = [...instructions, ...list(after)];
  return Array.from({ length: count }, (_, i) => {
    const one = instructions[position + i];
    if (one === undefined) return invalid(Math.max(0, address + (skip + i)));
    const place = program.state === 'alive' ? program.placeAt(one.address) : undefined;
    const file = place === undefined ? undefined : sources?.existing(place.path);
    return {
      address: reference(one.address), instruction: one.text, instructionBytes: Buffer.from(one.code).toString('hex').replace(/..(?=.)/g, '$& '),
      ...(one.symbol === undefined ? {} : { symbol: one.symbol }),
      ...(place === undefined || file === undefined || place.line === 0 ? {} : { line: place.line, location: { name: sources?.name(file) ?? '', path: file } }),
    };
  });
}
