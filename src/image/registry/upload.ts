import { setTimeout as wait } from 'node:timers/promises';
import { isUserError, UserError } from '../../base/error';
import * as l10n from '@vscode/l10n';
import type { Blobs, Descriptor } from '../oci';
import { verifiedBlob } from '../read';
import { pauseBefore, textOf, type HttpAnswer, type HttpRequest, type Patience } from './http';

// Blobs to a registry (distribution specification 1.1, push.md): in one request first, which every registry takes. Where that connection
// breaks, in chunks, each of which the registry acknowledges, so that a weak network loses one chunk at a time.

/** What an upload needs of its repository. */
export interface Uploader {
  /** `https://HOST/v2/NAME/`. */
  readonly base: URL;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  send(request: HttpRequest, patience?: Patience): Promise<HttpAnswer>;
  problem(answer: HttpAnswer, text: string): UserError;
}

/** Bytes in a chunk; a registry may want more at least (OCI-Chunk-Min-Length). */
const chunkSize = 8 << 20;

/** Sends a blob that the registry does not have. `progress` is told how much of it is there. Throws a UserError. */
export async function uploadBlob(to: Uploader, image: Blobs, descriptor: Descriptor, progress: (bytes: number) => void): Promise<void> {
  const { attempts } = to.patience;
  for (let attempt = 1; ; attempt++) {
    const { url, least } = await begin(to);
    const put = await sendWhole(to, url, image, descriptor, progress);
    if (put === 'broken') return inChunks(to, image, descriptor, Math.max(chunkSize, least), progress);
    const text = await textOf(put);
    if (put.status === 201) return;
    // A session that is not known any more, and a registry that stumbled, are worth another.
    if (!(put.status >= 500 || put.status === 429 || put.status === 404) || attempt >= attempts) throw to.problem(put, text);
    await wait(pauseBefore(attempt, put.headers['retry-after'], to.patience), undefined, { signal: to.signal });
  }
}

interface Session {
  readonly url: URL;
  readonly least: number;
}

async function begin(to: Uploader): Promise<Session> {
  const opened = await to.send({ method: 'POST', url: new URL('blobs/uploads/', to.base) });
  const said = await textOf(opened);
  const { location } = opened.headers;
  if (opened.status !== 202 || location === undefined) throw to.problem(opened, said);
  return { url: new URL(location, opened.url), least: Number(opened.headers['oci-chunk-min-length'] ?? 0) || 0 };
}

async function sendWhole(to: Uploader, url: URL, image: Blobs, descriptor: Descriptor, progress: (bytes: number) => void): Promise<HttpAnswer | 'broken'> {
  const open = async function* (): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for await (const chunk of verifiedBlob(image, descriptor)) {
      yield chunk;
      progress(sent += chunk.length);
    }
  };
  const request: HttpRequest = { method: 'PUT', url: withDigest(url, descriptor), body: { size: descriptor.size, type: 'application/octet-stream', open } };
  return unlessBroken(to, to.send(request, { ...to.patience, attempts: 1 }));
}

/** The answer, or that none came since the connection broke. */
async function unlessBroken(to: Uploader, answer: Promise<HttpAnswer>): Promise<HttpAnswer | 'broken'> {
  try {
    return await answer;
  } catch (error) {
    to.signal.throwIfAborted();
    if (isUserError(error) && error.code === 'network') return 'broken';
    throw error;
  }
}

async function inChunks(to: Uploader, image: Blobs, descriptor: Descriptor, size: number, progress: (bytes: number) => void): Promise<void> {
  const source = new Chunks(image, descriptor);
  try {
    let { url } = await begin(to);
    let at = 0;
    let restarts = 0;
    for (let failures = 0; at < descriptor.size;) {
      const chunk = await source.at(at, Math.min(size, descriptor.size - at));
      const patched = await unlessBroken(to, to.send({
        method: 'PATCH', url, headers: { 'content-range': `${String(at)}-${String(at + chunk.length - 1)}` },
        body: { size: chunk.length, type: 'application/octet-stream', open: () => one(chunk) },
      }, { ...to.patience, attempts: 1 }));
      if (patched !== 'broken') {
        const text = await textOf(patched);
        if (patched.status === 202) {
          at = has(patched) ?? at + chunk.length;
          url = next(patched, url);
          failures = 0;
          progress(at);
          continue;
        }
        if (![404, 408, 416, 429].includes(patched.status) && patched.status < 500) throw to.problem(patched, text);
        if (++failures >= to.patience.attempts) throw to.problem(patched, text);
      } else if (++failures >= to.patience.attempts) throw broken(to.base);
      await wait(pauseBefore(failures, patched === 'broken' ? undefined : patched.headers['retry-after'], to.patience), undefined, { signal: to.signal });
      // The registry knows how much came through; a session that it has forgotten, or whose end was cut off, begins anew.
      const status = await to.send({ method: 'GET', url });
      await textOf(status);
      if (status.status === 204 || status.status === 202) {
        at = has(status) ?? at;
        url = next(status, url);
      } else {
        if (++restarts > to.patience.attempts) throw broken(to.base);
        ({ url } = await begin(to));
        at = 0;
      }
      progress(at);
    }
    const put = await to.send({ method: 'PUT', url: withDigest(url, descriptor) });
    const text = await textOf(put);
    if (put.status !== 201) throw to.problem(put, text);
  } finally {
    await source.close();
  }
}

function broken(base: URL): UserError {
  return new UserError('network', l10n.t('The connection to {0} broke again and again while a layer was sent. Check the network and try again; what is there already is not sent again.', base.host));
}

/** How many bytes an upload has: `Range: 0-99` are 100; `0-0` is what registries say of none. */
function has(answer: HttpAnswer): number | undefined {
  const end = /^(?:bytes=)?0-(\d+)$/.exec(answer.headers['range'] ?? '')?.[1];
  return end === undefined ? undefined : end === '0' ? 0 : Number(end) + 1;
}

function next(answer: HttpAnswer, url: URL): URL {
  return answer.headers.location === undefined ? url : new URL(answer.headers.location, answer.url);
}

function withDigest(url: URL, descriptor: Descriptor): URL {
  const whole = new URL(url);
  whole.searchParams.set('digest', descriptor.digest);
  return whole;
}

/** Parts of a blob at any place; going back reads it from its beginning again. */
class Chunks {
  readonly #image: Blobs;
  readonly #descriptor: Descriptor;
  #stream: AsyncGenerator<Uint8Array> | undefined;
  #position = 0;
  #rest: Uint8Array = new Uint8Array(0);
  /** The chunk that was given last, since it is the one that is asked for again. */
  #last = { at: 0, bytes: new Uint8Array(0) as Uint8Array };

  constructor(image: Blobs, descriptor: Descriptor) {
    this.#image = image;
    this.#descriptor = descriptor;
  }

  async at(at: number, length: number): Promise<Uint8Array> {
    const within = at - this.#last.at;
    if (within >= 0 && within < this.#last.bytes.length) return this.#last.bytes.subarray(within, within + length);
    if (this.#stream === undefined || at < this.#position) {
      await this.close();
      this.#stream = verifiedBlob(this.#image, this.#descriptor);
      this.#position = 0;
      this.#rest = new Uint8Array(0);
    }
    while (this.#position < at) await this.#take(at - this.#position);
    const bytes = Buffer.alloc(length);
    for (let filled = 0; filled < length;) {
      const part = await this.#take(length - filled);
      bytes.set(part, filled);
      filled += part.length;
    }
    // The digest is checked when the stream is asked for more than there is: before the last chunk is sent.
    if (this.#position === this.#descriptor.size) await this.#stream.next();
    this.#last = { at, bytes };
    return bytes;
  }

  async close(): Promise<void> {
    await this.#stream?.return(undefined);
    this.#stream = undefined;
  }

  async #take(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const got = await this.#stream?.next();
      if (got === undefined || got.done === true) throw new UserError('bad-image', l10n.t('The image is not whole: its part {0} ends early.', this.#descriptor.digest));
      this.#rest = got.value;
    }
    const part = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(part.length);
    this.#position += part.length;
    return part;
  }
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
