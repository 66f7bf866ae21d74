import { createNodeHost } from '../../wasi/node';
import { exitCodes } from './spec';
import { outputLimit, writeError, type GuestHost, type HostOptions } from './guest';
import { tracing } from './tracing';

/** Our own host over this process. The guest's proc_exit ends the process at once: a throw could be caught by the guest. */
export function embeddedHost(options: HostOptions): GuestHost {
  const tracer = options.trace === undefined ? undefined : tracing(options, options.trace);
  let asked: readonly WebAssembly.ModuleImportDescriptor[] = [];
  const exit = (code: number): never => {
    end();
    return process.exit(code);
  };
  const host = createNodeHost({
    args: options.args, env: options.env, mounts: options.mounts, stdin: options.stdinFd,
    limits: {
      ...(options.limits?.output === undefined ? {} : { output: options.limits.output }),
      ...(options.limits?.openFiles === undefined ? {} : { openFiles: options.limits.openFiles }),
    },
    ...(tracer === undefined ? {} : { trace: tracer.options }),
    exit,
    onLimit: (_, value) => {
      writeError(outputLimit(value).message + '\n');
      return exit(exitCodes.failed);
    },
  });
  const end = (): void => {
    if (host.trace !== undefined) tracer?.end(asked, host.trace.summary());
  };
  return {
    imports(module) {
      asked = WebAssembly.Module.imports(module);
      return host.imports(module);
    },
    start: instance => host.start(instance),
    flush: () => { host.flush(); },
    end,
  };
}
