// A streaming reader of tar archives: POSIX ustar, pax (IEEE 1003.1-2001) and GNU's long names and base-256 numbers. It only reads:
// nothing here touches a disk, see unpack.ts for that.

import { mapIn, mapOf, SparseBody, type Extent } from './sparse';
import { numberField, paxNumber, paxRecords, TarError, text } from './tarfields';

export { TarError } from './tarfields';

const blockSize = 512;

export type TarKind = 'file' | 'directory' | 'link' | 'symlink' | 'character' | 'block' | 'fifo';

/** One member of an archive, as its headers tell it; nothing is checked for safety. */
export interface TarHeader {
  /** As written, without the trailing slash of a directory. */
  readonly name: string;
  readonly kind: TarKind;
  /** Of the body, in bytes; 0 for all but files. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  /** Seconds since 1970, with fractions where pax has them. */
  readonly mtime: number;
  /** What a link or symlink names. */
  readonly target: string;
  readonly device?: { readonly major: number; readonly minor: number };
  /** The pax records that hold for this member: `SCHILY.xattr.user.x` and the like. */
  readonly pax: ReadonlyMap<string, string>;
}

export interface TarEntry {
  readonly header: TarHeader;
  /** Where the body begins in the archive, in bytes. */
  readonly offset: number;
  /** The bytes of a file; what isn't read is skipped when the next entry is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The bytes of an archive. A source that can pass over bytes without reading them says so by `skip`. */
export interface TarSource extends AsyncIterable<Uint8Array> {
  /** Leaves out the next `length` bytes; false when the archive ends before. */
  skip?(length: number): boolean;
}

/** Reads exact lengths from a stream of chunks of any size. */
class Source {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #source: TarSource;
  #rest: Uint8Array = new Uint8Array(0);
  offset = 0;

  constructor(chunks: TarSource) {
    this.#source = chunks;
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Up to `most` bytes, at least one; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#rest = next.value;
    }
    const part = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(part.length);
    this.offset += part.length;
    return part;
  }

  /** Exactly `length` bytes; undefined when the stream ended before the first of them. Throws TarError when it ended within. */
  async exactly(length: number): Promise<Uint8Array | undefined> {
    const first = await this.some(length);
    if (first === undefined || first.length === length) return first;
    const whole = new Uint8Array(length);
    whole.set(first);
    for (let filled = first.length; filled < length;) {
      const part = await this.some(length - filled);
      if (part === undefined) throw new TarError('the archive is cut off', this.offset);
      whole.set(part, filled);
      filled += part.length;
    }
    return whole;
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      if (this.#rest.length === 0 && this.#source.skip !== undefined) {
        if (!this.#source.skip(left)) throw new TarError('the archive is cut off', this.offset);
        this.offset += left;
        return;
      }
      const part = await this.some(left);
      if (part === undefined) throw new TarError('the archive is cut off', this.offset);
      left -= part.length;
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/** The largest header record (long name, pax) that is kept in memory. */
const longestRecord = 1 << 20;

/**
 * The members of a tar archive, in order. Throws TarError when the archive is damaged or cut off. An archive may end without the two
 * zero blocks that close it, as other readers allow.
 */
export async function* readTar(chunks: TarSource): AsyncGenerator<TarEntry, void, undefined> {
  const source = new Source(chunks);
  const globals = new Map<string, string>();
  let local = new Map<string, string>();
  let longName: string | undefined;
  let longTarget: string | undefined;
  try {
    for (;;) {
      const at = source.offset;
      const block = await source.exactly(blockSize);
      if (block === undefined || block.every(byte => byte === 0)) return;
      checkSum(block, at);
      const type = String.fromCharCode(block[156] ?? 0);
      const written = numberField(block, 124, 12, at);
      if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
        const record = await readRecord(source, written, at);
        if (type === 'x') local = paxRecords(record, at);
        else if (type === 'g') for (const [key, value] of paxRecords(record, at)) set(globals, key, value);
        else if (type === 'L') longName = text(record, 0, record.length);
        else longTarget = text(record, 0, record.length);
        continue;
      }
      const pax = new Map(globals);
      for (const [key, value] of local) set(pax, key, value);
      let header = headerOf(block, type, pax, longName, longTarget, at);
      local = new Map();
      longName = longTarget = undefined;
      // A body follows whatever the type says, but for links, whose size some writers set without writing one.
      const length = header.kind === 'link' || header.kind === 'symlink' ? 0 : paxNumber(pax, 'size', at) ?? written;
      const body = new Body(source, length);
      const sparse = await sparseMap(block, type, pax, source, body, at);
      if (sparse !== undefined) header = { ...header, name: pax.get('GNU.sparse.name') ?? header.name, size: sparse.size };
      yield { header, body: sparse === undefined ? body : new SparseBody(body, sparse.extents, sparse.size), offset: source.offset };
      await source.skip(body.left);
      await source.skip((blockSize - (length % blockSize)) % blockSize);
    }
  } finally {
    await source.close();
  }
}

/** Where a sparse file's bytes belong, in any of GNU's four forms; undefined for other members. Reads what of the map lies before the bytes. */
async function sparseMap(block: Uint8Array, type: string, pax: ReadonlyMap<string, string>, source: Source, body: Body, at: number): Promise<{ extents: readonly Extent[]; size: number } | undefined> {
  if (type === 'S') {
    const extents = mapIn(block, 386, 4, at);
    for (let more = block[482] === 1; more;) {
      const extension = await source.exactly(blockSize);
      if (extension === undefined) throw new TarError('the archive is cut off', source.offset);
      extents.push(...mapIn(extension, 0, 21, at));
      more = extension[504] === 1;
    }
    return { extents, size: numberField(block, 483, 12, at) };
  }
  const written = pax.get('GNU.sparse.map');
  if (written !== undefined) return { extents: mapOf(written.split(','), at), size: paxNumber(pax, 'GNU.sparse.size', at) ?? 0 };
  if (!pax.has('GNU.sparse.major')) return undefined;
  // Form 1.0: a count and as many pairs of decimal numbers, one a line, fill whole blocks before the bytes.
  let lines: string[] = [];
  let told = '';
  for (let count = -1; count < 0 || lines.length <= 1 + 2 * count;) {
    const next = body.left < blockSize || told.length > longestRecord ? undefined : await source.exactly(blockSize);
    if (next === undefined) throw new TarError('the map of a sparse file is damaged', at);
    body.left -= blockSize;
    told += text(next, 0, blockSize);
    lines = told.split('\n');
    count = lines.length > 1 ? Number(lines[0]) : -1;
    if (Number.isNaN(count)) throw new TarError('the map of a sparse file is damaged', at);
  }
  return { extents: mapOf(lines.slice(1, 1 + 2 * Number(lines[0])), at), size: paxNumber(pax, 'GNU.sparse.realsize', at) ?? 0 };
}

class Body implements AsyncIterable<Uint8Array> {
  readonly #source: Source;
  left: number;
  constructor(source: Source, length: number) {
    this.#source = source;
    this.left = length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.left > 0) {
      const part = await this.#source.some(this.left);
      if (part === undefined) throw new TarError('the archive is cut off', this.#source.offset);
      this.left -= part.length;
      yield part;
    }
  }
}

async function readRecord(source: Source, size: number, at: number): Promise<Uint8Array> {
  if (size > longestRecord) throw new TarError('a header record is too long', at);
  const record = size === 0 ? new Uint8Array(0) : await source.exactly(size);
  if (record === undefined) throw new TarError('the archive is cut off', source.offset);
  await source.skip((blockSize - (size % blockSize)) % blockSize);
  return record;
}

function headerOf(block: Uint8Array, type: string, pax: ReadonlyMap<string, string>, longName: string | undefined, longTarget: string | undefined, at: number): TarHeader {
  const ustar = text(block, 257, 5) === 'ustar';
  const prefix = ustar && text(block, 257, 8) !== 'ustar  ' ? text(block, 345, 155) : '';
  const short = text(block, 0, 100);
  const written = pax.get('path') ?? longName ?? (prefix === '' ? short : `${prefix}/${short}`);
  const kind = kindOf(type, written, at);
  const name = written.replace(/\/+$/, '') || (written === '' ? '' : '/');
  const size = kind === 'file' ? paxNumber(pax, 'size', at) ?? numberField(block, 124, 12, at) : 0;
  return {
    name,
    kind,
    size,
    mode: numberField(block, 100, 8, at) & 0o7777,
    uid: paxNumber(pax, 'uid', at) ?? numberField(block, 108, 8, at),
    gid: paxNumber(pax, 'gid', at) ?? numberField(block, 116, 8, at),
    user: pax.get('uname') ?? (ustar ? text(block, 265, 32) : ''),
    group: pax.get('gname') ?? (ustar ? text(block, 297, 32) : ''),
    mtime: paxNumber(pax, 'mtime', at) ?? numberField(block, 136, 12, at),
    target: pax.get('linkpath') ?? longTarget ?? text(block, 157, 100),
    device: kind === 'character' || kind === 'block' ? { major: numberField(block, 329, 8, at), minor: numberField(block, 337, 8, at) } : undefined,
    pax,
  };
}

function kindOf(type: string, name: string, at: number): TarKind {
  switch (type) {
    // Before POSIX a directory was a file whose name ends in a slash.
    case '0': case '\0': case '7': case 'S': return name.endsWith('/') ? 'directory' : 'file';
    case '1': return 'link';
    case '2': return 'symlink';
    case '3': return 'character';
    case '4': return 'block';
    case '5': return 'directory';
    case '6': return 'fifo';
    default: throw new TarError(`a member of the unknown type ${JSON.stringify(type)}`, at);
  }
}

/** The checksum field holds the sum of the header's bytes, itself counted as blanks; old writers summed signed bytes. */
function checkSum(block: Uint8Array, at: number): void {
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < blockSize; i++) {
    const byte = i >= 148 && i < 156 ? 32 : block[i] ?? 0;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  const wanted = numberField(block, 148, 8, at);
  if (wanted !== unsigned && wanted !== signed) throw new TarError('a header is damaged', at);
}

/** An empty value takes a record away. */
function set(records: Map<string, string>, key: string, value: string): void {
  if (value === '') records.delete(key);
  else records.set(key, value);
}
