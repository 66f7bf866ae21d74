import * as path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { FdFlags, FileType } from '../../abi';
import type { Sockets, SocketAddress } from '../../calls/sockets';
import { Device, HANGUP, Open, type Stat } from '../../device';
import { Errno } from '../../errno';
import { addressBytes, addressText } from './address';
import type { Grants } from './grants';
import { at, DEAD, EVENT, filled, intoRing, layout, outOfRing, QUEUE, READY, REQUESTED, RING, ringAt, SLOTS, State, Word, type Layout, type Request } from './layout';

/** The worker's file: a bundle beside ours, or the compiled source in tests. */
function program(): string {
  return path.join(__dirname, process.env['WASM_WORKBENCH_BUNDLED'] === '1' ? 'wasi-node-sockets-worker.js' : 'worker.js');
}

/** How long (ms) the worker may take to start. */
const START = 10_000;
/** How long (ms) the end of the program waits for what was written to sockets to be sent. */
const FAREWELL = 2000;

export interface NodeSocketsOptions {
  readonly grants: Grants;
  /** The guest may not do that; told once for each address. */
  readonly onRefused?: (what: 'listen' | 'connect' | 'resolve', where: string) => void;
  readonly onListening?: (where: string) => void;
}

/** A socket's address as people write it. */
export function endpoint(address: Uint8Array, port: number): string {
  return address.length === 4 ? `${addressText(address)}:${port}` : `[${addressText(address)}]:${port}`;
}

/** Sockets of this machine: a worker owns them, the guest's thread waits on words that the two share. Handles are slots. */
export class NodeSockets extends Device implements Sockets {
  override readonly wakes = true;
  readonly #layout: Layout = layout();
  readonly #worker: Worker;
  readonly #options: NodeSocketsOptions;
  readonly #refused = new Set<string>();

  constructor(options: NodeSocketsOptions) {
    super();
    this.#options = options;
    // Loading node:worker_threads costs milliseconds that only programs with sockets are asked for.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads');
    this.#worker = new Worker(program(), { workerData: { buffer: this.#layout.buffer }, env: {}, stdin: false });
    this.#worker.unref();
  }

  /** The word that the worker counts up at every event, to sleep on. */
  get events(): Int32Array {
    return this.#layout.words.subarray(EVENT, EVENT + 1);
  }

  #load(slot: number, word: number): number {
    return Atomics.load(this.#layout.words, at(slot, word));
  }

  #store(slot: number, word: number, value: number): void {
    Atomics.store(this.#layout.words, at(slot, word), value);
  }

  #post(request: Request): void {
    this.#worker.postMessage(request);
  }

  /** Waits until `ready` gives something other than undefined; -AGAIN after `timeout` ms (0: never), -IO when the worker is gone. */
  #wait(ready: () => number | undefined, timeout = 0): number {
    const { words } = this.#layout;
    const began = performance.now();
    const until = timeout > 0 ? performance.now() + timeout : Infinity;
    for (;;) {
      const seen = Atomics.load(words, EVENT);
      const result = ready();
      if (result !== undefined) return result;
      if (Atomics.load(words, DEAD) !== 0) return -Errno.IO;
      const now = performance.now();
      // A worker that can't even start tells nothing.
      if (Atomics.load(words, READY) === 0 && now - began > START) return -Errno.IO;
      const left = Math.min(until, Atomics.load(words, READY) === 0 ? began + START + 1 : Infinity) - now;
      if (left <= 0) return -Errno.AGAIN;
      Atomics.wait(words, EVENT, seen, left);
    }
  }

  /** Asks the worker and waits for its answer: 0 or -errno. */
  #ask(request: Request): number {
    this.#store(request.slot, Word.ANSWER, REQUESTED);
    this.#post(request);
    const result = this.#wait(() => {
      const answer = this.#load(request.slot, Word.ANSWER);
      return answer === REQUESTED ? undefined : answer;
    });
    return result === 1 ? 0 : result;
  }

  /** Lets the worker know that there is something to send or to fetch, unless it was told and has not looked yet. */
  #tell(slot: number): void {
    if (Atomics.compareExchange(this.#layout.words, at(slot, Word.TOLD), 0, 1) === 0) this.#post({ kind: 'look', slot });
  }

  #refuse(what: 'listen' | 'connect' | 'resolve', where: string): number {
    if (!this.#refused.has(what + where)) {
      this.#refused.add(what + where);
      this.#options.onRefused?.(what, where);
    }
    return -Errno.ACCES;
  }

  #takeError(slot: number): number {
    return Atomics.exchange(this.#layout.words, at(slot, Word.ERROR), 0);
  }

  open(family: 4 | 6): number {
    const { words } = this.#layout;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (Atomics.compareExchange(words, at(slot, Word.STATE), State.FREE, State.OPEN) !== State.FREE) continue;
      for (let word: number = Word.ERROR; word < Word.PEER + 4; word++) this.#store(slot, word, 0);
      this.#store(slot, Word.FAMILY, family);
      return slot;
    }
    return -Errno.MFILE;
  }

  bind(slot: number, address: Uint8Array, port: number): number {
    if (this.#load(slot, Word.STATE) !== State.OPEN) return -Errno.INVAL;
    const allowed = this.#options.grants.bind(address, port);
    if (allowed === undefined) return this.#refuse('listen', endpoint(address, port));
    return this.#ask({ kind: 'bind', slot, address: addressText(allowed.address), port: allowed.port });
  }

  listen(slot: number): number {
    const state = this.#load(slot, Word.STATE);
    if (state === State.LISTENING) return 0;
    if (state !== State.BOUND) return state === State.OPEN ? -Errno.DESTADDRREQ : -Errno.INVAL;
    this.#store(slot, Word.STATE, State.LISTENING);
    const { address, port } = this.address(slot, false);
    this.#options.onListening?.(endpoint(address, port));
    return 0;
  }

  accept(slot: number, nonblocking: boolean): number {
    if (this.#load(slot, Word.STATE) !== State.LISTENING) return -Errno.INVAL;
    const take = (): number | undefined => {
      const head = this.#load(slot, Word.QUEUE_HEAD);
      if (filled(head, this.#load(slot, Word.QUEUE_TAIL)) === 0) return undefined;
      const accepted = Atomics.load(this.#layout.queues, slot * QUEUE + ((head >>> 0) % QUEUE));
      this.#store(slot, Word.QUEUE_HEAD, (head + 1) | 0);
      // Others may wait for room in the queue.
      if (filled(head, this.#load(slot, Word.QUEUE_TAIL)) === QUEUE) this.#post({ kind: 'look', slot });
      return accepted;
    };
    return nonblocking ? take() ?? -Errno.AGAIN : this.#wait(take);
  }

  connect(slot: number, address: Uint8Array, port: number): number {
    const state = this.#load(slot, Word.STATE);
    if (state === State.CONNECTED) return -Errno.ISCONN;
    if (state === State.CONNECTING) return -Errno.ALREADY;
    if (state !== State.OPEN && state !== State.BOUND) return -Errno.INVAL;
    if (!this.#options.grants.connect(address, port)) return this.#refuse('connect', endpoint(address, port));
    this.#store(slot, Word.STATE, State.CONNECTING);
    this.#post({ kind: 'connect', slot, address: addressText(address), port });
    if (this.#load(slot, Word.NONBLOCK) !== 0) return -Errno.INPROGRESS;
    return this.#wait(() => {
      const now = this.#load(slot, Word.STATE);
      return now === State.CONNECTING ? undefined : now === State.CONNECTED ? 0 : -(this.#takeError(slot) || Errno.CONNREFUSED);
    });
  }

  address(slot: number, peer: boolean): SocketAddress {
    const length = this.#load(slot, Word.FAMILY) === 6 ? 16 : 4;
    const address = new Uint8Array(this.#layout.buffer, at(slot, peer ? Word.PEER : Word.LOCAL) * 4, length).slice();
    return { address, port: this.#load(slot, peer ? Word.PEER_PORT : Word.LOCAL_PORT) };
  }

  connected(slot: number): boolean {
    return this.#load(slot, Word.STATE) === State.CONNECTED;
  }

  error(slot: number): number {
    return this.#takeError(slot);
  }

  setKeepAlive(slot: number, value: boolean): void {
    this.#post({ kind: 'option', slot, name: 'keepalive', value });
  }

  setTimeout(slot: number, sending: boolean, ms: number): void {
    this.#store(slot, sending ? Word.SEND_TIMEOUT : Word.RECEIVE_TIMEOUT, ms);
  }

  resolve(name: string, family: 0 | 4 | 6): readonly Uint8Array[] | number {
    const literal = addressBytes(name);
    if (literal !== undefined) return [literal];
    if (!this.#options.grants.resolve(name)) return this.#refuse('resolve', name);
    const slot = this.open(4);
    if (slot < 0) return slot;
    const errno = this.#ask({ kind: 'resolve', slot, name, family });
    const { bytes } = this.#layout;
    const from = ringAt(slot, false);
    const text = new TextDecoder().decode(bytes.slice(from, from + this.#load(slot, Word.RX_TAIL)));
    this.close(slot);
    if (errno < 0) return errno;
    const found = text.split('\n').flatMap(one => addressBytes(one) ?? []);
    this.#options.grants.resolved(name, found);
    return found;
  }

  override read(slot: number, bytes: Uint8Array, offset: number, length: number): number {
    return this.receive(slot, bytes, offset, length, false);
  }

  receive(slot: number, bytes: Uint8Array, offset: number, length: number, peek: boolean): number {
    const state = this.#load(slot, Word.STATE);
    if (state !== State.CONNECTED) return -(this.#takeError(slot) || Errno.NOTCONN);
    if (length === 0) return 0;
    const available = (): number | undefined => {
      const n = filled(this.#load(slot, Word.RX_HEAD), this.#load(slot, Word.RX_TAIL));
      if (n > 0) return n;
      if (this.#load(slot, Word.RX_END) === 0) return undefined;
      return -this.#takeError(slot);
    };
    const n = this.#load(slot, Word.NONBLOCK) !== 0 ? available() ?? -Errno.AGAIN : this.#wait(available, this.#load(slot, Word.RECEIVE_TIMEOUT));
    if (n <= 0) return n;
    const head = this.#load(slot, Word.RX_HEAD);
    const taken = Math.min(n, length);
    outOfRing(this.#layout.bytes, ringAt(slot, false), head, bytes, offset, taken);
    if (peek) return taken;
    this.#store(slot, Word.RX_HEAD, (head + taken) | 0);
    if (this.#load(slot, Word.KEPT) !== 0) this.#tell(slot);
    return taken;
  }

  override write(slot: number, bytes: Uint8Array, offset: number, length: number): number {
    if (this.#load(slot, Word.STATE) !== State.CONNECTED) return -(this.#takeError(slot) || Errno.NOTCONN);
    const room = (): number | undefined => {
      if (this.#load(slot, Word.TX_END) !== 0) return -(this.#takeError(slot) || Errno.PIPE);
      const n = RING - filled(this.#load(slot, Word.TX_HEAD), this.#load(slot, Word.TX_TAIL));
      return n > 0 ? n : undefined;
    };
    const nonblocking = this.#load(slot, Word.NONBLOCK) !== 0;
    let done = 0;
    while (done < length) {
      const n = nonblocking ? room() ?? -Errno.AGAIN : this.#wait(room, this.#load(slot, Word.SEND_TIMEOUT));
      if (n < 0) return done > 0 ? done : n;
      const tail = this.#load(slot, Word.TX_TAIL);
      const put = Math.min(n, length - done);
      intoRing(this.#layout.bytes, ringAt(slot, true), tail, bytes, offset + done, put);
      this.#store(slot, Word.TX_TAIL, (tail + put) | 0);
      done += put;
      this.#tell(slot);
    }
    return done;
  }

  shutdown(slot: number, how: number): number {
    if (this.#load(slot, Word.STATE) !== State.CONNECTED) return -Errno.NOTCONN;
    if ((how & 2) !== 0) this.#store(slot, Word.TX_END, 1);
    return this.#ask({ kind: 'shutdown', slot, how });
  }

  override close(slot: number): number {
    this.#store(slot, Word.STATE, State.CLOSING);
    this.#post({ kind: 'close', slot });
    return 0;
  }

  override stat(_slot: number, stat: Stat): number {
    super.stat(_slot, stat);
    stat.type = FileType.SOCKET_STREAM;
    return 0;
  }

  override setFlags(slot: number, flags: number, how: number): number {
    this.#store(slot, Word.NONBLOCK, (flags & FdFlags.NONBLOCK) !== 0 || (how & Open.NONBLOCK) !== 0 ? 1 : 0);
    return slot;
  }

  override ready(slot: number, write: boolean): number {
    const state = this.#load(slot, Word.STATE);
    if (state === State.LISTENING) return !write && filled(this.#load(slot, Word.QUEUE_HEAD), this.#load(slot, Word.QUEUE_TAIL)) > 0 ? 1 : -Errno.AGAIN;
    if (state === State.CONNECTING) return -Errno.AGAIN;
    if (state !== State.CONNECTED) return HANGUP;
    if (write) {
      if (this.#load(slot, Word.TX_END) !== 0) return HANGUP;
      const room = RING - filled(this.#load(slot, Word.TX_HEAD), this.#load(slot, Word.TX_TAIL));
      return room > 0 ? room : -Errno.AGAIN;
    }
    const n = filled(this.#load(slot, Word.RX_HEAD), this.#load(slot, Word.RX_TAIL));
    if (this.#load(slot, Word.RX_END) !== 0 && this.#load(slot, Word.KEPT) === 0) return n + HANGUP;
    return n > 0 ? n : -Errno.AGAIN;
  }

  /** Before the program ends: what it wrote is sent, and connections are ended in order, as the system does for a native program. */
  finish(): void {
    const open: number[] = [];
    for (let slot = 0; slot < SLOTS; slot++) {
      const state = this.#load(slot, Word.STATE);
      if (state === State.CONNECTED) this.close(slot);
      if (state === State.CONNECTED || state === State.CLOSING) open.push(slot);
    }
    const left = (): number | undefined => (open.every(slot => this.#load(slot, Word.STATE) === State.FREE || this.#load(slot, Word.FLUSHED) !== 0) ? 0 : undefined);
    if (open.length > 0) this.#wait(left, FAREWELL);
  }
}
