// A value type is one small integer, so that comparing two is comparing numbers: 0 is the bottom type, 1..7 are number, vector and
// packed types, and a reference is 8 | 16 if nullable | 32 if exact | heap << 6. Heap types below 32 are abstract; 32 + i is type i.

export const BOT = 0, I32 = 1, I64 = 2, F32 = 3, F64 = 4, V128 = 5, I8 = 6, I16 = 7;
const REF = 8, NULLABLE = 16, EXACT = 32;

/** Names of abstract heap types, by their number. `bot` stands below all of them and has no name in the text. */
export const heapNames = ['func', 'extern', 'any', 'eq', 'i31', 'struct', 'array', 'none', 'nofunc', 'noextern', 'exn', 'noexn', 'cont', 'nocont', 'bot'] as const;
export const FUNC = 0, EXTERN = 1, ANY = 2, EQ = 3, I31 = 4, STRUCT = 5, ARRAY = 6, NONE = 7, NOFUNC = 8, NOEXTERN = 9, EXN = 10, NOEXN = 11, CONT = 12, NOCONT = 13, BOTHEAP = 14;
export const CONCRETE = 32;

/** The one-byte codes of heap types in the binary format, by heap number; -1 where there is none. */
export const heapCodes = [0x70, 0x6f, 0x6e, 0x6d, 0x6c, 0x6b, 0x6a, 0x71, 0x73, 0x72, 0x69, 0x74, 0x68, 0x75, -1];
const numberNames = ['bot', 'i32', 'i64', 'f32', 'f64', 'v128', 'i8', 'i16'];
/** The codes of number, vector and packed types in the binary format. */
export const numberCodes = [-1, 0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x78, 0x77];

/** The reference to `heap` as a value type. */
export function refType(heap: number, nullable: boolean, exact = false): number {
  return REF | (nullable ? NULLABLE : 0) | (exact ? EXACT : 0) | (heap << 6);
}
export const isRef = (type: number): boolean => (type & REF) !== 0;
export const isNullable = (type: number): boolean => (type & NULLABLE) !== 0;
export const isExact = (type: number): boolean => (type & EXACT) !== 0;
export const heapOf = (type: number): number => type >> 6;
export const nonNull = (type: number): number => type & ~NULLABLE;
export const isConcrete = (heap: number): boolean => heap >= CONCRETE;
/** Whether a local of this type has a value without being set. */
export const isDefaultable = (type: number): boolean => !isRef(type) || isNullable(type);
/** What a packed field is on the stack. */
export const unpacked = (type: number): number => (type === I8 || type === I16 ? I32 : type);

export const FUNCREF = refType(FUNC, true), EXTERNREF = refType(EXTERN, true), EXNREF = refType(EXN, true), ANYREF = refType(ANY, true);
export const NULLABLE_EQ = refType(EQ, true);

/** Words that are a whole value type: `i32`, `funcref`. */
export const typeWords: ReadonlyMap<string, number> = new Map<string, number>([
  ...numberNames.slice(1).map((name, i) => [name, i + 1] as const),
  ...heapNames.slice(0, -1).flatMap((name, heap) => {
    const short = name === 'none' ? 'nullref' : name === 'nofunc' ? 'nullfuncref' : name === 'noextern' ? 'nullexternref'
      : name === 'noexn' ? 'nullexnref' : name === 'nocont' ? 'nullcontref' : `${name}ref`;
    return [[short, refType(heap, true)] as const];
  }),
]);
const shortRefs = new Map([...typeWords].filter(([, type]) => isRef(type)).map(([name, type]) => [type, name]));

/** A field of a struct, or the element of an array. */
export interface FieldType { readonly type: number; readonly mutable: boolean }

/** The shape of a defined type, without its place among the others. */
export type Composite =
  | { readonly kind: 'func'; readonly params: readonly number[]; readonly results: readonly number[] }
  | { readonly kind: 'struct'; readonly fields: readonly FieldType[] }
  | { readonly kind: 'array'; readonly element: FieldType }
  | { readonly kind: 'cont'; readonly type: number };
export type FuncType = Extract<Composite, { kind: 'func' }>;

/** One entry of the type section. */
export interface TypeDef {
  readonly composite: Composite;
  readonly final: boolean;
  readonly supers: readonly number[];
  readonly describes?: number;
  readonly descriptor?: number;
  /** First index of its recursion group, and how many types the group has. */
  readonly group: number;
  readonly groupSize: number;
}

/** Writes a value type as the text format does; `name` gives the name of a defined type, if it has one. */
export function showType(type: number, name: (index: number) => string = String): string {
  if (!isRef(type)) return numberNames[type] ?? '?';
  const short = shortRefs.get(type);
  if (short !== undefined) return short;
  return `(ref ${isNullable(type) ? 'null ' : ''}${showHeap(type, name)})`;
}

/** Writes the heap type of a reference. */
export function showHeap(type: number, name: (index: number) => string = String): string {
  const heap = heapOf(type);
  const text = isConcrete(heap) ? name(heap - CONCRETE) : heapNames[heap] ?? '?';
  return isExact(type) ? `(exact ${text})` : text;
}
