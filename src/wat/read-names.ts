import { Reader } from './reader';

type NameMap = ReadonlyMap<number, string>;

/** What the name section says. Locals and labels of a function are read when they are asked for. */
export interface Names {
  readonly module: string | undefined;
  readonly funcs: NameMap;
  readonly types: NameMap;
  readonly tables: NameMap;
  readonly memories: NameMap;
  readonly globals: NameMap;
  readonly elems: NameMap;
  readonly datas: NameMap;
  readonly tags: NameMap;
  readonly fields: ReadonlyMap<number, NameMap>;
  locals(func: number): NameMap;
  labels(func: number): NameMap;
}

const empty: NameMap = new Map();

/** Reads the name section. One that is damaged counts as far as it goes: names are a help, not a condition. */
export function readNames(bytes: Uint8Array, section: { readonly start: number; readonly end: number } | undefined): Names {
  const maps = new Map<number, NameMap>();
  const groups = new Map<number, Map<number, number>>();
  const fields = new Map<number, NameMap>();
  let module: string | undefined;
  const map = (reader: Reader): Map<number, string> => {
    const names = new Map<number, string>();
    for (let count = reader.count(); count > 0; count--) {
      const index = reader.u32();
      names.set(index, reader.name());
    }
    return names;
  };
  const guarded = (read: () => void): void => {
    try {
      read();
    } catch {
      // Damaged from here on.
    }
  };
  if (section !== undefined) guarded(() => {
    const reader = new Reader(bytes, section.start, section.end);
    while (!reader.done) {
      const id = reader.byte();
      const size = reader.u32();
      const end = reader.at + size;
      const inner = new Reader(bytes, reader.at, Math.min(end, section.end));
      guarded(() => {
        if (id === 0) module = inner.name();
        else if (id === 2 || id === 3 || id === 10) {
          const places = new Map<number, number>();
          for (let count = inner.count(); count > 0; count--) {
            const index = inner.u32();
            places.set(index, inner.at);
            if (id === 10) fields.set(index, map(inner));
            else for (let names = inner.count(); names > 0; names--) {
              inner.u32();
              inner.take(inner.u32());
            }
          }
          groups.set(id, places);
        } else maps.set(id, map(inner));
      });
      reader.at = end;
    }
  });
  const of = (id: number): NameMap => maps.get(id) ?? empty;
  const inner = (id: number) => (func: number): NameMap => {
    const at = groups.get(id)?.get(func);
    return at === undefined ? empty : map(new Reader(bytes, at, section?.end));
  };
  return {
    module, funcs: of(1), types: of(4), tables: of(5), memories: of(6), globals: of(7), elems: of(8), datas: of(9), tags: of(11), fields,
    locals: inner(2), labels: inner(3),
  };
}
