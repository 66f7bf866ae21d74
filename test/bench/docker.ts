import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assemble } from '../../src/wat/assemble';
import type { Row } from './row';

const root = process.env['BENCH_ROOT'] ?? resolve(__dirname, '../..');
const cli = process.env['BENCH_CLI'] ?? join(root, 'dist/cli.js');
const runtime = 'io.containerd.wasmedge.v1';
const rounds = 7;
const hello = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 16) "Hello\\n") (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`;

/** A run of the same image in Docker, removed afterwards: by our command line against docker's, in turns. */
export async function bench(): Promise<Row[]> {
  const { useEngine } = await import(pathToFileURL(join(root, 'test/engine/engine.mjs')).href) as { useEngine?: () => Promise<unknown> };
  await useEngine?.();
  const folder = mkdtempSync(join(tmpdir(), 'wasm-workbench-bench-docker-'));
  const image = `wasm-workbench-bench-${String(process.pid)}:run`;
  try {
    const module = join(folder, 'hello.wasm');
    writeFileSync(module, assemble(hello).bytes ?? new Uint8Array());
    const packed = spawnSync(process.execPath, [cli, 'pack', module, '--tag', image, '--engine'], { encoding: 'utf8', timeout: 60_000 });
    const peerArgs = ['run', '--rm', '--platform', 'wasi/wasm', '--runtime', runtime, image];
    const first = packed.status === 0 ? spawnSync('docker', peerArgs, { encoding: 'utf8', timeout: 60_000 }) : packed;
    if (first.status !== 0) {
      console.error(`  run in Docker: left out, there is no Docker Engine that runs WebAssembly (${(first.error?.message ?? first.stderr).trim().split('\n', 1)[0] ?? ''})`);
      return [];
    }
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      times[0].push(timed(process.execPath, [cli, 'run', '--runtime', 'docker', image]));
      times[1].push(timed('docker', peerArgs));
    }
    const [ours = 0, peer = 0] = times.map(list => list.sort((a, b) => a - b)[list.length >> 1]);
    return [{ name: 'run an image in Docker', value: ours, unit: 'ms', ratio: ours / peer, goal: 1.1, note: `docker run ${peer.toFixed(0)} ms` }];
  } finally {
    spawnSync('docker', ['rmi', '--force', image]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(tool: string, args: readonly string[]): number {
  const from = performance.now();
  const done = spawnSync(tool, args, { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] });
  if (done.status !== 0 || done.stdout !== 'Hello\n') throw new Error(`${tool} ${args.join(' ')}: ${done.error?.message ?? done.stdout + done.stderr}`);
  return performance.now() - from;
}
