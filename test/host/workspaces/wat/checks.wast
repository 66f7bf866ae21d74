(module (func (export "f") (param i32) (result i32) (local.get 0)))
(assert_return (invoke "f" (i32.const 1)) (i32.const 1))
(assert_invalid (module (func (result i32))) "type mismatch")
(assert_malformed (module quote "(func") "unclosed")
