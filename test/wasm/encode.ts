import { writeUnsigned } from '../../src/base/bytes';

// A small writer of the binary format, so that tests say what is in a module byte by byte.

export type Bytes = readonly number[];
export const u = writeUnsigned;
export const name = (text: string): Bytes => [...u(Buffer.byteLength(text)), ...Buffer.from(text)];
export const vec = (...items: Bytes[]): Bytes => [...u(items.length), ...items.flat()];
export const section = (id: number, payload: Bytes): Bytes => [id, ...u(payload.length), ...payload];
export const custom = (title: string, payload: Bytes = []): Bytes => section(0, [...name(title), ...payload]);
export const magic: Bytes = [0, 0x61, 0x73, 0x6d];
export const wasm = (...sections: Bytes[]): Uint8Array => Uint8Array.from([...magic, 1, 0, 0, 0, ...sections.flat()]);
export const component = (...sections: Bytes[]): Uint8Array => Uint8Array.from([...magic, 0x0d, 0, 1, 0, ...sections.flat()]);
export const func = (params: Bytes, results: Bytes): Bytes => [0x60, ...u(params.length), ...params, ...u(results.length), ...results];
export const body = (...code: number[]): Bytes => [...u(code.length + 2), 0, ...code, 0x0b];
export const i32 = 0x7f;
export const i64 = 0x7e;

/** A command that imports proc_exit and one more call, has a memory and exports `_start`. */
export const command = (...more: Bytes[]): Uint8Array => wasm(
  section(1, vec(func([i32], []), func([i32, i32, i32, i64], [i32]), func([], []))),
  section(2, vec(
    [...name('wasi_snapshot_preview1'), ...name('proc_exit'), 0, 0],
    [...name('wasi_snapshot_preview1'), ...name('fd_seek'), 0, 1])),
  section(3, vec([2])),
  section(5, vec([1, 2, 64])),
  section(6, vec([i32, 1, 0x41, 0x80, 0x80, 4, 0x0b])),
  section(7, vec([...name('_start'), 0, 2], [...name('memory'), 2, 0], [...name('sp'), 3, 0])),
  section(10, vec(body())),
  ...more,
);
