import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { isCanceled, messageOf } from '../../base/error';
import type { WebRun, WebRunner } from './runner';

/** Runs a program in a terminal of its own; Ctrl+C and closing it end the program. Its exit code, undefined when it was stopped. */
export function runInTerminal(runner: WebRunner, run: WebRun, name: string): Promise<number | undefined> {
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<number>();
  const stop = new AbortController();
  return new Promise(resolve => {
    const show = (text: string): void => { written.fire(text.replaceAll(/\r?\n/g, '\r\n')); };
    const go = async (): Promise<number | undefined> => {
      try {
        const code = await runner.run(run, show, stop.signal);
        show('\n' + l10n.t('The program ended with exit code {0}.', code) + '\n');
        return code;
      } catch (error) {
        show(isCanceled(error) ? '\n' + l10n.t('Stopped.') + '\n' : messageOf(error) + '\n');
        return undefined;
      }
    };
    const terminal = vscode.window.createTerminal({
      name,
      isTransient: true,
      pty: {
        onDidWrite: written.event,
        onDidClose: closed.event,
        // Before it is open, nothing that is written would be shown.
        open() { void go().then(resolve); },
        close() { stop.abort(); },
        handleInput(text: string) { if (text === '\u0003') stop.abort(); },
      },
    });
    terminal.show();
  });
}
