/** A module in which most things depend on each other. */
export const base = `(module $m
  (type $t (func (param i32) (result i32)))
  (rec (type $s (sub (struct (field $a i32) (field $b (mut (ref null $u)))))) (type $u (sub (array (mut i8)))))
  (import "env" "log" (func $log (param i32)))
  (import "env" "base" (global $base i32))
  (memory $mem (export "memory") 1)
  (table $tab 4 funcref)
  (global $g (mut i32) (i32.const 1))
  (tag $oops (param i32))
  (func $f (type $t) (local.get 0))
  (func $g (export "g") (param $x i32) (result i32)
    (local $y i32)
    (local.set $y (i32.add (local.get $x) (global.get $g)))
    (block $out (result i32)
      (br_if $out (i32.const 1) (local.get $y))
      drop
      (call $f (local.get 0))))
  ;; a comment (with parentheses
  (func $flat (param i32) (result i32)
    local.get 0
    if $yes (result i32)
      i32.const 1
      call $f
    else
      i32.const 2
    end $yes)
  (func $indirect (call_indirect $tab (param i32) (i32.const 1) (i32.const 0)))
  (func $struct (param $p (ref $s)) (result i32) (struct.get $s $a (local.get $p)))
  (func $load (result i32) (i32.load offset=4 (i32.const 8)))
  (func (call $log (call 1 (i32.const 1))) (drop (ref.func $f)))
  (elem (table $tab) (offset (i32.const 0)) func $f $g)
  (data $d (i32.const 16) "hello\\n\\00")
  (start $load2)
  (func $load2 (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)))
)
`;
