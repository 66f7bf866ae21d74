import type { FolderChanges, FolderCopy } from '../../wasi/browser/run';

/** What the worker of a page is asked for. */
export type Asked =
  | { readonly kind: 'run'; readonly name: string; readonly bytes: Uint8Array; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>>; readonly folders: readonly FolderCopy[]; readonly stdin?: Uint8Array }
  | { readonly kind: 'info'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'assemble'; readonly name: string; readonly bytes: Uint8Array };

/** What it tells. `failed` is a sentence for people. */
export type Told =
  | { readonly kind: 'printed'; readonly bytes: Uint8Array; readonly error: boolean }
  | { readonly kind: 'ended'; readonly code: number; readonly trap?: string; readonly changes: readonly FolderChanges[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'module'; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string };
