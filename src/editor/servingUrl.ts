import type { ReadyTold } from '../run/ready';
import type { BrowserWish } from './launch';

/** What a program serves: where people reach it, and the name that is shown for it. */
export interface Served { readonly url: string; readonly shown: string }

/** The machine that a browser asks for what listens at any address. */
function reachable(endpoint: string): string {
  return endpoint.replace(/^(?:0\.0\.0\.0|\[[0:]+\]):/, 'localhost:');
}

/** The page of what a program tells; undefined where it is not what is waited for. */
export function servedBy(told: ReadyTold, { pattern, url }: BrowserWish): Served | undefined {
  if ('listening' in told) {
    if (pattern !== undefined) return undefined;
    const endpoint = reachable(told.listening);
    return { url: filled(url, endpoint.slice(endpoint.lastIndexOf(':') + 1)) ?? `http://${endpoint}/`, shown: told.listening };
  }
  const [whole = '', group = whole] = told.matched;
  return { url: filled(url, group) ?? pageOf(group), shown: group };
}

function filled(url: string | undefined, found: string): string | undefined {
  return url?.replaceAll('%s', () => found);
}

/** A page by what a program prints of it: its address whole, a port, or a host and port. */
function pageOf(text: string): string {
  if (/^https?:\/\//i.test(text)) return text;
  return /^\d+$/.test(text) ? `http://localhost:${text}/` : `http://${reachable(text)}/`;
}

/** Reads what has come to a file so far; half a line waits for its rest. */
export class ToldLines {
  private rest = '';

  /** What the whole lines of `text` tell. */
  take(text: string): ReadyTold[] {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    return lines.flatMap(line => {
      try {
        return [JSON.parse(line) as ReadyTold];
      } catch {
        return [];
      }
    });
  }
}
