import * as l10n from '@vscode/l10n';
import type { Op } from '../instructions';

/** What each instruction does that is not one of a family. */
const whole = (): Readonly<Record<string, string>> => ({
  unreachable: l10n.t('Traps, always.'), nop: l10n.t('Does nothing.'),
  block: l10n.t('A sequence of instructions; a branch to it goes on behind its end.'),
  loop: l10n.t('A sequence of instructions; a branch to it goes back to its start.'),
  if: l10n.t('Takes a condition: what is not 0 runs the first part, 0 the part behind else.'),
  else: l10n.t('Starts the part of an if that runs when the condition is 0.'), end: l10n.t('Ends a block.'),
  try: l10n.t('A block of the old exceptions; try_table took its place.'), catch: l10n.t('Handles exceptions of a tag.'), catch_all: l10n.t('Handles all exceptions.'), delegate: l10n.t('Hands exceptions on to an outer block.'),
  rethrow: l10n.t('Throws the exception of a catch clause again.'),
  throw: l10n.t('Throws an exception of a tag, with the values that the tag takes.'), throw_ref: l10n.t('Throws an exception again that was caught as a reference.'),
  try_table: l10n.t('A block whose exceptions branch to labels, as its catch clauses say.'),
  br: l10n.t('Branches to a label.'), br_if: l10n.t('Branches to a label if the value is not 0.'),
  br_table: l10n.t('Branches to one of several labels: the value says which; the last is for all that is out of range.'),
  return: l10n.t('Returns from the function.'), call: l10n.t('Calls a function.'),
  call_indirect: l10n.t('Calls the function at an index of a table; traps if its type is another.'),
  return_call: l10n.t('Calls a function in place of this one: its results are ours (a tail call).'),
  return_call_indirect: l10n.t('Calls the function at an index of a table in place of this one (a tail call).'),
  call_ref: l10n.t('Calls a function reference; traps if it is null.'), return_call_ref: l10n.t('Calls a function reference in place of this function (a tail call).'),
  drop: l10n.t('Throws a value away.'), select: l10n.t('Takes two values and a condition: gives the first if the condition is not 0, else the second.'),
  'local.get': l10n.t('Reads a local.'), 'local.set': l10n.t('Sets a local.'), 'local.tee': l10n.t('Sets a local and leaves the value on the stack.'),
  'global.get': l10n.t('Reads a global.'), 'global.set': l10n.t('Sets a mutable global.'),
  'table.get': l10n.t('Reads an element of a table; traps out of bounds.'), 'table.set': l10n.t('Sets an element of a table; traps out of bounds.'),
  'table.size': l10n.t('The number of elements of a table.'), 'table.grow': l10n.t('Adds elements to a table: gives its size before, or -1.'),
  'table.fill': l10n.t('Sets a range of a table to one value.'), 'table.copy': l10n.t('Copies a range of a table.'), 'table.init': l10n.t('Copies a range of an element segment into a table.'),
  'elem.drop': l10n.t('Lets an element segment go: it is empty from here on.'), 'data.drop': l10n.t('Lets a data segment go: it is empty from here on.'),
  'memory.size': l10n.t('The size of a memory in pages (64 KiB unless it says otherwise).'), 'memory.grow': l10n.t('Adds pages to a memory: gives its size before, or -1.'),
  'memory.fill': l10n.t('Sets a range of memory to one byte: address, byte, length.'), 'memory.copy': l10n.t('Copies memory: destination, source, length; the ranges may overlap.'),
  'memory.init': l10n.t('Copies a range of a data segment into memory: destination, place in the segment, length.'),
  'memory.atomic.notify': l10n.t('Wakes threads that wait at an address: at most as many as said; gives how many.'),
  'memory.atomic.wait32': l10n.t('Waits at an address while it holds a value, up to a timeout in nanoseconds (-1: for ever). Gives 0 when woken, 1 when the value is another, 2 on a timeout.'),
  'memory.atomic.wait64': l10n.t('Waits at an address while it holds a value, up to a timeout in nanoseconds (-1: for ever). Gives 0 when woken, 1 when the value is another, 2 on a timeout.'),
  'atomic.fence': l10n.t('Keeps memory accesses before it before those behind it.'),
  'ref.null': l10n.t('A null reference.'), 'ref.is_null': l10n.t('1 if the reference is null, else 0.'), 'ref.func': l10n.t('A reference to a function.'), 'ref.eq': l10n.t('1 if both references are the same, else 0.'),
  'ref.as_non_null': l10n.t('The same reference as one that is not null; traps if it is.'), br_on_null: l10n.t('Branches if the reference is null; else leaves it.'), br_on_non_null: l10n.t('Branches with the reference if it is not null.'),
  'ref.test': l10n.t('1 if the reference is of a type, else 0.'), 'ref.cast': l10n.t('The reference as one of a type; traps if it is of another.'),
  br_on_cast: l10n.t('Branches if the reference is of a type.'), br_on_cast_fail: l10n.t('Branches if the reference is not of a type.'),
  'ref.i31': l10n.t('A reference that holds 31 bits of a number.'), 'i31.get_s': l10n.t('The number in an i31 reference, signed.'), 'i31.get_u': l10n.t('The number in an i31 reference, unsigned.'),
  'any.convert_extern': l10n.t('The host\'s reference as one of ours.'), 'extern.convert_any': l10n.t('Our reference as one of the host\'s.'),
  'struct.new': l10n.t('A new struct from the values of its fields.'), 'struct.new_default': l10n.t('A new struct whose fields are zero or null.'),
  'struct.get': l10n.t('Reads a field of a struct; traps on null.'), 'struct.get_s': l10n.t('Reads a packed field of a struct, signed.'), 'struct.get_u': l10n.t('Reads a packed field of a struct, unsigned.'), 'struct.set': l10n.t('Sets a field of a struct; traps on null.'),
  'array.new': l10n.t('A new array: the value of all elements, and their number.'), 'array.new_default': l10n.t('A new array of zeros or nulls.'), 'array.new_fixed': l10n.t('A new array from values on the stack.'),
  'array.new_data': l10n.t('A new array from a data segment: offset and length.'), 'array.new_elem': l10n.t('A new array from an element segment: offset and length.'),
  'array.get': l10n.t('Reads an element of an array; traps out of bounds.'), 'array.get_s': l10n.t('Reads a packed element of an array, signed.'), 'array.get_u': l10n.t('Reads a packed element of an array, unsigned.'),
  'array.set': l10n.t('Sets an element of an array; traps out of bounds.'), 'array.len': l10n.t('The number of elements of an array.'), 'array.fill': l10n.t('Sets a range of an array to one value.'), 'array.copy': l10n.t('Copies elements from one array to another.'),
  'array.init_data': l10n.t('Copies a range of a data segment into an array.'), 'array.init_elem': l10n.t('Copies a range of an element segment into an array.'),
  'struct.new_desc': l10n.t('A new struct with a descriptor.'), 'struct.new_default_desc': l10n.t('A new struct of defaults, with a descriptor.'), 'ref.get_desc': l10n.t('The descriptor of a struct.'),
  'ref.cast_desc_eq': l10n.t('The reference, if it has this descriptor; else traps.'), br_on_cast_desc_eq: l10n.t('Branches if the reference has this descriptor.'), br_on_cast_desc_eq_fail: l10n.t('Branches if the reference does not have this descriptor.'),
  'i64.add128': l10n.t('Sum of two numbers of 128 bits, each as low and high half.'), 'i64.sub128': l10n.t('Difference of two numbers of 128 bits, each as low and high half.'),
  'i64.mul_wide_s': l10n.t('Product of two signed numbers of 64 bits as low and high half.'), 'i64.mul_wide_u': l10n.t('Product of two unsigned numbers of 64 bits as low and high half.'),
  'i8x16.shuffle': l10n.t('Picks 16 of the 32 bytes of two vectors, as its numbers say.'), 'i8x16.swizzle': l10n.t('Picks bytes of a vector by the numbers in another; out of range is 0.'),
  'v128.any_true': l10n.t('1 if any bit is set, else 0.'), 'v128.bitselect': l10n.t('Each bit from the first vector where the mask has a 1, else from the second.'), 'v128.andnot': l10n.t('Bits of the first that the second has not.'),
});

/** What the last part of a name means: `add` of `i32.add`. Tried in order. */
const families = (): readonly (readonly [RegExp, string])[] => [
  [/\.const$/, l10n.t('A constant.')],
  [/atomic\.rmw\d*\.cmpxchg/, l10n.t('Atomically: if memory holds the first value, stores the second. Gives what was there.')],
  [/atomic\.rmw\d*\.xchg/, l10n.t('Atomically stores a value and gives what was there.')],
  [/atomic\.rmw/, l10n.t('Atomically reads memory, computes with the value, stores the result; gives what was there.')],
  [/atomic\.load/, l10n.t('Reads memory atomically.')], [/atomic\.store/, l10n.t('Writes memory atomically.')],
  [/\.load\d+x\d+_[su]$/, l10n.t('Reads 8 bytes of memory and widens each lane.')], [/\.load\d+_splat$/, l10n.t('Reads one lane from memory into all lanes.')],
  [/\.load\d+_zero$/, l10n.t('Reads the lowest lane from memory; the others are 0.')], [/\.load\d+_lane$/, l10n.t('Reads one lane of a vector from memory.')], [/\.store\d+_lane$/, l10n.t('Writes one lane of a vector to memory.')],
  [/\.load\d+_s$/, l10n.t('Reads fewer bytes of memory, extended with the sign.')], [/\.load\d+_u$/, l10n.t('Reads fewer bytes of memory, extended with zeros.')], [/\.load$/, l10n.t('Reads memory at address + offset; traps out of bounds.')],
  [/\.store\d+$/, l10n.t('Writes the low bytes of a value to memory.')], [/\.store$/, l10n.t('Writes memory at address + offset; traps out of bounds.')],
  [/\.splat$/, l10n.t('A vector with one value in all lanes.')], [/extract_lane/, l10n.t('The value of one lane.')], [/replace_lane$/, l10n.t('The vector with another value in one lane.')],
  [/all_true$/, l10n.t('1 if no lane is 0, else 0.')], [/bitmask$/, l10n.t('The top bit of each lane, as bits of a number.')], [/narrow/, l10n.t('Narrows the lanes of two vectors into one, with saturation.')],
  [/extmul_(low|high)/, l10n.t('Multiplies one half of the lanes into lanes of twice the width.')], [/extend_(low|high)/, l10n.t('Widens one half of the lanes.')], [/extadd_pairwise/, l10n.t('Adds neighbouring lanes into lanes of twice the width.')],
  [/dot_/, l10n.t('Multiplies lanes and adds neighbouring products.')], [/q15mulr/, l10n.t('Product of fixed-point numbers (Q15), rounded and saturated.')], [/relaxed_madd$/, l10n.t('a * b + c; whether rounded once or twice is up to the machine.')], [/relaxed_nmadd$/, l10n.t('-(a * b) + c; whether rounded once or twice is up to the machine.')],
  [/laneselect$/, l10n.t('Lanes of the first vector where the mask is set, else of the second.')], [/relaxed_swizzle$/, l10n.t('Picks bytes of a vector; what is out of range is up to the machine.')],
  [/avgr_u$/, l10n.t('Average of the lanes, rounded up.')], [/add_sat/, l10n.t('Sum of the lanes, kept in range.')], [/sub_sat/, l10n.t('Difference of the lanes, kept in range.')],
  [/trunc_sat|relaxed_trunc/, l10n.t('To an integer, towards zero; what is out of range becomes the nearest one, NaN 0.')], [/\.trunc_/, l10n.t('To an integer, towards zero; traps if it does not fit.')],
  [/\.convert_/, l10n.t('To a floating-point number, rounded to the nearest.')], [/wrap_i64$/, l10n.t('The low 32 bits.')], [/extend_i32_s$|extend\d+_s$/, l10n.t('Extended with the sign.')], [/extend_i32_u$/, l10n.t('Extended with zeros.')],
  [/demote/, l10n.t('To the shorter floating-point type, rounded.')], [/promote/, l10n.t('To the longer floating-point type, exactly.')], [/reinterpret/, l10n.t('The same bits as another type.')],
  [/\.eqz$/, l10n.t('1 if the value is 0, else 0.')], [/\.eq$/, l10n.t('Whether both are equal.')], [/\.ne$/, l10n.t('Whether they differ.')],
  [/\.lt(_[su])?$/, l10n.t('Whether the first is less.')], [/\.gt(_[su])?$/, l10n.t('Whether the first is greater.')], [/\.le(_[su])?$/, l10n.t('Whether the first is less or equal.')], [/\.ge(_[su])?$/, l10n.t('Whether the first is greater or equal.')],
  [/\.clz$/, l10n.t('The number of leading zero bits.')], [/\.ctz$/, l10n.t('The number of trailing zero bits.')], [/\.popcnt$/, l10n.t('The number of bits that are 1.')],
  [/\.add$/, l10n.t('Sum.')], [/\.sub$/, l10n.t('Difference.')], [/\.mul$/, l10n.t('Product.')], [/\.div_[su]$/, l10n.t('Quotient, towards zero; traps on division by 0 and overflow.')], [/\.div$/, l10n.t('Quotient.')], [/\.rem_[su]$/, l10n.t('Remainder; traps on division by 0.')],
  [/\.and$/, l10n.t('Bits that both have.')], [/\.or$/, l10n.t('Bits that either has.')], [/\.xor$/, l10n.t('Bits in which they differ.')], [/\.not$/, l10n.t('All bits turned over.')],
  [/\.shl$/, l10n.t('Shifted left.')], [/\.shr_s$/, l10n.t('Shifted right, with the sign.')], [/\.shr_u$/, l10n.t('Shifted right, with zeros.')], [/\.rotl$/, l10n.t('Rotated left.')], [/\.rotr$/, l10n.t('Rotated right.')],
  [/\.abs$/, l10n.t('Absolute value.')], [/\.neg$/, l10n.t('Negated.')], [/\.ceil$/, l10n.t('Rounded up.')], [/\.floor$/, l10n.t('Rounded down.')], [/\.trunc$/, l10n.t('Rounded towards zero.')], [/\.nearest$/, l10n.t('Rounded to the nearest, ties to even.')], [/\.sqrt$/, l10n.t('Square root.')],
  [/p?min(_[su])?$/, l10n.t('The lesser one.')], [/p?max(_[su])?$/, l10n.t('The greater one.')], [/\.copysign$/, l10n.t('The first with the sign of the second.')],
];

let texts: { readonly whole: ReturnType<typeof whole>; readonly families: ReturnType<typeof families> } | undefined;

/** What an instruction does, in a sentence. */
export function instructionText(op: Op): string {
  texts ??= { whole: whole(), families: families() };
  return texts.whole[op.name] ?? texts.families.find(([pattern]) => pattern.test(op.name))?.[1] ?? '';
}

const letters: Readonly<Record<string, string>> = { i: 'i32', l: 'i64', f: 'f32', d: 'f64', v: 'v128', a: 'i32' };

/** What an instruction takes and gives, where its name alone says that: `[i32 i32] → [i32]`. An address is i64 in a memory of 64 bits. */
export function instructionSignature(op: Op): string | undefined {
  if (op.params === undefined) return undefined;
  let made = signatures.get(op);
  if (made === undefined) signatures.set(op, made = `${typeList(op.params)} → ${typeList(op.results)}`);
  return made;
}

/** Completion asks for all of them at every word. */
const signatures = new Map<Op, string>();
const typeList = (list: string): string => `[${Array.from(list, letter => letters[letter] ?? '?').join(' ')}]`;
