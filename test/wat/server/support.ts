import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Position, Range, TextEdit } from 'vscode-languageserver-types';
import { readDocument } from '../../../src/wat/server/documents';
import type { Opened } from '../../../src/wat/server/opened';

/** A document from a text in which `|` marks a place: it is taken out. */
export function marked(text: string, language = 'wat'): { readonly opened: Opened; readonly position: Position; readonly offset: number } {
  const offset = text.indexOf('|');
  const clean = offset === -1 ? text : text.slice(0, offset) + text.slice(offset + 1);
  const opened = readDocument('file:///a.' + language, language, 1, clean);
  return { opened, position: opened.lines.positionAt(Math.max(0, offset)), offset };
}

/** The text of a stretch of a document. */
export function textAt({ lines }: Opened, range: Range): string {
  return lines.getText(range);
}

/** A document's text with edits made. */
export function applied({ lines }: Opened, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(lines, [...edits]);
}
