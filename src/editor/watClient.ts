import type * as vscode from 'vscode';
import { BaseLanguageClient, BrowserMessageReader, BrowserMessageWriter, type LanguageClientOptions, type MessageTransports } from 'vscode-languageclient/browser';
import type { Port } from '../base/port';
import { connectWat, watOptions } from './watOptions';

// One bundle for desktop and the browser, which differ only in how the server is reached: it must need nothing but `vscode`.

/** Reads from a port, whose end it tells: the client then starts the server again, unless that happens too often. */
class PortReader extends BrowserMessageReader {
  constructor(port: Port) {
    super(port);
    port.addEventListener('close', () => { this.fireClose(); });
  }
}

class WatClient extends BaseLanguageClient {
  readonly #connect: () => Promise<Port>;

  constructor(connect: () => Promise<Port>, options: LanguageClientOptions) {
    super('wasmWorkbench.wat', 'WebAssembly Text', options);
    this.#connect = connect;
  }

  protected override async createMessageTransports(): Promise<MessageTransports> {
    const port = await this.#connect();
    return { reader: new PortReader(port), writer: new BrowserMessageWriter(port) };
  }
}

/** Starts the client of the language server; `connect` starts a server, and again whenever one has ended. */
export async function startWat(context: vscode.ExtensionContext, connect: () => Promise<Port>, log?: vscode.LogOutputChannel): Promise<void> {
  const client = new WatClient(connect, watOptions(log));
  context.subscriptions.push(connectWat(client), client);
  await client.start();
}
