import type { ImageAt } from '../../image/explore/protocol';

// Links to what an image holds, as the editor's URIs: they name all that is needed to find it again in another session.

export const scheme = 'wasm-image';

/** What is behind a link: a file of a layer, or a page about an image. */
export type Link =
  | { readonly kind: 'file'; readonly at: ImageAt; readonly layer: number; readonly path: string; readonly mark?: Mark }
  | { readonly kind: 'manifest' | 'config' | 'waste'; readonly at: ImageAt }
  | { readonly kind: 'comparison'; readonly at: ImageAt; readonly other: ImageAt; readonly names: readonly [string, string] };

/** What a decoration says of a row. */
export type Mark = 'A' | 'M' | 'D' | 'W';

/** A URI's parts. */
export interface LinkParts {
  readonly path: string;
  readonly query: string;
}

/** The parts of a link's URI. The last part of the path is what a tab shows. */
export function linkParts(link: Link, name: string): LinkParts {
  if (link.kind !== 'file') return { path: `/${name}`, query: JSON.stringify(link) };
  const { path, ...rest } = link;
  return { path, query: JSON.stringify(rest) };
}

/** Reads a link; undefined for a URI that is none of ours. */
export function parseLink({ path, query }: LinkParts): Link | undefined {
  try {
    const read = JSON.parse(query) as Partial<Link>;
    if (typeof read.at !== 'object' || typeof read.at.source !== 'object') return undefined;
    switch (read.kind) {
      case 'file': return typeof read.layer === 'number' ? { ...read, path } as Link : undefined;
      case 'manifest': case 'config': case 'waste': return read as Link;
      case 'comparison': return typeof read.other === 'object' && Array.isArray(read.names) ? read as Link : undefined;
      default: return undefined;
    }
  } catch {
    return undefined;
  }
}
