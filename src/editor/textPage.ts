import * as vscode from 'vscode';
import type { App } from './app';

/** The scheme of the documents that tell something. */
const scheme = 'wasm-report';
const texts = new Map<string, string>();
let shown = 0;
let provided = false;

/** Shows a text that nobody is asked to save: a document without a file would be, before each start of a program. Its language is its name's ending. */
export async function showText(app: Pick<App, 'context'>, name: string, text: string): Promise<void> {
  if (!provided) {
    provided = true;
    app.context.subscriptions.push(
      vscode.workspace.registerTextDocumentContentProvider(scheme, { provideTextDocumentContent: uri => texts.get(uri.toString()) ?? '' }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => { texts.delete(uri.toString()); }),
    );
  }
  // A name that is new each time, since what was shown before is not read again.
  const uri = vscode.Uri.from({ scheme, path: `/${++shown}/${name}` });
  texts.set(uri.toString(), text);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
}
