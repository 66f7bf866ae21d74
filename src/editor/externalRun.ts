import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { UserError } from '../base/error';
import { temporaryFolder } from '../base/temporary';
import type { Started } from './runSession';

/** Names the file that our command line writes its process's number to, and at its end its exit code: a window of the system's tells nobody. */
export const statusVariable = 'WASM_WORKBENCH_STATUS';

/** How long a window may take to start what it was opened for, and how often its program is looked after, in milliseconds. */
export interface Patience {
  readonly begin: number;
  readonly look: number;
}

/**
 * Opens a terminal window of the system's in which our command line runs, and follows that by its status file. Throws what `open` throws,
 * and UserError 'io' where nothing was started in the window.
 */
export async function runExternally(open: (env: Readonly<Record<string, string>>) => Promise<void>, { begin, look }: Patience = { begin: 30_000, look: 300 }): Promise<Started> {
  const folder = await temporaryFolder('window');
  const file = join(folder.path, 'status');
  try {
    await open({ [statusVariable]: file });
    const since = Date.now();
    let { pid } = read(file);
    while (pid === undefined) {
      if (Date.now() - since > begin) throw new UserError('io', l10n.t('The terminal window was opened, but nothing was started in it. Use the integrated terminal: "console": "integratedTerminal".'));
      await pause(look);
      ({ pid } = read(file));
    }
    const running = pid;
    const over = async (): Promise<number | undefined> => {
      try {
        for (;;) {
          // Asked before the file is read: what ends in between has written its code.
          const alive = isAlive(running);
          const { code } = read(file);
          if (code !== undefined || !alive) return code;
          await pause(look);
        }
      } finally {
        await folder.dispose();
      }
    };
    return {
      exit: over(), pid,
      stop() { if (isAlive(running)) process.kill(running, 'SIGINT'); },
    };
  } catch (error) {
    await folder.dispose();
    throw error;
  }
}

/** What the file tells so far: a line with the process, and one with the exit code. */
function read(file: string): { readonly pid?: number; readonly code?: number } {
  try {
    const [pid, code] = readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number);
    return { ...(pid === undefined ? {} : { pid }), ...(code === undefined ? {} : { code }) };
  } catch {
    // Not there yet.
    return {};
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(done => { setTimeout(done, ms); });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
