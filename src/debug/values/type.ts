import { DW_AT, DW_ATE, DW_TAG, type Language } from '../../dwarf/constants';
import type { Die } from '../../dwarf/die';
import { cleanName } from '../../dwarf/naming';
import { guard } from '../../dwarf/program';

/** A part of a structure. `bits` is a bit field within the `type.size` bytes at `offset`, counted from the lowest bit. */
export interface Member {
  readonly name: string;
  readonly type: Type;
  readonly offset: number;
  readonly bits?: { readonly shift: number; readonly size: number };
  readonly isBase?: boolean;
}

/** One alternative of a tagged union (Rust's enum); without a discriminant it is the one that stands for all other values. */
export interface Variant {
  readonly discriminant: bigint | undefined;
  readonly member: Member;
}

export interface VariantPart {
  readonly discriminant: Member | undefined;
  readonly variants: readonly Variant[];
}

export interface Enumerator {
  readonly name: string;
  readonly value: bigint;
}

interface Common {
  /** As the language writes it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly language: Language;
  readonly die?: Die;
}

/** A type of the program, independent of how its debug information is written. */
export type Type = Common & (
  | { readonly kind: 'base'; readonly encoding: number }
  | { readonly kind: 'pointer'; readonly target: () => Type | undefined; readonly isReference: boolean }
  | { readonly kind: 'array'; readonly element: Type; readonly count: number | undefined }
  | { readonly kind: 'struct'; readonly keyword: string; readonly members: () => readonly Member[]; readonly variants: () => VariantPart | undefined }
  | { readonly kind: 'enum'; readonly isSigned: boolean; /** Whether its constants are written with its name. */ readonly isScoped: boolean; readonly enumerators: () => readonly Enumerator[] }
  | { readonly kind: 'alias'; readonly target: () => Type | undefined }
  | { readonly kind: 'function' }
  | { readonly kind: 'unknown' });

const known = new WeakMap<Die, Type>();

/** The type that a DIE describes. */
export function typeOf(die: Die): Type {
  let type = known.get(die);
  if (type === undefined) {
    type = guard(() => makeType(die)) ?? { kind: 'unknown', name: '?', size: 0, language: 'other' };
    known.set(die, type);
  }
  return type;
}

const lazy = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

function makeType(die: Die): Type {
  const { language } = die.unit;
  const size = die.number(DW_AT.byte_size) ?? 0;
  const target = lazy(() => (die.type === undefined ? undefined : typeOf(die.type)));
  const common = { language, die };
  const named = (fallback: string): string => cleanName(die.qualifiedName ?? fallback);
  switch (die.tag) {
    case DW_TAG.base_type:
      return { ...common, kind: 'base', name: die.name ?? '?', size, encoding: die.number(DW_AT.encoding) ?? DW_ATE.unsigned };
    case DW_TAG.unspecified_type:
      return { ...common, kind: 'base', name: die.name ?? 'void', size: 0, encoding: DW_ATE.unsigned };
    case DW_TAG.pointer_type: case DW_TAG.reference_type: case DW_TAG.rvalue_reference_type: {
      const sign = die.tag === DW_TAG.pointer_type ? '*' : die.tag === DW_TAG.reference_type ? '&' : '&&';
      const of = { ...common, kind: 'pointer', size: size === 0 ? die.unit.header.addressSize : size, target, isReference: sign !== '*' } as const;
      const own = die.text(DW_AT.name);
      // The name is found late: a list's node names itself through its pointer.
      return Object.defineProperty(of as Type, 'name', { get: lazy(() => own ?? pointerName(target(), sign)), enumerable: true });
    }
    case DW_TAG.array_type: return arrayType(die, language);
    case DW_TAG.structure_type: case DW_TAG.class_type: case DW_TAG.union_type: {
      const whole = definitionOf(die);
      const keyword = die.tag === DW_TAG.union_type ? 'union' : die.tag === DW_TAG.class_type ? 'class' : 'struct';
      const name = whole.name === undefined ? `(anonymous ${keyword})` : cleanName(whole.qualifiedName ?? '');
      return {
        kind: 'struct', language, die: whole, keyword, name, size: whole.number(DW_AT.byte_size) ?? 0,
        members: lazy(() => membersOf(whole)), variants: lazy(() => variantsOf(whole)),
      };
    }
    case DW_TAG.enumeration_type: {
      const underlying = target();
      const bytes = size === 0 ? (underlying?.size ?? 4) : size;
      const isSigned = underlying === undefined || (resolved(underlying).kind === 'base' && isSignedType(resolved(underlying)));
      // -5 may be written as the byte 251.
      const wrap = (value: bigint): bigint => (isSigned ? BigInt.asIntN(8 * bytes, value) : BigInt.asUintN(8 * bytes, value));
      return {
        ...common, kind: 'enum', name: named('(anonymous enum)'), size: bytes, isSigned,
        isScoped: language !== 'c' && (language !== 'c++' || die.flag(DW_AT.enum_class)),
        enumerators: lazy(() => die.children.filter(child => child.tag === DW_TAG.enumerator).map(child => ({
          name: child.name ?? '?', value: wrap(BigInt(child.raw(DW_AT.const_value)?.value as number | bigint | undefined ?? 0)),
        }))),
      };
    }
    case DW_TAG.typedef: case DW_TAG.template_alias: return alias(common, target, named('?'));
    case DW_TAG.const_type: return alias(common, target, undefined, 'const ');
    case DW_TAG.volatile_type: return alias(common, target, undefined, 'volatile ');
    case DW_TAG.restrict_type: return alias(common, target, undefined);
    case DW_TAG.atomic_type: return alias(common, target, undefined, '_Atomic ');
    case DW_TAG.subroutine_type: return { ...common, kind: 'function', size: 0, name: signature(die) };
    default: return { ...common, kind: 'unknown', size, name: named('?') };
  }
}

function alias(common: { language: Language; die: Die }, target: () => Type | undefined, name: string | undefined, prefix = ''): Type {
  const type = { ...common, kind: 'alias', target } as const;
  let measuring = false;
  return Object.defineProperties(type as unknown as Type, {
    name: { get: lazy(() => name ?? qualified(prefix, target()?.name ?? 'void')), enumerable: true },
    // A typedef of itself is nonsense that hostile files hold.
    size: { get: lazy(() => { if (measuring) return 0; measuring = true; return target()?.size ?? 0; }), enumerable: true },
  });
}

/** `const` before a type, behind a pointer. */
function qualified(prefix: string, name: string): string {
  return name.endsWith('*') ? name + prefix.trim() : prefix + (prefix !== '' && name.startsWith(prefix) ? name.slice(prefix.length) : name);
}

/** The full definition of a type that is only declared where it was found, from its own unit. */
function definitionOf(die: Die): Die {
  const bySignature = die.reference(DW_AT.signature);
  if (bySignature !== undefined) return bySignature;
  if (!die.flag(DW_AT.declaration)) return die;
  const { name } = die;
  if (name === undefined) return die;
  const around = die.enclosing.join('::');
  for (const other of die.unit.withTag(die.tag)) {
    if (!other.flag(DW_AT.declaration) && other.name === name && other.enclosing.join('::') === around) return other;
  }
  return die;
}

function pointerName(target: Type | undefined, sign: string): string {
  if (target === undefined) return `void ${sign}`;
  if (target.kind === 'function') return target.name.replace('(', ` (${sign})(`);
  // `int (*)[3]`: a pointer to an array, not an array of pointers.
  if (target.kind === 'array' && target.language !== 'rust') return target.name.replace('[', ` (${sign})[`);
  return target.name.endsWith('*') || target.name.endsWith('&') ? target.name + sign : `${target.name} ${sign}`;
}

function signature(die: Die): string {
  const parameters = die.children.filter(child => child.tag === DW_TAG.formal_parameter).map(child => (child.type === undefined ? '?' : shortName(child.type)));
  return `${die.type === undefined ? 'void' : shortName(die.type)}(${parameters.join(', ')})`;
}

/** A parameter's name without the types behind it: a function that takes itself would never end. */
function shortName(die: Die): string {
  let at: Die | undefined = die;
  let suffix = '';
  let prefix = '';
  for (let steps = 0; at !== undefined && steps < 16; steps++) {
    if (at.name !== undefined) return prefix + cleanName(at.name) + suffix;
    if (at.tag === DW_TAG.pointer_type) suffix = (suffix === '' ? ' ' : '') + '*' + suffix;
    else if (at.tag === DW_TAG.const_type) prefix = 'const ';
    at = at.type;
  }
  return `${prefix}void${suffix}`;
}

function arrayType(die: Die, language: Language): Type {
  const counts: (number | undefined)[] = [];
  for (const child of die.children) {
    if (child.tag !== DW_TAG.subrange_type && child.tag !== DW_TAG.enumeration_type) continue;
    const upper = child.number(DW_AT.upper_bound);
    const lower = child.number(DW_AT.lower_bound) ?? 0;
    // Clang writes -1 for `[]` in version 2.
    const count = child.number(DW_AT.count) ?? (upper === undefined ? undefined : upper - lower + 1);
    counts.push(count === undefined || count < 0 || count > 0xffffffff ? undefined : count);
  }
  let element: Type = die.type === undefined ? { kind: 'unknown', name: '?', size: 0, language } : typeOf(die.type);
  for (const count of (counts.length === 0 ? [undefined] : counts).reverse()) element = arrayOf(element, count, language, die);
  return element;
}

/** An array type; `count` undefined is `[]`. */
export function arrayOf(element: Type, count: number | undefined, language: Language, die?: Die): Type {
  const own = language === 'rust' ? `[${element.name}; ${count ?? '?'}]` : undefined;
  // `int [2][3]` reads outer first, so that the new bound goes in front of those there are.
  const at = element.kind === 'array' ? element.name.indexOf('[') : -1;
  const bound = `[${count ?? ''}]`;
  if (own === undefined && element.kind === 'pointer' && element.name.includes('(*)')) {
    return { kind: 'array', language, die, element, count, name: element.name.replace('(*)', `(*${bound})`), size: element.size * (count ?? 0) };
  }
  const name = own ?? (at < 0 ? `${element.name}${bound}` : element.name.slice(0, at) + bound + element.name.slice(at));
  return { kind: 'array', language, die, element, count, name, size: element.size * (count ?? 0) };
}

/** A pointer type that the debug information does not hold itself. */
export function pointerTo(target: Type): Type {
  const name = target.language === 'rust' ? `*const ${target.name}` : pointerName(target, '*');
  return { kind: 'pointer', name, size: 4, language: target.language, target: () => target, isReference: false };
}

/** A base type of the evaluator's own. */
export function baseType(name: string, size: number, encoding: number, language: Language = 'c'): Type {
  return { kind: 'base', name, size, encoding, language };
}

/** The type behind typedefs and qualifiers. */
export function resolved(type: Type): Type {
  let at = type;
  for (let steps = 0; at.kind === 'alias' && steps < 64; steps++) {
    const next = at.target();
    if (next === undefined) return baseType('void', 0, DW_ATE.unsigned, at.language);
    at = next;
  }
  return at;
}

export function isSignedType(type: Type): boolean {
  const real = resolved(type);
  return real.kind === 'enum' ? real.isSigned : real.kind === 'base' && (real.encoding === DW_ATE.signed || real.encoding === DW_ATE.signed_char);
}

export function isFloat(type: Type): boolean {
  const real = resolved(type);
  return real.kind === 'base' && real.encoding === DW_ATE.float;
}

export function isCharacter(type: Type): boolean {
  const real = resolved(type);
  if (real.kind !== 'base') return false;
  // C says by a typedef alone what a number is for.
  for (let at: Type | undefined = type, steps = 0; at?.kind === 'alias' && steps < 8; at = at.target(), steps++) {
    if (/^(u?int8_t|byte)$/.test(at.name)) return false;
    if (at.name === 'wchar_t') return true;
  }
  if (real.encoding === DW_ATE.UTF || real.name === 'wchar_t') return true;
  return real.size === 1 && (real.encoding === DW_ATE.signed_char || real.encoding === DW_ATE.unsigned_char) && real.language !== 'rust' && real.language !== 'zig';
}

function membersOf(die: Die): Member[] {
  const members: Member[] = [];
  for (const child of die.children) {
    if (child.tag !== DW_TAG.member && child.tag !== DW_TAG.inheritance) continue;
    // Static members have no place in the structure.
    if (child.flag(DW_AT.external) || child.flag(DW_AT.declaration)) continue;
    // The pointer to the virtual functions is nobody's.
    if (child.flag(DW_AT.artificial) && child.name?.startsWith('_vptr') === true) continue;
    const member = memberOf(child);
    if (member !== undefined) members.push(member);
  }
  return members;
}

function memberOf(die: Die): Member | undefined {
  if (die.type === undefined) return undefined;
  const type = typeOf(die.type);
  const isBase = die.tag === DW_TAG.inheritance;
  const name = isBase ? type.name : (die.name ?? '');
  const at = offsetOf(die);
  const bitSize = die.number(DW_AT.bit_size);
  if (bitSize === undefined) return { name, type, offset: at ?? 0, isBase };
  const dataBit = die.number(DW_AT.data_bit_offset);
  if (dataBit !== undefined) {
    const offset = Math.floor(dataBit / 8 / Math.max(1, type.size)) * type.size;
    return { name, type, offset, bits: { shift: dataBit - offset * 8, size: bitSize }, isBase };
  }
  // DW_AT_bit_offset of versions 2 and 3 counts from the highest bit of the storage unit.
  const storage = die.number(DW_AT.byte_size) ?? type.size;
  return { name, type, offset: at ?? 0, bits: { shift: storage * 8 - (die.number(DW_AT.bit_offset) ?? 0) - bitSize, size: bitSize }, isBase };
}

/** DW_AT_data_member_location: a constant, or in version 2 the expression `plus_uconst N`. */
function offsetOf(die: Die): number | undefined {
  const value = die.raw(DW_AT.data_member_location)?.value;
  if (typeof value === 'number') return value;
  if (value instanceof Uint8Array && value[0] === 0x23) {
    let offset = 0;
    for (let i = 1, shift = 0; i < value.length && shift < 35; i++, shift += 7) offset += ((value[i] ?? 0) & 0x7f) * 2 ** shift;
    return offset;
  }
  return undefined;
}

function variantsOf(die: Die): VariantPart | undefined {
  const part = die.children.find(child => child.tag === DW_TAG.variant_part);
  if (part === undefined) return undefined;
  const tag = part.reference(DW_AT.discr);
  const variants: Variant[] = [];
  for (const variant of part.children) {
    if (variant.tag !== DW_TAG.variant) continue;
    const inner = variant.children.find(child => child.tag === DW_TAG.member);
    const member = inner === undefined ? undefined : memberOf(inner);
    const value = variant.raw(DW_AT.discr_value)?.value;
    if (member === undefined) continue;
    variants.push({ member, discriminant: typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined });
  }
  return { discriminant: tag === undefined ? undefined : memberOf(tag), variants };
}

/** A type argument of a template or generic by its position or name. */
export function typeArgument(type: Type, which: number | string): Type | undefined {
  const parameters = type.die?.children.flatMap(child => (child.tag === DW_TAG.GNU_template_parameter_pack ? child.children : [child])).filter(child => child.tag === DW_TAG.template_type_parameter) ?? [];
  const die = typeof which === 'number' ? parameters[which] : parameters.find(child => child.name === which);
  return die?.type === undefined ? undefined : typeOf(die.type);
}

/** The alignment that C's rules give a type. */
export function alignmentOf(type: Type, depth = 0): number {
  const real = resolved(type);
  if (depth > 16) return 1;
  switch (real.kind) {
    case 'struct': return Math.max(1, ...real.members().map(member => alignmentOf(member.type, depth + 1)));
    case 'array': return alignmentOf(real.element, depth + 1);
    default: return Math.max(1, Math.min(16, real.size));
  }
}

/** Whether values of a type are handed on by their address: all structures but those of one number alone (the C ABI of WebAssembly). */
export function isPassedByAddress(type: Type, depth = 0): boolean {
  const real = resolved(type);
  if (real.kind === 'array') return real.count !== 1 || isPassedByAddress(real.element, depth + 1);
  if (real.kind !== 'struct') return false;
  // C++ says it itself: 5 is DW_CC_pass_by_reference.
  if (real.die?.number(DW_AT.calling_convention) === 5) return true;
  const members = real.members();
  const [only] = members;
  return members.length !== 1 || only === undefined || real.keyword === 'union' || depth > 16 || isPassedByAddress(only.type, depth + 1);
}
