import { createNodeHost } from '../../wasi/node';
import { exitCodes } from './spec';
import { outputLimit, writeError, type GuestHost, type HostOptions } from './guest';

/** Our own host over this process. The guest's proc_exit ends the process at once: a throw could be caught by the guest. */
export function embeddedHost(options: HostOptions): GuestHost {
  const host = createNodeHost({
    args: options.args, env: options.env, mounts: options.mounts, stdin: options.stdinFd,
    limits: {
      ...(options.limits?.output === undefined ? {} : { output: options.limits.output }),
      ...(options.limits?.openFiles === undefined ? {} : { openFiles: options.limits.openFiles }),
    },
    exit: code => process.exit(code),
    onLimit: (_, value) => {
      writeError(outputLimit(value).message + '\n');
      return process.exit(exitCodes.failed);
    },
  });
  return {
    imports: module => host.imports(module),
    start: instance => host.start(instance),
    flush: () => { host.flush(); },
  };
}
