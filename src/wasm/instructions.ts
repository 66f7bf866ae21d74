/**
 * What follows an instruction's name. `mem` is a memory argument, `memlane` one with a lane, `indirect` a table and a type use,
 * `field` a type and one of its fields, `cast` a reference type, `brcast` a label and two reference types.
 */
export type Immediate =
  | '' | 'block' | 'else' | 'end' | 'label' | 'labels' | 'func' | 'type' | 'indirect' | 'local' | 'global' | 'table' | 'memory' | 'tag'
  | 'elem' | 'data' | 'mem' | 'memlane' | 'lane' | 'shuffle' | 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'heap' | 'cast' | 'brcast'
  | 'select' | 'try' | 'field' | 'typecount' | 'typedata' | 'typeelem' | 'typetype' | 'memcopy' | 'tablecopy' | 'meminit' | 'tableinit'
  | 'fence' | 'delegate';

/** One instruction. `params` and `results` are letters of `signatureLetters`; without them the checker knows its rule by name. */
export interface Op {
  readonly name: string;
  /** 0 for one-byte opcodes, else 0xfb, 0xfc, 0xfd or 0xfe. */
  readonly prefix: number;
  readonly code: number;
  readonly imm: Immediate;
  /** The natural alignment's exponent of a memory instruction, or the number of lanes. */
  readonly width: number;
  readonly params: string | undefined;
  readonly results: string;
  /** Its place in `ops`: small, dense, for switches and tables. */
  readonly id: number;
  /** May stand in a constant expression. */
  readonly constant: boolean;
}

/** i, l, f, d, v are i32, i64, f32, f64, v128; a is the address type of the instruction's memory. */
export const signatureLetters = 'ilfdva';

// prefix first-opcode immediate[:width] signature stem name... ; names count upwards, `_` skips an opcode, `*` says "by rule".
const table = `
00 00 - > . unreachable* nop
00 02 block * . block loop if
00 05 else * . else
00 06 block * . try
00 07 tag * . catch throw
00 09 label * . rethrow
00 0a - * . throw_ref
00 0b end * . end
00 0c label * . br br_if
00 0e labels * . br_table
00 0f - * . return
00 10 func * . call
00 11 indirect * . call_indirect
00 12 func * . return_call
00 13 indirect * . return_call_indirect
00 14 type * . call_ref return_call_ref
00 18 delegate * . delegate
00 19 - * . catch_all
00 1a - * . drop
00 1b select * . select
00 1f try * . try_table
00 20 local * local. get set tee
00 23 global * global. get set
00 25 table * table. get set
00 28 mem:2 a>i i32. load
00 29 mem:3 a>l i64. load
00 2a mem:2 a>f f32. load
00 2b mem:3 a>d f64. load
00 2c mem:0 a>i i32. load8_s load8_u
00 2e mem:1 a>i i32. load16_s load16_u
00 30 mem:0 a>l i64. load8_s load8_u
00 32 mem:1 a>l i64. load16_s load16_u
00 34 mem:2 a>l i64. load32_s load32_u
00 36 mem:2 ai> i32. store
00 37 mem:3 al> i64. store
00 38 mem:2 af> f32. store
00 39 mem:3 ad> f64. store
00 3a mem:0 ai> i32. store8
00 3b mem:1 ai> i32. store16
00 3c mem:0 al> i64. store8
00 3d mem:1 al> i64. store16
00 3e mem:2 al> i64. store32
00 3f memory >a memory. size
00 40 memory a>a memory. grow
00 41 i32 >i i32. const
00 42 i64 >l i64. const
00 43 f32 >f f32. const
00 44 f64 >d f64. const
00 45 - i>i i32. eqz
00 46 - ii>i i32. eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
00 50 - l>i i64. eqz
00 51 - ll>i i64. eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
00 5b - ff>i f32. eq ne lt gt le ge
00 61 - dd>i f64. eq ne lt gt le ge
00 67 - i>i i32. clz ctz popcnt
00 6a - ii>i i32. add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr
00 79 - l>l i64. clz ctz popcnt
00 7c - ll>l i64. add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr
00 8b - f>f f32. abs neg ceil floor trunc nearest sqrt
00 92 - ff>f f32. add sub mul div min max copysign
00 99 - d>d f64. abs neg ceil floor trunc nearest sqrt
00 a0 - dd>d f64. add sub mul div min max copysign
00 a7 - l>i i32. wrap_i64
00 a8 - f>i i32. trunc_f32_s trunc_f32_u
00 aa - d>i i32. trunc_f64_s trunc_f64_u
00 ac - i>l i64. extend_i32_s extend_i32_u
00 ae - f>l i64. trunc_f32_s trunc_f32_u
00 b0 - d>l i64. trunc_f64_s trunc_f64_u
00 b2 - i>f f32. convert_i32_s convert_i32_u
00 b4 - l>f f32. convert_i64_s convert_i64_u
00 b6 - d>f f32. demote_f64
00 b7 - i>d f64. convert_i32_s convert_i32_u
00 b9 - l>d f64. convert_i64_s convert_i64_u
00 bb - f>d f64. promote_f32
00 bc - f>i i32. reinterpret_f32
00 bd - d>l i64. reinterpret_f64
00 be - i>f f32. reinterpret_i32
00 bf - l>d f64. reinterpret_i64
00 c0 - i>i i32. extend8_s extend16_s
00 c2 - l>l i64. extend8_s extend16_s extend32_s
00 d0 heap * ref. null
00 d1 - * ref. is_null
00 d2 func * ref. func
00 d3 - * ref. eq as_non_null
00 d5 label * . br_on_null br_on_non_null
fb 00 type * struct. new new_default
fb 02 field * struct. get get_s get_u set
fb 06 type * array. new new_default
fb 08 typecount * array. new_fixed
fb 09 typedata * array. new_data
fb 0a typeelem * array. new_elem
fb 0b type * array. get get_s get_u set
fb 0f - * array. len
fb 10 type * array. fill
fb 11 typetype * array. copy
fb 12 typedata * array. init_data
fb 13 typeelem * array. init_elem
fb 14 cast * ref. test
fb 16 cast * ref. cast
fb 18 brcast * . br_on_cast br_on_cast_fail
fb 1a - * . any.convert_extern extern.convert_any ref.i31 i31.get_s i31.get_u
fb 20 type * struct. new_desc new_default_desc
fb 22 type * ref. get_desc
fb 23 cast * ref. cast_desc_eq
fb 25 brcast * . br_on_cast_desc_eq br_on_cast_desc_eq_fail
fc 00 - f>i i32. trunc_sat_f32_s trunc_sat_f32_u
fc 02 - d>i i32. trunc_sat_f64_s trunc_sat_f64_u
fc 04 - f>l i64. trunc_sat_f32_s trunc_sat_f32_u
fc 06 - d>l i64. trunc_sat_f64_s trunc_sat_f64_u
fc 08 meminit * memory. init
fc 09 data > data. drop
fc 0a memcopy * memory. copy
fc 0b memory aia> memory. fill
fc 0c tableinit * table. init
fc 0d elem > elem. drop
fc 0e tablecopy * table. copy
fc 0f table * table. grow size fill
fc 13 - llll>ll i64. add128 sub128
fc 15 - ll>ll i64. mul_wide_s mul_wide_u
fd 00 mem:4 a>v v128. load
fd 01 mem:3 a>v v128. load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u
fd 07 mem:0 a>v v128. load8_splat
fd 08 mem:1 a>v v128. load16_splat
fd 09 mem:2 a>v v128. load32_splat
fd 0a mem:3 a>v v128. load64_splat
fd 0b mem:4 av> v128. store
fd 0c v128 >v v128. const
fd 0d shuffle vv>v i8x16. shuffle
fd 0e - vv>v i8x16. swizzle
fd 0f - i>v . i8x16.splat i16x8.splat i32x4.splat
fd 12 - l>v i64x2. splat
fd 13 - f>v f32x4. splat
fd 14 - d>v f64x2. splat
fd 15 lane:16 v>i i8x16. extract_lane_s extract_lane_u
fd 17 lane:16 vi>v i8x16. replace_lane
fd 18 lane:8 v>i i16x8. extract_lane_s extract_lane_u
fd 1a lane:8 vi>v i16x8. replace_lane
fd 1b lane:4 v>i i32x4. extract_lane
fd 1c lane:4 vi>v i32x4. replace_lane
fd 1d lane:2 v>l i64x2. extract_lane
fd 1e lane:2 vl>v i64x2. replace_lane
fd 1f lane:4 v>f f32x4. extract_lane
fd 20 lane:4 vf>v f32x4. replace_lane
fd 21 lane:2 v>d f64x2. extract_lane
fd 22 lane:2 vd>v f64x2. replace_lane
fd 23 - vv>v i8x16. eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
fd 2d - vv>v i16x8. eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
fd 37 - vv>v i32x4. eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
fd 41 - vv>v f32x4. eq ne lt gt le ge
fd 47 - vv>v f64x2. eq ne lt gt le ge
fd 4d - v>v v128. not
fd 4e - vv>v v128. and andnot or xor
fd 52 - vvv>v v128. bitselect
fd 53 - v>i v128. any_true
fd 54 memlane:0 av>v v128. load8_lane
fd 55 memlane:1 av>v v128. load16_lane
fd 56 memlane:2 av>v v128. load32_lane
fd 57 memlane:3 av>v v128. load64_lane
fd 58 memlane:0 av> v128. store8_lane
fd 59 memlane:1 av> v128. store16_lane
fd 5a memlane:2 av> v128. store32_lane
fd 5b memlane:3 av> v128. store64_lane
fd 5c mem:2 a>v v128. load32_zero
fd 5d mem:3 a>v v128. load64_zero
fd 5e - v>v . f32x4.demote_f64x2_zero f64x2.promote_low_f32x4
fd 60 - v>v i8x16. abs neg popcnt
fd 63 - v>i i8x16. all_true bitmask
fd 65 - vv>v i8x16. narrow_i16x8_s narrow_i16x8_u
fd 67 - v>v f32x4. ceil floor trunc nearest
fd 6b - vi>v i8x16. shl shr_s shr_u
fd 6e - vv>v i8x16. add add_sat_s add_sat_u sub sub_sat_s sub_sat_u
fd 74 - v>v f64x2. ceil floor
fd 76 - vv>v i8x16. min_s min_u max_s max_u
fd 7a - v>v f64x2. trunc
fd 7b - vv>v i8x16. avgr_u
fd 7c - v>v i16x8. extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u
fd 7e - v>v i32x4. extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u
fd 80 - v>v i16x8. abs neg
fd 82 - vv>v i16x8. q15mulr_sat_s
fd 83 - v>i i16x8. all_true bitmask
fd 85 - vv>v i16x8. narrow_i32x4_s narrow_i32x4_u
fd 87 - v>v i16x8. extend_low_i8x16_s extend_high_i8x16_s extend_low_i8x16_u extend_high_i8x16_u
fd 8b - vi>v i16x8. shl shr_s shr_u
fd 8e - vv>v i16x8. add add_sat_s add_sat_u sub sub_sat_s sub_sat_u
fd 94 - v>v f64x2. nearest
fd 95 - vv>v i16x8. mul min_s min_u max_s max_u _ avgr_u extmul_low_i8x16_s extmul_high_i8x16_s extmul_low_i8x16_u extmul_high_i8x16_u
fd a0 - v>v i32x4. abs neg
fd a3 - v>i i32x4. all_true bitmask
fd a7 - v>v i32x4. extend_low_i16x8_s extend_high_i16x8_s extend_low_i16x8_u extend_high_i16x8_u
fd ab - vi>v i32x4. shl shr_s shr_u
fd ae - vv>v i32x4. add _ _ sub _ _ _ mul min_s min_u max_s max_u dot_i16x8_s _ extmul_low_i16x8_s extmul_high_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_u
fd c0 - v>v i64x2. abs neg
fd c3 - v>i i64x2. all_true bitmask
fd c7 - v>v i64x2. extend_low_i32x4_s extend_high_i32x4_s extend_low_i32x4_u extend_high_i32x4_u
fd cb - vi>v i64x2. shl shr_s shr_u
fd ce - vv>v i64x2. add _ _ sub _ _ _ mul eq ne lt_s gt_s le_s ge_s extmul_low_i32x4_s extmul_high_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_u
fd e0 - v>v f32x4. abs neg _ sqrt
fd e4 - vv>v f32x4. add sub mul div min max pmin pmax
fd ec - v>v f64x2. abs neg _ sqrt
fd f0 - vv>v f64x2. add sub mul div min max pmin pmax
fd f8 - v>v . i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u
fd fc - v>v . i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u
fd 100 - vv>v i8x16. relaxed_swizzle
fd 101 - v>v i32x4. relaxed_trunc_f32x4_s relaxed_trunc_f32x4_u relaxed_trunc_f64x2_s_zero relaxed_trunc_f64x2_u_zero
fd 105 - vvv>v . f32x4.relaxed_madd f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd
fd 109 - vvv>v . i8x16.relaxed_laneselect i16x8.relaxed_laneselect i32x4.relaxed_laneselect i64x2.relaxed_laneselect
fd 10d - vv>v . f32x4.relaxed_min f32x4.relaxed_max f64x2.relaxed_min f64x2.relaxed_max
fd 111 - vv>v i16x8. relaxed_q15mulr_s relaxed_dot_i8x16_i7x16_s
fd 113 - vvv>v i32x4. relaxed_dot_i8x16_i7x16_add_s
fe 00 mem:2 ai>i memory.atomic. notify
fe 01 mem:2 ail>i memory.atomic. wait32
fe 02 mem:3 all>i memory.atomic. wait64
fe 03 fence > atomic. fence
`;
const atomicAccess = 'i32:2 i64:3 i32:0:8 i32:1:16 i64:0:8 i64:1:16 i64:2:32';
const constants = new Set(('i32.const i64.const f32.const f64.const v128.const ref.null ref.func global.get i32.add i32.sub i32.mul i64.add i64.sub i64.mul '
  + 'ref.i31 struct.new struct.new_default struct.new_desc struct.new_default_desc array.new array.new_default array.new_fixed '
  + 'any.convert_extern extern.convert_any end').split(' '));

function build(): Op[] {
  const list: Op[] = [];
  const add = (name: string, prefix: number, code: number, imm: string, signature: string | undefined): void => {
    const [kind = '', width = '0'] = imm === '-' ? [''] : imm.split(':');
    const [params, results = ''] = signature === undefined ? [undefined] : signature.split('>');
    list.push({ name, prefix, code, imm: kind as Immediate, width: Number(width), params, results, id: list.length, constant: constants.has(name) });
  };
  for (const line of table.trim().split('\n')) {
    const [prefix = '', first = '', imm = '', signature = '', stem = '', ...names] = line.split(' ');
    names.forEach((name, i) => {
      if (name === '_') return;
      const byRule = signature === '*' || name.endsWith('*');
      add((stem === '.' ? '' : stem) + name.replace('*', ''), parseInt(prefix, 16), parseInt(first, 16) + i, imm, byRule ? undefined : signature);
    });
  }
  // The threads proposal's accesses: each operation once per type and width, in this order.
  let code = 0x10;
  const atomic = (operation: string, operands: (letter: string) => string): void => {
    for (const access of atomicAccess.split(' ')) {
      const [type = '', width = '', bits = ''] = access.split(':');
      const letter = type === 'i32' ? 'i' : 'l';
      const rmw = operation !== 'load' && operation !== 'store';
      const unsigned = bits !== '' && operation !== 'store' ? '_u' : '';
      const name = rmw ? `${type}.atomic.rmw${bits}.${operation}${unsigned}` : `${type}.atomic.${operation}${bits}${unsigned}`;
      add(name, 0xfe, code++, `mem:${width}`, operands(letter));
    }
  };
  atomic('load', t => `a>${t}`);
  atomic('store', t => `a${t}>`);
  for (const operation of ['add', 'sub', 'and', 'or', 'xor', 'xchg']) atomic(operation, t => `a${t}>${t}`);
  atomic('cmpxchg', t => `a${t}${t}>${t}`);
  return list;
}

/** Every instruction; the index is its `id`. */
export const ops: readonly Op[] = build();

/** By name in the text format. */
export const opByName: ReadonlyMap<string, Op> = new Map(ops.map(op => [op.name, op]));

/** By prefix and opcode: key is prefix * 0x1000 + code. Opcodes that are a second form of a name (typed select, nullable casts) too. */
export const opByCode: ReadonlyMap<number, Op> = new Map([
  ...ops.map(op => [op.prefix * 0x1000 + op.code, op] as const),
  ...([[0x1c, 'select'], [0xfb015, 'ref.test'], [0xfb017, 'ref.cast'], [0xfb024, 'ref.cast_desc_eq']] as const).map(([key, name]) => [key, named(name)] as const),
]);

/** The instruction of a name that is known to exist; throws Error otherwise, which is a mistake of ours. */
export function named(name: string): Op {
  const op = opByName.get(name);
  if (op === undefined) throw new Error(`no instruction ${name}`);
  return op;
}
