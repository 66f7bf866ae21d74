import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinuxFiles, PortableFiles } from '../../src/wasi/node';
import { MemoryFiles } from '../../src/wasi/memory';
import { ExitSignal } from '../../src/wasi';
import { backends, Caller } from './caller';

/** A small generator whose sequence a seed repeats (mulberry32). */
function generator(seed: number): (below: number) => number {
  return below => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * below);
  };
}

const pieces = ['a', 'b', 'dir', 'link', '..', '.', '', 'outside', 'x'.repeat(40), 'ü', '\0', '\ufffd'];
/** 64-bit parameters by position. */
const wide: Record<string, readonly number[]> = {
  clock_time_get: [1], fd_advise: [1, 2], fd_allocate: [1, 2], fd_fdstat_set_rights: [1, 2], fd_filestat_set_size: [1], fd_filestat_set_times: [1, 2],
  fd_pread: [3], fd_pwrite: [3], fd_readdir: [3], fd_seek: [1], path_filestat_set_times: [4, 5], path_open: [5, 6],
};
const counts: Record<string, number> = { path_open: 9, path_filestat_set_times: 7, path_link: 7, path_rename: 6, path_readlink: 6, fd_pread: 5, fd_pwrite: 5, fd_readdir: 5, path_symlink: 5, path_filestat_get: 5, sock_recv: 6, sock_send: 5 };

for (const backend of backends) {
  void test(`${backend}: random calls with random arguments neither crash, nor hang, nor get out`, t => {
    const seed = Number(process.env['WASI_FUZZ_SEED'] ?? Date.now() % 1e9);
    t.diagnostic(`seed ${seed}`);
    const random = generator(seed);
    const folder = mkdtempSync(join(tmpdir(), 'wasi-fuzz-'));
    t.after(() => { rmSync(folder, { recursive: true, force: true }); });
    mkdirSync(join(folder, 'inside/dir'), { recursive: true });
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'outside/a'), 'untouched');
    const files = backend === 'memory' ? new MemoryFiles({ limit: 2 ** 24 }) : backend === 'walk' ? new PortableFiles() : new LinuxFiles([folder], false, backend === 'moving');
    const make = () => new Caller({
      preopens: [{ name: '/', files, handle: files instanceof MemoryFiles ? files.rootHandle : files.openRoot(join(folder, 'inside')) }], maxOpenFiles: 200,
      clocks: { write: () => true, now: () => performance.now() * 1e6, resolution: () => 1, wait: () => {} },
    });
    let guest = make();
    const names = Object.keys(guest.wasi.calls).filter(name => name !== 'poll_oneoff');
    const until = performance.now() + Number(process.env['WASI_FUZZ_SECONDS'] ?? 1) * 1000;
    const odd = [0, 1, 2, 3, 4, 5, -1, 0x7fffffff, -0x80000000, 65535, 65536 * 4, 65536 * 4 - 1, 8, 64];
    let done = 0;
    while (performance.now() < until) {
      const name = names[random(names.length)]!;
      // A memory full of plausible things: paths, iovecs, small numbers.
      const path = Array.from({ length: 1 + random(4) }, () => pieces[random(pieces.length)]!).join('/');
      const [at, length] = guest.put(path);
      const [other, otherLength] = guest.put(pieces[random(pieces.length)]!);
      const iovec = guest.iovec([random(4) === 0 ? odd[random(odd.length)]! >>> 0 : guest.room(64), random(5) === 0 ? odd[random(odd.length)]! >>> 0 : random(64)]);
      const likely = [() => 3 + random(12), () => random(2), () => at, () => length, () => random(16), () => iovec[0], () => iovec[1], () => guest.room(64), () => other, () => otherLength, () => odd[random(odd.length)]!];
      const form = random(3);
      const args: (number | bigint)[] = Array.from({ length: counts[name] ?? 4 }, (_, i) => {
        const plain = form === 0 ? likely[random(likely.length)]!() : i === 0 && !name.startsWith('path_symlink') ? 3 + random(8)
          : name.startsWith('path_') ? [0, 1, at, length, random(16), 0, 0, 0, guest.room(8)][i]! : [0, iovec[0], iovec[1], guest.room(16), guest.room(16)][i]!;
        return wide[name]?.includes(i) === true ? [0n, 1n, -1n, BigInt(random(1 << 30)), 0x3fffffffn, 1n << 62n, BigInt(random(100))][random(7)]! : plain;
      });
      if (name.startsWith('path_') && form !== 0 && !['path_open', 'path_filestat_get', 'path_filestat_set_times', 'path_link'].includes(name)) args.splice(1, 1);
      // A sparse file of terabytes is no bug, but a slow test.
      if ((name === 'fd_allocate' || name === 'fd_filestat_set_size' || name === 'fd_pwrite' || name === 'fd_seek') && args.some(arg => typeof arg === 'bigint' && arg > 1n << 24n)) continue;
      try {
        guest.call(name, ...args);
      } catch (error) {
        if (!(error instanceof ExitSignal)) throw new Error(`${name}(${args.join(', ')}) with seed ${seed}`, { cause: error });
      }
      if (++done % 5000 === 0) {
        guest.wasi.close();
        if (backend === 'memory') return;
        guest = make();
      }
    }
    guest.wasi.close();
    assert.ok(done > 1000, `only ${done} calls`);
    assert.equal(readFileSync(join(folder, 'outside/a'), 'utf8'), 'untouched');
    assert.deepEqual(readdirSync(folder).sort(), ['inside', 'outside']);
    assert.deepEqual(readdirSync(join(folder, 'outside')), ['a']);
  });
}
