import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isCanceled, UserError } from '../../base/error';
import { capabilities } from './capabilities';
import { parseAddress } from './disassembly';
import { failureMessage } from './errors';
import { Inspection } from './inspection';
import type { DebugHost } from './launch';
import { linesWithCode } from './lines';
import { load, warningOf, type Loaded } from './loaded';
import { Run } from './run';
import { isNewer } from './sources';
import type { StepKind } from './stepper';
import { Wire } from './wire';

type Message = DebugProtocol.ProtocolMessage;
type Arguments = Record<string, unknown>;
/** Answers a request by what it gives, unless it has answered before it acts. */
type Handler = (args: never, respond: (body?: object) => void) => unknown;

/** Editor breakpoints as they were last set, so that a module that was built anew gets them too. */
interface SetLines {
  readonly args: DebugProtocol.SetBreakpointsArguments;
  readonly ids: readonly (number | undefined)[];
}

/** The debug adapter: takes the editor's messages and sends its own, over whatever carries them. */
export class DebugSession {
  readonly #host: DebugHost;
  readonly #wire: Wire;
  readonly #abort = new AbortController();
  readonly #lines = new Map<string, SetLines>();
  readonly #inspection = new Inspection(() => ({ loaded: this.#loaded, run: this.#run }));
  #functions: DebugProtocol.FunctionBreakpoint[] = [];
  #arguments: Arguments = {};
  #loaded: Loaded | undefined;
  #run: Run | undefined;
  #configured: (() => void) | undefined;
  #breakOnTrap: boolean | undefined;
  #over = false;

  constructor(host: DebugHost, send: (message: Message) => void) {
    this.#host = host;
    this.#wire = new Wire(send);
  }

  /** Takes one message of the editor's. */
  handle(message: Message): void {
    if (message.type === 'request') void this.#answer(message as DebugProtocol.Request);
  }

  /** Ends the program and all that belongs to it. */
  async dispose(): Promise<void> {
    this.#abort.abort();
    await this.#run?.end();
  }

  async #answer(request: DebugProtocol.Request): Promise<void> {
    const handler = Object.hasOwn(this.#handlers, request.command) ? this.#handlers[request.command] : undefined;
    if (handler === undefined) {
      this.#wire.respond(request, undefined, l10n.t('{0} is not supported.', request.command));
      return;
    }
    let answered = false;
    const respond = (body?: object, problem?: string): void => {
      if (answered) return;
      answered = true;
      this.#wire.respond(request, body, problem);
    };
    try {
      const body = await handler((request.arguments ?? {}) as never, respond);
      respond(typeof body === 'object' && body !== null ? body : undefined);
    } catch (error) {
      if (request.command !== 'launch' && request.command !== 'restart') {
        respond(undefined, failureMessage(error));
        return;
      }
      // The host shows it, with its remedies; a failed response would have the editor show it once more.
      respond();
      if (!isCanceled(error)) {
        this.#wire.output(failureMessage(error) + '\n', 'stderr');
        this.#host.failed(error);
      }
      this.#terminated();
    }
  }

  readonly #handlers: Readonly<Record<string, Handler>> = {
    initialize: () => capabilities(),
    launch: (args: Arguments) => this.#launch(args),
    configurationDone: () => { this.#configured?.(); },
    disconnect: () => this.dispose(),
    terminate: (_, respond) => this.dispose().then(() => { respond(); this.#terminated(); }),
    restart: (args: { arguments?: Arguments }) => this.#restart(args.arguments ?? this.#arguments),
    setBreakpoints: (args: DebugProtocol.SetBreakpointsArguments, respond) => this.#setBreakpoints(args, respond),
    setFunctionBreakpoints: async (args: DebugProtocol.SetFunctionBreakpointsArguments) => {
      this.#functions = args.breakpoints;
      return { breakpoints: await this.#module.breakpoints.setFunctions(args.breakpoints) };
    },
    setInstructionBreakpoints: async (args: DebugProtocol.SetInstructionBreakpointsArguments) => ({
      breakpoints: await this.#module.breakpoints.setAddresses('instructions', args.breakpoints.map(wish => ({ ...wish, address: parseAddress(wish.instructionReference, wish.offset) }))),
    }),
    setExceptionBreakpoints: async (args: DebugProtocol.SetExceptionBreakpointsArguments) => {
      this.#breakOnTrap = args.filters.includes('trap');
      await this.#run?.target?.setBreakOnTrap(this.#trapsStop);
    },
    breakpointLocations: (args: DebugProtocol.BreakpointLocationsArguments) => this.#breakpointLocations(args),
    continue: (_, respond) => { this.#stopped(); respond({ allThreadsContinued: true }); return this.#run?.continue(); },
    next: (args: DebugProtocol.NextArguments, respond) => this.#step('over', args, respond),
    stepIn: (args: DebugProtocol.StepInArguments, respond) => this.#step('into', args, respond),
    stepOut: (args: DebugProtocol.StepOutArguments, respond) => this.#step('out', args, respond),
    pause: () => this.#run?.pause(),
    writeMemory: async (args: DebugProtocol.WriteMemoryArguments, respond) => {
      respond(await this.#inspection.writeMemory(args));
      this.#wire.event('invalidated', { areas: ['variables'] });
    },
    ...this.#looking('threads', 'stackTrace', 'scopes', 'variables', 'setVariable', 'setExpression', 'evaluate', 'completions', 'exceptionInfo', 'source', 'loadedSources', 'modules', 'readMemory', 'disassemble'),
  };

  #looking(...names: readonly Exclude<keyof Inspection, 'writeMemory'>[]): Record<string, Handler> {
    return Object.fromEntries(names.map((name): [string, Handler] => [name, (args: never) => this.#inspection[name](args)]));
  }

  get #module(): Loaded {
    if (this.#loaded === undefined) throw new UserError('usage', l10n.t('The program is not loaded yet.'));
    return this.#loaded;
  }

  get #trapsStop(): boolean {
    return this.#loaded?.launch.breakOnTrap !== false && this.#breakOnTrap !== false;
  }

  async #launch(args: Arguments): Promise<void> {
    this.#arguments = args;
    const loaded = this.#loaded = await this.#load(args);
    const warning = warningOf(loaded.program);
    if (warning !== undefined) this.#wire.output(warning + '\n', 'important');
    const configured = new Promise<void>(resolve => { this.#configured = resolve; });
    const running = this.#start(loaded, configured);
    this.#wire.event('initialized');
    await running;
  }

  async #load(args: Arguments): Promise<Loaded> {
    const launch = await this.#host.launch(args, this.#abort.signal, (text, category) => { this.#wire.output(text, category); });
    return load(launch, this.#abort.signal);
  }

  #start(loaded: Loaded, configured: Promise<void>): Promise<void> {
    const run = this.#run = new Run(loaded, this.#wire, () => { if (this.#run === run) this.#terminated(); });
    return run.start(this.#host, configured, () => this.#trapsStop, this.#abort.signal);
  }

  #terminated(): void {
    if (this.#over) return;
    this.#over = true;
    this.#wire.event('terminated');
  }

  /** Builds what was changed meanwhile, and runs it from the start. */
  async #restart(args: Arguments): Promise<void> {
    const before = this.#module;
    await this.#run?.end();
    const now = await this.#load(args);
    const same = Buffer.compare(before.bytes, now.bytes) === 0;
    const loaded = this.#loaded = same ? { ...now, program: before.program, texts: before.texts, breakpoints: before.breakpoints } : now;
    if (!same) await this.#setAgain(loaded);
    await this.#start(loaded, Promise.resolve());
  }

  /** Gives another module the breakpoints that were set, and tells the editor where they are now. */
  async #setAgain({ breakpoints, sources }: Loaded): Promise<void> {
    for (const [path, { args, ids }] of this.#lines) {
      const set = await breakpoints.setLines(path, sources.name(path), compiled => sources.isSame(compiled, path), args.breakpoints ?? [], ids);
      for (const breakpoint of set) this.#wire.event('breakpoint', { reason: 'changed', breakpoint });
    }
    await breakpoints.setFunctions(this.#functions);
  }

  async #setBreakpoints(args: DebugProtocol.SetBreakpointsArguments, respond: (body: object) => void): Promise<void> {
    const { source, breakpoints: wished = [] } = args;
    const { breakpoints, texts, sources, launch } = this.#module;
    if (source.sourceReference !== undefined && source.sourceReference > 0) {
      const { sourceReference } = source;
      const at = wished.map(wish => ({ ...wish, address: undefined, ...texts.address(sourceReference, wish.line) }));
      respond({ breakpoints: await breakpoints.setAddresses(`text ${sourceReference}`, at) });
      return;
    }
    const path = source.path ?? '';
    const set = await breakpoints.setLines(path, sources.name(path), compiled => sources.isSame(compiled, path), wished);
    this.#lines.set(path, { args, ids: set.map(one => one.id) });
    respond({ breakpoints: set });
    if (wished.length > 0 && isNewer(path, launch.spec.module)) this.#wire.once(l10n.t('{0} was changed after the module was built: lines may be off. Build it again.', path));
  }

  #breakpointLocations(args: DebugProtocol.BreakpointLocationsArguments): DebugProtocol.BreakpointLocationsResponse['body'] {
    const { path } = args.source;
    if (path === undefined || this.#loaded === undefined) return { breakpoints: [] };
    const { program, sources } = this.#loaded;
    const last = args.endLine ?? args.line;
    const lines = linesWithCode(program, sources.name(path), compiled => sources.isSame(compiled, path)).filter(line => line >= args.line && line <= last);
    return { breakpoints: lines.map(line => ({ line })) };
  }

  #stopped(): Run {
    const run = this.#run;
    if (run?.stop === undefined) throw new UserError('usage', l10n.t('The program is running: pause it first.'));
    return run;
  }

  async #step(kind: StepKind, { granularity }: { granularity?: DebugProtocol.SteppingGranularity }, respond: () => void): Promise<void> {
    const run = this.#stopped();
    const { stop } = run;
    respond();
    if (stop !== undefined) await run.step(kind, stop, granularity === 'instruction');
  }
}
