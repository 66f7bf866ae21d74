import type { DebugProtocol } from '@vscode/debugprotocol';
import * as l10n from '@vscode/l10n';
import { isCanceled, messageOf, UserError } from '../base/error';

/** A program that a session has started. */
export interface Started {
  /** Settles when it is over; `undefined` where nobody can tell its code. */
  readonly exit: Promise<number | undefined>;
  readonly pid?: number;
  /** Ends it with all that it started. */
  stop(): void;
  /** Gives it a line of input, where it has no terminal of its own. */
  input?(line: string): void;
}

/** Has the editor start a command in a terminal window of the system's. Rejects where it can't. */
export type OpenWindow = (what: Omit<DebugProtocol.RunInTerminalRequestArguments, 'kind'>) => Promise<void>;

/** What a session needs of its surroundings. */
export interface SessionHost {
  /** Builds what is stale and starts the program; rejects with a UserError, or an AbortError when the signal was raised. */
  start(signal: AbortSignal, output: (text: string, category: 'stdout' | 'stderr') => void, openWindow: OpenWindow): Promise<Started>;
  /** Shows an error to the user. */
  failed(error: unknown): void;
  /** A sentence about what this session can't do, said in the Debug Console before the program starts. */
  readonly notice?: string;
}

type Message = DebugProtocol.ProtocolMessage;

/** A debug session that runs a program without debugging it: it begins, prints, can be stopped, and tells the exit code. */
export class RunSession {
  private readonly send: (message: Message) => void;
  private readonly host: SessionHost;
  private readonly abort = new AbortController();
  private sequence = 1;
  private started: Started | undefined;
  private over = false;
  /** What the editor was asked and has not answered yet, by number. */
  private readonly asked = new Map<number, (answer: DebugProtocol.Response) => void>();

  constructor(host: SessionHost, send: (message: Message) => void) {
    this.host = host;
    this.send = send;
  }

  /** Takes one message of the editor's. */
  handle(message: Message): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      this.asked.get(response.request_seq)?.(response);
      this.asked.delete(response.request_seq);
      return;
    }
    if (message.type !== 'request') return;
    const request = message as DebugProtocol.Request;
    switch (request.command) {
      case 'initialize':
        this.respond(request, { supportsConfigurationDoneRequest: true, supportsTerminateRequest: true, supportTerminateDebuggee: true } satisfies DebugProtocol.Capabilities);
        return;
      case 'launch':
        this.respond(request);
        this.event('initialized');
        return;
      case 'setBreakpoints': {
        const { breakpoints = [] } = request.arguments as DebugProtocol.SetBreakpointsArguments;
        this.respond(request, { breakpoints: breakpoints.map(() => ({ verified: false, message: l10n.t('The program runs without debugging.') })) });
        return;
      }
      case 'configurationDone':
        this.respond(request);
        void this.run();
        return;
      case 'threads':
        this.respond(request, { threads: [] });
        return;
      case 'evaluate':
        this.evaluate(request);
        return;
      case 'terminate':
      case 'disconnect':
        this.stop();
        this.respond(request);
        return;
      default:
        this.respond(request, undefined, l10n.t('{0} is not possible while a program runs without debugging.', request.command));
    }
  }

  /** Ends the program, and the build before it. */
  stop(): void {
    this.abort.abort();
    this.started?.stop();
  }

  private async run(): Promise<void> {
    if (this.host.notice !== undefined) this.output(this.host.notice + '\n', 'console');
    try {
      this.started = await this.host.start(this.abort.signal, (text, category) => { this.output(text, category); }, what => this.openWindow(what));
      if (this.abort.signal.aborted) this.started.stop();
      this.event('process', { name: 'wasi', startMethod: 'launch', isLocalProcess: true, ...(this.started.pid === undefined ? {} : { systemProcessId: this.started.pid }) });
      const code = await this.started.exit;
      if (code !== undefined) {
        this.output(l10n.t('The program ended with exit code {0}.', code) + '\n', 'console');
        this.event('exited', { exitCode: code });
      }
    } catch (error) {
      if (!isCanceled(error)) {
        this.output(messageOf(error) + '\n', 'stderr');
        this.host.failed(error);
      }
    } finally {
      this.end();
    }
  }

  private async openWindow(what: Parameters<OpenWindow>[0]): Promise<void> {
    const seq = this.sequence++;
    const answer = await new Promise<DebugProtocol.Response>(resolve => {
      this.asked.set(seq, resolve);
      this.send({ type: 'request', seq, command: 'runInTerminal', arguments: { ...what, kind: 'external' } } as DebugProtocol.RunInTerminalRequest);
    });
    if (!answer.success) {
      throw new UserError('io', l10n.t('The editor could not open a terminal window: {0}. Use the integrated terminal: "console": "integratedTerminal".', answer.message ?? ''));
    }
  }

  private evaluate(request: DebugProtocol.Request): void {
    const { expression, context } = request.arguments as DebugProtocol.EvaluateArguments;
    if (context !== 'repl' || this.started?.input === undefined) {
      this.respond(request, undefined, l10n.t('Nothing can be evaluated while a program runs without debugging.'));
      return;
    }
    this.started.input(expression);
    this.respond(request, { result: '', variablesReference: 0 });
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.event('terminated');
  }

  private output(output: string, category: string): void {
    this.event('output', { category, output });
  }

  private respond(request: DebugProtocol.Request, body?: object, error?: string): void {
    const response: DebugProtocol.Response = {
      type: 'response', seq: this.sequence++, request_seq: request.seq, command: request.command, success: error === undefined,
      ...(body === undefined ? {} : { body }), ...(error === undefined ? {} : { message: error }),
    };
    this.send(response);
  }

  private event(event: string, body?: object): void {
    const message: DebugProtocol.Event = { type: 'event', seq: this.sequence++, event, ...(body === undefined ? {} : { body }) };
    this.send(message);
  }
}
