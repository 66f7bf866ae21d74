import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { assemble } from '../../src/wat/assemble';

/** A folder of this test file's own, with a name that would break careless quoting; gone with the process. */
export const scratch = mkdtempSync(join(tmpdir(), "wasm run 'ä\u4e16$x "));
process.on('exit', () => { rmSync(scratch, { recursive: true, force: true }); });

const p1 = 'wasi_snapshot_preview1';
const imports = `
  (import "${p1}" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "proc_exit" (func $proc_exit (param i32)))`;
const print = `
  (memory (export "memory") 2)
  (func $print (param $at i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $len))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))`;
const head = imports + print;

/** Guests by name, as text. */
const sources: Readonly<Record<string, string>> = {
  hello: `(module ${head} (data (i32.const 100) "Hello\\n") (func (export "_start") (call $print (i32.const 100) (i32.const 6))))`,
  exit42: `(module ${head} (func (export "_start") (call $proc_exit (i32.const 42))))`,
  divide: `(module ${head} (data (i32.const 100) "before\\n") (global $zero (mut i32) (i32.const 0))
    (func $divide (result i32) (i32.div_u (i32.const 1) (global.get $zero)))
    (func $main (drop (call $divide)))
    (func (export "_start") (call $print (i32.const 100) (i32.const 7)) (call $main)))`,
  abort: `(module ${head} (func $abort unreachable) (func (export "_start") (call $abort)))`,
  recurse: `(module ${head} (func $deep (result i32) (i32.add (call $deep) (i32.const 1))) (func (export "_start") (drop (call $deep))))`,
  loop: `(module ${head} (data (i32.const 100) "spinning\\n") (func (export "_start") (call $print (i32.const 100) (i32.const 9)) (loop $l (br $l))))`,
  flood: `(module ${head} (func (export "_start") (local $i i32) (memory.fill (i32.const 65536) (i32.const 120) (i32.const 65536))
    (loop $l (call $print (i32.const 65536) (i32.const 65536)) (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (i32.const 1600))))))`,
  endless: `(module ${head} (func (export "_start") (memory.fill (i32.const 65536) (i32.const 120) (i32.const 65536)) (loop $l (call $print (i32.const 65536) (i32.const 65536)) (br $l))))`,
  // Exits with 10 when its memory stopped growing at 512 pages, with 11 when it was more or less.
  bomb: `(module ${head} (func (export "_start") (loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (call $proc_exit (i32.add (i32.const 10) (i32.ne (memory.size) (i32.const 512))))))`,
  cat: `(module ${head} (func (export "_start") (local $n i32)
    (loop $l
      (i32.store (i32.const 0) (i32.const 1000)) (i32.store (i32.const 4) (i32.const 4096))
      (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then (call $proc_exit (i32.const 5))))
      (local.set $n (i32.load (i32.const 8)))
      (if (local.get $n) (then (call $print (i32.const 1000) (local.get $n)) (br $l))))))`,
  args: `(module ${imports}
    (import "${p1}" "args_sizes_get" (func $sizes (param i32 i32) (result i32))) (import "${p1}" "args_get" (func $get (param i32 i32) (result i32)))
    (import "${p1}" "environ_sizes_get" (func $esizes (param i32 i32) (result i32))) (import "${p1}" "environ_get" (func $eget (param i32 i32) (result i32)))
    ${print}
    (func (export "_start")
      (drop (call $sizes (i32.const 16) (i32.const 20))) (drop (call $get (i32.const 1024) (i32.const 4096)))
      (call $print (i32.const 4096) (i32.load (i32.const 20)))
      (drop (call $esizes (i32.const 16) (i32.const 20))) (drop (call $eget (i32.const 1024) (i32.const 4096)))
      (call $print (i32.const 4096) (i32.load (i32.const 20)))))`,
  reactor: `(module (func (export "_initialize")))`,
  foreign: `(module (import "env" "callback" (func)) (func (export "_start")))`,
};

/** The bytes of a guest. */
export function guestBytes(name: string): Uint8Array {
  const { bytes, diagnostics } = assemble(sources[name] ?? '');
  if (bytes === undefined) throw new Error(`${name}: ${JSON.stringify(diagnostics)}`);
  return bytes;
}

const files = new Map<string, string>();

/** A guest as a file in {@link scratch}. */
export function guest(name: string): string {
  let file = files.get(name);
  if (file === undefined) {
    file = join(scratch, `${name}.wasm`);
    writeFileSync(file, guestBytes(name));
    files.set(name, file);
  }
  return file;
}

export const cli = join(__dirname, '../../src/cli.js');

export interface Ran { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stdout: string; readonly stderr: string; readonly bytes: number }

/** Starts the command line. `--`: Node reads `--env-file` among a script's own arguments too, and ends with 9 where there is no such file. */
export function startCli(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, ['--', cli, ...args], { stdio: ['pipe', 'pipe', 'pipe'], cwd: scratch, ...options });
}

/** Runs the command line to its end; at most 1 MB of what it prints is kept. */
export async function runCli(args: readonly string[], input = '', options: SpawnOptions = {}): Promise<Ran> {
  const child = startCli(args, options);
  const kept = { stdout: '', stderr: '' };
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => { bytes += chunk.length; if (kept.stdout.length < 1 << 20) kept.stdout += chunk.toString(); });
  child.stderr?.on('data', (chunk: Buffer) => { if (kept.stderr.length < 1 << 20) kept.stderr += chunk.toString(); });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => { resolve({ code, signal, bytes, ...kept }); });
  });
}
