import { Cursor, DwarfError, decodeText } from './cursor';
import type { ModuleImage } from './image';

/** Names of functions, locals and globals: the `name` section (core specification, appendix 7.4.1), completed by imports and exports. */
export interface Names {
  function(index: number): string | undefined;
  local(func: number, index: number): string | undefined;
  global(index: number): string | undefined;
  /** Index of the first function of this name. */
  functionIndex(name: string): number | undefined;
  readonly functions: ReadonlyMap<number, string>;
}

/** Reads the names of a module; damaged parts are left out. */
export function readNames(image: ModuleImage): Names {
  const functions = new Map<number, string>();
  const globals = new Map<number, string>();
  let locals: Uint8Array | undefined;
  readImportNames(image, functions, globals);
  readExportNames(image, functions, globals);
  const section = image.custom.get('name');
  if (section !== undefined) {
    attempt(() => {
      const cursor = new Cursor(section);
      while (cursor.more) {
        const id = cursor.u8();
        const payload = cursor.block(cursor.uleb());
        if (id === 1) attempt(() => readMap(new Cursor(payload), functions));
        else if (id === 2) locals = payload;
        else if (id === 7) attempt(() => readMap(new Cursor(payload), globals));
      }
    });
  }
  const localsOf = new Map<number, Map<number, string>>();
  let localsRead = false;
  let byName: Map<string, number> | undefined;
  return {
    functions,
    function: index => functions.get(index),
    global: index => globals.get(index),
    local(func, index) {
      const payload = locals;
      if (!localsRead && payload !== undefined) {
        attempt(() => {
          const cursor = new Cursor(payload);
          for (let left = cursor.uleb(); left > 0; left--) {
            const of = cursor.uleb();
            const map = new Map<number, string>();
            localsOf.set(of, map);
            readMap(cursor, map);
          }
        });
      }
      localsRead = true;
      return localsOf.get(func)?.get(index);
    },
    functionIndex(name) {
      if (byName === undefined) {
        byName = new Map();
        for (const [index, text] of functions) if (!byName.has(text)) byName.set(text, index);
      }
      return byName.get(name);
    },
  };
}

function readMap(cursor: Cursor, into: Map<number, string>): void {
  for (let left = cursor.uleb(); left > 0; left--) {
    const index = cursor.uleb();
    const length = cursor.uleb();
    const from = cursor.skip(length);
    into.set(index, decodeText(cursor.bytes, from, from + length));
  }
}

function readText(cursor: Cursor): string {
  const length = cursor.uleb();
  const from = cursor.skip(length);
  return decodeText(cursor.bytes, from, from + length);
}

function readImportNames(image: ModuleImage, functions: Map<number, string>, globals: Map<number, string>): void {
  const section = image.known.get(2)?.payload;
  if (section === undefined) return;
  attempt(() => {
    const cursor = new Cursor(section);
    let func = 0;
    let global = 0;
    for (let left = cursor.uleb(); left > 0; left--) {
      const module = readText(cursor);
      const name = readText(cursor);
      const kind = cursor.u8();
      if (kind === 0) {
        functions.set(func++, `${module}.${name}`);
        cursor.skipLeb();
      } else if (kind === 3) {
        globals.set(global++, `${module}.${name}`);
        cursor.skip(2);
      } else {
        if (kind === 1 || kind === 4) cursor.u8();
        const flags = kind === 4 ? 0 : cursor.u8();
        cursor.skipLeb();
        if ((flags & 1) !== 0) cursor.skipLeb();
      }
    }
  });
}

function readExportNames(image: ModuleImage, functions: Map<number, string>, globals: Map<number, string>): void {
  const section = image.known.get(7)?.payload;
  if (section === undefined) return;
  attempt(() => {
    const cursor = new Cursor(section);
    for (let left = cursor.uleb(); left > 0; left--) {
      const name = readText(cursor);
      const kind = cursor.u8();
      const index = cursor.uleb();
      if (kind === 0) functions.set(index, name);
      else if (kind === 3) globals.set(index, name);
    }
  });
}

/** Indices of exported functions by name. */
export function exportedFunctions(image: ModuleImage): Map<string, number> {
  const exported = new Map<string, number>();
  const section = image.known.get(7)?.payload;
  if (section === undefined) return exported;
  attempt(() => {
    const cursor = new Cursor(section);
    for (let left = cursor.uleb(); left > 0; left--) {
      const name = readText(cursor);
      const kind = cursor.u8();
      const index = cursor.uleb();
      if (kind === 0) exported.set(name, index);
    }
  });
  return exported;
}

function attempt(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
}
