import { connect } from 'node:net';
import * as l10n from '@vscode/l10n';
import { UserError } from '../base/error';
import type { Published } from './container';
import type { Endpoint } from './endpoint';

/** Reads `[ADDRESS:][HOST:]GUEST[/udp]`, as docker does but for the address: without one it is a port of this machine alone. Throws UserError 'usage'. */
export function parsePublished(text: string): Published {
  const match = /^(?:(\[[0-9a-f:.]+\]|\d+(?:\.\d+){3}|\*|localhost):)?(?:(\d{0,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/i.exec(text);
  const [, address = '127.0.0.1', host, guest = '', protocol = 'tcp'] = match ?? [];
  const ports = [host === undefined ? Number(guest) : Number(host), Number(guest)];
  if (match === null || ports.some(port => port > 65535) || ports[1] === 0) {
    throw new UserError('usage', l10n.t('{0} is not a port to publish: write HOST:GUEST, for instance 8080:80, or ADDRESS:HOST:GUEST.', JSON.stringify(text)));
  }
  const at = address === '*' ? '0.0.0.0' : address === 'localhost' ? '127.0.0.1' : address.replace(/^\[|\]$/g, '');
  return { host: ports[0] ?? 0, guest: ports[1] ?? 0, address: at, protocol: protocol.toLowerCase() === 'udp' ? 'udp' : 'tcp' };
}

/** Where an engine's published ports are, seen from here. */
export function hostOf(endpoint: Endpoint): string {
  if (endpoint.transport.kind === 'tcp') return endpoint.transport.host;
  return endpoint.transport.kind === 'dial' ? /^ssh:\/\/(?:[^@/]*@)?([^:/]+)/.exec(endpoint.address)?.[1] ?? 'localhost' : 'localhost';
}

/** The address for a browser. */
export function addressOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}/`;
}

/** Waits until a program answers at a port; resolves to false when the signal was aborted before. */
export async function waitForPort(host: string, port: number, signal: AbortSignal, everyMs = 200): Promise<boolean> {
  while (!signal.aborted) {
    if (await answers(host, port, signal)) return true;
    await new Promise<void>(resolve => {
      const timer = setTimeout(done, everyMs);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
    });
  }
  return false;
}

/** Whether somebody keeps a connection open: an engine's own proxy accepts before the program listens, and then hangs up at once. */
function answers(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port });
    const settle = (yes: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', no);
      socket.destroy();
      resolve(yes);
    };
    const no = (): void => { settle(false); };
    let timer: NodeJS.Timeout | undefined;
    signal.addEventListener('abort', no, { once: true });
    socket.once('connect', () => { timer = setTimeout(() => { settle(true); }, 250); });
    socket.once('data', () => { settle(true); }).once('error', no).once('close', no).once('end', no);
  });
}
