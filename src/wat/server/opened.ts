import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Location, Position, Range } from 'vscode-languageserver-types';
import type { WatDocument } from '../document/document';
import type { Span } from '../syntax';

/** A document that the editor has open (or that was read for a listing): its lines, and what is known of it. */
export interface Opened { readonly lines: TextDocument; readonly wat: WatDocument }

/** A stretch of the text as the protocol says it. */
export function rangeOf({ lines }: Opened, { start, end }: Span): Range {
  return { start: lines.positionAt(start), end: lines.positionAt(end) };
}

export function locationOf(opened: Opened, span: Span): Location {
  return { uri: opened.lines.uri, range: rangeOf(opened, span) };
}

export function offsetOf({ lines }: Opened, position: Position): number {
  return lines.offsetAt(position);
}

/** A stretch that is relative to something, moved to where that is. */
export function moved({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}
