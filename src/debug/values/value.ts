import * as l10n from '@vscode/l10n';
import { gone, numberOf, type Location, type Machine } from './location';
import { isFloat, isSignedType, resolved, type Member, type Type, type Variant } from './type';

/** A value can't be had; the message is for people. */
export class NoValue extends Error {}

/** The optimizer left no trace of a value. */
export class Gone extends NoValue {
  constructor() {
    super(l10n.t('optimized out'));
  }
}

/** A typed place of a stopped program; reading is lazy. */
export class Value {
  readonly type: Type;
  readonly location: Location;
  readonly machine: Machine;
  readonly bits: { readonly shift: number; readonly size: number } | undefined;

  constructor(type: Type, location: Location, machine: Machine, bits?: Value['bits']) {
    this.type = type;
    this.location = location;
    this.machine = machine;
    this.bits = bits;
  }

  get real(): Type {
    return resolved(this.type);
  }

  get address(): number | undefined {
    return this.location.kind === 'memory' ? this.location.address : undefined;
  }

  /** The bytes of the value, at most `limit` of them. Throws NoValue. */
  async bytes(limit = this.type.size): Promise<Uint8Array> {
    return readLocation(this.location, Math.min(limit, this.type.size), this.machine);
  }

  /** A part of the value under another type. */
  at(offset: number, type: Type, bits?: Value['bits']): Value {
    return new Value(type, slice(this.location, offset, type.size), this.machine, bits);
  }

  /** The same place as another type. */
  as(type: Type): Value {
    return this.at(0, type);
  }

  field(member: Member): Value {
    return this.at(member.offset, member.type, member.bits);
  }

  /** A member by name, looked for in unnamed members and bases too. */
  member(name: string, depth = 0): Value | undefined {
    const { real } = this;
    if (real.kind !== 'struct' || depth > 16) return undefined;
    const members = real.members();
    const own = members.find(member => member.name === name);
    if (own !== undefined) return this.field(own);
    for (const member of members) {
      if (member.isBase !== true && member.name !== '') continue;
      const inner = this.field(member).member(name, depth + 1);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }

  /** A number: exact for integers, pointers and enums; a float's own. Throws NoValue for structures. */
  async scalar(): Promise<bigint | number> {
    const { real } = this;
    if (real.kind === 'struct' || real.kind === 'array' || real.kind === 'unknown' || real.kind === 'function') throw new NoValue(l10n.t('not a number'));
    const bytes = await this.bytes();
    if (isFloat(real)) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (bytes.length === 4) return view.getFloat32(0, true);
      if (bytes.length === 8) return view.getFloat64(0, true);
      if (bytes.length === 16) return quadruple(bytes);
      throw new NoValue(l10n.t('float of unknown size'));
    }
    if (this.bits !== undefined) {
      const raw = (numberOf(bytes) >> BigInt(Math.max(0, this.bits.shift))) & ((1n << BigInt(this.bits.size)) - 1n);
      return isSignedType(real) ? BigInt.asIntN(this.bits.size, raw) : raw;
    }
    return numberOf(bytes, isSignedType(real));
  }

  /** The address that a pointer or reference holds. */
  async pointer(): Promise<number> {
    return Number(BigInt.asUintN(32, BigInt(await this.scalar())));
  }

  /** What a pointer leads to. Throws NoValue for void and function pointers. */
  async target(): Promise<Value> {
    const { real } = this;
    const type = real.kind === 'pointer' ? real.target() : undefined;
    if (type === undefined || resolved(type).kind === 'function') throw new NoValue(l10n.t('not a pointer to data'));
    return new Value(type, { kind: 'memory', address: await this.pointer() }, this.machine);
  }

  /** Element of an array, or of what a pointer leads to. */
  async element(index: number): Promise<Value> {
    const { real } = this;
    if (real.kind === 'array') return this.at(index * real.element.size, real.element);
    const first = await this.target();
    return first.at(index * first.type.size, first.type);
  }

  /** The alternative of a tagged union that is the present one. */
  async variant(): Promise<Variant | undefined> {
    const part = this.real.kind === 'struct' ? this.real.variants() : undefined;
    if (part === undefined) return undefined;
    const fallback = part.variants.find(variant => variant.discriminant === undefined);
    if (part.discriminant === undefined) return fallback ?? part.variants[0];
    const { size } = part.discriminant.type;
    const tag = BigInt.asUintN(64, numberOf(await this.field(part.discriminant).bytes()));
    return part.variants.find(variant => variant.discriminant !== undefined && BigInt.asUintN(8 * size, variant.discriminant) === tag) ?? fallback;
  }
}

/** The bytes at a location. Throws NoValue where a part is gone or beyond the memory. */
export async function readLocation(location: Location, size: number, machine: Machine): Promise<Uint8Array> {
  switch (location.kind) {
    case 'gone': throw new Gone();
    case 'memory': return machine.read(location.address, size);
    case 'bytes': {
      if (location.bytes.length >= size) return location.bytes.subarray(0, size);
      const wide = new Uint8Array(size);
      wide.set(location.bytes);
      return wide;
    }
    case 'pieces': {
      const whole = new Uint8Array(size);
      let at = 0;
      for (const piece of location.pieces) {
        if (at >= size) break;
        whole.set((await readLocation(piece.location, piece.size, machine)).subarray(0, size - at), at);
        at += piece.size;
      }
      if (at < size) throw new Gone();
      return whole;
    }
  }
}

function slice(location: Location, offset: number, size: number): Location {
  if (offset === 0 && location.kind !== 'pieces') return location;
  switch (location.kind) {
    case 'memory': return { kind: 'memory', address: location.address + offset };
    case 'bytes': return { kind: 'bytes', bytes: location.bytes.subarray(offset) };
    case 'gone': return gone;
    case 'pieces': {
      const parts: { location: Location; size: number }[] = [];
      let at = 0;
      for (const piece of location.pieces) {
        const from = Math.max(at, offset);
        const to = Math.min(at + piece.size, offset + size);
        if (from < to) parts.push({ location: slice(piece.location, from - at, to - from), size: to - from });
        at += piece.size;
      }
      const [only] = parts;
      if (only === undefined) return gone;
      return parts.length === 1 ? only.location : { kind: 'pieces', pieces: parts };
    }
  }
}

/** A `long double` of Wasm: IEEE 754 binary128, rounded to what a number holds. */
function quadruple(bytes: Uint8Array): number {
  const raw = numberOf(bytes);
  const sign = raw >> 127n === 0n ? 1 : -1;
  const exponent = Number((raw >> 112n) & 0x7fffn);
  const fraction = Number(raw & ((1n << 112n) - 1n)) / 2 ** 112;
  if (exponent === 0x7fff) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -1022 * 2 ** -1022 : sign * (1 + fraction) * 2 ** (exponent - 16383);
}
