import { addressBytes, addressText, isAny, unmapped } from './address';

/** An address that a run allows. */
export interface Grant {
  /** An address, a name (to connect to), or `*` for any. */
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
}

/**
 * Reads `PORT`, `HOST:PORT`, `HOST`, `[V6]:PORT` or `*`; a port alone is one of this machine only (127.0.0.1), `*` any. Undefined for
 * what is none of these.
 */
export function parseGrant(text: string): Grant | undefined {
  const port = (digits: string): number => (digits === '*' ? 0 : /^\d{1,5}$/.test(digits) && Number(digits) <= 65535 ? Number(digits) : -1);
  let grant: Grant | undefined;
  const bracketed = /^\[([^\]]+)\](?::([^:]+))?$/.exec(text);
  if (/^\d+$/.test(text)) grant = { host: '127.0.0.1', port: port(text) };
  else if (bracketed !== null) {
    if (addressBytes(bracketed[1] ?? '')?.length !== 16) return undefined;
    grant = { host: bracketed[1] ?? '', port: port(bracketed[2] ?? '*') };
  } else if (addressBytes(text)?.length === 16) grant = { host: text, port: 0 };
  else {
    const [host = '', digits = '*', more] = text.split(':');
    if (more !== undefined || !/^(?:\*|[\w.-]+)$/.test(host)) return undefined;
    grant = { host: host === 'localhost' ? '127.0.0.1' : host, port: port(digits) };
  }
  return grant.port < 0 ? undefined : grant;
}

const sameAddress = (a: Uint8Array, b: Uint8Array | undefined): boolean => b !== undefined && addressText(unmapped(a)) === addressText(unmapped(b));

/** What the program may do on the network: nothing that was not granted. */
export class Grants {
  readonly #listen: readonly Grant[];
  readonly #connect: readonly Grant[];
  /** Addresses of the names that were granted, as they were resolved for the guest. */
  readonly #resolved: Grant[] = [];

  constructor(listen: readonly Grant[], connect: readonly Grant[]) {
    this.#listen = listen;
    this.#connect = connect;
  }

  /**
   * The address to bind to, which may be narrower than what the guest asks for: a server that wants every address is given the one that
   * was allowed. Undefined when none was.
   */
  bind(address: Uint8Array, port: number): { readonly address: Uint8Array; readonly port: number } | undefined {
    for (const grant of this.#listen) {
      if (grant.port !== 0 && grant.port !== port) continue;
      const allowed = grant.host === '*' ? undefined : addressBytes(grant.host);
      if (grant.host === '*' || (allowed !== undefined && (isAny(allowed) || sameAddress(address, allowed)))) return { address, port };
      if (isAny(address) && allowed !== undefined) return { address: allowed, port };
    }
    return undefined;
  }

  connect(address: Uint8Array, port: number): boolean {
    return [...this.#connect, ...this.#resolved].some(grant => (grant.port === 0 || grant.port === port)
      && (grant.host === '*' || sameAddress(address, addressBytes(grant.host))));
  }

  /** Whether a name may be looked up; looking up sends it to others. */
  resolve(name: string): boolean {
    return addressBytes(name) !== undefined || name === 'localhost' || this.#connect.some(grant => grant.host === '*' || grant.host.toLowerCase() === name.toLowerCase());
  }

  /** Lets the guest connect to what a granted name stands for. */
  resolved(name: string, addresses: readonly Uint8Array[]): void {
    for (const { host, port } of this.#connect) {
      if (host.toLowerCase() === name.toLowerCase()) for (const address of addresses) this.#resolved.push({ host: addressText(address), port });
    }
  }
}
