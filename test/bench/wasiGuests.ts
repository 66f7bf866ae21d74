import { assemble } from '../../src/wat/assemble';

// The programs that the hosts are compared with, as text, so that no toolchain is needed.

const p1 = 'wasi_snapshot_preview1';
const imports = `
  (import "${p1}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "${p1}" "fd_pread" (func $pread (param i32 i32 i32 i64 i32) (result i32)))
  (import "${p1}" "fd_pwrite" (func $pwrite (param i32 i32 i32 i64 i32) (result i32)))
  (import "${p1}" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
  (import "${p1}" "fd_close" (func $close (param i32) (result i32)))
  (import "${p1}" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "${p1}" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
  (import "${p1}" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (import "${p1}" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "${p1}" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 4)
  ;; One iovec at 0, results at 16 and 24; the name at 64; data from 65536 on.
  (func $must (param $errno i32) (if (local.get $errno) (then (call $exit (local.get $errno)))))
  (func $iovec (param $at i32) (param $n i32) (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $n)))
  (func $opened (param $oflags i32) (param $name i32) (param $n i32) (result i32)
    (call $must (call $open (i32.const 3) (i32.const 1) (local.get $name) (local.get $n) (local.get $oflags) (i64.const 0x6600066) (i64.const 0) (i32.const 0) (i32.const 16)))
    (i32.load (i32.const 16)))
  (func $digits (param $i i32) (local $at i32)
    (local.set $at (i32.const 72))
    (loop $next
      (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $i) (i32.const 10))))
      (local.set $i (i32.div_u (local.get $i) (i32.const 10)))
      (br_if $next (i32.gt_u (local.tee $at (i32.sub (local.get $at) (i32.const 1))) (i32.const 64)))))
  (data (i32.const 64) "f00000000")`;

const loop = (n: number, body: string, name = '$i') => `(local.set ${name} (i32.const 0)) (loop $l${name} ${body} (br_if $l${name} (i32.lt_u (local.tee ${name} (i32.add (local.get ${name}) (i32.const 1))) (i32.const ${n}))))`;
const main = (body: string) => `(module ${imports} (func (export "_start") (local $i i32) (local $fd i32) (local $from i64) ${body}))`;
const named = '(i32.const 64) (i32.const 9)';
/** Times a call from within, after a warm-up, and prints the nanoseconds of all as eight bytes. */
const timed = (n: number, before: string, body: string) => main(`${before} ${loop(5000, body)}
  (call $must (call $clock (i32.const 1) (i64.const 0) (i32.const 24))) (local.set $from (i64.load (i32.const 24)))
  ${loop(n, body)}
  (call $must (call $clock (i32.const 1) (i64.const 0) (i32.const 24)))
  (i64.store (i32.const 32) (i64.sub (i64.load (i32.const 24)) (local.get $from)))
  (call $iovec (i32.const 32) (i32.const 8)) (call $must (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))`);
const file = `(local.set $fd (call $opened (i32.const 1) ${named})) (call $iovec (i32.const 65536) (i32.const 64))
  (call $must (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))`;

/** How often a timed call is made. */
export const CALLS = 50_000;

/** Single calls that are timed from within. */
export const calls: Readonly<Record<string, string>> = {
  'clock_time_get': timed(CALLS, '', '(call $must (call $clock (i32.const 1) (i64.const 0) (i32.const 40)))'),
  'path_open, fd_close': timed(CALLS, file, `(call $must (call $close (call $opened (i32.const 0) ${named})))`),
  'path_filestat_get': timed(CALLS, file, `(call $must (call $stat (i32.const 3) (i32.const 1) ${named} (i32.const 128)))`),
  'fd_pread of 64 bytes': timed(CALLS, file, '(call $must (call $pread (local.get $fd) (i32.const 0) (i32.const 1) (i64.const 0) (i32.const 8)))'),
  'fd_write of 64 bytes': timed(CALLS, file, '(call $must (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))'),
  'fd_seek': timed(CALLS, file, '(call $must (call $seek (local.get $fd) (i64.const 7) (i32.const 0) (i32.const 40)))'),
};

/** Whole programs. */
export const programs = {
  hello: main('(i32.store (i32.const 80) (i32.const 0x0a216948)) (call $iovec (i32.const 80) (i32.const 4)) (call $must (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))'),
  printf: main(`(memory.fill (i32.const 65536) (i32.const 120) (i32.const 1000)) ${loop(10_000, '(call $iovec (i32.const 65536) (i32.const 1000)) (call $must (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))')}`),
  smallFiles: main(`(call $iovec (i32.const 65536) (i32.const 100))
    ${loop(2000, `(call $digits (local.get $i)) (local.set $fd (call $opened (i32.const 1) ${named})) (call $must (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))) (call $must (call $close (local.get $fd)))`)}
    ${loop(2000, `(call $digits (local.get $i)) (local.set $fd (call $opened (i32.const 0) ${named})) (call $must (call $read (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))) (call $must (call $close (local.get $fd)))`, '$i').replaceAll('$l$i', '$m')}
    ${loop(2000, `(call $digits (local.get $i)) (call $must (call $unlink (i32.const 3) ${named}))`).replaceAll('$l$i', '$n')}`),
  largeFile: main(`(local.set $fd (call $opened (i32.const 9) ${named})) (call $iovec (i32.const 65536) (i32.const 65536))
    ${loop(800, '(call $must (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))')}
    (call $must (call $seek (local.get $fd) (i64.const 0) (i32.const 0) (i32.const 40)))
    ${loop(800, '(call $must (call $read (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))').replaceAll('$l$i', '$m')}`),
} as const;

/** The bytes of a program. */
export function guestBytes(text: string): Uint8Array {
  const { bytes, diagnostics } = assemble(text);
  if (bytes === undefined) throw new Error(JSON.stringify(diagnostics));
  return bytes;
}
