import type { Remedy } from '../../base/error';
import type { WasmModule } from '../../wasm/module';
import type { Comparison } from '../compare';
import type { ImageReport } from '../inspect';
import type { Platform } from '../oci';
import type { Extracted, Taken } from './extract';
import type { EntryRow, ListWish, Listing } from './listing';
import type { Outline } from './outline';
import type { Hit } from './search';
import type { Source } from './source';

// What is asked of the thread that reads images, and what it answers. Requests are whole: the thread opens a source again where it has let it go.

/** An image of a source that may hold several. */
export interface ManifestRow {
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  readonly platform?: Platform;
  readonly name?: string;
}

export interface Opened {
  readonly digest: string;
  readonly mediaType: string;
  readonly names: readonly string[];
  readonly manifests: readonly ManifestRow[];
}

export interface LayerFacts {
  readonly unpacked: number;
  readonly entries: number;
  readonly strange: readonly string[];
  /** Once the layers below are read too. */
  readonly changes?: { readonly added: number; readonly modified: number; readonly removed: number };
}

/** An image of a source, by its manifest's digest; the only one there is where it is left out. */
export interface ImageAt {
  readonly source: Source;
  readonly manifest?: string;
}

/** Each question with its answer. */
export interface Questions {
  open: { ask: { source: Source; fresh?: boolean }; answer: Opened };
  outline: { ask: ImageAt; answer: Outline };
  layer: { ask: ImageAt & { layer: number; below: boolean }; answer: LayerFacts };
  list: { ask: ImageAt & { wish: ListWish }; answer: Listing };
  stat: { ask: ImageAt & { layer: number; path: string }; answer: EntryRow | undefined };
  search: { ask: ImageAt & { text: string; most: number }; answer: { hits: readonly Hit[]; total: number } };
  module: { ask: ImageAt & { layer: number; path: string }; answer: WasmModule };
  read: { ask: ImageAt & { layer: number; path: string; most: number }; answer: Uint8Array };
  spool: { ask: ImageAt & { layer: number; path: string; to: string }; answer: { size: number } };
  extract: { ask: ImageAt & { taken: Taken; to: string }; answer: Extracted };
  report: { ask: ImageAt; answer: ImageReport };
  compare: { ask: { before: ImageAt; after: ImageAt }; answer: { before: ImageReport; after: ImageReport; comparison: Comparison } };
  raw: { ask: ImageAt & { what: 'manifest' | 'config' }; answer: string };
  /** All of a source, to a file that docker load and others read. */
  export: { ask: { source: Source; to: string; name: string }; answer: undefined };
  close: { ask: { source: Source }; answer: undefined };
}

export type Question = keyof Questions;

/** What the thread is told. */
export type ToThread =
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question; readonly ask: unknown; readonly largest: number }
  | { readonly kind: 'cancel'; readonly id: number };

/** What the thread tells. Errors travel as their parts: classes do not. */
export type FromThread =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'progress'; readonly id: number; readonly layer: number; readonly bytes: number; readonly total: number }
  | { readonly kind: 'failed'; readonly id: number; readonly code: string | undefined; readonly name: string; readonly message: string; readonly remedies: readonly Remedy[] };

/** What the thread is started with. */
export interface ThreadStart {
  readonly l10n?: Readonly<Record<string, unknown>>;
}
