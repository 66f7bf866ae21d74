(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func $helper (param $code i32)
    global.get $count
    local.get $code
    i32.add
    call $exit)
  (func $main (export "_start")
    i32.const 7
    call $helper)
  (data (i32.const 16) "hello, viewer"))
