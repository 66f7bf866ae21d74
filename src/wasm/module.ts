/** What kind of thing a .wasm file is. A command has `_start`, a reactor `_initialize`, a library neither. */
export type ModuleKind = 'command' | 'reactor' | 'library' | 'component';

/** Which WASI the imports ask for. `preview2` is what a component imports. */
export type WasiFlavour = 'none' | 'unstable' | 'preview1' | 'preview2';

export type ValueType = string;

/** A type as the text format writes it: `(i32, i32) -> i32`, `1 64 shared`, `funcref`, `(mut i32)`. */
export interface ExternType {
  readonly kind: 'func' | 'table' | 'memory' | 'global' | 'tag' | 'component';
  readonly params?: readonly ValueType[];
  readonly results?: readonly ValueType[];
  readonly text: string;
}

export interface Import extends ExternType {
  readonly module: string;
  readonly name: string;
}

export interface Export extends ExternType {
  readonly name: string;
}

export interface MemoryLimits {
  /** Pages of 64 KiB. */
  readonly min: number;
  readonly max?: number;
  readonly shared: boolean;
  readonly is64: boolean;
  readonly imported: boolean;
}

export interface Section {
  readonly id: number;
  /** `type`, `import`, ... or a custom section's own name. */
  readonly name: string;
  readonly custom: boolean;
  /** Of the section's first byte (its id) in the file. */
  readonly offset: number;
  /** Of the payload, in bytes. */
  readonly payloadOffset: number;
  readonly size: number;
  /** 0 for the file's own sections; 1 and more for those of modules inside a component. */
  readonly depth: number;
}

/** Features that not every host has. `env` stands for imports from modules that are not WASI's, which only an embedder provides. */
export type Need = 'component' | 'threads' | 'sockets' | 'memory64' | 'multi-memory' | 'exceptions' | 'gc' | 'unstable' | 'env';

/** What can be told of a module without compiling it. */
export interface WasmModule {
  readonly kind: ModuleKind;
  readonly wasi: WasiFlavour;
  readonly size: number;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  readonly memories: readonly MemoryLimits[];
  readonly sections: readonly Section[];
  readonly functions: number;
  readonly producers: readonly { readonly field: string; readonly name: string; readonly version: string }[];
  readonly targetFeatures: readonly string[];
  readonly hasDwarf: boolean;
  readonly hasNames: boolean;
  /** What it asks for beyond what every host has. */
  readonly needs: readonly Need[];
}
