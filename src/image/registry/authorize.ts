import { UserError } from '../../base/error';
import * as l10n from '@vscode/l10n';
import { textOf, type HttpAnswer, type HttpRequest } from './http';
import type { RegistryWish } from './client';
import type { Credentials } from './credentials';

type Send = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/** A challenge of a WWW-Authenticate header (RFC 9110, 11.6.1). */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads the first challenge of a header. */
export function parseChallenge(header: string): Challenge | undefined {
  const match = /^\s*([A-Za-z]+)\s*(.*)$/s.exec(header);
  if (match === null) return undefined;
  const parameters: Record<string, string> = {};
  for (const [, name, quoted, plain] of (match[2] ?? '').matchAll(/([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    parameters[(name ?? '').toLowerCase()] = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '';
  }
  return { scheme: (match[1] ?? '').toLowerCase(), parameters };
}

/** Answers a registry's challenges: Basic, and bearer tokens as distribution's token specification has them. */
export class Authorizer {
  readonly #repository: string;
  readonly #wish: RegistryWish;
  /** The Authorization header by what it allows. */
  readonly #headers = new Map<string, string>();

  constructor(repository: string, wish: RegistryWish) {
    this.#repository = repository;
    this.#wish = wish;
  }

  /** Sends a request, and again with an authorization when the registry asks for one. */
  async send(request: HttpRequest, what: 'pull' | 'push', send: Send): Promise<HttpAnswer> {
    const { signal } = this.#wish;
    const known = this.#headers.get(what) ?? this.#headers.get('push');
    const answer = await send(withHeader(request, known), signal);
    if (answer.status !== 401) return answer;
    const challenge = parseChallenge(answer.headers['www-authenticate'] ?? '');
    if (challenge === undefined) return answer;
    answer.body.resume();
    const header = await this.#answer(challenge, what, answer.url, send);
    if (header === undefined || header === known) return send(withHeader(request, known), signal);
    this.#headers.set(what, header);
    return send(withHeader(request, header), signal);
  }

  async #answer(challenge: Challenge, what: 'pull' | 'push', asked: URL, send: Send): Promise<string | undefined> {
    const credentials = await this.#wish.credentials();
    if (challenge.scheme === 'basic') return credentials !== undefined && 'user' in credentials ? basic(credentials) : undefined;
    if (challenge.scheme !== 'bearer') return undefined;
    const { realm, service, scope } = challenge.parameters;
    if (realm === undefined) return undefined;
    const url = new URL(realm, asked);
    // A plain-text realm would carry the password over the network; a registry on this machine may have one there.
    if (url.protocol !== 'https:' && url.hostname !== asked.hostname) {
      throw new UserError('credentials', l10n.t('{0} wants the login to be sent unencrypted to {1}, which is refused.', asked.host, url.host));
    }
    const name = this.#repository.slice(this.#repository.indexOf('/') + 1);
    const wanted = what === 'push' ? `repository:${name}:pull,push` : scope ?? `repository:${name}:pull`;
    return `Bearer ${await this.#token(url, service, wanted, credentials, send)}`;
  }

  async #token(url: URL, service: string | undefined, scope: string, credentials: Credentials | undefined, send: Send): Promise<string> {
    let request: HttpRequest;
    if (credentials !== undefined && 'identityToken' in credentials) {
      const form = Buffer.from(new URLSearchParams({
        grant_type: 'refresh_token', service: service ?? '', scope, client_id: 'wasm-workbench', refresh_token: credentials.identityToken,
      }).toString());
      request = { method: 'POST', url, body: { size: form.length, type: 'application/x-www-form-urlencoded', open: () => (async function* () { yield await Promise.resolve(form); })() } };
    } else {
      const query = new URL(url);
      if (service !== undefined) query.searchParams.set('service', service);
      query.searchParams.append('scope', scope);
      request = { method: 'GET', url: query, headers: credentials === undefined ? {} : { authorization: basic(credentials) } };
    }
    const answer = await send(request, this.#wish.signal);
    const text = await textOf(answer, 1 << 20);
    if (answer.status === 401 || answer.status === 403) {
      throw new UserError('credentials', credentials === undefined
        ? l10n.t('{0} needs a login. Log in with docker login, and try again.', this.#repository)
        : l10n.t('{0} refuses the stored login. Log in again with docker login.', this.#repository));
    }
    let token: string | undefined;
    try {
      const value = JSON.parse(text) as { token?: string; access_token?: string };
      token = value.token ?? value.access_token;
    } catch {
      token = undefined;
    }
    if (answer.status !== 200 || typeof token !== 'string' || token === '') {
      throw new UserError('network', l10n.t('{0} gives no token for {1}: it answers {2}. Try again later.', url.host, this.#repository, answer.status));
    }
    return token;
  }
}

function withHeader(request: HttpRequest, authorization: string | undefined): HttpRequest {
  return authorization === undefined ? request : { ...request, headers: { ...request.headers, authorization } };
}

function basic(credentials: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
}
