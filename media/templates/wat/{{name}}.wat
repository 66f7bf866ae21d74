;; Counts lines, words and bytes of standard input, as `wc` does, and greets each argument.
;;
;; Memory: 0..15 an io vector and its result, 16..1023 constants and a number's digits,
;; 1024..3071 pointers to the arguments, 3072..65535 the arguments, 65536.. what is read.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 3)

  (data (i32.const 16) "Hello, ")
  (data (i32.const 32) "!\n")
  (data (i32.const 48) " lines, ")
  (data (i32.const 64) " words, ")
  (data (i32.const 80) " bytes\n")

  (global $lines (mut i32) (i32.const 0))
  (global $words (mut i32) (i32.const 0))
  (global $bytes (mut i32) (i32.const 0))
  (global $inside (mut i32) (i32.const 0)) ;; whether the last byte was part of a word

  ;; Prints a piece of memory; ends the program with 1 when it can't.
  (func $print (param $from i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $from))
    (i32.store (i32.const 4) (local.get $length))
    (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
      (then (call $proc_exit (i32.const 1)))))

  ;; Prints a number, its digits written backwards from address 128.
  (func $print_number (param $number i32)
    (local $at i32)
    (local.set $at (i32.const 128))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
      (local.set $number (i32.div_u (local.get $number) (i32.const 10)))
      (br_if $digit (local.get $number)))
    (call $print (local.get $at) (i32.sub (i32.const 128) (local.get $at))))

  ;; How many bytes stand before the zero at the end of a string.
  (func $length (param $from i32) (result i32)
    (local $at i32)
    (local.set $at (local.get $from))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (i32.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $at) (local.get $from)))

  ;; Greets each argument but the first, which is the program's own name.
  (func $greet
    (local $count i32)
    (local $index i32)
    (local $argument i32)
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (local.set $count (i32.load (i32.const 0)))
    (if (i32.or (i32.gt_u (local.get $count) (i32.const 512)) (i32.gt_u (i32.load (i32.const 4)) (i32.const 62464)))
      (then (call $proc_exit (i32.const 2))))
    (drop (call $args_get (i32.const 1024) (i32.const 3072)))
    (local.set $index (i32.const 1))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $index) (local.get $count)))
        (local.set $argument
          (i32.load (i32.add (i32.const 1024) (i32.mul (local.get $index) (i32.const 4)))))
        (call $print (i32.const 16) (i32.const 7))
        (call $print (local.get $argument) (call $length (local.get $argument)))
        (call $print (i32.const 32) (i32.const 2))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br $next))))

  ;; Counts what one read brought.
  (func $count (param $length i32)
    (local $at i32)
    (local $end i32)
    (local $byte i32)
    (global.set $bytes (i32.add (global.get $bytes) (local.get $length)))
    (local.set $at (i32.const 65536))
    (local.set $end (i32.add (i32.const 65536) (local.get $length)))
    (loop $next
      (local.set $byte (i32.load8_u (local.get $at)))
      (global.set $lines (i32.add (global.get $lines) (i32.eq (local.get $byte) (i32.const 10))))
      (if (i32.le_u (local.get $byte) (i32.const 32))
        (then (global.set $inside (i32.const 0)))
        (else
          (global.set $words (i32.add (global.get $words) (i32.eqz (global.get $inside))))
          (global.set $inside (i32.const 1))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end)))))

  (func $read_all
    (block $done
      (loop $next
        (i32.store (i32.const 0) (i32.const 65536))
        (i32.store (i32.const 4) (i32.const 65536))
        (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))
          (then (call $proc_exit (i32.const 1))))
        (br_if $done (i32.eqz (i32.load (i32.const 8))))
        (call $count (i32.load (i32.const 8)))
        (br $next))))

  (func (export "_start")
    (call $greet)
    (call $read_all)
    (call $print_number (global.get $lines))
    (call $print (i32.const 48) (i32.const 8))
    (call $print_number (global.get $words))
    (call $print (i32.const 64) (i32.const 8))
    (call $print_number (global.get $bytes))
    (call $print (i32.const 80) (i32.const 7))))
