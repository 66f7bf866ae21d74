(module
  (func $double (export "double") (param $n i32) (result i32)
    (i32.mul (local.get $n) (i32.const 2)))
  (func $seven (export "seven") (result i32)
    (call $double (i32.const 3))
    i32.const 1
    i32.add))
