// The numbers of the DWARF standard (versions 2 to 5, section 7) that the reader acts on, under the standard's own names.

export const DW_TAG = {
  array_type: 0x01, class_type: 0x02, enumeration_type: 0x04, formal_parameter: 0x05, lexical_block: 0x0b, member: 0x0d,
  pointer_type: 0x0f, reference_type: 0x10, compile_unit: 0x11, structure_type: 0x13, subroutine_type: 0x15, typedef: 0x16,
  union_type: 0x17, variant: 0x19, inheritance: 0x1c, inlined_subroutine: 0x1d, ptr_to_member_type: 0x1f, subrange_type: 0x21,
  base_type: 0x24, const_type: 0x26, enumerator: 0x28, subprogram: 0x2e, template_type_parameter: 0x2f,
  template_value_parameter: 0x30, variant_part: 0x33, variable: 0x34, volatile_type: 0x35, restrict_type: 0x37, namespace: 0x39,
  unspecified_type: 0x3b, partial_unit: 0x3c, imported_unit: 0x3d, type_unit: 0x41, rvalue_reference_type: 0x42,
  template_alias: 0x43, atomic_type: 0x47, call_site: 0x48, skeleton_unit: 0x4a, GNU_template_parameter_pack: 0x4107,
} as const;

export const DW_AT = {
  sibling: 0x01, location: 0x02, name: 0x03, byte_size: 0x0b, bit_offset: 0x0c, bit_size: 0x0d, stmt_list: 0x10, low_pc: 0x11,
  high_pc: 0x12, language: 0x13, discr: 0x15, discr_value: 0x16, comp_dir: 0x1b, const_value: 0x1c, inline: 0x20, lower_bound: 0x22,
  producer: 0x25, prototyped: 0x27, upper_bound: 0x2f, abstract_origin: 0x31, artificial: 0x34, calling_convention: 0x36, count: 0x37,
  data_member_location: 0x38, decl_column: 0x39, decl_file: 0x3a, decl_line: 0x3b, declaration: 0x3c, encoding: 0x3e, external: 0x3f,
  frame_base: 0x40, specification: 0x47, type: 0x49, data_location: 0x50, entry_pc: 0x52, ranges: 0x55, call_column: 0x57,
  call_file: 0x58, call_line: 0x59, signature: 0x69, data_bit_offset: 0x6b, enum_class: 0x6d, main_subprogram: 0x6a, linkage_name: 0x6e,
  str_offsets_base: 0x72, addr_base: 0x73, rnglists_base: 0x74, dwo_name: 0x76, alignment: 0x88, loclists_base: 0x8c,
  MIPS_linkage_name: 0x2007, GNU_dwo_name: 0x2130, GNU_addr_base: 0x2133,
} as const;

export const DW_FORM = {
  addr: 0x01, block2: 0x03, block4: 0x04, data2: 0x05, data4: 0x06, data8: 0x07, string: 0x08, block: 0x09, block1: 0x0a, data1: 0x0b,
  flag: 0x0c, sdata: 0x0d, strp: 0x0e, udata: 0x0f, ref_addr: 0x10, ref1: 0x11, ref2: 0x12, ref4: 0x13, ref8: 0x14, ref_udata: 0x15,
  indirect: 0x16, sec_offset: 0x17, exprloc: 0x18, flag_present: 0x19, strx: 0x1a, addrx: 0x1b, ref_sup4: 0x1c, strp_sup: 0x1d,
  data16: 0x1e, line_strp: 0x1f, ref_sig8: 0x20, implicit_const: 0x21, loclistx: 0x22, rnglistx: 0x23, ref_sup8: 0x24, strx1: 0x25,
  strx2: 0x26, strx3: 0x27, strx4: 0x28, addrx1: 0x29, addrx2: 0x2a, addrx3: 0x2b, addrx4: 0x2c, GNU_addr_index: 0x1f01,
  GNU_str_index: 0x1f02,
} as const;

export const DW_ATE = {
  address: 0x01, boolean: 0x02, complex_float: 0x03, float: 0x04, signed: 0x05, signed_char: 0x06, unsigned: 0x07, unsigned_char: 0x08,
  UTF: 0x10, UCS: 0x11, ASCII: 0x12,
} as const;

export const DW_OP = {
  addr: 0x03, deref: 0x06, const1u: 0x08, const1s: 0x09, const2u: 0x0a, const2s: 0x0b, const4u: 0x0c, const4s: 0x0d, const8u: 0x0e,
  const8s: 0x0f, constu: 0x10, consts: 0x11, dup: 0x12, drop: 0x13, over: 0x14, pick: 0x15, swap: 0x16, rot: 0x17, abs: 0x19, and: 0x1a,
  div: 0x1b, minus: 0x1c, mod: 0x1d, mul: 0x1e, neg: 0x1f, not: 0x20, or: 0x21, plus: 0x22, plus_uconst: 0x23, shl: 0x24, shr: 0x25,
  shra: 0x26, xor: 0x27, bra: 0x28, eq: 0x29, ge: 0x2a, gt: 0x2b, le: 0x2c, lt: 0x2d, ne: 0x2e, skip: 0x2f, lit0: 0x30, lit31: 0x4f,
  fbreg: 0x91, piece: 0x93, deref_size: 0x94, nop: 0x96, call_frame_cfa: 0x9c, bit_piece: 0x9d, implicit_value: 0x9e,
  stack_value: 0x9f, implicit_pointer: 0xa0, addrx: 0xa1, constx: 0xa2, entry_value: 0xa3, const_type: 0xa4, deref_type: 0xa6,
  convert: 0xa8, reinterpret: 0xa9, WASM_location: 0xed, GNU_entry_value: 0xf3, LLVM_convert: 0xe1,
} as const;

/** DW_AT_language codes that name a language whose values are shown its own way; all others are shown as C. */
export type Language = 'c' | 'c++' | 'rust' | 'zig' | 'go' | 'swift' | 'd' | 'other';

/** The language of a unit from DW_AT_language (DWARF 5, table 7.17, with later registrations). */
export function languageOf(code: number | undefined): Language {
  switch (code) {
    case 0x01: case 0x02: case 0x0c: case 0x1d: case 0x2c: case 0x3e: return 'c';
    case 0x04: case 0x1a: case 0x21: case 0x2b: case 0x3a: return 'c++';
    case 0x1c: return 'rust';
    case 0x27: return 'zig';
    case 0x16: return 'go';
    case 0x1e: return 'swift';
    case 0x13: return 'd';
    default: return 'other';
  }
}
