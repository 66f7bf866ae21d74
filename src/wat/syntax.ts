import type { Op } from './instructions';

// The text as it is written, names not looked up yet. All positions are relative to the start of their module field, so that what is
// known of a field outlives changes before it.

/** A name's or an index's place where it is used. `index` is -1 where it was given by name. */
export interface Use { readonly name: string | undefined; readonly index: number; readonly start: number; readonly end: number }

/** An identifier where it is defined; `text` without the `$`. `shown` is what `(@name "...")` asks the name section to say instead. */
export interface Name { readonly text: string; readonly start: number; readonly end: number; readonly shown?: string }

/** A value type: a number of types.ts, or a reference to a type that has to be looked up. */
export type TypeSyntax = number | { readonly nullable: boolean; readonly exact: boolean; readonly heap: Use };

export interface Param { readonly id?: Name; readonly type: TypeSyntax }

export interface TypeUse {
  readonly type?: Use;
  readonly params: readonly Param[];
  readonly results: readonly TypeSyntax[];
  readonly start: number;
  readonly end: number;
}

export interface FieldSyntax { readonly id?: Name; readonly type: TypeSyntax; readonly mutable: boolean }

export type CompositeSyntax =
  | { readonly kind: 'func'; readonly params: readonly Param[]; readonly results: readonly TypeSyntax[] }
  | { readonly kind: 'struct'; readonly fields: readonly FieldSyntax[] }
  | { readonly kind: 'array'; readonly element: FieldSyntax }
  | { readonly kind: 'cont'; readonly type: Use };

export interface TypeSyntaxDef {
  readonly id?: Name;
  readonly final: boolean;
  readonly supers: readonly Use[];
  readonly describes?: Use;
  readonly descriptor?: Use;
  readonly composite: CompositeSyntax;
  readonly start: number;
  readonly end: number;
}

export interface LimitsSyntax {
  readonly is64: boolean;
  readonly min: bigint;
  readonly max?: bigint;
  readonly shared: boolean;
  /** Exponent of the page size; 16 unless the text says otherwise. */
  readonly page: number;
  readonly start: number;
  readonly end: number;
}

export type ExternSyntax =
  | { readonly kind: 'func'; readonly use: TypeUse; readonly exact: boolean }
  | { readonly kind: 'table'; readonly limits: LimitsSyntax; readonly type: TypeSyntax }
  | { readonly kind: 'memory'; readonly limits: LimitsSyntax }
  | { readonly kind: 'global'; readonly type: TypeSyntax; readonly mutable: boolean }
  | { readonly kind: 'tag'; readonly use: TypeUse };
export type ExternKind = ExternSyntax['kind'];

export interface Span { readonly start: number; readonly end: number }

/** How a segment's elements are written: as function indices, or as expressions of a type. */
export interface ElemList { readonly type: TypeSyntax; readonly indices: boolean; readonly items: Span; readonly count: number }

export type FieldBody =
  | { readonly kind: 'types'; readonly types: readonly TypeSyntaxDef[]; readonly rec: boolean }
  | { readonly kind: 'extern'; readonly extern: ExternSyntax; readonly id?: Name;
      readonly import?: { readonly module: string; readonly name: string; readonly start: number; readonly end: number };
      readonly exports: readonly { readonly name: string; readonly start: number; readonly end: number }[];
      /** From here to the field's closing parenthesis: locals and instructions, or an initial value. */
      readonly body: Span; readonly elems?: ElemList; readonly data?: Uint8Array }
  | { readonly kind: 'export'; readonly name: string; readonly of: ExternKind; readonly use: Use }
  | { readonly kind: 'start'; readonly use: Use }
  | { readonly kind: 'elem'; readonly id?: Name; readonly mode: 'active' | 'passive' | 'declare'; readonly table?: Use; readonly offset?: Span; readonly list: ElemList }
  | { readonly kind: 'data'; readonly id?: Name; readonly memory?: Use; readonly offset?: Span; readonly bytes: Uint8Array }
  | { readonly kind: 'custom'; readonly name: string; readonly place: string; readonly bytes: Uint8Array }
  | { readonly kind: 'broken' };

export interface BlockType { readonly index: number; readonly params: readonly number[]; readonly results: readonly number[] }

export interface Catch { readonly kind: 'catch' | 'catch_ref' | 'catch_all' | 'catch_all_ref'; readonly tag: number; readonly label: number; readonly start: number; readonly end: number }

/**
 * One instruction in the order of execution, names looked up: -1 where that failed and was told. What `a`, `b`, `c` and the others hold
 * goes by the kind of immediate.
 */
export class Instr {
  op: Op;
  start: number;
  end: number;
  /** First index; label depth; memory; value of i32.const; bits of f32.const; reference type. */
  a = 0;
  /** Second index; alignment exponent; count; table of call_indirect; `from` type of br_on_cast. */
  b = 0;
  /** Lane; `to` type of br_on_cast. */
  c = 0;
  /** Memory offset; value of i64.const; bits of f64.const. */
  big: bigint | number = 0;
  block: BlockType | undefined = undefined;
  /** Labels of br_table but for the last; types of select. */
  list: readonly number[] | undefined = undefined;
  bytes: Uint8Array | undefined = undefined;
  catches: readonly Catch[] | undefined = undefined;
  label: string | undefined = undefined;

  constructor(op: Op, start: number, end: number) {
    this.op = op;
    this.start = start;
    this.end = end;
  }
}
