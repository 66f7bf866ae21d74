import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { lookup } from 'node:dns';
import { parentPort, workerData } from 'node:worker_threads';
import { Errno, errnoOf } from '../../errno';
import { addressBytes, unmapped } from './address';
import { at, DEAD, EVENT, filled, intoRing, layout, outOfRing, QUEUE, READY, RING, ringAt, SLOTS, State, Word, type Request } from './layout';

// The thread that owns the sockets, while the guest's thread runs or waits. Only this thread frees a slot: an event that comes late then
// never finds another socket in it. Whatever goes wrong here has to wake the guest's thread, which waits for nothing else.

const { words, queues, bytes } = layout((workerData as { buffer: SharedArrayBuffer }).buffer);
const load = (slot: number, word: number): number => Atomics.load(words, at(slot, word));
const store = (slot: number, word: number, value: number): void => { Atomics.store(words, at(slot, word), value); };
const wake = (): void => {
  Atomics.add(words, EVENT, 1);
  Atomics.notify(words, EVENT);
};

/** What a slot is on this side. */
class Line {
  socket: Socket | undefined;
  server: Server | undefined;
  /** Received, but there was no room in the ring. */
  readonly kept: Uint8Array[] = [];
  /** Connections that nobody has room for yet. */
  readonly waiting: Socket[] = [];
  /** The system's buffer is full: nothing is sent before 'drain'. */
  full = false;
  ended = false;
}
const lines = new Map<number, Line>();

function lineOf(slot: number): Line {
  let line = lines.get(slot);
  if (line === undefined) lines.set(slot, line = new Line());
  return line;
}

function putAddress(slot: number, word: number, portWord: number, address: string | undefined, port: number | undefined): void {
  let raw = addressBytes(address ?? '') ?? new Uint8Array(4);
  if (load(slot, Word.FAMILY) === 4) raw = unmapped(raw);
  const padded = new Uint8Array(16);
  padded.set(raw);
  new Uint8Array(words.buffer, at(slot, word) * 4, 16).set(padded);
  store(slot, portWord, port ?? 0);
}

function answer(slot: number, error?: NodeJS.ErrnoException): void {
  store(slot, Word.ANSWER, error === undefined ? 1 : -errnoOf(error.code));
  wake();
}

/** Moves received bytes into the ring, and pauses the socket when it is full. */
function receive(slot: number, line: Line): void {
  let moved = false;
  for (;;) {
    const chunk = line.kept[0];
    if (chunk === undefined) break;
    const tail = load(slot, Word.RX_TAIL);
    const n = Math.min(chunk.length, RING - filled(load(slot, Word.RX_HEAD), tail));
    if (n === 0) break;
    intoRing(bytes, ringAt(slot, false), tail, chunk, 0, n);
    store(slot, Word.RX_TAIL, (tail + n) | 0);
    moved = true;
    if (n === chunk.length) line.kept.shift();
    else line.kept[0] = chunk.subarray(n);
  }
  const full = line.kept.length > 0;
  store(slot, Word.KEPT, full ? 1 : 0);
  if (full) {
    line.socket?.pause();
    // The guest may have made room between our look and the mark that there is something to fetch.
    if (RING - filled(load(slot, Word.RX_HEAD), load(slot, Word.RX_TAIL)) > 0) setImmediate(() => { receive(slot, line); });
  } else {
    if (line.ended) {
      store(slot, Word.RX_END, 1);
      moved = true;
    }
    line.socket?.resume();
  }
  if (moved) wake();
}

/** Sends what the guest has put into the ring, as far as the system takes it. */
function send(slot: number, line: Line): void {
  const { socket } = line;
  store(slot, Word.TOLD, 0);
  if (socket === undefined || socket.connecting || line.full) return;
  const head = load(slot, Word.TX_HEAD);
  const n = filled(head, load(slot, Word.TX_TAIL));
  if (n > 0) {
    const out = new Uint8Array(n);
    outOfRing(bytes, ringAt(slot, true), head, out, 0, n);
    store(slot, Word.TX_HEAD, (head + n) | 0);
    line.full = !socket.write(out);
    wake();
  }
  if (line.full) return;
  if (load(slot, Word.STATE) === State.CLOSING) socket.end();
}

/** Gives a socket to a slot. */
function attach(slot: number, socket: Socket): void {
  const line = lineOf(slot);
  line.socket = socket;
  socket.setNoDelay(true);
  socket.on('data', (chunk: Uint8Array) => {
    // A guest that has closed reads no more.
    if (load(slot, Word.STATE) === State.CLOSING) return;
    line.kept.push(chunk);
    receive(slot, line);
  });
  socket.on('end', () => {
    line.ended = true;
    if (load(slot, Word.STATE) === State.CLOSING) return;
    receive(slot, line);
  });
  socket.on('drain', () => {
    line.full = false;
    send(slot, line);
  });
  socket.on('connect', () => {
    putAddress(slot, Word.LOCAL, Word.LOCAL_PORT, socket.localAddress, socket.localPort);
    putAddress(slot, Word.PEER, Word.PEER_PORT, socket.remoteAddress, socket.remotePort);
    if (Atomics.compareExchange(words, at(slot, Word.STATE), State.CONNECTING, State.CONNECTED) === State.CONNECTING) wake();
    send(slot, line);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    store(slot, Word.ERROR, errnoOf(error.code));
    Atomics.compareExchange(words, at(slot, Word.STATE), State.CONNECTING, State.FAILED);
  });
  socket.on('finish', () => {
    store(slot, Word.FLUSHED, 1);
    wake();
    // The guest has closed: what still comes is nobody's, and the other side may never end.
    if (load(slot, Word.STATE) === State.CLOSING) socket.destroy();
  });
  socket.on('close', () => {
    store(slot, Word.FLUSHED, 1);
    line.ended = true;
    store(slot, Word.TX_END, 1);
    if (load(slot, Word.STATE) === State.CLOSING) {
      free(slot);
      return;
    }
    receive(slot, line);
    wake();
  });
}

function free(slot: number): void {
  lines.delete(slot);
  store(slot, Word.STATE, State.FREE);
  wake();
  // Somebody may wait for a slot.
  for (const [listener, line] of lines) if (line.waiting.length > 0) deliver(listener, line);
}

/** Puts connections into a listener's queue, each with a slot of its own. */
function deliver(listener: number, line: Line): void {
  while (line.waiting.length > 0) {
    const tail = load(listener, Word.QUEUE_TAIL);
    if (filled(load(listener, Word.QUEUE_HEAD), tail) >= QUEUE) return;
    const slot = claim();
    if (slot < 0) return;
    const socket = line.waiting.shift();
    if (socket === undefined || socket.destroyed) {
      store(slot, Word.STATE, State.FREE);
      continue;
    }
    store(slot, Word.FAMILY, load(listener, Word.FAMILY));
    putAddress(slot, Word.LOCAL, Word.LOCAL_PORT, socket.localAddress, socket.localPort);
    putAddress(slot, Word.PEER, Word.PEER_PORT, socket.remoteAddress, socket.remotePort);
    store(slot, Word.STATE, State.CONNECTED);
    attach(slot, socket);
    socket.resume();
    Atomics.store(queues, listener * QUEUE + ((tail >>> 0) % QUEUE), slot);
    store(listener, Word.QUEUE_TAIL, (tail + 1) | 0);
    wake();
  }
}

function claim(): number {
  for (let slot = 0; slot < SLOTS; slot++) {
    if (Atomics.compareExchange(words, at(slot, Word.STATE), State.FREE, State.OPEN) !== State.FREE) continue;
    // All words but STATE begin anew.
    for (let word: number = Word.ERROR; word < Word.PEER + 4; word++) store(slot, word, 0);
    return slot;
  }
  return -Errno.MFILE;
}

function bind(request: Request & { kind: 'bind' }): void {
  const { slot, address, port } = request;
  const line = lineOf(slot);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
  line.server = server;
  const refused = (error: Error): void => {
    line.server = undefined;
    answer(slot, error);
  };
  server.once('error', refused);
  server.on('connection', socket => {
    socket.on('error', () => {});
    line.waiting.push(socket);
    deliver(slot, line);
  });
  server.listen({ host: address, port, exclusive: true }, () => {
    const bound = server.address() as AddressInfo;
    putAddress(slot, Word.LOCAL, Word.LOCAL_PORT, bound.address, bound.port);
    store(slot, Word.STATE, State.BOUND);
    server.off('error', refused).on('error', () => {});
    answer(slot);
  });
}

function close(slot: number): void {
  const line = lineOf(slot);
  for (const socket of line.waiting.splice(0)) socket.destroy();
  if (line.server !== undefined) {
    // Those that nobody accepted go too.
    for (let head = load(slot, Word.QUEUE_HEAD); filled(head, load(slot, Word.QUEUE_TAIL)) > 0; head++) {
      const queued = Atomics.load(queues, slot * QUEUE + ((head >>> 0) % QUEUE));
      store(queued, Word.STATE, State.CLOSING);
      lines.get(queued)?.socket?.destroy();
    }
    line.server.removeAllListeners('connection').on('connection', socket => socket.destroy());
    line.server.close();
    // Its connections live on.
    free(slot);
    return;
  }
  const { socket } = line;
  if (socket === undefined || socket.closed) {
    free(slot);
    return;
  }
  line.kept.length = 0;
  if (socket.connecting || socket.writableFinished) socket.destroy();
  else send(slot, line);
}

function resolveName(request: Request & { kind: 'resolve' }): void {
  const { slot, name, family } = request;
  lookup(name, { all: true, family, verbatim: false }, (error, found) => {
    if (error !== null) {
      store(slot, Word.ANSWER, -Errno.NOENT);
      wake();
      return;
    }
    const text = new TextEncoder().encode(found.map(({ address }) => address).join('\n').slice(0, RING));
    bytes.set(text, ringAt(slot, false));
    store(slot, Word.RX_TAIL, text.length);
    answer(slot);
  });
}

function handle(request: Request): void {
  const { slot } = request;
  switch (request.kind) {
    case 'look': {
      const line = lines.get(slot);
      if (line === undefined) return;
      send(slot, line);
      receive(slot, line);
      if (line.waiting.length > 0) deliver(slot, line);
      return;
    }
    case 'bind': bind(request); return;
    case 'connect': {
      const line = lineOf(slot);
      const go = (): void => {
        const local = load(slot, Word.LOCAL_PORT);
        attach(slot, connect({ host: request.address, port: request.port, allowHalfOpen: true, ...(local === 0 ? {} : { localPort: local }) }));
      };
      // A socket that was bound first: Node binds by listening, and connects from a port by another way.
      if (line.server === undefined) go();
      else {
        line.server.close(go);
        line.server = undefined;
      }
      return;
    }
    case 'shutdown': {
      const line = lineOf(slot);
      send(slot, line);
      if ((request.how & 2) !== 0) {
        if (line.full) line.socket?.once('drain', () => line.socket?.end());
        else line.socket?.end();
      }
      if ((request.how & 1) !== 0) store(slot, Word.RX_END, 1);
      answer(slot);
      return;
    }
    case 'option': {
      const { socket } = lineOf(slot);
      if (request.name === 'keepalive') socket?.setKeepAlive(request.value);
      else socket?.setNoDelay(request.value);
      return;
    }
    case 'resolve': resolveName(request); return;
    case 'close': close(slot); return;
  }
}

const fail = (): void => {
  Atomics.store(words, DEAD, 1);
  wake();
};
process.on('uncaughtException', fail);
process.on('exit', fail);
parentPort?.on('message', handle);
Atomics.store(words, READY, 1);
wake();
