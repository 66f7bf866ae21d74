;; Answers every connection at a listener that it finds open with one page.
(module
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv" (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 1000) "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 60\r\nConnection: close\r\n\r\n<title>Wasm</title><h1>Hello from a WebAssembly server!</h1>")
  (func $iovec (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $length)))
  (func (export "_start") (loop $next
    (br_if $next (call $accept (i32.const 3) (i32.const 0) (i32.const 16)))
    (call $iovec (i32.const 65536) (i32.const 65536))
    (drop (call $recv (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8) (i32.const 12)))
    (call $iovec (i32.const 1000) (i32.const 143))
    (drop (call $send (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8)))
    (drop (call $close (i32.load (i32.const 16)))) (br $next))))
