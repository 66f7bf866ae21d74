import { isUserError } from '../base/error';
import { compilerMain } from '../build/compiler/main';
import { writeBytes, type CliIo } from './io';

/** The embedded compiler's tools: arguments, streams and exit code are theirs. Make calls this by the hundred, so that little is loaded before. */
export async function compile(tool: string, args: readonly string[], io: CliIo): Promise<number> {
  const run = (): Promise<number> => compilerMain(tool as Parameters<typeof compilerMain>[0], args, {
    cwd: io.cwd, env: io.env,
    get stdin() { return process.stdin; },
    stdout(chunk) { writeBytes(1, chunk); },
    stderr(chunk) { writeBytes(2, chunk); },
  });
  try {
    return await run();
  } catch (error) {
    if (!isUserError(error) || error.code !== 'tool-missing') return (await import('./main')).report(error, io);
    // Not there: offered to be fetched, or told how to get it.
    try {
      await (await import('./surroundings')).prepareEmbedded(io, false);
      return await run();
    } catch (fault) {
      return (await import('./main')).report(fault, io);
    }
  }
}
