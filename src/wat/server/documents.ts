import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { WatDocument } from '../document/document';
import type { Opened } from './opened';

/** The documents that the editor has open. */
export class Documents {
  private readonly open_ = new Map<string, { lines: TextDocument; readonly wat: WatDocument }>();

  get(uri: string): Opened | undefined {
    return this.open_.get(uri);
  }

  all(): readonly Opened[] {
    return [...this.open_.values()];
  }

  open(uri: string, language: string, version: number, text: string): void {
    this.open_.set(uri, readDocument(uri, language, version, text));
  }

  close(uri: string): void {
    this.open_.delete(uri);
  }

  /** Takes changes in, one after the other. */
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    const opened = this.open_.get(uri);
    if (opened === undefined) return;
    for (const change of changes) {
      if (!('range' in change)) {
        this.open(uri, opened.lines.languageId, version, change.text);
        return;
      }
      const start = opened.lines.offsetAt(change.range.start);
      const end = Math.max(start, opened.lines.offsetAt(change.range.end));
      opened.lines = TextDocument.update(opened.lines, [change], version);
      opened.wat.change(opened.lines.getText(), start, end, change.text.length);
    }
  }
}

/** Reads a text that may or may not be open. */
export function readDocument(uri: string, language: string, version: number, text: string): Opened {
  return { lines: TextDocument.create(uri, language, version, text), wat: new WatDocument(text, language === 'wast' || /\.wast$/i.test(uri)) };
}
