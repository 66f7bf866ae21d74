import { DW_AT, DW_TAG } from '../../dwarf/constants';
import type { Die } from '../../dwarf/die';
import { guard, type Program, type SourceFrame } from '../../dwarf/program';
import type { Scope } from '../expression/scope';
import { gone, locate, numberOf, type Location, type LocationFrame, type Machine, type RegisterKind } from '../values/location';
import { baseType, isPassedByAddress, typeOf, type Type } from '../values/type';
import { Value } from '../values/value';
import { DW_ATE } from '../../dwarf/constants';
import type { Target, TargetFrame } from '../target/target';

/** A line of the call stack: a source frame, or a machine frame that no debug information tells of. */
export interface StackEntry {
  readonly target: TargetFrame;
  /** Counted from the innermost machine frame. */
  readonly machine: number;
  readonly source: SourceFrame | undefined;
  readonly name: string;
}

/** The call stack, innermost first, inlined functions as frames of their own. */
export function stackOf(program: Program, frames: readonly TargetFrame[]): StackEntry[] {
  return frames.flatMap((target, machine): StackEntry[] => {
    const sources = program.state === 'alive' ? program.framesAt(target.address) : [];
    if (sources.length === 0) return [{ target, machine, source: undefined, name: program.nameAt(target.address) ?? (target.functionName.replace(/^\$/, '') || '?') }];
    return sources.map(source => ({ target, machine, source, name: source.name === '' ? '?' : source.name }));
  });
}

/** A variable of a frame. */
export interface Variable {
  readonly name: string;
  readonly die: Die;
}

const isVariable = (die: Die): boolean => die.tag === DW_TAG.variable || die.tag === DW_TAG.formal_parameter;

/** Parameters and variables that can be seen at a frame's address; of the same name the innermost comes first. */
export function variablesOf(source: SourceFrame): Variable[] {
  const { instance } = source;
  const found: Variable[] = [];
  for (const block of [instance.die, ...instance.blocks]) {
    for (const die of guard(() => block.children) ?? []) {
      if (!isVariable(die)) continue;
      const name = guard(() => die.name);
      // A variable without a place is one that the optimizer removed; a declaration says where another one is.
      if (name === undefined || name === '' || die.flag(DW_AT.declaration)) continue;
      // `__range1` and its kin, which the compiler made.
      if (name.startsWith('__') && guard(() => die.inherited(DW_AT.artificial)?.flag(DW_AT.artificial)) === true) continue;
      found.push({ name, die });
    }
  }
  return found;
}

/** The machine of a frame as values see it. */
export function machineOf(target: Target, frame: TargetFrame): Machine {
  const registers = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    register(kind, index) {
      const key = `${kind} ${index}`;
      let value = registers.get(key);
      if (value === undefined) registers.set(key, value = target.register(frame, kind, index));
      return value;
    },
    read: (address, length) => target.read(address, length),
  };
}

/** A structure that was handed over is where the register that is named as its place points to. */
function indirect(location: Location, type: Type): Location {
  return location.kind === 'bytes' && location.register === true && isPassedByAddress(type) ? { kind: 'memory', address: Number(numberOf(location.bytes) & 0xffffffffn) } : location;
}

/** Names, types and registers of a frame, for expressions. */
export class FrameScope implements Scope {
  readonly language;
  readonly machine: Machine;
  readonly #program: Program;
  readonly #target: Target;
  readonly #entry: StackEntry;

  constructor(program: Program, target: Target, entry: StackEntry) {
    this.#program = program;
    this.#target = target;
    this.#entry = entry;
    this.machine = machineOf(target, entry.target);
    this.language = entry.source?.code.unit.language ?? 'c';
  }

  get #frame(): LocationFrame | undefined {
    const { source, target } = this.#entry;
    return source === undefined ? undefined : { machine: this.machine, unit: source.code.unit, address: target.address, function: source.code.die };
  }

  /** The value of a variable of this frame, or of a global. */
  async valueOf(die: Die): Promise<Value> {
    const type: Type = die.type === undefined ? baseType('?', 0, DW_ATE.unsigned) : typeOf(die.type);
    const frame = this.#frame ?? { machine: this.machine, unit: die.unit, address: this.#entry.target.address, function: undefined };
    return new Value(type, indirect(await locate(die, { ...frame, unit: die.unit }), type), this.machine);
  }

  async lookup(name: string): Promise<Value | undefined> {
    const { source } = this.#entry;
    if (source !== undefined) {
      const local = variablesOf(source).reverse().find(variable => variable.name === name);
      if (local !== undefined) return this.valueOf(local.die);
      const self = name === 'this' || name === 'self' ? undefined : await this.#memberOfThis(name);
      if (self !== undefined) return self;
    }
    const global = this.global(name);
    if (global !== undefined) return this.valueOf(global);
    return this.#enumerator(name);
  }

  /** A member of the object whose method the frame is. */
  async #memberOfThis(name: string): Promise<Value | undefined> {
    const { source } = this.#entry;
    if (source?.code.unit.language !== 'c++') return undefined;
    const self = variablesOf(source).find(variable => variable.name === 'this');
    if (self === undefined) return undefined;
    const pointer = await this.valueOf(self.die);
    return pointer.location === gone ? undefined : (await pointer.target()).member(name);
  }

  /** A global by its plain or qualified name, this unit's own first. */
  global(name: string): Die | undefined {
    const own = this.#entry.source?.code.unit;
    const last = name.slice(name.lastIndexOf(':') + 1);
    for (const unit of own === undefined ? this.#program.units : [own, ...this.#program.units.filter(other => other !== own)]) {
      for (const die of guard(() => [...unit.withTag(DW_TAG.variable, DW_TAG.member)]) ?? []) {
        const matches = guard(() => die.name === last && (die.has(DW_AT.location) || die.has(DW_AT.const_value)) && (name === last || die.qualifiedName?.endsWith(name) === true));
        if (matches === true) return die;
      }
    }
    return undefined;
  }

  /** A constant of an enum by its plain or qualified name. */
  #enumerator(name: string): Value | undefined {
    const last = name.slice(name.lastIndexOf(':') + 1);
    const unit = this.#entry.source?.code.unit;
    if (unit === undefined) return undefined;
    for (const die of guard(() => [...unit.withTag(DW_TAG.enumerator)]) ?? []) {
      if (guard(() => die.name) !== last) continue;
      const parent = die.parent;
      const raw = die.raw(DW_AT.const_value)?.value;
      if (parent === undefined || (typeof raw !== 'number' && typeof raw !== 'bigint')) continue;
      if (name !== last && guard(() => `::${parent.qualifiedName ?? ''}::${last}`.endsWith(`::${name}`)) !== true) continue;
      const type = typeOf(parent);
      const bytes = new Uint8Array(new BigInt64Array([BigInt.asIntN(64, BigInt(raw))]).buffer).slice(0, type.size);
      return new Value(type, { kind: 'bytes', bytes }, this.machine);
    }
    return undefined;
  }

  names(): readonly string[] {
    const { source } = this.#entry;
    if (source === undefined) return [];
    const locals = variablesOf(source).reverse().map(variable => variable.name);
    const globals = this.#program.globalsOf(source.code.unit).map(die => guard(() => die.name) ?? '');
    const constants = (guard(() => [...source.code.unit.withTag(DW_TAG.enumerator)]) ?? []).map(die => guard(() => die.name) ?? '');
    return [...new Set([...locals, ...globals, ...constants])].filter(name => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name));
  }

  type(name: string): Type | undefined {
    const last = name.replace(/<.*$/s, '').slice(name.replace(/<.*$/s, '').lastIndexOf(':') + 1);
    const unit = this.#entry.source?.code.unit;
    if (unit === undefined) return undefined;
    const tags = [DW_TAG.structure_type, DW_TAG.class_type, DW_TAG.union_type, DW_TAG.enumeration_type, DW_TAG.typedef, DW_TAG.base_type];
    for (const die of guard(() => [...unit.withTag(...tags)]) ?? []) {
      const own = guard(() => die.name);
      if (own === undefined || !(own === name || own.replace(/<.*$/s, '') === last)) continue;
      const type = typeOf(die);
      if (own === name || type.name === name || type.name.endsWith('::' + name)) return type;
    }
    return undefined;
  }

  async register(kind: string, index: number): Promise<Value | undefined> {
    if (kind !== 'local' && kind !== 'global' && kind !== 'stack') return undefined;
    const of: RegisterKind = kind;
    const bytes = await this.machine.register(of, index);
    if (bytes === undefined) return undefined;
    const registers = await this.#target.registers(this.#entry.target, of);
    const type = registers[index]?.type ?? 'i32';
    const size = bytes.length;
    return new Value(baseType(type, size, type.startsWith('f') ? DW_ATE.float : DW_ATE.signed), { kind: 'bytes', bytes }, this.machine);
  }

  write(address: number, bytes: Uint8Array): Promise<void> {
    return this.#target.write(address, bytes);
  }
}
