import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import { workspaceTexts } from '../wat/server/requests';

/** Where texts may lie: everywhere but in the debugger's disassembly, in the views of modules and in histories of files. */
const schemes = ['file', 'untitled', 'vscode-vfs', 'vscode-remote', 'vscode-test-web', 'memfs', 'vsls'];

const settings = (): unknown => JSON.parse(JSON.stringify(vscode.workspace.getConfiguration('wasmWorkbench').get('wat', {})));

/** What both clients are told: which documents are theirs, and the user's settings. */
export function watOptions(log?: vscode.LogOutputChannel): LanguageClientOptions {
  return {
    documentSelector: schemes.flatMap(scheme => ['wat', 'wast'].map(language => ({ scheme, language }))),
    initializationOptions: { settings: settings(), l10n: vscode.l10n.bundle },
    ...(log === undefined ? {} : { outputChannel: log }),
  };
}

/** Keeps the server's settings those of the user, and answers what it asks for. */
export function connectWat(client: BaseLanguageClient): vscode.Disposable {
  const asked = client.onRequest(workspaceTexts, () => texts());
  const changed = vscode.workspace.onDidChangeConfiguration(event => {
    if (event.affectsConfiguration('wasmWorkbench.wat')) void client.sendNotification('workspace/didChangeConfiguration', { settings: settings() });
  });
  return vscode.Disposable.from(asked, changed);
}

/** The texts of the workspace, for the search of symbols; not more than are quickly read. */
async function texts(): Promise<{ uri: string; text: string }[]> {
  const files = await vscode.workspace.findFiles('**/*.{wat,wast}', undefined, 300);
  const open = new Set(vscode.workspace.textDocuments.map(document => document.uri.toString()));
  const found: { uri: string; text: string }[] = [];
  for (const file of files) {
    if (open.has(file.toString())) continue;
    try {
      if ((await vscode.workspace.fs.stat(file)).size > 5_000_000) continue;
      found.push({ uri: file.toString(), text: new TextDecoder().decode(await vscode.workspace.fs.readFile(file)) });
    } catch {
      // A file that went away, or can't be read, has no symbols.
    }
  }
  return found;
}
