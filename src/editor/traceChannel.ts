import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { growingFile, type GrowingFile } from './growingFile';

/** Shows the traces of programs in an output channel of their own. */
export class TraceChannel implements vscode.Disposable {
  private channel: vscode.OutputChannel | undefined;

  /** A file for the trace of the program `name`, shown as it grows. */
  async open(name: string): Promise<GrowingFile> {
    const channel = this.channel ??= vscode.window.createOutputChannel(l10n.t('Wasm Trace'));
    channel.clear();
    channel.appendLine(name);
    channel.show(true);
    return growingFile('trace', text => { channel.append(text); });
  }

  dispose(): void {
    this.channel?.dispose();
  }
}
