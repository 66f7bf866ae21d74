// What the guest's thread and the worker that owns the sockets share: words and two rings of bytes for each socket.

export const SLOTS = 128;
/** Bytes of one ring; a power of two. */
export const RING = 65536;
/** Connections that wait at one listener. */
export const QUEUE = 64;
const WORDS = 32;
const HEADER = 16;

/** Words of the whole. */
export const EVENT = 0;
/** 1 once the worker is gone: nobody will answer any more. */
export const DEAD = 1;
export const READY = 2;

/** Words of a slot. */
export const Word = {
  STATE: 0,
  /** Errno of what failed; taken by who tells it. */
  ERROR: 1,
  /** Places in the rings, counted on without end (they wrap at 2^32): the difference of two is a number of bytes. */
  RX_HEAD: 2, RX_TAIL: 3, TX_HEAD: 4, TX_TAIL: 5,
  /** 1 when the other side sends no more; 1 when nothing more can be sent. */
  RX_END: 6, TX_END: 7,
  /** 1 when the worker was told that there is something to do, and has not looked yet. */
  TOLD: 8,
  /** 1 when the worker keeps data that did not fit. */
  KEPT: 9,
  QUEUE_HEAD: 10, QUEUE_TAIL: 11,
  FAMILY: 12, NONBLOCK: 13, LOCAL_PORT: 14, PEER_PORT: 15,
  /** The answer to the last request: REQUESTED, 1 for done, or an errno with its sign turned. */
  ANSWER: 16,
  /** Milliseconds; 0 for ever. */
  RECEIVE_TIMEOUT: 17, SEND_TIMEOUT: 18,
  /** 1 once the system has all that was sent. */
  FLUSHED: 19,
  LOCAL: 20, PEER: 24,
} as const;

export const REQUESTED = 0;
export const State = { FREE: 0, OPEN: 1, BOUND: 2, LISTENING: 3, CONNECTING: 4, CONNECTED: 5, FAILED: 6, CLOSING: 7 } as const;

/** Views of the shared memory. */
export interface Layout {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly queues: Int32Array;
  readonly bytes: Uint8Array;
}

const queuesAt = (HEADER + SLOTS * WORDS) * 4;
const bytesAt = queuesAt + SLOTS * QUEUE * 4;

export function layout(buffer = new SharedArrayBuffer(bytesAt + SLOTS * RING * 2)): Layout {
  return {
    buffer, words: new Int32Array(buffer, 0, HEADER + SLOTS * WORDS), queues: new Int32Array(buffer, queuesAt, SLOTS * QUEUE), bytes: new Uint8Array(buffer, bytesAt),
  };
}

/** The index of a slot's word. */
export function at(slot: number, word: number): number {
  return HEADER + slot * WORDS + word;
}

/** Where a slot's ring begins in `bytes`. */
export function ringAt(slot: number, sending: boolean): number {
  return (slot * 2 + (sending ? 1 : 0)) * RING;
}

/** Bytes between two places of a ring. */
export function filled(head: number, tail: number): number {
  return (tail - head) >>> 0;
}

/** Copies into a ring at `tail`; there has to be room. */
export function intoRing(bytes: Uint8Array, ring: number, tail: number, from: Uint8Array, offset: number, length: number): void {
  const place = (tail >>> 0) % RING;
  const first = Math.min(length, RING - place);
  bytes.set(from.subarray(offset, offset + first), ring + place);
  if (first < length) bytes.set(from.subarray(offset + first, offset + length), ring);
}

/** Copies out of a ring from `head`. */
export function outOfRing(bytes: Uint8Array, ring: number, head: number, to: Uint8Array, offset: number, length: number): void {
  const place = (head >>> 0) % RING;
  const first = Math.min(length, RING - place);
  to.set(bytes.subarray(ring + place, ring + place + first), offset);
  if (first < length) to.set(bytes.subarray(ring, ring + length - first), offset + first);
}

/** What the guest's thread asks of the worker. */
export type Request =
  | { readonly kind: 'look'; readonly slot: number }
  | { readonly kind: 'bind'; readonly slot: number; readonly address: string; readonly port: number }
  | { readonly kind: 'connect'; readonly slot: number; readonly address: string; readonly port: number }
  | { readonly kind: 'shutdown'; readonly slot: number; readonly how: number }
  | { readonly kind: 'close'; readonly slot: number }
  | { readonly kind: 'option'; readonly slot: number; readonly name: 'keepalive' | 'nodelay'; readonly value: boolean }
  | { readonly kind: 'resolve'; readonly slot: number; readonly name: string; readonly family: 0 | 4 | 6 };
