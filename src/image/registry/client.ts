import { UserError } from '../../base/error';
import { digestOf, isDigest, type Digest } from '../../base/digest';
import * as l10n from '@vscode/l10n';
import { largestJson, mediaTypes, type Blobs, type Descriptor } from '../oci';
import { fullName, type Reference } from '../reference';
import { readBlob } from '../read';
import { isIndex, isManifest } from '../oci';
import { blobsBelow } from '../walk';
import { Authorizer } from './authorize';
import { patience, send, textOf, type HttpAnswer, type HttpRequest, type Patience } from './http';
import type { Credentials } from './credentials';
import { uploadBlob } from './upload';

// The OCI distribution specification 1.1: pull.md and push.md.

const accepted = [mediaTypes.index, mediaTypes.manifest, mediaTypes.dockerIndex, mediaTypes.dockerManifest].join(', ');

export interface RegistryWish {
  readonly signal: AbortSignal;
  readonly credentials: () => Promise<Credentials | undefined>;
  readonly patience?: Patience;
}

/** One repository of a registry. Makes no request until asked. */
export class Repository {
  readonly #base: URL;
  readonly #name: string;
  readonly #authorizer: Authorizer;
  readonly #wish: RegistryWish;

  constructor(reference: Reference, wish: RegistryWish) {
    this.#base = new URL(`${isLoopback(reference.registry) ? 'http' : 'https'}://${apiHost(reference.registry)}/v2/${reference.repository}/`);
    this.#name = `${reference.registry}/${reference.repository}`;
    this.#wish = wish;
    this.#authorizer = new Authorizer(this.#name, wish);
  }

  /** The image behind a tag or digest; its layers are read when they are asked for, and resumed where a connection breaks. */
  async open(reference: Reference): Promise<Blobs> {
    const wanted = reference.digest ?? reference.tag ?? 'latest';
    const manifest = await this.#manifest(wanted, fullName(reference));
    return {
      root: manifest.descriptor,
      blob: digest => (digest === manifest.descriptor.digest ? one(manifest.bytes) : this.blob(digest)),
    };
  }

  /** Pushes a whole image: what the registry has is not sent again, the manifest comes last. Returns the digest that it has there. */
  async push(image: Blobs, tag: string, progress?: (done: number, total: number) => void): Promise<Digest> {
    const all = await blobsBelow(image, this.#wish.signal);
    const total = all.reduce((sum, each) => sum + each.size, 0);
    let done = 0;
    for (const descriptor of all) {
      const manifest = isManifest(descriptor.mediaType) || isIndex(descriptor.mediaType);
      if (!manifest) await this.#pushBlob(image, descriptor, bytes => { progress?.(done + bytes, total); });
      else await this.#pushManifest(descriptor, await readBlob(image, descriptor, this.#wish.signal), descriptor === all.at(-1) ? tag : descriptor.digest);
      done += descriptor.size;
      progress?.(done, total);
    }
    return image.root.digest;
  }

  async #manifest(wanted: string, shown: string): Promise<{ descriptor: Descriptor; bytes: Uint8Array }> {
    const answer = await this.#send({ method: 'GET', url: new URL(`manifests/${wanted}`, this.#base), headers: { accept: accepted } }, 'pull');
    const text = await textOf(answer, largestJson);
    if (answer.status !== 200) throw this.#problem(answer, text, shown);
    const bytes = Buffer.from(text);
    const digest = digestOf(bytes);
    const told = answer.headers['docker-content-digest'];
    const claimed = isDigest(wanted) ? wanted : typeof told === 'string' && told.startsWith('sha256:') ? told : digest;
    if (claimed !== digest) {
      throw new UserError('integrity', l10n.t('The registry answers a manifest for {0} that is not what its digest says. It is damaged or was tampered with.', shown));
    }
    return { descriptor: { mediaType: answer.headers['content-type']?.split(';')[0]?.trim() ?? mediaTypes.manifest, digest, size: bytes.length }, bytes };
  }

  /** The bytes of a blob, unverified; resumed where the connection breaks. */
  async *blob(digest: Digest): AsyncGenerator<Uint8Array> {
    const most = (this.#wish.patience ?? patience).attempts;
    let at = 0;
    for (let failures = 0; ;) {
      const small = digest.startsWith('sha256:') && at === 0;
      const answer = await this.#send({ method: 'GET', url: new URL(`blobs/${digest}`, this.#base), headers: at === 0 ? {} : { range: `bytes=${String(at)}-` } }, 'pull');
      if (answer.status === 404 && small) {
        // Manifests within an index are manifests to the registry, not blobs.
        answer.body.resume();
        yield (await this.#manifest(digest, `${this.#name}@${digest}`)).bytes;
        return;
      }
      if (answer.status !== 200 && answer.status !== 206) throw this.#problem(answer, await textOf(answer), `${this.#name}@${digest}`);
      // A registry that knows no ranges sends all again: what was read already is passed over.
      let skip = answer.status === 206 ? 0 : at;
      try {
        for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
          const fresh = chunk.subarray(Math.min(skip, chunk.length));
          skip -= chunk.length - fresh.length;
          if (fresh.length === 0) continue;
          at += fresh.length;
          failures = 0;
          yield fresh;
        }
        return;
      } catch (error) {
        this.#wish.signal.throwIfAborted();
        if (++failures >= most) throw new UserError('network', l10n.t('The connection to {0} broke again and again while a layer was read. Check the network and try again.', this.#base.host), [], { cause: error });
      }
    }
  }

  async #pushBlob(image: Blobs, descriptor: Descriptor, progress: (bytes: number) => void): Promise<void> {
    const there = await this.#send({ method: 'HEAD', url: new URL(`blobs/${descriptor.digest}`, this.#base) }, 'push');
    there.body.resume();
    if (there.status === 200) return;
    await uploadBlob({
      base: this.#base, patience: this.#wish.patience ?? patience, signal: this.#wish.signal,
      send: (request, how) => this.#send(request, 'push', how),
      problem: (answer, text) => this.#problem(answer, text, this.#name),
    }, image, descriptor, progress);
  }

  async #pushManifest(descriptor: Descriptor, bytes: Uint8Array, tag: string): Promise<void> {
    const put = await this.#send({
      method: 'PUT', url: new URL(`manifests/${tag}`, this.#base), body: { size: bytes.length, type: descriptor.mediaType, open: () => one(bytes) },
    }, 'push');
    const text = await textOf(put);
    if (put.status !== 201) throw this.#problem(put, text, `${this.#name}:${tag}`);
  }

  async #send(request: HttpRequest, what: 'pull' | 'push', how = this.#wish.patience ?? patience): Promise<HttpAnswer> {
    return this.#authorizer.send(request, what, (each, signal) => send(each, signal, how));
  }

  #problem(answer: HttpAnswer, text: string, shown: string): UserError {
    const host = this.#base.host;
    switch (answer.status) {
      case 401: return new UserError('credentials', l10n.t('{0} needs a login for {1}. Log in with docker login {0}, and try again.', host, shown));
      case 403: return new UserError('credentials', l10n.t('{0} does not let you do that to {1}. Log in as a user who may.', host, shown));
      case 404: return new UserError('not-found', l10n.t('{0} has no image {1}. Check its name and tag; a private image needs a login.', host, shown));
      case 405: return new UserError('network', l10n.t('{0} does not allow that for {1}; it may be read-only.', host, shown));
      case 413: return new UserError('network', l10n.t('{0} refuses a part of {1} as too large. Its administrator can raise the limit.', host, shown));
      case 429: return new UserError('network', l10n.t('{0} allows no more requests for a while. Log in, or wait and try again.', host));
      default: return new UserError('network', l10n.t('{0} answers {1} for {2}: {3}', host, answer.status, shown, sentence(text)));
    }
  }
}

/** The registry's own words (distribution spec, error codes), or a note that they are none. */
function sentence(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    const first = errors?.[0];
    if (first !== undefined) return (first.message ?? first.code ?? '').replace(/\.?$/, '.');
  } catch {
    // Proxies answer pages.
  }
  return l10n.t('it gives no reason that a registry gives. Is it a registry?');
}

// Docker's own registry serves its API under another name than the one in image names.
function apiHost(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

/** Whether a registry is on this machine, where Docker too takes plain HTTP. */
export function isLoopback(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '');
  return host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '[::1]';
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
