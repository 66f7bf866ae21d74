import type { DebugProtocol } from '@vscode/debugprotocol';

/** What the editor shows a line of output as. */
export type Category = 'console' | 'stdout' | 'stderr' | 'important';

/** Our side of the debug adapter protocol: numbered responses and events. */
export class Wire {
  readonly #send: (message: DebugProtocol.ProtocolMessage) => void;
  readonly #told = new Set<string>();
  #sequence = 1;

  constructor(send: (message: DebugProtocol.ProtocolMessage) => void) {
    this.#send = send;
  }

  /** Answers a request, with `problem` as a failure. */
  respond(request: DebugProtocol.Request, body?: object, problem?: string): void {
    const response: DebugProtocol.Response = {
      seq: this.#sequence++, type: 'response', request_seq: request.seq, command: request.command, success: problem === undefined,
      ...(problem === undefined ? {} : { message: problem }), ...(body === undefined ? {} : { body }),
    };
    this.#send(response);
  }

  event(event: string, body?: object): void {
    const message: DebugProtocol.Event = { seq: this.#sequence++, type: 'event', event, ...(body === undefined ? {} : { body }) };
    this.#send(message);
  }

  output(text: string, category: Category): void {
    this.event('output', { category, output: text });
  }

  /** Says a sentence that is worth saying only once in a session. */
  once(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.output(text + '\n', 'important');
  }
}
