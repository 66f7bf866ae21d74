import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { Repository } from '../../src/image/registry/client';
import { pauseBefore } from '../../src/image/registry/http';
import { parseReference } from '../../src/image/reference';
import { mediaTypes, type Blobs } from '../../src/image/oci';
import { bytesOf, imageOf } from './support';

const mega = 1 << 20;

/** A registry in memory that keeps the specification's rules of uploads, and does what `meddle` wants before it answers. */
class Registry {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, Buffer>();
  readonly log: string[] = [];
  received = 0;
  host = '';
  #sessions = new Map<string, Buffer>();
  meddle: (request: IncomingMessage, response: ServerResponse, got: number) => boolean = () => false;

  async start(t: TestContext): Promise<void> {
    const server = createServer((request, response) => { void this.#handle(request, response); });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => { server.closeAllConnections(); server.close(); });
    this.host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  forget(): void {
    this.#sessions.clear();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://x');
    const id = /uploads\/(\w+)/.exec(url.pathname)?.[1];
    const chunks: Buffer[] = [];
    let got = 0;
    request.on('error', () => {});
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        got += chunk.length;
        this.received += chunk.length;
        if (this.meddle(request, response, got)) {
          // What came through is kept, as registries do.
          if (id !== undefined && request.method === 'PATCH' && this.#sessions.has(id)) this.#sessions.set(id, Buffer.concat([this.#sessions.get(id)!, ...chunks]));
          request.socket.destroy();
          return;
        }
      }
    } catch {
      return;
    }
    if (got === 0 && this.meddle(request, response, 0)) return;
    this.log.push(`${String(request.method)}${request.headers['content-range'] === undefined ? '' : ` ${request.headers['content-range']}`}`);
    this.#answer(request, response, url, id, Buffer.concat(chunks));
  }

  #answer(request: IncomingMessage, response: ServerResponse, url: URL, id: string | undefined, body: Buffer): void {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    const headers = (size: number): Record<string, string> => ({ location: `/v2/x/blobs/uploads/${id ?? ''}`, range: `0-${String(Math.max(size - 1, 0))}` });
    switch (`${String(request.method)} ${id === undefined ? /blobs|manifests/.exec(url.pathname)?.[0] ?? '' : 'session'}`) {
      case 'HEAD blobs': response.writeHead(this.blobs.has(url.pathname.split('/').at(-1) ?? '') ? 200 : 404).end(); return;
      case 'POST blobs': {
        const made = randomBytes(4).toString('hex');
        this.#sessions.set(made, Buffer.alloc(0));
        response.writeHead(202, { location: `/v2/x/blobs/uploads/${made}` }).end();
        return;
      }
      case 'PUT manifests': this.manifests.set(url.pathname.split('/').at(-1) ?? '', body); response.writeHead(201).end(); return;
    }
    if (session === undefined) { response.writeHead(404).end('{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}'); return; }
    if (request.method === 'GET') { response.writeHead(204, headers(session.length)).end(); return; }
    if (request.method === 'PATCH') {
      if (Number(/^(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1]) !== session.length) { response.writeHead(416, headers(session.length)).end(); return; }
      const whole = Buffer.concat([session, body]);
      this.#sessions.set(id ?? '', whole);
      response.writeHead(202, headers(whole.length)).end();
      return;
    }
    const whole = Buffer.concat([session, body]);
    const digest = `sha256:${createHash('sha256').update(whole).digest('hex')}`;
    if (digest !== url.searchParams.get('digest')) { response.writeHead(400).end('{"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match uploaded content"}]}'); return; }
    this.blobs.set(digest, whole);
    response.writeHead(201).end();
  }
}

async function registry(t: TestContext): Promise<{ registry: Registry; readonly push: (image: Blobs, signal?: AbortSignal) => Promise<string>; told: number[] }> {
  const made = new Registry();
  await made.start(t);
  const told: number[] = [];
  return {
    registry: made, told,
    push: (image, signal = new AbortController().signal) => new Repository(parseReference(`${made.host}/x`), { signal, patience: { attempts: 3, silence: 5000, pause: 1 }, credentials: () => Promise.resolve(undefined) })
      .push(image, '1', done => told.push(done)),
  };
}

const content = randomBytes(20 * mega);
const image = imageOf([{ bytes: content }], { os: 'wasi', architecture: 'wasm', rootfs: { type: 'layers', diff_ids: [] } }, mediaTypes.config);

void test('a good connection gets each blob in one request, and progress by bytes', async t => {
  const { registry: made, push, told } = await registry(t);
  assert.equal(await push(image), image.root.digest);
  assert.deepEqual(made.log, ['HEAD', 'POST', 'PUT', 'HEAD', 'POST', 'PUT', 'PUT']);
  assert.ok(told.length > 5 && told.every((done, at) => at === 0 || done >= (told[at - 1] ?? 0)));
  assert.ok((await bytesOf(image.blob(image.root.digest))).equals(made.manifests.get('1') ?? Buffer.alloc(0)));
});

void test('where it breaks, chunks go on where the registry says, within one too', async t => {
  const { registry: made, push } = await registry(t);
  let breaks = 0;
  made.meddle = (request, _, got) => got > 3 * mega && breaks < 2 && (request.method === 'PUT' ? breaks === 0 : true) && ++breaks > 0;
  assert.equal(await push(image), image.root.digest);
  assert.ok([...made.blobs.values()].some(blob => blob.equals(content)));
  const patches = made.log.filter(line => line.startsWith('PATCH')).map(line => Number(/ (\d+)-/.exec(line)?.[1]));
  // The first chunk broke after some 3 MB, which are not sent again.
  assert.ok((patches[0] ?? 0) > 3 * mega && (patches[0] ?? 0) < 8 * mega, patches.join());
  assert.ok(made.received < content.length + 8 * mega, String(made.received));
});

void test('a session that the registry forgot begins anew; one that always breaks is given up, and there is no tag', async t => {
  const { registry: made, push } = await registry(t);
  let puts = 0;
  let forgot = false;
  made.meddle = (request, _, got) => {
    if (request.method === 'PUT' && got > mega) return puts++ === 0;
    if (request.method !== 'PATCH' || forgot || !/^8388608-/.test(request.headers['content-range'] ?? '')) return false;
    forgot = true;
    made.forget();
    return true;
  };
  assert.equal(await push(image), image.root.digest);
  const { registry: bad, push: pushBad } = await registry(t);
  bad.meddle = (request, _, got) => got > mega && request.method !== 'POST';
  await assert.rejects(pushBad(image), { code: 'network', message: /broke again and again while a layer was sent/ });
  assert.deepEqual([bad.manifests.size, [...bad.blobs.values()].some(blob => blob.length > mega)], [0, false]);
});

void test('a cancelled push ends at once and leaves no tag; one that the registry refuses says why', async t => {
  const { registry: made, push } = await registry(t);
  const stop = new AbortController();
  made.meddle = (_, __, got) => { if (got > 2 * mega) stop.abort(); return false; };
  await assert.rejects(push(image, stop.signal), { name: 'AbortError' });
  assert.equal(made.manifests.size, 0);
  const { registry: full, push: pushFull } = await registry(t);
  full.meddle = (request, response, got) => { if (request.method !== 'POST' || got > 0) return false; response.writeHead(413).end(); return true; };
  await assert.rejects(pushFull(image), { code: 'network', message: /too large/ });
});

void test('what a registry asks to wait is waited, as seconds or as a date, within limits', () => {
  const how = { attempts: 3, silence: 1, pause: 100 };
  assert.deepEqual([pauseBefore(1, undefined, how), pauseBefore(3, undefined, how), pauseBefore(1, '2', how), pauseBefore(1, '3600', how), pauseBefore(2, 'soon', how)], [100, 400, 2000, 30_000, 200]);
  const date = pauseBefore(1, new Date(Date.now() + 5000).toUTCString(), how);
  assert.ok(date > 3000 && date <= 5000, String(date));
});
