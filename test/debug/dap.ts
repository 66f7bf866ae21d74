import type { DebugProtocol } from '@vscode/debugprotocol';
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugLaunch } from '../../src/debug/adapter/launch';
import { DebugSession } from '../../src/debug/adapter/session';
import { startChild, type ChildCommand } from '../../src/debug/adapter/start';
import { fixture, sourcesFolder } from './fixtures';

/** What a test may say of a launch. */
export interface Launch extends Partial<Pick<DebugLaunch, 'stopOnEntry' | 'breakOnTrap' | 'console' | 'sourceFileMap'>> {
  readonly args?: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another Node than this one. */
  readonly node?: string;
  /** What is called before each launch: it may change the module. */
  readonly before?: (module: string) => void;
}

/** An editor for tests: sends requests, waits for events, keeps all that it got. */
export class Editor {
  readonly session: DebugSession;
  readonly events: DebugProtocol.Event[] = [];
  readonly folder: string;
  failure: unknown;
  readonly #emitter = new EventEmitter();
  readonly #pending = new Map<number, (response: DebugProtocol.Response) => void>();
  readonly #taken = new Set<DebugProtocol.Event>();
  #sequence = 1;
  /** What was printed to the terminal, where there is one. */
  terminal = '';

  constructor(module: string | Uint8Array, options: Launch = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'dap-'));
    const path = join(this.folder, `${typeof module === 'string' ? module : 'module'}.wasm`);
    writeFileSync(path, typeof module === 'string' ? fixture(module) : module);
    this.session = new DebugSession({
      launch: () => {
        options.before?.(path);
        return Promise.resolve({
          spec: { host: 'embedded', module: path, args: ['program', ...options.args ?? []], env: options.env ?? {}, mounts: [], ...(options.stdin === undefined ? {} : { stdin: options.stdin }) },
          node: { path: options.node ?? process.execPath, env: {} }, cwd: this.folder, console: options.console ?? 'internalConsole', stopOnEntry: options.stopOnEntry ?? false,
          breakOnTrap: options.breakOnTrap ?? true, sourceFileMap: options.sourceFileMap ?? { '/src': sourcesFolder },
        });
      },
      ...(options.console !== 'integratedTerminal' ? {} : { terminal: (command: ChildCommand) => Promise.resolve(startChild(command, this.folder, text => { this.terminal += text; })) }),
      failed: error => { this.failure = error; },
    }, message => { this.#receive(message); });
    this.#emitter.setMaxListeners(100);
  }

  #receive(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'event') {
      this.events.push(message as DebugProtocol.Event);
      this.#emitter.emit('event');
    } else {
      const response = message as DebugProtocol.Response;
      this.#pending.get(response.request_seq)?.(response);
    }
  }

  /** Sends a request; gives its response, failed or not. */
  ask(command: string, args: object = {}): Promise<DebugProtocol.Response> {
    const seq = this.#sequence++;
    return new Promise(resolve => {
      this.#pending.set(seq, resolve);
      this.session.handle({ seq, type: 'request', command, arguments: args } as DebugProtocol.Request);
    });
  }

  /** The body of a response that has to succeed. */
  async get<T = Record<string, unknown>>(command: string, args: object = {}): Promise<T> {
    const response = await this.ask(command, args);
    if (!response.success) throw new Error(`${command}: ${response.message ?? ''}`);
    return response.body as T;
  }

  /** The next event of a kind that nobody has taken yet. Fails when the program ends before it. */
  async event<T = Record<string, unknown>>(kind: string, matches: (body: T) => boolean = () => true): Promise<T> {
    for (;;) {
      const found = this.events.find(event => !this.#taken.has(event) && event.event === kind && matches(event.body as T));
      if (found !== undefined) {
        this.#taken.add(found);
        return found.body as T;
      }
      if (kind !== 'terminated' && this.events.some(event => event.event === 'terminated')) throw new Error(`the session ended without '${kind}':\n${this.output()}`);
      // Before the test runner gives the test up, which would leave the program alive.
      await once(this.#emitter, 'event', { signal: AbortSignal.timeout(45_000) });
    }
  }

  /** Launches with breakpoints on lines of one source, and lets the program run. */
  async start(source?: string, lines: readonly (number | DebugProtocol.SourceBreakpoint)[] = [], more?: () => Promise<unknown>): Promise<DebugProtocol.Breakpoint[]> {
    await this.get('initialize', { adapterID: 'wasi', linesStartAt1: true, columnsStartAt1: true });
    const launched = this.ask('launch', {});
    await Promise.race([this.event('initialized'), launched.then(response => { if (!response.success) throw new Error(response.message); return new Promise<never>(() => {}); })]);
    const set = source === undefined ? [] : await this.breakpoints(source, lines);
    await more?.();
    await this.get('configurationDone');
    return set;
  }

  async breakpoints(source: string, lines: readonly (number | DebugProtocol.SourceBreakpoint)[]): Promise<DebugProtocol.Breakpoint[]> {
    const { breakpoints } = await this.get<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', { source: { path: join(sourcesFolder, source) }, breakpoints: lines.map(line => (typeof line === 'number' ? { line } : line)) });
    return breakpoints;
  }

  stopped(): Promise<DebugProtocol.StoppedEvent['body']> {
    return this.event<DebugProtocol.StoppedEvent['body']>('stopped');
  }

  /** The next stop; undefined where the program ends before it. */
  async stopOrEnd(): Promise<DebugProtocol.StoppedEvent['body'] | undefined> {
    try {
      return await this.stopped();
    } catch (error) {
      if (this.events.some(event => event.event === 'terminated')) return undefined;
      throw error;
    }
  }

  async stack(): Promise<DebugProtocol.StackFrame[]> {
    return (await this.get<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;
  }

  /** `function:line` of the top frame. */
  async where(): Promise<string> {
    const [top] = await this.stack();
    return `${top?.name}:${top?.line}`;
  }

  /** Moves on by a request, and waits until the program stands again. */
  async step(command: 'next' | 'stepIn' | 'stepOut' | 'continue', args: object = {}): Promise<string> {
    await this.get(command, { threadId: 1, ...args });
    await this.stopped();
    return this.where();
  }

  async variables(variablesReference: number, more: object = {}): Promise<DebugProtocol.Variable[]> {
    return (await this.get<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference, ...more })).variables;
  }

  async scope(name: string, frame = 0): Promise<DebugProtocol.Variable[]> {
    const stack = await this.stack();
    const { scopes } = await this.get<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: stack[frame]?.id });
    const scope = scopes.find(one => one.name === name);
    return scope === undefined ? [] : this.variables(scope.variablesReference);
  }

  /** `name = value` of every variable of a scope. */
  async values(scope = 'Locals', frame = 0): Promise<Record<string, string>> {
    return Object.fromEntries((await this.scope(scope, frame)).map(variable => [variable.name, variable.value]));
  }

  async evaluate(expression: string, more: object = {}): Promise<string> {
    const stack = await this.stack();
    const response = await this.ask('evaluate', { expression, frameId: stack[0]?.id, context: 'watch', ...more });
    return response.success ? (response.body as { result: string }).result : `error: ${response.message}`;
  }

  output(category?: string): string {
    return this.events.filter(event => event.event === 'output').map(event => event.body as DebugProtocol.OutputEvent['body'])
      .filter(body => category === undefined || body.category === category).map(body => body.output).join('');
  }

  /** Waits for the end; gives the exit code. */
  async end(): Promise<number | undefined> {
    await this.event('terminated');
    return (this.events.find(event => event.event === 'exited') as DebugProtocol.ExitedEvent | undefined)?.body.exitCode;
  }

  async dispose(): Promise<void> {
    await this.session.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs a test with an editor that is ended whatever happens. */
export async function withEditor(module: string | Uint8Array, options: Launch, test: (editor: Editor) => Promise<void>): Promise<void> {
  const editor = new Editor(module, options);
  try {
    await test(editor);
  } finally {
    await editor.dispose();
  }
}
