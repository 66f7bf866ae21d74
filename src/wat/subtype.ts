import type { Model } from './model';
import {
  ANY, ARRAY, BOT, BOTHEAP, CONCRETE, CONT, EQ, EXN, EXTERN, FUNC, I31, NOCONT, NOEXN, NOEXTERN, NOFUNC, NONE, STRUCT, heapOf, isConcrete, isExact, isNullable, isRef,
  refType, type Composite, type FieldType, type TypeDef,
} from './types';

/** Which types are the same and which stand below which (spec: matching). Iso-recursive: groups of the same shape are the same. */
export class Subtypes {
  private readonly model: Model;
  /** For each type the first type that is the same. */
  private readonly canonical: number[] = [];
  private readonly shapes = new Map<string, number>();
  private groups = 0;

  constructor(model: Model) {
    this.model = model;
  }

  /** The first type that is the same as this one. */
  same(index: number): number {
    if (index >= this.canonical.length) this.extend();
    return this.canonical[index] ?? index;
  }

  private extend(): void {
    const { groups, types } = this.model;
    for (; this.groups < groups.length; this.groups++) {
      const group = groups[this.groups];
      if (group === undefined) break;
      const { start, size } = group;
      const key = Array.from({ length: size }, (_, i) => shape(types[start + i], index => (index >= start && index < start + size ? `r${index - start}` : String(this.canonical[index] ?? index)))).join(';');
      const known = this.shapes.get(key) ?? start;
      if (known === start) this.shapes.set(key, start);
      for (let i = 0; i < size; i++) this.canonical[start + i] = known + i;
    }
  }

  /** Whether value type `a` may stand where `b` is asked for. */
  matches(a: number, b: number): boolean {
    if (a === b || a === BOT) return true;
    if (!isRef(a) || !isRef(b)) return false;
    if (isNullable(a) && !isNullable(b)) return false;
    return this.heapMatches(a, b);
  }

  /** Whether the heap type of reference `a` is below that of `b`. */
  heapMatches(a: number, b: number): boolean {
    const low = heapOf(a);
    const high = heapOf(b);
    if (low === BOTHEAP) return true;
    if (isExact(b)) return isBottomOf(low, this.top(high)) || (isExact(a) && isConcrete(low) && this.same(low - CONCRETE) === this.same(high - CONCRETE));
    if (low === high) return true;
    if (isConcrete(high)) {
      if (isConcrete(low)) return this.indexMatches(low - CONCRETE, high - CONCRETE);
      return isBottomOf(low, this.top(high));
    }
    if (isConcrete(low)) {
      const kind = this.model.types[low - CONCRETE]?.composite.kind;
      return kind === 'func' ? high === FUNC : kind === 'cont' ? high === CONT : kind === 'struct' ? high === STRUCT || high === EQ || high === ANY : high === ARRAY || high === EQ || high === ANY;
    }
    switch (low) {
      case EQ: return high === ANY;
      case I31: case STRUCT: case ARRAY: return high === EQ || high === ANY;
      case NONE: return high === ANY || high === EQ || high === I31 || high === STRUCT || high === ARRAY;
      case NOFUNC: return high === FUNC;
      case NOEXTERN: return high === EXTERN;
      case NOEXN: return high === EXN;
      case NOCONT: return high === CONT;
      default: return false;
    }
  }

  /** Whether type `low` is `high` or declared below it. */
  indexMatches(low: number, high: number): boolean {
    const wanted = this.same(high);
    // Declared supertypes come before their subtypes, so that this ends; the bound is for modules that are wrong.
    for (let steps = 0, at: number | undefined = low; at !== undefined && at >= 0 && steps < 1000; steps++) {
      if (this.same(at) === wanted) return true;
      at = this.model.types[at]?.supers[0];
    }
    return false;
  }

  /** The top of the hierarchy that a heap type belongs to. */
  top(heap: number): number {
    if (isConcrete(heap)) {
      const kind = this.model.types[heap - CONCRETE]?.composite.kind;
      return kind === 'func' ? FUNC : kind === 'cont' ? CONT : ANY;
    }
    switch (heap) {
      case FUNC: case NOFUNC: return FUNC;
      case EXTERN: case NOEXTERN: return EXTERN;
      case EXN: case NOEXN: return EXN;
      case CONT: case NOCONT: return CONT;
      default: return ANY;
    }
  }

  /** What is left of `a` when a cast to `b` has failed (spec: difference). */
  difference(a: number, b: number): number {
    return isNullable(b) ? refType(heapOf(a), false, isExact(a)) : a;
  }

  /** Whether a declared subtype's shape fits its supertype's. */
  compositeMatches(a: Composite, b: Composite): boolean {
    if (a.kind === 'func' && b.kind === 'func') {
      return a.params.length === b.params.length && a.results.length === b.results.length
        && a.params.every((param, i) => this.matches(b.params[i] ?? BOT, param)) && a.results.every((result, i) => this.matches(result, b.results[i] ?? -1));
    }
    if (a.kind === 'struct' && b.kind === 'struct') {
      return a.fields.length >= b.fields.length && b.fields.every((field, i) => {
        const own = a.fields[i];
        return own !== undefined && this.fieldMatches(own, field);
      });
    }
    if (a.kind === 'array' && b.kind === 'array') return this.fieldMatches(a.element, b.element);
    return a.kind === 'cont' && b.kind === 'cont' && this.indexMatches(a.type, b.type);
  }

  private fieldMatches(a: FieldType, b: FieldType): boolean {
    if (a.mutable !== b.mutable) return false;
    return a.mutable ? this.matches(a.type, b.type) && this.matches(b.type, a.type) : this.matches(a.type, b.type);
  }
}

function isBottomOf(heap: number, top: number): boolean {
  return (heap === NONE && top === ANY) || (heap === NOFUNC && top === FUNC) || (heap === NOEXTERN && top === EXTERN) || (heap === NOEXN && top === EXN) || (heap === NOCONT && top === CONT);
}

function shape(type: TypeDef | undefined, ref: (index: number) => string): string {
  if (type === undefined) return '?';
  const value = (one: number): string => (isRef(one) && isConcrete(heapOf(one)) ? `${one & 63}:${ref(heapOf(one) - CONCRETE)}` : String(one));
  const field = (one: FieldType): string => `${one.mutable ? 'm' : ''}${value(one.type)}`;
  const { composite } = type;
  const inner = composite.kind === 'func' ? `f${composite.params.map(value).join()}>${composite.results.map(value).join()}`
    : composite.kind === 'struct' ? `s${composite.fields.map(field).join()}` : composite.kind === 'array' ? `a${field(composite.element)}` : `c${ref(composite.type)}`;
  return `${type.final ? 'F' : ''}${type.supers.map(ref).join()}|${type.describes === undefined ? '' : ref(type.describes)}|${type.descriptor === undefined ? '' : ref(type.descriptor)}|${inner}`;
}
