import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf, systemCode, UserError } from '../../base/error';
import * as l10n from '@vscode/l10n';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt. `size` is in bytes: registries want a length. */
  readonly body?: { readonly size: number; readonly type: string; open(): AsyncIterable<Uint8Array> };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly url: URL;
  readonly body: http.IncomingMessage;
}

/** How often, and after which silence (milliseconds), a request is given up. */
export interface Patience {
  readonly attempts: number;
  readonly silence: number;
  /** Before the second attempt; doubled for each further one. */
  readonly pause: number;
}

export const patience: Patience = { attempts: 4, silence: 60_000, pause: 500 };
const longestPause = 30_000;

/**
 * One request, repeated when the network fails or the answer is 408, 429 or 5xx. Redirects of GET and HEAD are followed, without credentials
 * on another host. The caller reads or resumes the body. Throws a UserError with code `network` when no attempt got an answer.
 */
export async function send(request: HttpRequest, signal: AbortSignal, how: Patience = patience): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt++) {
    let retryAfter: string | undefined;
    try {
      const answer = await follow(request, signal, how);
      const passing = answer.status === 408 || answer.status === 429 || (answer.status >= 500 && answer.status !== 501);
      if (!passing || attempt >= how.attempts) return answer;
      retryAfter = answer.headers['retry-after'];
      answer.body.resume();
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= how.attempts || !mayPass(error)) throw networkError(request.url, error);
    }
    await wait(pauseBefore(attempt, retryAfter, how), undefined, { signal });
  }
}

/** How long to wait after the n-th attempt, in milliseconds: what a Retry-After header says (seconds or a date), within limits. */
export function pauseBefore(attempt: number, retryAfter: string | undefined, how: Patience): number {
  const seconds = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : (Date.parse(retryAfter ?? '') - Date.now()) / 1000;
  return Math.min(Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : how.pause * 2 ** (attempt - 1), longestPause);
}

// A refused connection or an unknown certificate stays what it is for longer than we would wait.
function mayPass(error: unknown): boolean {
  const code = systemCode(error) ?? '';
  return !/^(ECONNREFUSED|ENOTFOUND|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_INVALID|EPROTO)/.test(code);
}

async function follow(request: HttpRequest, signal: AbortSignal, how: Patience): Promise<HttpAnswer> {
  let { url } = request;
  let headers = request.headers ?? {};
  for (let hops = 0; ; hops++) {
    const answer = await once({ ...request, url, headers }, signal, how);
    const location = answer.headers.location;
    if (answer.status < 300 || answer.status >= 400 || answer.status === 304 || location === undefined || request.body !== undefined || request.method === 'POST') return answer;
    answer.body.resume();
    if (hops >= 10) throw Object.assign(new Error(l10n.t('it redirects in circles')), { code: 'ERR_INVALID_REDIRECT' });
    const next = new URL(location, url);
    if (next.protocol !== 'https:' && next.protocol !== 'http:') throw Object.assign(new Error(l10n.t('it redirects to {0}', next.protocol)), { code: 'ERR_INVALID_REDIRECT' });
    // A storage host behind the registry must not see the registry's token.
    if (next.host !== url.host) headers = Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
    url = next;
  }
}

function once(request: HttpRequest, signal: AbortSignal, how: Patience): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { body } = request;
    const options: https.RequestOptions = {
      method: request.method, signal,
      headers: { 'user-agent': 'wasm-workbench', ...request.headers, ...(body === undefined ? {} : { 'content-type': body.type, 'content-length': String(body.size) }) },
    };
    const sent = (request.url.protocol === 'http:' ? http : https).request(request.url, options);
    sent.setTimeout(how.silence, () => sent.destroy(Object.assign(new Error(l10n.t('no answer for {0} seconds', how.silence / 1000)), { code: 'ETIMEDOUT' })));
    sent.once('error', reject);
    sent.once('response', answer => { resolve({ status: answer.statusCode ?? 0, headers: answer.headers, url: request.url, body: answer }); });
    if (body === undefined) {
      if (request.method !== 'GET' && request.method !== 'HEAD') sent.setHeader('content-length', '0');
      sent.end();
      return;
    }
    void (async () => {
      for await (const chunk of body.open()) {
        if (sent.destroyed) return;
        if (!sent.write(chunk)) await drained(sent);
      }
      sent.end();
    })().catch((error: unknown) => {
      reject(error instanceof Error ? error : new Error(String(error)));
      sent.destroy();
    });
  });
}

/** Resolves when a request takes more, or never will. */
function drained(sent: http.ClientRequest): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      sent.off('drain', done).off('close', done);
      resolve();
    };
    sent.on('drain', done).on('close', done);
  });
}

/** The text of an answer, at most `limit` bytes of it. */
export async function textOf(answer: HttpAnswer, limit = 8 << 20): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limit) {
      answer.body.destroy();
      throw new UserError('network', l10n.t('{0} answers with more than {1} bytes where a short text belongs.', answer.url.host, limit));
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** A sentence for what the network did. */
export function networkError(url: URL, error: unknown): unknown {
  if (error instanceof UserError) return error;
  const code = systemCode(error);
  const host = url.host;
  switch (code) {
    case 'ECONNREFUSED': return new UserError('network', l10n.t('{0} refuses the connection. Is the registry running, and is its port right?', host), [], { cause: error });
    case 'ENOTFOUND':
    case 'EAI_AGAIN': return new UserError('network', l10n.t('The host {0} is not known. Check its name, the network and the proxy.', host), [], { cause: error });
    case 'ETIMEDOUT': return new UserError('network', l10n.t('{0} does not answer. Check the network and the proxy, and try again.', host), [], { cause: error });
    default:
      if (/CERT|SELF_SIGNED|UNABLE_TO|TLS/.test(code ?? '')) {
        return new UserError('network', l10n.t("{0} has a certificate that this machine doesn't trust ({1}). Add its authority with NODE_EXTRA_CA_CERTS.", host, code ?? ''), [], { cause: error });
      }
      if (code === 'EPROTO') return new UserError('network', l10n.t('{0} does not speak HTTPS. A registry without it is reached on this machine itself only.', host), [], { cause: error });
      return new UserError('network', l10n.t('The connection to {0} failed: {1}.', host, messageOf(error)), [], { cause: error });
  }
}
