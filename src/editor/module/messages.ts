import type { ProfileNode } from '../../wasm/view/node';

// What the page of a module and the extension say to each other. The page asks for the few rows that it shows, never for a whole file.

/** Lists that the page shows row by row. */
export type ListName = 'functions' | 'imports' | 'exports' | 'sections' | 'data';

/** One row: its cells in the order of the list's columns, and what opening it means. */
export interface ListRow {
  readonly cells: readonly string[];
  /** Depth of a section in a component. */
  readonly indent?: number;
  /** A function to open as text: the number of the module in the file, and the function's index. */
  readonly open?: readonly [part: number, index: number];
  /** Bytes to show: where in the file, and how many. */
  readonly bytes?: readonly [start: number, size: number, address: string];
}

export interface ListPage { readonly total: number; readonly rows: readonly ListRow[] }

/** What is asked of a list: `part` is the number of the core module, of -1 all. */
export interface ListQuery {
  readonly list: ListName;
  readonly filter: string;
  /** Column to sort by; -1 as in the file. */
  readonly sort: number;
  readonly descending: boolean;
  readonly from: number;
  readonly count: number;
}

export interface Fact { readonly label: string; readonly text: string }

/** What a column holds decides how it looks. */
export interface Column { readonly title: string; readonly numeric: boolean; readonly width: string; readonly sortable: boolean }

/** The first thing that the page is told. */
export interface Summary {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** Sentences about damage that did not keep the file from being shown. */
  readonly problems: readonly string[];
  readonly lists: readonly { readonly name: ListName; readonly title: string; readonly total: number; readonly columns: readonly Column[] }[];
  readonly actions: readonly { readonly action: PageAction; readonly title: string }[];
  readonly size: number;
}

export type PageAction = 'text' | 'strip' | 'compare' | 'run';

export type Request =
  | { readonly kind: 'summary' }
  | { readonly kind: 'list'; readonly query: ListQuery }
  | { readonly kind: 'bytes'; readonly from: number; readonly count: number }
  /** The node that is reached by these places among children, two levels deep. */
  | { readonly kind: 'profile'; readonly path: readonly number[] };

export type Reply =
  | { readonly kind: 'summary'; readonly summary: Summary; readonly texts: Texts }
  | { readonly kind: 'list'; readonly page: ListPage }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'profile'; readonly node: ProfileNode; readonly trail: readonly string[] }
  | { readonly kind: 'failed'; readonly message: string };

/** Page to extension. */
export type FromPage =
  | { readonly kind: 'ask'; readonly id: number; readonly request: Request }
  | { readonly kind: 'open'; readonly part: number; readonly index: number }
  | { readonly kind: 'action'; readonly action: PageAction };

/** Extension to page; `changed` says that the file is another one now. */
export type ToPage = { readonly kind: 'answer'; readonly id: number; readonly reply: Reply } | { readonly kind: 'changed' };

/** Words of the page itself, in the user's language. */
export interface Texts {
  readonly overview: string;
  readonly profile: string;
  readonly bytes: string;
  readonly search: string;
  readonly none: string;
  readonly whole: string;
  readonly open: string;
  readonly up: string;
  readonly share: string;
  readonly rows: string;
  readonly tabs: string;
}
