import { DW_AT, DW_FORM, DW_OP } from '../../dwarf/constants';
import { Cursor, DwarfError } from '../../dwarf/cursor';
import type { Die } from '../../dwarf/die';
import type { Unit } from '../../dwarf/unit';

/** Where a value is. Addresses are of the guest's linear memory. */
export type Location =
  | { readonly kind: 'memory'; readonly address: number }
  /** `register` where a register alone is named: of a structure it holds the address (see `indirect` in the adapter's frames). */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly register?: boolean }
  /** Parts in order; `gone` parts are holes that the optimizer left. */
  | { readonly kind: 'pieces'; readonly pieces: readonly { readonly location: Location; readonly size: number }[] }
  | { readonly kind: 'gone' };

export type RegisterKind = 'local' | 'global' | 'stack';

/** What the reading of locations asks of a stopped program. */
export interface Machine {
  /** The little-endian bytes of a register of the frame: 4, 8 or 16; undefined where the engine has none such. */
  register(kind: RegisterKind, index: number): Promise<Uint8Array | undefined>;
  /** Throws when the range is beyond the memory. */
  read(address: number, length: number): Promise<Uint8Array>;
}

/** A frame as expressions see it. */
export interface LocationFrame {
  readonly machine: Machine;
  readonly unit: Unit;
  /** Relative to the code section. */
  readonly address: number;
  /** The function whose frame base counts. */
  readonly function: Die | undefined;
}

export const gone: Location = { kind: 'gone' };

/** Where the variable or parameter of a DIE is now; `gone` where the optimizer removed it. */
export async function locate(die: Die, frame: LocationFrame): Promise<Location> {
  const own = die.inherited(DW_AT.location);
  const raw = (die.has(DW_AT.location) ? die : own)?.raw(DW_AT.location);
  try {
    if (raw !== undefined) {
      const expression = expressionAt(raw.form, raw.value, frame.unit, frame.address);
      return expression === undefined || expression.length === 0 ? gone : await runLocation(expression, frame);
    }
    const constant = die.inherited(DW_AT.const_value)?.raw(DW_AT.const_value)?.value;
    if (constant instanceof Uint8Array) return { kind: 'bytes', bytes: constant };
    if (typeof constant === 'number' || typeof constant === 'bigint') return { kind: 'bytes', bytes: bytesOf(BigInt(constant), 8) };
    if (typeof constant === 'string') return { kind: 'bytes', bytes: new TextEncoder().encode(constant + '\0') };
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
  return gone;
}

/** The expression that holds at an address: an exprloc itself, or the entry of a location list (sections 2.6.2, 7.7.3). */
export function expressionAt(form: number, value: unknown, unit: Unit, address: number): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'number') return undefined;
  if (unit.header.version >= 5) {
    const section = unit.data.section('.debug_loclists');
    if (section === undefined) return undefined;
    let offset = value;
    if (form === DW_FORM.loclistx) {
      const base = unit.base(DW_AT.loclists_base);
      offset = base + new Cursor(section, base + value * (unit.header.is64 ? 8 : 4)).offset(unit.header.is64);
    }
    return fromNewList(new Cursor(section, offset), unit, address);
  }
  const section = unit.data.section('.debug_loc');
  return section === undefined ? undefined : fromOldList(new Cursor(section, value), unit, address);
}

function fromOldList(cursor: Cursor, unit: Unit, address: number): Uint8Array | undefined {
  const { addressSize } = unit.header;
  let base = unit.lowPc;
  for (;;) {
    const low = cursor.unsigned(addressSize);
    const high = cursor.unsigned(addressSize);
    if (low === 0 && high === 0) return undefined;
    unit.data.budget.spend(1);
    if (low === 2 ** (8 * addressSize) - 1) {
      base = high;
      continue;
    }
    const expression = cursor.block(cursor.u16());
    if (address >= base + low && address < base + high) return expression;
  }
}

function fromNewList(cursor: Cursor, unit: Unit, address: number): Uint8Array | undefined {
  const { addressSize } = unit.header;
  let base = unit.lowPc;
  let fallback: Uint8Array | undefined;
  const indexed = (): number => unit.data.addressAt(unit, cursor.uleb()) ?? 0;
  for (;;) {
    const kind = cursor.u8();
    unit.data.budget.spend(1);
    let low: number;
    let high: number;
    switch (kind) {
      case 0: return fallback;
      case 1: base = indexed(); continue;
      case 2: low = indexed(); high = indexed(); break;
      case 3: low = indexed(); high = low + cursor.uleb(); break;
      case 4: low = base + cursor.uleb(); high = base + cursor.uleb(); break;
      case 5: fallback = cursor.block(cursor.uleb()); continue;
      case 6: base = cursor.unsigned(addressSize); continue;
      case 7: low = cursor.unsigned(addressSize); high = cursor.unsigned(addressSize); break;
      case 8: low = cursor.unsigned(addressSize); high = low + cursor.uleb(); break;
      default: throw new DwarfError('location list entry is unknown');
    }
    const expression = cursor.block(cursor.uleb());
    if (address >= low && address < high) return expression;
  }
}

const mask = (1n << 64n) - 1n;
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);

/** The low `size` bytes of a number, lowest first. */
export function bytesOf(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0, left = value & ((1n << BigInt(8 * size)) - 1n); i < size; i++, left >>= 8n) bytes[i] = Number(left & 0xffn);
  return bytes;
}

/** The number that bytes stand for, lowest first. */
export function numberOf(bytes: Uint8Array, isSigned = false): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return isSigned ? BigInt.asIntN(8 * bytes.length, value) : value;
}

/** Runs a location description (section 2.5, 2.6). Throws DwarfError for one that is malformed or runs too long. */
export async function runLocation(expression: Uint8Array, frame: LocationFrame, depth = 0): Promise<Location> {
  if (depth > 4) throw new DwarfError('location is too deep');
  const stack: bigint[] = [];
  const pieces: { location: Location; size: number }[] = [];
  let current: Location | undefined;
  const cursor = new Cursor(expression);
  const pop = (): bigint => {
    const value = stack.pop();
    if (value === undefined) throw new DwarfError('location stack is empty');
    return value;
  };
  const take = (): Location => {
    if (current !== undefined) return current;
    const address = stack.pop();
    return address === undefined ? gone : { kind: 'memory', address: Number(address & 0xffffffffn) };
  };
  for (let steps = 0; cursor.more; steps++) {
    if (steps > 10_000 || stack.length > 1000) throw new DwarfError('location does not end');
    const op = cursor.u8();
    if (op >= DW_OP.lit0 && op <= DW_OP.lit31) {
      stack.push(BigInt(op - DW_OP.lit0));
      continue;
    }
    switch (op) {
      case DW_OP.addr: {
        const at = cursor.unsigned(frame.unit.header.addressSize);
        // What a linker writes for data that it has removed.
        if (at >= 0xfffffffe) return gone;
        stack.push(BigInt(at));
        break;
      }
      case DW_OP.addrx: case DW_OP.constx: {
        const at = frame.unit.data.addressAt(frame.unit, cursor.uleb());
        if (at === undefined) return gone;
        stack.push(BigInt(at));
        break;
      }
      case DW_OP.const1u: stack.push(BigInt(cursor.u8())); break;
      case DW_OP.const1s: stack.push(BigInt(cursor.i8()) & mask); break;
      case DW_OP.const2u: stack.push(BigInt(cursor.u16())); break;
      case DW_OP.const2s: stack.push(BigInt(cursor.i16()) & mask); break;
      case DW_OP.const4u: stack.push(BigInt(cursor.u32())); break;
      case DW_OP.const4s: stack.push(BigInt(cursor.i32()) & mask); break;
      case DW_OP.const8u: case DW_OP.const8s: stack.push(cursor.u64()); break;
      case DW_OP.constu: stack.push(BigInt(cursor.ulebExact())); break;
      case DW_OP.consts: stack.push(BigInt(cursor.slebExact()) & mask); break;
      case DW_OP.dup: { const value = pop(); stack.push(value, value); break; }
      case DW_OP.drop: pop(); break;
      case DW_OP.over: case DW_OP.pick: {
        const value = stack[stack.length - 1 - (op === DW_OP.over ? 1 : cursor.u8())];
        if (value === undefined) throw new DwarfError('location stack is empty');
        stack.push(value);
        break;
      }
      case DW_OP.swap: { const a = pop(); const b = pop(); stack.push(a, b); break; }
      case DW_OP.rot: { const a = pop(); const b = pop(); const c = pop(); stack.push(a, c, b); break; }
      case DW_OP.deref: stack.push(numberOf(await readMemory(frame, pop(), frame.unit.header.addressSize))); break;
      case DW_OP.deref_size: { const size = cursor.u8(); stack.push(numberOf(await readMemory(frame, pop(), Math.min(8, size)))); break; }
      case DW_OP.deref_type: { const size = cursor.u8(); cursor.skipLeb(); stack.push(numberOf(await readMemory(frame, pop(), Math.min(8, size)))); break; }
      case DW_OP.abs: { const value = signed(pop()); stack.push((value < 0n ? -value : value) & mask); break; }
      case DW_OP.neg: stack.push(-pop() & mask); break;
      case DW_OP.not: stack.push(~pop() & mask); break;
      case DW_OP.plus_uconst: stack.push((pop() + BigInt(cursor.ulebExact())) & mask); break;
      case DW_OP.and: case DW_OP.or: case DW_OP.xor: case DW_OP.plus: case DW_OP.minus: case DW_OP.mul: case DW_OP.div: case DW_OP.mod: case DW_OP.shl:
      case DW_OP.shr: case DW_OP.shra: case DW_OP.eq: case DW_OP.ne: case DW_OP.lt: case DW_OP.le: case DW_OP.gt: case DW_OP.ge: {
        const right = pop();
        stack.push(binary(op, pop(), right));
        break;
      }
      case DW_OP.skip: { const by = cursor.i16(); jump(cursor, by); break; }
      case DW_OP.bra: { const by = cursor.i16(); if (pop() !== 0n) jump(cursor, by); break; }
      case DW_OP.nop: break;
      case DW_OP.fbreg: {
        const offset = BigInt(cursor.slebExact());
        const base = await frameBase(frame, depth);
        if (base === undefined) return gone;
        stack.push((base + offset) & mask);
        break;
      }
      case DW_OP.call_frame_cfa: {
        const base = await frameBase(frame, depth);
        if (base === undefined) return gone;
        stack.push(base);
        break;
      }
      case DW_OP.WASM_location: {
        const kind = cursor.u8();
        const index = kind === 3 ? cursor.u32() : cursor.uleb();
        const bytes = await frame.machine.register(kind === 0 ? 'local' : kind === 2 ? 'stack' : 'global', index);
        if (bytes === undefined) return gone;
        // Last, or before a piece, the register is the place itself; stack_value after it says the same; else its number goes on.
        const next = expression[cursor.at];
        if (next === undefined || next === DW_OP.piece || next === DW_OP.bit_piece || next === DW_OP.stack_value) current = { kind: 'bytes', bytes, ...(next === undefined ? { register: true } : {}) };
        if (next === DW_OP.stack_value) cursor.u8();
        stack.push(numberOf(bytes) & mask);
        break;
      }
      case DW_OP.stack_value: current = { kind: 'bytes', bytes: bytesOf(pop(), 8) }; break;
      case DW_OP.implicit_value: current = { kind: 'bytes', bytes: cursor.block(cursor.uleb()) }; break;
      case DW_OP.piece: {
        const size = cursor.uleb();
        if (size > 1 << 20 || pieces.length > 4096) throw new DwarfError('location has too many parts');
        pieces.push({ location: take(), size });
        current = undefined;
        stack.length = 0;
        break;
      }
      case DW_OP.LLVM_convert: case DW_OP.convert: case DW_OP.reinterpret: cursor.skipLeb(); break;
      // The caller's registers at its call are not kept by the engine: no value.
      case DW_OP.entry_value: case DW_OP.GNU_entry_value: case DW_OP.implicit_pointer: case DW_OP.bit_piece: return gone;
      default: throw new DwarfError(`location operation 0x${op.toString(16)} is unknown`);
    }
  }
  if (pieces.length > 0) return { kind: 'pieces', pieces };
  return take();
}

async function readMemory(frame: LocationFrame, address: bigint, size: number): Promise<Uint8Array> {
  try {
    return await frame.machine.read(Number(address & 0xffffffffn), size);
  } catch {
    throw new DwarfError('location is beyond the memory');
  }
}

function jump(cursor: Cursor, by: number): void {
  const to = cursor.at + by;
  if (to < 0 || to > cursor.end) throw new DwarfError('location jumps out');
  cursor.at = to;
}

function binary(op: number, left: bigint, right: bigint): bigint {
  const a = signed(left);
  const b = signed(right);
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  switch (op) {
    case DW_OP.and: return left & right;
    case DW_OP.or: return left | right;
    case DW_OP.xor: return left ^ right;
    case DW_OP.plus: return (left + right) & mask;
    case DW_OP.minus: return (left - right) & mask;
    case DW_OP.mul: return (left * right) & mask;
    case DW_OP.div: if (b === 0n) throw new DwarfError('location divides by zero'); return (a / b) & mask;
    case DW_OP.mod: if (right === 0n) throw new DwarfError('location divides by zero'); return left % right;
    case DW_OP.shl: return right > 63n ? 0n : (left << right) & mask;
    case DW_OP.shr: return right > 63n ? 0n : left >> right;
    case DW_OP.shra: return (a >> (right > 63n ? 63n : right)) & mask;
    case DW_OP.eq: return truth(a === b);
    case DW_OP.ne: return truth(a !== b);
    case DW_OP.lt: return truth(a < b);
    case DW_OP.le: return truth(a <= b);
    case DW_OP.gt: return truth(a > b);
    default: return truth(a >= b);
  }
}

/** The address that DW_OP_fbreg counts from. A register as frame base holds the address. */
async function frameBase(frame: LocationFrame, depth: number): Promise<bigint | undefined> {
  const raw = frame.function?.raw(DW_AT.frame_base);
  const expression = raw === undefined ? undefined : expressionAt(raw.form, raw.value, frame.unit, frame.address);
  if (expression === undefined) return undefined;
  const location = await runLocation(expression, frame, depth + 1);
  if (location.kind === 'memory') return BigInt(location.address);
  return location.kind === 'bytes' ? numberOf(location.bytes.subarray(0, 8)) & 0xffffffffn : undefined;
}
