import { DW_ATE } from '../../dwarf/constants';
import { baseType, pointerTo, type Type } from '../values/type';

// Types that expressions may name whether or not the program's debug information has them.

export const int = baseType('int', 4, DW_ATE.signed);
export const unsignedInt = baseType('unsigned int', 4, DW_ATE.unsigned);
export const long = baseType('long long', 8, DW_ATE.signed);
export const unsignedLong = baseType('unsigned long long', 8, DW_ATE.unsigned);
export const double = baseType('double', 8, DW_ATE.float);
export const boolean = baseType('bool', 1, DW_ATE.boolean);
export const character = baseType('char', 1, DW_ATE.signed_char);
export const nothing = baseType('void', 0, DW_ATE.unsigned);

const builtin: Readonly<Record<string, Type>> = {
  'char': character, 'signed char': character, 'unsigned char': baseType('unsigned char', 1, DW_ATE.unsigned_char),
  'short': baseType('short', 2, DW_ATE.signed), 'unsigned short': baseType('unsigned short', 2, DW_ATE.unsigned),
  'int': int, 'signed': int, 'signed int': int, 'unsigned': unsignedInt, 'unsigned int': unsignedInt,
  'long': baseType('long', 4, DW_ATE.signed), 'unsigned long': baseType('unsigned long', 4, DW_ATE.unsigned),
  'long long': long, 'unsigned long long': unsignedLong, 'float': baseType('float', 4, DW_ATE.float), double, 'bool': boolean,
  'void': nothing,
  'int8_t': character, 'uint8_t': baseType('uint8_t', 1, DW_ATE.unsigned), 'int16_t': baseType('int16_t', 2, DW_ATE.signed),
  'uint16_t': baseType('uint16_t', 2, DW_ATE.unsigned), 'int32_t': int, 'uint32_t': unsignedInt, 'int64_t': long, 'uint64_t': unsignedLong,
  'size_t': baseType('size_t', 4, DW_ATE.unsigned), 'uintptr_t': baseType('uintptr_t', 4, DW_ATE.unsigned),
  'i8': baseType('i8', 1, DW_ATE.signed, 'rust'), 'u8': baseType('u8', 1, DW_ATE.unsigned, 'rust'), 'i16': baseType('i16', 2, DW_ATE.signed, 'rust'),
  'u16': baseType('u16', 2, DW_ATE.unsigned, 'rust'), 'i32': baseType('i32', 4, DW_ATE.signed, 'rust'), 'u32': baseType('u32', 4, DW_ATE.unsigned, 'rust'),
  'i64': baseType('i64', 8, DW_ATE.signed, 'rust'), 'u64': baseType('u64', 8, DW_ATE.unsigned, 'rust'), 'usize': baseType('usize', 4, DW_ATE.unsigned, 'rust'),
  'isize': baseType('isize', 4, DW_ATE.signed, 'rust'), 'f32': baseType('f32', 4, DW_ATE.float, 'rust'), 'f64': baseType('f64', 8, DW_ATE.float, 'rust'),
};

/** A type of the evaluator's own by its name. */
export function builtinType(name: string): Type | undefined {
  return Object.hasOwn(builtin, name) ? builtin[name] : undefined;
}

/** A type by what an expression calls it: `struct point *`, `*const u8`, `unsigned`; `known` looks among the program's own. */
export function findType(name: string, known: (name: string) => Type | undefined): Type | undefined {
  let text = name.trim().replace(/\bconst\b|\bvolatile\b/g, ' ').replace(/\s+/g, ' ').trim();
  let pointers = 0;
  for (; /\*$/.test(text); text = text.slice(0, -1).trim()) pointers++;
  const raw = /^\*\s*(?:mut )?(.*)$/.exec(text);
  if (raw !== null) {
    text = raw[1] ?? '';
    pointers++;
  }
  const words = text.replace(/^(struct|union|enum|class)\s+/, '').replace(/^(.*)\bint$/, (whole, before: string) => (/(long|short)/.test(before) ? before.trim() : whole))
    .replace(/^long unsigned$/, 'unsigned long').replace(/^long long unsigned$/, 'unsigned long long');
  let type = known(words) ?? builtinType(words);
  for (; type !== undefined && pointers > 0; pointers--) type = pointerTo(type);
  return type;
}
