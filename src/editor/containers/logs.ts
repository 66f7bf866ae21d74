import * as vscode from 'vscode';
import * as l10n from '@vscode/l10n';
import { messageOf } from '../../base/error';
import { followLogs } from '../../engine/logs';
import type { WasmContainer } from '../../engine/list';
import type { App } from '../app';

/** Shows what a container printed, and goes on while it runs, in a terminal, where colours and cursor keys mean what they do. */
export async function showLogs(app: App, { id, title }: WasmContainer): Promise<void> {
  const containers = await app.containers.get();
  const engine = await containers.engine();
  const written = new vscode.EventEmitter<string>();
  const stop = new AbortController();
  const decoder = new TextDecoder();
  // A pipe's lines end in \n alone, which a terminal takes for "down".
  const write = (chunk: Uint8Array): void => { written.fire(decoder.decode(chunk, { stream: true }).replace(/\r?\n/g, '\r\n')); };
  const say = (text: string): void => { written.fire(`\r\n\u001b[2m${text}\u001b[0m\r\n`); };
  const terminal = vscode.window.createTerminal({
    name: l10n.t('Logs of {0}', title), iconPath: new vscode.ThemeIcon('output'),
    pty: {
      onDidWrite: written.event,
      open() {
        followLogs(engine, id, write, AbortSignal.any([stop.signal, containers.signal])).then(() => { say(l10n.t('The container has ended.')); }, (error: unknown) => {
          if (!stop.signal.aborted) say(messageOf(error));
        });
      },
      close() { stop.abort(); },
    },
  });
  terminal.show();
}
