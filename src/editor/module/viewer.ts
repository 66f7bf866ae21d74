import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { messageOf } from '../../base/error';
import { fullId } from '../commandIds';
import type { FromPage, PageAction, Reply, Request, ToPage } from './messages';
import { opened } from './opened';

/** A random word that scripts must carry to be run. */
function nonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

function html(webview: vscode.Webview, extension: vscode.Uri): string {
  const word = nonce();
  const script = webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'editor-module-page-main.js')).toString();
  const style = webview.asWebviewUri(vscode.Uri.joinPath(extension, 'media', 'module.css')).toString();
  return `<!DOCTYPE html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${word}';">
<link rel="stylesheet" href="${style}"></head><body><script nonce="${word}" src="${script}"></script></body></html>`;
}

/** Opens a function's text beside nothing: as any file that is followed to. */
export async function openFunction(module: vscode.Uri, part: number, index: number | undefined): Promise<void> {
  const uri = (await opened(module)).textUri(part, index);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
}

const actions: Readonly<Record<PageAction, Parameters<typeof fullId>[0]>> = { text: 'convertToWat', strip: 'strip', compare: 'compareModules', run: 'run' };

/** Fills the editor of a module with its page, and answers what the page asks until it is closed. */
export function showModule(extension: vscode.Uri, uri: vscode.Uri, panel: vscode.WebviewPanel, failed: (error: unknown) => void): void {
  const { webview } = panel;
  webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extension, 'dist'), vscode.Uri.joinPath(extension, 'media')] };
  const post = (message: ToPage): void => { void webview.postMessage(message); };
  const answer = async (request: Request): Promise<Reply> => {
    try {
      return (await opened(uri)).contents.answer(request);
    } catch (error) {
      return { kind: 'failed', message: error instanceof vscode.FileSystemError ? l10n.t('{0} is not there any more.', uri.path) : messageOf(error) };
    }
  };
  const hear = async (message: FromPage): Promise<void> => {
    switch (message.kind) {
      case 'ask': post({ kind: 'answer', id: message.id, reply: await answer(message.request) }); return;
      case 'open': await openFunction(uri, message.part, message.index); return;
      case 'action': await vscode.commands.executeCommand(fullId(actions[message.action]), uri);
    }
  };
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), uri.path.slice(uri.path.lastIndexOf('/') + 1).replace(/[[\]{}*?]/g, '?')));
  const changed = (): void => { post({ kind: 'changed' }); };
  const parts = [
    watcher, watcher.onDidChange(changed), watcher.onDidCreate(changed),
    webview.onDidReceiveMessage((message: FromPage) => { hear(message).catch(failed); }),
  ];
  panel.onDidDispose(() => { vscode.Disposable.from(...parts).dispose(); });
  webview.html = html(webview, extension);
}
