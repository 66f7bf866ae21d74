import { writeSync } from 'node:fs';
import { systemCode } from '../base/error';

/** What the command line has of the world; a test hands in its own. */
export interface CliIo {
  /** Data: what a program that calls us reads. */
  stdout(text: string): void;
  /** Everything else. */
  stderr(text: string): void;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Which of our streams are a terminal. */
  terminal(fd: 0 | 1 | 2): boolean;
  /** Aborted by Ctrl+C and the like, for verbs that do their work in this process's event loop. */
  readonly signal: AbortSignal;
  /** Leaves signals to what the system does by default: from here on `signal` isn't aborted any more. */
  releaseSignals(): void;
  /** Whether a guest may be run in this very process, which it then ends. */
  readonly ownProcess: boolean;
}

/** A pipe whose reader went away: what shells give a program that died of it. */
const brokenPipe = 141;

/** Writes all of it now: no stream object has to be made, and nothing is lost by process.exit. */
export function writeBytes(fd: 1 | 2, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (systemCode(error) === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (systemCode(error) === 'EPIPE' && fd === 1) process.exit(brokenPipe);
      else return;
    }
  }
}

/** The process's own streams, folder and environment. */
export function processIo(): CliIo {
  let controller: AbortController | undefined;
  let release = (): void => {};
  return {
    stdout(text) { writeBytes(1, Buffer.from(text)); },
    stderr(text) { writeBytes(2, Buffer.from(text)); },
    cwd: process.cwd(),
    env: process.env,
    terminal: fd => (fd === 0 ? process.stdin : fd === 1 ? process.stdout : process.stderr).isTTY,
    get signal() {
      // Made on first use: with a handler a signal doesn't end the process, which a guest in this thread needs it to.
      if (controller === undefined) {
        const made = controller = new AbortController();
        const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
        const stop = (name: string): void => { made.abort(Object.assign(new Error(name), { name: 'AbortError', signal: name })); };
        for (const name of names) process.once(name, stop);
        release = () => { for (const name of names) process.off(name, stop); };
      }
      return controller.signal;
    },
    releaseSignals() { release(); },
    ownProcess: true,
  };
}

/** Whether text on a stream may be coloured (no-color.org). */
export function colors(io: CliIo, fd: 1 | 2): boolean {
  if (io.env['NO_COLOR'] !== undefined && io.env['NO_COLOR'] !== '') return false;
  if (io.env['FORCE_COLOR'] !== undefined && io.env['FORCE_COLOR'] !== '0') return true;
  return io.terminal(fd) && io.env['TERM'] !== 'dumb';
}
