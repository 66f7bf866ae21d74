import * as l10n from '@vscode/l10n';
import { statSync } from 'node:fs';
import * as path from 'node:path';
import { messageOf, systemCode, UserError } from '../base/error';
import type { Mount, RunRequest } from './request';

/**
 * Checks what only the file system can tell before a guest starts: the preopened folders. Standard input's file is opened, and so checked, when the run
 * begins. Throws UserError 'bad-path'.
 */
export function checkRequest(request: Pick<RunRequest, 'mounts'>): void {
  const guests = new Set<string>();
  for (const mount of request.mounts) {
    if (guests.has(mount.guest)) {
      throw new UserError('bad-path', l10n.t('Two folders are preopened as {0}: give one of them another name (HOST::GUEST).', mount.guest));
    }
    guests.add(mount.guest);
    checkFolder(mount);
  }
}

function checkFolder(mount: Mount): void {
  try {
    if (statSync(mount.host).isDirectory()) return;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UserError('bad-path', l10n.t("Can't preopen {0}: there is no such folder. Make it, or name another one.", mount.host), [], { cause: error });
    }
    throw new UserError('bad-path', l10n.t("Can't preopen {0}: {1}.", mount.host, messageOf(error)), [], { cause: error });
  }
  throw new UserError('bad-path', l10n.t("Can't preopen {0}: it is a file. Preopen the folder that holds it.", mount.host));
}

/**
 * Reads `HOST[::GUEST[::ro]]`. HOST is taken relative to `base`; without GUEST the guest sees the folder under the name that was written
 * (wasmtime's rule), and `.` for the working folder. Throws UserError 'usage'.
 */
export function parseMount(text: string, base: string, flavour: path.PlatformPath = path): Mount {
  const parts = text.split('::');
  const [host = '', guest, mode] = parts;
  if (host === '' || parts.length > 3 || (mode !== undefined && mode !== 'ro' && mode !== 'rw') || guest === '') {
    throw new UserError('usage', l10n.t('{0} is not a preopened folder: write HOST, HOST::GUEST or HOST::GUEST::ro.', JSON.stringify(text)));
  }
  return {
    host: flavour.resolve(base, host),
    guest: guest ?? (flavour.sep === '\\' ? host.replaceAll('\\', '/') : host),
    ...(mode === 'ro' ? { readonly: true } : {}),
  };
}

const units: Readonly<Record<string, number>> = { '': 1, 'b': 1, 'k': 2 ** 10, 'm': 2 ** 20, 'g': 2 ** 30 };

/** Reads a size: `512M`, `64k`, `1GiB`, or plain bytes. Throws UserError 'usage'. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmg]?)(?:i?b)?$/i.exec(text.trim());
  const unit = units[match?.[2]?.toLowerCase() ?? '?'];
  if (match === null || unit === undefined) throw new UserError('usage', l10n.t('{0} is not a size: write bytes, or a number with K, M or G.', JSON.stringify(text)));
  return Math.floor(Number(match[1]) * unit);
}

/** Reads a whole number of one or more. Throws UserError 'usage'. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UserError('usage', l10n.t('{0} is not a number of things: write 1 or more.', JSON.stringify(text)));
  return Number(text);
}

const times: Readonly<Record<string, number>> = { ms: 1, s: 1000, '': 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** Reads a time, in milliseconds: `10` and `10s` are ten seconds, `500ms`, `2m`, `1h`. Throws UserError 'usage'. */
export function parseTime(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?$/i.exec(text.trim());
  const unit = times[match?.[2]?.toLowerCase() ?? ''];
  const value = match === null || unit === undefined ? 0 : Number(match[1]) * unit;
  // setTimeout takes 31 bits, beyond which it fires at once.
  if (value < 1 || value > 0x7fffffff) throw new UserError('usage', l10n.t('{0} is not a time: write seconds, or a number with ms, s, m or h.', JSON.stringify(text)));
  return value;
}

/** Reads the lines NAME=VALUE of an environment file; `#` begins a comment, quotes around a value go, `export` is passed over. */
export function parseEnvFile(text: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([^\s#=]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const value = match[2] ?? '';
    const quoted = /^(["'])(.*)\1$/.exec(value);
    env[match[1] ?? ''] = quoted === null ? value.replace(/\s+#.*$/, '')
      : quoted[1] === '"' ? (quoted[2] ?? '').replace(/\\([n"\\])/g, (_, c: string) => (c === 'n' ? '\n' : c)) : quoted[2] ?? '';
  }
  return env;
}
