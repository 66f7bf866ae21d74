import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { systemCode, UserError } from '../base/error';
import * as l10n from '@vscode/l10n';
import type { Content } from './layer';

/** A file or folder of the host, and where it lies in the image (absolute, with slashes). */
export interface Addition {
  readonly host: string;
  readonly guest: string;
}

/** Reads `HOST:/GUEST`, as `--add` takes it; a Windows drive's colon is part of HOST. Without `:/GUEST` the name is kept, at the root. */
export function parseAddition(text: string, platform: NodeJS.Platform = process.platform): Addition {
  const drive = platform === 'win32' && /^[A-Za-z]:[\\/]/.test(text) ? 2 : 0;
  const colon = text.indexOf(':', drive);
  const host = colon < 0 ? text : text.slice(0, colon);
  const guest = colon < 0 ? '/' + basename(text.replaceAll('\\', platform === 'win32' ? '/' : '\\')) : text.slice(colon + 1);
  if (host === '') throw new UserError('usage', l10n.t("'{0}' names no file or folder. Write HOST:/GUEST, for instance ./public:/docroot.", text));
  if (!guest.startsWith('/')) throw new UserError('usage', l10n.t("'{0}' must name an absolute path in the image after the colon, for instance ./public:/docroot.", text));
  return { host, guest: cleanGuest(guest) };
}

/** An absolute path without `.`, `..`, doubled or trailing slashes. Throws a UserError where `..` would leave the root. */
export function cleanGuest(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.length === 0) throw new UserError('usage', l10n.t("'{0}' leaves the image's root folder. Give a path below /.", path));
      parts.pop();
    } else parts.push(part);
  }
  return '/' + parts.join('/');
}

/**
 * The members of a layer that holds these additions, sorted by name, parents first. Owner and time are left at zero and modes are
 * 0755 for folders and programs, 0644 for the rest, so that the same content gives the same bytes on every system. Symbolic links are
 * kept when they stay inside what is added. A later addition wins over an earlier one.
 */
export async function gather(additions: readonly Addition[], signal: AbortSignal): Promise<Content[]> {
  const members = new Map<string, Content>();
  for (const { host, guest } of additions) {
    const root = await realpath(host).catch((error: unknown) => {
      throw new UserError('not-found', systemCode(error) === 'ENOENT'
        ? l10n.t("Can't add {0} to the image: there is no such file or folder.", host)
        : l10n.t("Can't add {0} to the image: {1}.", host, systemCode(error) ?? String(error)), [], { cause: error });
    });
    await visit(root, root, guest.slice(1), members, signal);
  }
  addParents(members);
  return [...members.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

async function visit(path: string, root: string, name: string, members: Map<string, Content>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) {
    const target = await readlink(path);
    const end = await realpath(path).catch(() => undefined);
    if (end === undefined || (end !== root && !end.startsWith(root + sep))) {
      throw new UserError('bad-path', l10n.t('{0} is a link to {1}, which is not part of what is packed. Replace it by a copy, or add its target too.', path, target));
    }
    if (!/^([\\/]|[A-Za-z]:)/.test(target)) {
      members.set(name, { name, kind: 'symlink', mode: 0o777, target: sep === '\\' ? target.replaceAll('\\', '/') : target });
      return;
    }
    // An absolute target means another place inside the image: its content is what the guest must find.
    await visit(end, root, name, members, signal);
    return;
  }
  if (stat.isDirectory()) {
    if (name !== '') members.set(name, { name, kind: 'directory', mode: 0o755 });
    for (const entry of (await readdir(path)).sort()) {
      await visit(join(path, entry), root, name === '' ? entry : `${name}/${entry}`, members, signal);
    }
    return;
  }
  if (!stat.isFile()) throw new UserError('bad-path', l10n.t('{0} is neither a file nor a folder nor a link, so it can\'t be packed. Leave it out.', path));
  const program = process.platform !== 'win32' && (stat.mode & 0o111) !== 0;
  const place = name === '' ? basename(path) : name;
  members.set(place, { name: place, kind: 'file', mode: program || place.endsWith('.wasm') ? 0o755 : 0o644, size: stat.size, source: path });
}

function addParents(members: Map<string, Content>): void {
  for (const name of [...members.keys()]) {
    for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
      const parent = name.slice(0, slash);
      if (!members.has(parent)) members.set(parent, { name: parent, kind: 'directory', mode: 0o755 });
    }
  }
}
