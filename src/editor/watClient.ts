import { join } from 'node:path';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import type { App } from './app';
import { connectWat, watOptions } from './watOptions';

/** Starts the language server as a process of the editor's own Node; it ends with the extension. */
export async function startWat(app: App): Promise<void> {
  const module = join(app.context.extensionPath, 'dist', 'wat-server-main.js');
  const client = new LanguageClient('wasmWorkbench.wat', 'WebAssembly Text', { module, transport: TransportKind.ipc, options: { execArgv: ['--max-old-space-size=2048'] } }, watOptions(app.log));
  app.context.subscriptions.push(connectWat(client), client);
  await client.start();
}
