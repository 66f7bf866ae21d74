import type { ExternKind, Name, Span } from './syntax';
import type { FuncType, TypeDef } from './types';

// A module as both the text and the binary format mean it: index spaces, everything looked up.

export interface Limits { readonly is64: boolean; readonly min: bigint; readonly max?: bigint; readonly shared: boolean; readonly page: number }

export interface ImportName { readonly module: string; readonly name: string }

interface Entity {
  readonly import?: ImportName;
  /** The field that defines it, in the text; -1 in a binary. */
  readonly field: number;
  readonly name?: Name;
}
export interface Func extends Entity { readonly type: number; readonly exact: boolean }
export interface Table extends Entity { readonly limits: Limits; readonly type: number }
export interface Memory extends Entity { readonly limits: Limits }
export interface Global extends Entity { readonly type: number; readonly mutable: boolean }
export interface Tag extends Entity { readonly type: number }

export interface Elem {
  readonly mode: 'active' | 'passive' | 'declare';
  readonly table: number;
  /** Whether the table was named: then the binary names it too, though it be table 0. */
  readonly explicit: boolean;
  readonly type: number;
  readonly indices: boolean;
  readonly offset?: Span;
  readonly items: Span;
  readonly field: number;
  readonly name?: Name;
}
export interface Data {
  /** -1 for a passive one. */
  readonly memory: number;
  readonly offset?: Span;
  readonly bytes: Uint8Array;
  readonly field: number;
  readonly name?: Name;
}
export interface ModuleExport { readonly name: string; readonly kind: ExternKind; readonly index: number; readonly field: number; readonly start: number; readonly end: number }
export interface Custom { readonly name: string; readonly place: string; readonly bytes: Uint8Array }

/** The index spaces of a module. */
export interface Model {
  types: TypeDef[];
  /** Recursion groups in order; `rec` says that one was written as a group even where it need not be. */
  groups: { readonly start: number; readonly size: number; readonly rec: boolean }[];
  /** Names of types, and of each one's fields, where they have any. */
  typeNames: (Name | undefined)[];
  fieldNames: (ReadonlyMap<string, number> | undefined)[];
  imports: { readonly kind: ExternKind; readonly index: number; readonly module: string; readonly name: string }[];
  funcs: Func[];
  tables: Table[];
  memories: Memory[];
  globals: Global[];
  tags: Tag[];
  elems: Elem[];
  datas: Data[];
  exports: ModuleExport[];
  start: { readonly func: number; readonly field: number; readonly span: Span } | undefined;
  customs: Custom[];
}

/** A module with nothing in it. */
export function emptyModel(): Model {
  return {
    types: [], groups: [], typeNames: [], fieldNames: [], imports: [], funcs: [], tables: [], memories: [], globals: [], tags: [], elems: [], datas: [],
    exports: [], start: undefined, customs: [],
  };
}

/** The function type at an index, or undefined when there is none or it is another kind of type. */
export function funcType(model: Model, index: number): FuncType | undefined {
  const composite = model.types[index]?.composite;
  return composite?.kind === 'func' ? composite : undefined;
}
