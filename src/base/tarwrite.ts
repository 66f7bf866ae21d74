// A writer of tar archives whose bytes depend on nothing but what it is given: ustar headers (POSIX 1003.1-1988), with a pax record
// before them (1003.1-2001) where a name, a target or a size does not fit.

export interface TarMember {
  /** With slashes, without a leading one; a directory's without a trailing one. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'link';
  /** Bytes of a file's body. */
  readonly size?: number;
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtime?: number;
  readonly target?: string;
  readonly uid?: number;
  readonly gid?: number;
}

const encoder = new TextEncoder();
const typeFlags = { file: '0', link: '1', symlink: '2', directory: '5' } as const;

/** The header blocks of a member. Its body follows, and then `tarPadding(size)`. */
export function tarHeader(member: TarMember): Uint8Array {
  const name = member.kind === 'directory' ? member.name + '/' : member.name;
  const size = member.kind === 'file' ? (member.size ?? 0) : 0;
  const records: string[] = [];
  const place = split(name);
  if (place === undefined) records.push(paxRecord('path', name));
  const target = member.target ?? '';
  const longTarget = !fits(target, 100);
  if (longTarget) records.push(paxRecord('linkpath', target));
  if (size > 0o77777777777) records.push(paxRecord('size', String(size)));
  const main = block({
    name: place?.name ?? cut(name, 100), prefix: place?.prefix ?? '', mode: member.mode, uid: member.uid ?? 0, gid: member.gid ?? 0,
    size: Math.min(size, 0o77777777777), mtime: Math.floor(member.mtime ?? 0), type: typeFlags[member.kind], target: longTarget ? cut(target, 100) : target,
  });
  if (records.length === 0) return main;
  const body = encoder.encode(records.join(''));
  const extra = block({ name: 'pax_header', prefix: '', mode: 0o644, uid: 0, gid: 0, size: body.length, mtime: 0, type: 'x', target: '' });
  return concat([extra, body, tarPadding(body.length), main]);
}

/** The zero bytes that fill a body of `size` bytes up to whole blocks. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((512 - (size % 512)) % 512);
}

/** The two zero blocks that end an archive. */
export const tarEnd = new Uint8Array(1024);

interface Fields {
  name: string;
  prefix: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  type: string;
  target: string;
}

function block(fields: Fields): Uint8Array {
  const bytes = new Uint8Array(512);
  const put = (text: string, at: number): void => { bytes.set(encoder.encode(text), at); };
  const octal = (value: number, at: number, length: number): void => { put(value.toString(8).padStart(length - 1, '0'), at); };
  put(fields.name, 0);
  octal(fields.mode & 0o7777, 100, 8);
  octal(fields.uid, 108, 8);
  octal(fields.gid, 116, 8);
  octal(fields.size, 124, 12);
  octal(fields.mtime, 136, 12);
  put('        ', 148);
  put(fields.type, 156);
  put(fields.target, 157);
  put('ustar\x0000', 257);
  put(fields.prefix, 345);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(sum.toString(8).padStart(6, '0') + '\0 ', 148);
  return bytes;
}

/** A record counts its own length, digits included. */
function paxRecord(key: string, value: string): string {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return `${String(length)} ${key}=${value}\n`;
}

// Names beyond ASCII go into a pax record, which is UTF-8 by definition; a ustar header has no encoding.
function fits(text: string, most: number): boolean {
  return text.length <= most && encoder.encode(text).length === text.length && !text.includes('\0');
}

function split(name: string): { name: string; prefix: string } | undefined {
  if (fits(name, 100)) return { name, prefix: '' };
  if (!fits(name, 256)) return undefined;
  for (let slash = name.lastIndexOf('/', 155); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
    const rest = name.slice(slash + 1);
    if (rest.length > 100) return undefined;
    if (rest.length > 0) return { name: rest, prefix: name.slice(0, slash) };
  }
  return undefined;
}

function cut(text: string, most: number): string {
  return text.replaceAll(/[^ -~]/g, '_').slice(0, most);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
