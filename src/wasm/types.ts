import * as l10n from '@vscode/l10n';
import type { Decoder } from './decode';
import type { ExternType, MemoryLimits } from './module';

const valueTypes: Readonly<Record<number, string>> = {
  0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64', 0x7b: 'v128', 0x78: 'i8', 0x77: 'i16',
  0x74: 'nullexnref', 0x73: 'nullfuncref', 0x72: 'nullexternref', 0x71: 'nullref', 0x70: 'funcref', 0x6f: 'externref', 0x6e: 'anyref',
  0x6d: 'eqref', 0x6c: 'i31ref', 0x6b: 'structref', 0x6a: 'arrayref', 0x69: 'exnref',
};
const heapTypes: Readonly<Record<number, string>> = {
  0x74: 'noexn', 0x73: 'nofunc', 0x72: 'noextern', 0x71: 'none', 0x70: 'func', 0x6f: 'extern', 0x6e: 'any', 0x6d: 'eq', 0x6c: 'i31',
  0x6b: 'struct', 0x6a: 'array', 0x69: 'exn',
};

/** A function's type; `gc` entries (structs, arrays) keep their place in the index space as undefined. */
export interface FuncType {
  readonly params: readonly string[];
  readonly results: readonly string[];
}

function heapType(d: Decoder): string {
  const index = d.s33();
  if (index >= 0) return String(index);
  // 0x62, of the proposal for custom descriptors: this type and none below it.
  if (index === -30) return `(exact ${d.u32()})`;
  return heapTypes[index + 0x80] ?? d.fail(l10n.t('a heap type is unknown: {0}', index));
}

/** A value, packed or reference type in the text format's spelling. */
export function valueType(d: Decoder): string {
  const code = d.byte();
  if (code === 0x64) return `(ref ${heapType(d)})`;
  if (code === 0x63) return `(ref null ${heapType(d)})`;
  return valueTypes[code] ?? d.fail(l10n.t('a value type is unknown: 0x{0}', code.toString(16)));
}

function list(d: Decoder): string[] {
  const count = d.count();
  const types: string[] = [];
  for (let i = 0; i < count; i++) types.push(valueType(d));
  return types;
}

function field(d: Decoder): void {
  valueType(d);
  d.byte();
}

function composite(d: Decoder, code: number): FuncType | undefined {
  switch (code) {
    case 0x60: return { params: list(d), results: list(d) };
    case 0x5f: {
      for (let n = d.count(); n > 0; n--) field(d);
      return undefined;
    }
    case 0x5e: field(d); return undefined;
    default: return d.fail(l10n.t('a type has an unknown form: 0x{0}', code.toString(16)));
  }
}

function subtype(d: Decoder): FuncType | undefined {
  let code = d.byte();
  if (code === 0x50 || code === 0x4f) {
    for (let n = d.count(); n > 0; n--) d.u32();
    code = d.byte();
  }
  // Which type this one describes, and which describes it (custom descriptors).
  for (const role of [0x4c, 0x4d]) {
    if (code !== role) continue;
    d.u32();
    code = d.byte();
  }
  return composite(d, code);
}

/** The type section (core specification 5.5.4), recursion groups laid flat; `gc` says whether it holds more than function types. */
export function typeSection(d: Decoder): { types: (FuncType | undefined)[]; gc: boolean } {
  const types: (FuncType | undefined)[] = [];
  let gc = false;
  for (let n = d.count(); n > 0; n--) {
    const code = d.bytes[d.at];
    if (code === 0x4e) {
      gc = true;
      d.byte();
      for (let m = d.count(); m > 0; m--) types.push(subtype(d));
    } else {
      const type = subtype(d);
      if (type === undefined || code !== 0x60) gc = true;
      types.push(type);
    }
  }
  return { types, gc };
}

/** `(i32, i32) -> i32`; several results stand in brackets. */
export function funcText(type: FuncType): string {
  const results = type.results.length === 1 ? type.results[0] ?? '' : `(${type.results.join(', ')})`;
  return `(${type.params.join(', ')}) -> ${results}`;
}

/** A function of the type with that index; an index beyond the types is the module's fault. */
export function funcOf(d: Decoder, types: readonly (FuncType | undefined)[], index: number): ExternType {
  const type = types[index];
  if (type === undefined) return d.fail(l10n.t('a function has type {0}, which the module does not have', index));
  return { kind: 'func', params: type.params, results: type.results, text: funcText(type) };
}

interface RawLimits { min: number; max?: number; shared: boolean; is64: boolean }

function limits(d: Decoder): RawLimits {
  const flags = d.byte();
  if (flags > 0x0f) d.fail(l10n.t('limits have unknown flags: 0x{0}', flags.toString(16)));
  const is64 = (flags & 4) !== 0;
  const min = is64 ? d.u64() : d.u32();
  const max = (flags & 1) !== 0 ? (is64 ? d.u64() : d.u32()) : undefined;
  if ((flags & 8) !== 0) d.u32();
  return { min, ...(max === undefined ? {} : { max }), shared: (flags & 2) !== 0, is64 };
}

function limitsText(l: RawLimits): string {
  return (l.is64 ? 'i64 ' : '') + String(l.min) + (l.max === undefined ? '' : ` ${l.max}`) + (l.shared ? ' shared' : '');
}

/** A memory's limits, and its type. */
export function memoryType(d: Decoder, imported: boolean): { memory: MemoryLimits; type: ExternType } {
  const raw = limits(d);
  return { memory: { ...raw, imported }, type: { kind: 'memory', text: limitsText(raw) } };
}

export function tableType(d: Decoder): ExternType {
  // 0x40 0x00 leads a table that has an initialiser expression.
  let initialised = false;
  if (d.bytes[d.at] === 0x40) {
    d.byte();
    d.byte();
    initialised = true;
  }
  const element = valueType(d);
  const text = `${limitsText(limits(d))} ${element}`;
  if (initialised) skipExpression(d);
  return { kind: 'table', text };
}

export function globalType(d: Decoder): ExternType {
  const type = valueType(d);
  return { kind: 'global', text: (d.byte() & 1) !== 0 ? `(mut ${type})` : type };
}

export function tagType(d: Decoder, types: readonly (FuncType | undefined)[]): ExternType {
  d.byte();
  return { ...funcOf(d, types, d.u32()), kind: 'tag' };
}

/** Passes over a constant expression (core specification 3.3.13.1, with the extended, reference and GC instructions). */
export function skipExpression(d: Decoder): void {
  for (;;) {
    const code = d.byte();
    switch (code) {
      case 0x0b: return;
      case 0x23: case 0xd2: d.u32(); break;
      case 0x41: case 0x42: d.skipLeb(); break;
      case 0x43: d.take(4); break;
      case 0x44: d.take(8); break;
      case 0xd0: heapType(d); break;
      case 0x6a: case 0x6b: case 0x6c: case 0x7c: case 0x7d: case 0x7e: break;
      case 0xfd:
        if (d.u32() !== 12) d.fail(l10n.t('an initialiser is not constant'));
        d.take(16);
        break;
      case 0xfb: {
        const sub = d.u32();
        if (sub === 0 || sub === 1 || sub === 6 || sub === 7) d.u32();
        else if (sub === 8) { d.u32(); d.u32(); }
        else if (sub !== 26 && sub !== 27 && sub !== 28) d.fail(l10n.t('an initialiser is not constant'));
        break;
      }
      default: d.fail(l10n.t('an initialiser is not constant'));
    }
  }
}
