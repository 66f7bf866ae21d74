(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (type $point (struct (field $x i32) (field $y i32)))
  (global $limit i32 (i32.const 10))
  (func $add (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b)))
  (func $twice (export "answer") (result i32)
    (call $add (i32.const 20) (i32.const 22)))
  (func $flat (param $n i32) (result i32)
    local.get $n
    if (result i32)
      i32.const 1
      call 2
      i32.add
    else
      global.get $limit
    end)
  (data (i32.const 0) "hello\n")
)
