import * as l10n from '@vscode/l10n';
import { UserError } from '../../base/error';
import { Errno, errnoName } from '../../wasi';
import { createNodeHost, isTerminal, ListenError, parseGrant, type Grant, type NodeHost, type NodeHostOptions, type NodeNetwork } from '../../wasi/node';
import { OutputWatch, parsePattern, tellReady } from '../ready';
import { exitCodes } from './spec';
import { mostDescriptors, outputLimit, writeError, type GuestHost, type HostOptions } from './guest';
import { tracing } from './tracing';

/** Our own host over this process. The guest's proc_exit ends the process at once: a throw could be caught by the guest. */
export function embeddedHost(options: HostOptions): GuestHost {
  const tracer = options.trace === undefined ? undefined : tracing(options, options.trace);
  let asked: readonly WebAssembly.ModuleImportDescriptor[] = [];
  let host: NodeHost | undefined;
  const end = (): void => {
    if (host?.trace !== undefined) tracer?.end(asked, host.trace.summary());
  };
  const exit = (code: number): never => {
    end();
    return process.exit(code);
  };
  const openFiles = mostDescriptors(options);
  const make = (): NodeHost => createNodeHost({
    args: options.args, env: options.env, mounts: options.mounts, stdin: options.stdinFd,
    limits: {
      ...(options.limits?.output === undefined ? {} : { output: options.limits.output }),
      ...(openFiles === undefined ? {} : { openFiles }),
    },
    ...(tracer === undefined ? {} : { trace: tracer.options }),
    ...(asked.some(({ name }) => name.startsWith('sock_')) ? { network: networkOf(options, !asked.some(({ name }) => name.startsWith('sock_open'))) } : {}),
    ...watching(options),
    ownProcess: true,
    exit,
    onLimit: (_, value) => {
      writeError(outputLimit(value).message + '\n');
      return exit(exitCodes.failed);
    },
  });
  return {
    imports(module) {
      asked = WebAssembly.Module.imports(module);
      try {
        host = make();
      } catch (error) {
        throw error instanceof ListenError ? cannotListen(error) : error;
      }
      return host.imports(module);
    },
    async threads(module, memory, onTrap) {
      const { runThreads } = await import('./threads');
      const code = await runThreads(options, { module, memory, onTrap, onEnd: (imports, counts) => { if (counts !== undefined) tracer?.end(imports, counts); } });
      // Other threads may still run, and never look whether they should end.
      return process.exit(code);
    },
    start: instance => host?.start(instance) ?? 0,
    flush: () => { host?.flush(); },
    end,
  };
}

/** Looks at what the program prints, where somebody waits for a word of it. */
export function watching({ ready }: Pick<HostOptions, 'ready'>): Pick<NodeHostOptions, 'onOutput'> {
  if (ready?.pattern === undefined) return {};
  const watch = new OutputWatch(parsePattern(ready.pattern), matched => { tellReady(ready, { matched }); });
  return { onOutput: bytes => { watch.take(bytes); } };
}

function networkOf(options: Pick<HostOptions, 'listen' | 'connect' | 'ready'>, preopened: boolean): NodeNetwork {
  const grants = (texts: readonly string[] | undefined): Grant[] => (texts ?? []).flatMap(text => parseGrant(text) ?? []);
  return {
    listen: grants(options.listen), connect: grants(options.connect), preopened,
    onListening(where) {
      // Who reads our output takes it for the program's own.
      if (options.ready !== undefined || isTerminal(2)) writeError(l10n.t('Listening at {0}: http://{1}/', where, where.replace(/^(?:0\.0\.0\.0|\[[0:]+\]):/, 'localhost:')) + '\n');
      if (options.ready !== undefined) tellReady(options.ready, { listening: where });
    },
    onRefused(what, where) {
      const message = what === 'listen' ? l10n.t('The program may not listen at {0}. Allow it with --listen {0}.', where)
        : what === 'connect' ? l10n.t('The program may not connect to {0}. Allow it with --connect {0}.', where)
          : l10n.t('The program may not look up {0}. Allow it with --connect {0}.', where);
      writeError(message + '\n');
    },
  };
}

function cannotListen({ grant, errno }: ListenError): UserError {
  const where = grant.host.includes(':') ? `[${grant.host}]:${grant.port}` : `${grant.host}:${grant.port}`;
  const reason = errno === Errno.ADDRINUSE ? l10n.t('another program does already') : errno === Errno.ACCES ? l10n.t('you have no permission to')
    : errno === Errno.ADDRNOTAVAIL ? l10n.t('this machine has no such address') : errnoName(errno);
  return new UserError('io', l10n.t("Can't listen at {0}: {1}.", where, reason), [], { cause: { grant, errno } });
}
