// The fields of tar headers: texts, numbers, and pax records (IEEE 1003.1-2001).

/** An archive that can't be read: cut off, damaged, or of a kind that we do not know. `offset` is where, in bytes. */
export class TarError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'TarError';
    this.offset = offset;
  }
}

/** A field's text up to its first zero byte: UTF-8, or Latin-1 where it is not, so that names which differ stay different. */
export function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return decodeName(Buffer.from(field.buffer, field.byteOffset, end < 0 ? field.length : end));
}

function decodeName(bytes: Buffer): string {
  const read = bytes.toString('utf8');
  return read.includes('\ufffd') && !Buffer.from(read).equals(bytes) ? bytes.toString('latin1') : read;
}

/** An octal number, or GNU's big-endian one whose first bit is set. */
export function numberField(block: Uint8Array, at: number, length: number, headerAt: number): number {
  const first = block[at] ?? 0;
  if (first >= 0x80) {
    if (first === 0xff) return negative(block, at, length);
    let value = first & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + (block[at + i] ?? 0);
    if (value > Number.MAX_SAFE_INTEGER) throw new TarError('a number is too large', headerAt);
    return value;
  }
  const digits = text(block, at, length).trim();
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits)) throw new TarError('a header is damaged', headerAt);
  return parseInt(digits, 8);
}

function negative(block: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + (255 - (block[at + i] ?? 0));
  return -value - 1;
}

/** A record that is a number. */
export function paxNumber(pax: ReadonlyMap<string, string>, key: string, at: number): number | undefined {
  const value = pax.get(key);
  if (value === undefined) return undefined;
  if (!/^-?\d+(\.\d*)?$/.test(value)) throw new TarError(`the pax record ${key} is not a number`, at);
  return Number(value);
}

/** `LENGTH KEY=VALUE\n`, the length counted in bytes and holding itself. */
export function paxRecords(record: Uint8Array, at: number): Map<string, string> {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
  const records = new Map<string, string>();
  const map: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const blank = bytes.indexOf(0x20, start);
    const digits = blank < 0 ? '' : bytes.toString('latin1', start, blank);
    const end = start + Number(digits);
    const equals = bytes.indexOf(0x3d, blank);
    if (!/^\d{1,10}$/.test(digits) || end > bytes.length || equals < 0 || equals >= end || bytes[end - 1] !== 0x0a) throw new TarError('a pax record is damaged', at);
    const key = bytes.toString('utf8', blank + 1, equals);
    const value = decodeName(bytes.subarray(equals + 1, end - 1));
    // The first form of sparse files (0.0) repeats two keys: kept as the map that the second form (0.1) has.
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') map.push(value);
    else records.set(key, value);
    start = end;
  }
  if (map.length > 0) records.set('GNU.sparse.map', map.join(','));
  return records;
}
