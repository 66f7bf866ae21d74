import type { Socket } from 'node:net';
import { frame, splitter } from './channel';

/** A request that the engine refused, or that the program's end cut off. */
export class TargetError extends Error {}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Requests and events of the inspector protocol over a socket. */
export class Connection {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #closed = false;

  constructor(socket: Socket, event: (method: string, params: never) => void, closed: () => void) {
    this.#socket = socket;
    socket.on('data', splitter(message => {
      const { id, method, params, result, error } = message as { id?: number; method?: string; params?: never; result?: unknown; error?: { message: string } };
      if (id === undefined) {
        if (method !== undefined) event(method, params as never);
        return;
      }
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (error === undefined) pending?.resolve(result);
      else pending?.reject(new TargetError(error.message));
    }));
    const end = (): void => {
      if (this.#closed) return;
      this.#closed = true;
      for (const { reject } of this.#pending.values()) reject(new TargetError('the program has ended'));
      this.#pending.clear();
      closed();
    };
    socket.on('close', end).on('error', end);
  }

  /** Asks the engine. Rejects with TargetError. */
  request<T = unknown>(method: string, params: object = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) {
        reject(new TargetError('the program has ended'));
        return;
      }
      const id = this.#next++;
      this.#pending.set(id, { resolve: result => { resolve(result as T); }, reject });
      this.#socket.write(frame({ id, method, params }));
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
