import { fstatSync } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import type { ContainerIo } from '../engine/container';
import { writeBytes, type CliIo } from './io';

const ctrlC = 3;

/**
 * Our own streams as a container's. On a terminal they become the container's terminal: keys go there as they are typed, and Ctrl+C, which a guest as
 * process 1 would not hear, ends it. Where the runtime has no terminals ours stays as it is: it edits lines, and its Ctrl+C is the signal.
 */
export function containerIo(io: CliIo, terminals: boolean): { readonly io: ContainerIo & { readonly tty: boolean }; readonly interrupted: () => boolean; readonly end: () => void } {
  const { stdin, stdout } = process;
  const tty = terminals && io.terminal(0) && io.terminal(1);
  const interrupt = new AbortController();
  const input = tty ? keys(stdin, () => { interrupt.abort(Object.assign(new Error('SIGINT'), { name: 'AbortError', signal: 'SIGINT' })); }) : io.terminal(0) || hasInput() ? stdin : undefined;
  if (tty) stdin.setRawMode(true);
  return {
    io: {
      tty, ...(input === undefined ? {} : { stdin: input }), signal: AbortSignal.any([io.signal, interrupt.signal]),
      stdout: chunk => { writeBytes(1, chunk); },
      stderr: chunk => { writeBytes(2, chunk); },
      ...(tty ? { size: {
        now: () => ({ columns: stdout.columns, rows: stdout.rows }),
        watch(changed) {
          stdout.on('resize', changed);
          return () => { stdout.off('resize', changed); };
        },
      } } : {}),
    },
    interrupted: () => interrupt.signal.aborted,
    end() {
      if (tty) stdin.setRawMode(false);
      if (input !== undefined) stdin.pause();
    },
  };
}

/** Whether something that is no terminal has anything to read: neither /dev/null nor an empty file. */
function hasInput(): boolean {
  try {
    const stat = fstatSync(0);
    return !stat.isCharacterDevice() && !(stat.isFile() && stat.size === 0);
  } catch {
    // Closed.
    return false;
  }
}

function keys(stdin: NodeJS.ReadStream, interrupted: () => void): Readable {
  const passed = new PassThrough();
  stdin.on('data', (chunk: Buffer) => {
    if (chunk.includes(ctrlC)) interrupted();
    else passed.write(chunk);
  });
  stdin.on('end', () => { passed.end(); });
  return passed;
}
