import type { Comment, Problem, Token } from './lexer';

// A WIT text as it is written; every node knows its place.

export interface Node { readonly start: number; readonly end: number }
/** A name, without the `%` that makes one of a keyword. */
export interface Name extends Node { readonly text: string }

/** `wasi:io@0.2.0` */
export interface PackageName extends Node { readonly text: string; readonly version: string | undefined }

/** `streams` or `wasi:io/streams@0.2.0`: an interface or world. */
export interface Path extends Node { readonly package: PackageName | undefined; readonly name: Name }

export interface Gate extends Node { readonly name: string; readonly argument: string }

interface Described extends Node { readonly docs: string; readonly gates: readonly Gate[] }

export type TypeKind = 'primitive' | 'named' | 'list' | 'option' | 'result' | 'tuple' | 'future' | 'stream' | 'map' | 'own' | 'borrow' | 'none';
export interface Type extends Node { readonly kind: TypeKind; readonly name: string; readonly args: readonly Type[]; readonly id?: Name }

export interface Param { readonly id: Name; readonly type: Type | undefined }
export interface Func extends Described {
  readonly kind: 'func'; readonly id: Name; readonly form: 'func' | 'static' | 'constructor'; readonly async: boolean;
  /** A property that is read or written, where it is one: `position: get() -> u64;` */
  readonly access: 'get' | 'set' | undefined;
  readonly params: readonly Param[]; readonly results: readonly Param[]; readonly result: Type | undefined;
}

/** A field, case or flag. */
export interface Member extends Node { readonly id: Name; readonly type: Type | undefined; readonly docs: string }
export type TypeDefKind = 'record' | 'variant' | 'enum' | 'flags' | 'type' | 'resource';
export interface TypeDef extends Described {
  readonly kind: TypeDefKind; readonly id: Name; readonly members: readonly Member[]; readonly type: Type | undefined; readonly methods: readonly Func[];
}

export interface UseName { readonly id: Name; readonly as: Name | undefined }
export interface Use extends Described { readonly kind: 'use'; readonly path: Path; readonly names: readonly UseName[] }
export interface Include extends Described { readonly kind: 'include'; readonly path: Path; readonly names: readonly UseName[] }
/** `import` or `export` of a world: by path, or by a name with a function or an interface. */
export interface Extern extends Described {
  readonly kind: 'import' | 'export'; readonly id: Name | undefined; readonly path: Path | undefined; readonly func: Func | undefined; readonly items: readonly InterfaceItem[] | undefined;
}
export type InterfaceItem = TypeDef | Func | Use;
export interface Interface extends Described { readonly kind: 'interface'; readonly id: Name; readonly items: readonly InterfaceItem[] }
export type WorldItem = Extern | Include | TypeDef | Use;
export interface World extends Described { readonly kind: 'world'; readonly id: Name; readonly items: readonly WorldItem[] }
/** `use a as b;` outside of interfaces. */
export interface TopUse extends Described { readonly kind: 'top-use'; readonly path: Path; readonly as: Name | undefined }
/** `package a:b { ... }` within a file. */
export interface NestedPackage extends Described { readonly kind: 'package'; readonly name: PackageName; readonly items: readonly Item[] }
export type Item = Interface | World | TopUse | NestedPackage;

export interface WitFile {
  readonly text: string;
  readonly package: (PackageName & { readonly docs: string }) | undefined;
  readonly items: readonly Item[];
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly problems: readonly Problem[];
}
