import * as vscode from 'vscode';
import { messageOf } from '../../base/error';
import type { Port } from '../../base/port';
import { loadBundle } from './bundles';

interface PageWorker extends Port { terminate(): void }

/** What a page has, whose types this project does not load. */
interface Page {
  Worker: new (url: string) => PageWorker;
  Blob: new (parts: readonly Uint8Array[], options: { type: string }) => object;
  URL: { createObjectURL(blob: object): string };
}

/** Starts the language server as a worker of the page when the first WebAssembly text is opened. */
export function registerWat(context: vscode.ExtensionContext): void {
  let started = false;
  const seen = ({ languageId, uri }: vscode.TextDocument): void => {
    if (started || !/^was?t$/.test(languageId) || uri.scheme === 'debug') return;
    started = true;
    start(context).catch((error: unknown) => { void vscode.window.showErrorMessage(messageOf(error)); });
  };
  vscode.workspace.textDocuments.forEach(seen);
  context.subscriptions.push(vscode.workspace.onDidOpenTextDocument(seen));
}

async function start(context: vscode.ExtensionContext): Promise<void> {
  const { Worker, Blob, URL } = globalThis as unknown as Page;
  const { startWat } = await loadBundle(context.extensionUri, 'editor-watClient.js') as typeof import('../watClient');
  let worker: PageWorker | undefined;
  context.subscriptions.push({ dispose: () => { worker?.terminate(); } });
  await startWat(context, async () => {
    // The page may only start workers of its own, which our files are not.
    const script = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, 'dist', 'wat-server-main.js'));
    worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
    return worker;
  });
}
