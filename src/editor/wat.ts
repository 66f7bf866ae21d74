import * as vscode from 'vscode';
import type { App } from './app';
import { guarded } from './errors';

/** Starts the language server when the first WebAssembly text is opened. */
export function registerWat(app: App): void {
  let started = false;
  const seen = ({ languageId, uri }: vscode.TextDocument): void => {
    // The debugger's disassembly is no text of the user's.
    if (started || !/^was?t$/.test(languageId) || uri.scheme === 'debug') return;
    started = true;
    void guarded(app, async () => (await import('./watProcess')).startWatProcess(app));
  };
  vscode.workspace.textDocuments.forEach(seen);
  app.context.subscriptions.push(vscode.workspace.onDidOpenTextDocument(seen));
}
