// Reading, by WASI's own calls: AssemblyScript has no files of its own.
import { errnoToString, fd_close, fd_read, path_open, rights } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";

/** The first folder that the host lets the program see. */
const ROOT: u32 = 3;

/** What went wrong last, for people; empty when nothing did. */
export let failure: string = "";

/** All text of a descriptor; null when reading fails. */
function readAll(fd: u32): string | null {
  const chunk = new ArrayBuffer(4096);
  const vector = new StaticArray<usize>(2);
  const length = new StaticArray<usize>(1);
  const bytes = new Array<u8>();
  while (true) {
    vector[0] = changetype<usize>(chunk);
    vector[1] = chunk.byteLength;
    const error = fd_read(fd, changetype<usize>(vector), 1, changetype<usize>(length));
    if (error) {
      failure = errnoToString(error);
      return null;
    }
    const count = <i32>length[0];
    if (count == 0) break;
    for (let i = 0; i < count; i++) bytes.push(load<u8>(changetype<usize>(chunk) + i));
  }
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length);
}

/** What is typed, up to its end. */
export function readInput(): string | null {
  return readAll(0);
}

/** The text of a file; null when it can't be read, and `failure` says why. */
export function readFile(path: string): string | null {
  const name = String.UTF8.encode(path);
  const fd = new StaticArray<u32>(1);
  const error = path_open(ROOT, 1, changetype<usize>(name), name.byteLength, 0, rights.FD_READ, 0, 0, changetype<usize>(fd));
  if (error) {
    failure = errnoToString(error);
    return null;
  }
  const text = readAll(fd[0]);
  fd_close(fd[0]);
  return text;
}
