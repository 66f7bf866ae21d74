import { closeSync, fstatSync, openSync, readSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { temporaryFolder } from '../base/temporary';

/** How often (ms) a trace is looked at while the program runs. */
const look = 200;

/** A file that a program's trace is written to, shown as it grows. */
export interface TraceFile {
  readonly path: string;
  /** Shows what is left and removes the file. */
  end(): Promise<void>;
}

/** Shows the traces of programs in an output channel of their own. */
export class TraceChannel implements vscode.Disposable {
  private channel: vscode.OutputChannel | undefined;

  /** A file for the trace of the program `name`. */
  async open(name: string): Promise<TraceFile> {
    const channel = this.channel ??= vscode.window.createOutputChannel(l10n.t('Wasm Trace'));
    channel.clear();
    channel.appendLine(name);
    channel.show(true);
    const folder = await temporaryFolder('trace');
    const path = join(folder.path, 'trace.txt');
    writeFileSync(path, '', { mode: 0o600 });
    const fd = openSync(path, 'r');
    const decoder = new TextDecoder();
    let at = 0;
    const read = (): void => {
      const chunk = Buffer.alloc(Math.max(0, fstatSync(fd).size - at));
      const n = chunk.length === 0 ? 0 : readSync(fd, chunk, 0, chunk.length, at);
      at += n;
      if (n > 0) channel.append(decoder.decode(chunk.subarray(0, n), { stream: true }));
    };
    // Watching by events tells nothing of a file that stays open on some systems.
    watchFile(path, { interval: look }, read);
    return {
      path,
      async end() {
        unwatchFile(path, read);
        read();
        closeSync(fd);
        await folder.dispose();
      },
    };
  }

  dispose(): void {
    this.channel?.dispose();
  }
}
