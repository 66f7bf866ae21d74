import { Cursor, DwarfError } from './cursor';

/** A function's code: `index` in the module's function space, addresses relative to the code section's payload. */
export interface Body {
  readonly index: number;
  /** Of the body's first byte, which declares the locals; where DWARF's low_pc points. */
  readonly start: number;
  readonly end: number;
}

/** What debugging needs of a module file: where its code is, and its custom sections. */
export interface ModuleImage {
  readonly bytes: Uint8Array;
  /** File offset of the code section's payload: DWARF's addresses and V8's code offsets count from there. */
  readonly codeStart: number;
  readonly codeSize: number;
  readonly importedFunctions: number;
  /** Payloads of custom sections by name (the first of each). */
  readonly custom: ReadonlyMap<string, Uint8Array>;
  /** Payloads of known sections by id. */
  readonly known: ReadonlyMap<number, { readonly payload: Uint8Array; readonly offset: number }>;
}

const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Finds a core module's sections. Bytes that are cut off end the list; throws DwarfError when it is no core module at all. */
export function readImage(bytes: Uint8Array): ModuleImage {
  if (magic.some((byte, i) => bytes[i] !== byte)) throw new DwarfError('this is not a WebAssembly core module');
  const custom = new Map<string, Uint8Array>();
  const known = new Map<number, { payload: Uint8Array; offset: number }>();
  const cursor = new Cursor(bytes, 8);
  try {
    while (cursor.more) {
      const id = cursor.u8();
      const size = cursor.uleb();
      const offset = cursor.at;
      const payload = cursor.block(size);
      if (id !== 0) {
        if (!known.has(id)) known.set(id, { payload, offset });
        continue;
      }
      const inner = new Cursor(payload);
      const length = inner.uleb();
      const name = new TextDecoder().decode(inner.block(length));
      if (!custom.has(name)) custom.set(name, payload.subarray(inner.at));
    }
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
  const code = known.get(10);
  return {
    bytes, custom, known,
    codeStart: code?.offset ?? bytes.length,
    codeSize: code?.payload.length ?? 0,
    importedFunctions: countImportedFunctions(known.get(2)?.payload),
  };
}

function countImportedFunctions(section: Uint8Array | undefined): number {
  if (section === undefined) return 0;
  const cursor = new Cursor(section);
  let count = 0;
  try {
    for (let left = cursor.uleb(); left > 0; left--) {
      cursor.skip(cursor.uleb());
      cursor.skip(cursor.uleb());
      const kind = cursor.u8();
      if (kind === 0) {
        count++;
        cursor.skipLeb();
      } else if (kind === 1) {
        // A reference type, `(ref ht)` in two parts.
        const type = cursor.u8();
        if (type === 0x63 || type === 0x64) cursor.skipLeb();
        skipLimits(cursor);
      } else if (kind === 2) {
        skipLimits(cursor);
      } else if (kind === 3) {
        const type = cursor.u8();
        if (type === 0x63 || type === 0x64) cursor.skipLeb();
        cursor.u8();
      } else {
        cursor.u8();
        cursor.skipLeb();
      }
    }
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
  return count;
}

function skipLimits(cursor: Cursor): void {
  const flags = cursor.u8();
  cursor.skipLeb();
  if ((flags & 1) !== 0) cursor.skipLeb();
}

/** The functions of the code section in order; those behind a damaged one are left out. */
export function readBodies(image: ModuleImage): Body[] {
  const code = image.known.get(10)?.payload;
  const bodies: Body[] = [];
  if (code === undefined) return bodies;
  const cursor = new Cursor(code);
  try {
    const count = cursor.uleb();
    for (let i = 0; i < count; i++) {
      const size = cursor.uleb();
      const start = cursor.skip(size);
      bodies.push({ index: image.importedFunctions + i, start, end: start + size });
    }
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
  return bodies;
}

/** The body that holds a code address, by bisection. */
export function bodyAt(bodies: readonly Body[], address: number): Body | undefined {
  let low = 0;
  let high = bodies.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const body = bodies[middle];
    if (body === undefined) return undefined;
    if (address < body.start) high = middle;
    else if (address >= body.end) low = middle + 1;
    else return body;
  }
  return undefined;
}
