import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createWasi, Errno, errnoName, type Wasi, type WasiOptions } from '../../src/wasi';
import { MemoryFiles, Collector, Input } from '../../src/wasi/memory';
import { canOpenByDescriptor, LinuxFiles, NodeClocks, PortableFiles, randomSource } from '../../src/wasi/node';

/** `moving` is `descriptor` in a process that goes to the directory that is used most. */
export const backends = ['memory', 'walk', ...(canOpenByDescriptor() ? ['descriptor', 'moving'] as const : [])] as const;
export type Backend = typeof backends[number];

export interface Event { userdata: bigint; errno: string; type: number; bytes: bigint; flags: number }

/** Calls the host as a guest does: by numbers, with everything else in its memory. Errors come as the witx's names. */
export class Caller {
  readonly memory = new WebAssembly.Memory({ initial: 4, maximum: 64 });
  readonly wasi: Wasi;
  readonly out = new Collector();
  #top = 1024;

  constructor(options: Partial<WasiOptions> = {}) {
    const stdio = [new Input(new TextEncoder().encode('input')), this.out, this.out].map(device => ({ device, handle: 0 }));
    this.wasi = createWasi({
      args: ['program'], env: {}, preopens: [], stdio, clocks: new NodeClocks(), random: randomSource(), ...options,
    });
    this.wasi.attach(this.memory);
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  room(size: number): number {
    this.#top = (this.#top + 7) & ~7;
    if (this.#top + size > 250000) this.#top = 1024;
    this.#top += size;
    return this.#top - size;
  }

  put(bytes: Uint8Array | string): [pointer: number, length: number] {
    const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    const at = this.room(data.length);
    new Uint8Array(this.memory.buffer).set(data, at);
    return [at, data.length];
  }

  get(at: number, length: number): string {
    return Buffer.from(this.memory.buffer.slice(at, at + length)).toString();
  }

  /** The name of the answered error: `SUCCESS`, `NOENT`. */
  call(name: string, ...args: (number | bigint)[]): string {
    const call = this.wasi.calls[name] as unknown as (...args: (number | bigint)[]) => number;
    const errno = call(...args);
    if (typeof errno !== 'number' || !Number.isInteger(errno) || errno < 0 || errno > 76) throw new Error(`${name} answered ${errno}`);
    return errnoName(errno);
  }

  /** As `call`, and throws what isn't success. */
  do(name: string, ...args: (number | bigint)[]): void {
    const errno = this.call(name, ...args);
    if (errno !== 'SUCCESS') throw new Error(`${name}: ${errno}`);
  }

  /** path_open by names: a descriptor, or the error's name. */
  open(dir: number, path: string, wish: { oflags?: number; rights?: bigint; inheriting?: bigint; flags?: number; follow?: boolean } = {}): number | string {
    const result = this.room(4);
    const errno = this.call('path_open', dir, wish.follow === false ? 0 : 1, ...this.put(path), wish.oflags ?? 0,
      wish.rights ?? 0n, wish.inheriting ?? 0n, wish.flags ?? 0, result);
    return errno === 'SUCCESS' ? this.view.getUint32(result, true) : errno;
  }

  /** As `open`, and throws the error. */
  opened(...args: Parameters<Caller['open']>): number {
    const fd = this.open(...args);
    if (typeof fd === 'string') throw new Error(`${args[1]}: ${fd}`);
    return fd;
  }

  iovec(...pieces: [pointer: number, length: number][]): [pointer: number, count: number] {
    const at = this.room(pieces.length * 8);
    pieces.forEach(([pointer, length], i) => {
      this.view.setUint32(at + 8 * i, pointer, true);
      this.view.setUint32(at + 8 * i + 4, length, true);
    });
    return [at, pieces.length];
  }

  write(fd: number, ...texts: string[]): number | string {
    const result = this.room(4);
    const errno = this.call('fd_write', fd, ...this.iovec(...texts.map(text => this.put(text))), result);
    return errno === 'SUCCESS' ? this.view.getUint32(result, true) : errno;
  }

  read(fd: number, size = 4096): string {
    const at = this.room(size);
    const result = this.room(4);
    const errno = this.call('fd_read', fd, ...this.iovec([at, size]), result);
    return errno === 'SUCCESS' ? this.get(at, this.view.getUint32(result, true)) : `!${errno}`;
  }

  seek(fd: number, offset: bigint, whence: number): bigint | string {
    const result = this.room(8);
    const errno = this.call('fd_seek', fd, offset, whence, result);
    return errno === 'SUCCESS' ? this.view.getBigUint64(result, true) : errno;
  }

  stat(at: number): { device: bigint; inode: bigint; type: number; links: bigint; size: bigint; atim: bigint; mtim: bigint; ctim: bigint } {
    const u64 = (offset: number) => this.view.getBigUint64(at + offset, true);
    return { device: u64(0), inode: u64(8), type: this.view.getUint8(at + 16), links: u64(24), size: u64(32), atim: u64(40), mtim: u64(48), ctim: u64(56) };
  }

  pathStat(dir: number, path: string, follow = true): ReturnType<Caller['stat']> | string {
    const at = this.room(64);
    const errno = this.call('path_filestat_get', dir, follow ? 1 : 0, ...this.put(path), at);
    return errno === 'SUCCESS' ? this.stat(at) : errno;
  }

  fdStat(fd: number): ReturnType<Caller['stat']> | string {
    const at = this.room(64);
    const errno = this.call('fd_filestat_get', fd, at);
    return errno === 'SUCCESS' ? this.stat(at) : errno;
  }

  fdstat(fd: number): { type: number; flags: number; rights: bigint; inheriting: bigint } {
    const at = this.room(24);
    this.do('fd_fdstat_get', fd, at);
    return { type: this.view.getUint8(at), flags: this.view.getUint16(at + 2, true), rights: this.view.getBigUint64(at + 8, true), inheriting: this.view.getBigUint64(at + 16, true) };
  }

  /** The entries of one fd_readdir, cut ones left out; `full` when there may be more. */
  readdir(fd: number, cookie: bigint, size: number): { entries: { next: bigint; inode: bigint; type: number; name: string }[]; used: number } {
    const at = this.room(size);
    const result = this.room(4);
    this.do('fd_readdir', fd, at, size, cookie, result);
    const used = this.view.getUint32(result, true);
    const entries = [];
    for (let p = at; p + 24 <= at + used;) {
      const length = this.view.getUint32(p + 16, true);
      if (p + 24 + length > at + used) break;
      entries.push({ next: this.view.getBigUint64(p, true), inode: this.view.getBigUint64(p + 8, true), type: this.view.getUint8(p + 20), name: this.get(p + 24, length) });
      p += 24 + length;
    }
    return { entries, used };
  }

  poll(subscriptions: ({ clock: number; timeout: bigint; absolute?: boolean; userdata: bigint } | { fd: number; write?: boolean; userdata: bigint })[]): Event[] | string {
    const input = this.room(48 * subscriptions.length);
    new Uint8Array(this.memory.buffer).fill(0, input, input + 48 * subscriptions.length);
    subscriptions.forEach((wish, i) => {
      const at = input + 48 * i;
      this.view.setBigUint64(at, wish.userdata, true);
      if ('fd' in wish) {
        this.view.setUint8(at + 8, wish.write === true ? 2 : 1);
        this.view.setUint32(at + 16, wish.fd, true);
      } else {
        this.view.setUint32(at + 16, wish.clock, true);
        this.view.setBigUint64(at + 24, wish.timeout, true);
        this.view.setUint16(at + 40, wish.absolute === true ? 1 : 0, true);
      }
    });
    // On top of each other, as a program may have them.
    const result = this.room(4);
    const errno = this.call('poll_oneoff', input, input, subscriptions.length, result);
    if (errno !== 'SUCCESS') return errno;
    return Array.from({ length: this.view.getUint32(result, true) }, (_, i) => {
      const at = input + 32 * i;
      return {
        userdata: this.view.getBigUint64(at, true), errno: errnoName(this.view.getUint16(at + 8, true)), type: this.view.getUint8(at + 10),
        bytes: this.view.getBigUint64(at + 16, true), flags: this.view.getUint16(at + 24, true),
      };
    });
  }
}

/** A caller with one empty directory at descriptor 3, which goes when the test ends. */
export function withFolder(t: TestContext, backend: Backend, options: { readonly?: boolean } & Partial<WasiOptions> = {}): Caller & { folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'wasi-test-'));
  const files = backend === 'memory' ? new MemoryFiles() : backend === 'walk' ? new PortableFiles() : new LinuxFiles([folder], false, backend === 'moving');
  const handle = files instanceof MemoryFiles ? files.rootHandle : files.openRoot(folder);
  const caller = new Caller({ preopens: [{ name: '/', files, handle, readonly: options.readonly }], ...options });
  t.after(() => {
    caller.wasi.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return Object.assign(caller, { folder });
}

export { Errno };

// Rights in one word for tests, as preview 1's numbers.
export const READ = 1n << 1n, SEEK = 1n << 2n, TELL = 1n << 5n, WRITE = 1n << 6n, STAT = 1n << 21n;
export const FILE = READ | SEEK | TELL | WRITE | STAT | (1n << 22n) | (1n << 23n) | (1n << 3n) | (1n << 8n) | (1n << 7n) | (1n << 27n);
export const CREAT = 1, DIRECTORY = 2, EXCL = 4, TRUNC = 8;
