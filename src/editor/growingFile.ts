import { closeSync, fstatSync, openSync, readSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../base/temporary';

/** How often (ms) a file is looked at. */
const look = 200;

/** A file of ours that a program writes to while we read. */
export interface GrowingFile {
  readonly path: string;
  /** Reads what is left and removes the file. */
  end(): Promise<void>;
}

/** Makes a file, and tells what is added to it. */
export async function growingFile(name: string, added: (text: string) => void): Promise<GrowingFile> {
  const folder = await temporaryFolder(name);
  const path = join(folder.path, `${name}.txt`);
  writeFileSync(path, '', { mode: 0o600 });
  const fd = openSync(path, 'r');
  const decoder = new TextDecoder();
  let at = 0;
  const read = (): void => {
    const chunk = Buffer.alloc(Math.max(0, fstatSync(fd).size - at));
    const n = chunk.length === 0 ? 0 : readSync(fd, chunk, 0, chunk.length, at);
    at += n;
    if (n > 0) added(decoder.decode(chunk.subarray(0, n), { stream: true }));
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
