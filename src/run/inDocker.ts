import * as l10n from '@vscode/l10n';
import { createReadStream, readdirSync } from 'node:fs';
import * as path from 'node:path';
import type { Readable } from 'node:stream';
import type { Exit } from '../base/command';
import { UserError } from '../base/error';
import type { Log } from '../base/log';
import type { ContainerExit, ContainerIo, ContainerRequest, Published } from '../engine/container';
import type { Engine } from '../engine/engine';
import { titleLabel } from '../engine/owner';
import { objectionBy } from './abilities';
import { openStdin, outputLimit } from './hosting/guest';
import { exitCodes } from './hosting/spec';
import type { Limits, Mount, RunRequest } from './request';

/** WasmEdge's runtime in Docker; the one unless told. */
export const defaultRuntime = 'io.containerd.wasmedge.v1';
export const defaultPlatform = 'wasi/wasm';

/** What only an engine is told. */
export interface DockerWish {
  readonly context?: string;
  readonly runtime?: string;
  readonly platform?: string;
  readonly ports: readonly Published[];
  readonly network?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly name?: string;
  /** Whether the container stays when it has ended. */
  readonly keep: boolean;
}

/** What a run of an image is told. */
export interface ImageRun {
  readonly image: string;
  /** Undefined leaves the image's own command. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly stdin?: string;
  readonly limits?: Limits;
  /** What people call it, where the image has no name of its own. */
  readonly title?: string;
  readonly docker: DockerWish;
}

/** Throws UserError 'no-runtime' for what runs in Docker can't do, before anything is packed or loaded. */
export function refuseInDocker(request: Pick<RunRequest, 'info' | 'trace' | 'limits' | 'listen'>, wish: DockerWish): void {
  const no = (why: string): UserError => new UserError('no-runtime', why);
  if (request.trace !== undefined) throw no(l10n.t('Runtime {0} has no {1}: use runtime embedded.', 'docker', l10n.t('trace')));
  if (request.limits?.openFiles !== undefined) throw no(l10n.t('Runtime {0} has no {1}: use runtime embedded.', 'docker', l10n.t('limit of open files')));
  if ((request.listen ?? []).length > 0) throw no(l10n.t('In Docker a port is published: write --publish HOST:GUEST instead of --listen.'));
  // WasmEdge in Docker only says 137, so that what it lacks must be said before.
  const runtime = wish.runtime ?? defaultRuntime;
  const objection = /wasmedge/.test(runtime) ? objectionBy(request.info, new Set(['sockets', 'exceptions', 'multi-memory'])) : undefined;
  if (objection !== undefined) throw no(l10n.t("WasmEdge in Docker can't run it: {0}.", objection));
}

/** Whether a runtime is a shim of containerd, by its name: one with dots. Those of runwasi give programs no terminal and never the end of their input. */
function isShim(runtime: string): boolean {
  return runtime.includes('.');
}

/** Whether a runtime can give a program a terminal; a shim of runwasi refuses to start it then. */
export function hasTerminals(runtime: string = defaultRuntime): boolean {
  return !isShim(runtime);
}

/** How long a program may go on after its input has ended until it seems to wait for that end, ms. */
const patience = 3000;

/** Calls `explain` when input has ended and the program still runs a while later, until what it returns is called: under a shim it may wait for ever. */
export function watchInput(stdin: Readable, runtime: string, explain: (trouble: UserError) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const ended = (): void => {
    timer = setTimeout(() => {
      explain(new UserError('engine.input-end', l10n.t('The input has ended, which runtime {0} does not tell the program: if it reads to the end of its input, it waits for ever.', runtime), [
        { label: l10n.t('Run it in the embedded host, which tells it: --runtime embedded.') }, { label: l10n.t('Or in Docker with crun, where the engine has it: --docker-runtime NAME.') },
      ]));
    }, patience);
  };
  stdin.once('end', ended);
  return () => {
    stdin.off('end', ended);
    clearTimeout(timer);
  };
}

/** The annotations of a run: crun runs WebAssembly only when it is told to. */
export async function annotationsFor(engine: Engine, runtime: string, given: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  // A shim has no crun behind it.
  if (isShim(runtime) || 'run.oci.handler' in given) return given;
  if (/crun/.test(runtime)) return { 'run.oci.handler': 'wasm', ...given };
  const info = await engine.ask('list', {}, signal, docker => docker.info() as Promise<{ Runtimes?: Record<string, { path?: string } | undefined> }>);
  return /crun/.test(path.posix.basename(info.Runtimes?.[runtime]?.path ?? '')) ? { 'run.oci.handler': 'wasm', ...given } : given;
}

/**
 * The bind mounts of preopened folders. A shim gives a program the container's whole root as `/`, so that a folder preopened as `/` becomes a mount of each
 * thing in it.
 */
export function bindsOf(mounts: readonly Mount[], read: (folder: string) => readonly string[] = folder => readdirSync(folder)): ContainerRequest['binds'] {
  return mounts.flatMap(({ host, guest, readonly }) => {
    const target = path.posix.normalize('/' + guest);
    const mode = readonly === true ? { readonly } : {};
    if (target !== '/') return [{ host, guest: target.replace(/\/$/, ''), ...mode }];
    // What every container has itself, and what no program of a project wants.
    const kept = new Set(['dev', 'proc', 'sys', '.git', '.wasm-workbench', 'node_modules']);
    return read(host).filter(name => !kept.has(name)).map(name => ({ host: path.join(host, name), guest: `/${name}`, ...mode }));
  });
}

/** Runs an image that the engine has; the exit code is the program's, 124 for the time limit. `explain` is given what is known to have gone wrong. */
export async function runImageInDocker(
  engine: Engine, run: ImageRun, io: ContainerIo & { readonly tty: boolean }, log: Log, explain: (trouble: UserError) => void,
): Promise<Exit> {
  const { docker: wish, limits } = run;
  const runtime = wish.runtime ?? defaultRuntime;
  const request: ContainerRequest = {
    image: run.image, platform: wish.platform ?? defaultPlatform, runtime, env: run.env, binds: bindsOf(run.mounts), ports: wish.ports,
    annotations: await annotationsFor(engine, runtime, wish.annotations, io.signal), tty: io.tty && run.stdin === undefined, stdin: run.stdin !== undefined || io.stdin !== undefined, remove: !wish.keep, log,
    ...(run.args === undefined ? {} : { args: run.args }), ...(wish.network === undefined ? {} : { network: wish.network }), ...(wish.name === undefined ? {} : { name: wish.name }),
    ...(limits?.memory === undefined ? {} : { memory: limits.memory }), ...(run.title === undefined ? {} : { labels: { [titleLabel]: run.title } }),
  };
  const stop = new AbortController();
  const cause: { limit?: number; timedOut?: boolean } = {};
  let total = 0;
  const counted = (pass: (chunk: Uint8Array) => void) => (chunk: Uint8Array): void => {
    total += chunk.length;
    if (limits?.output !== undefined && total > limits.output) {
      cause.limit = limits.output;
      stop.abort();
    } else pass(chunk);
  };
  const timer = limits?.time === undefined ? undefined : setTimeout(() => {
    cause.timedOut = true;
    stop.abort();
  }, limits.time);
  const stdin = run.stdin === undefined ? io.stdin : createReadStream('', { fd: openStdin(run.stdin) });
  const forget = stdin !== undefined && isShim(runtime) ? watchInput(stdin, runtime, explain) : () => {};
  const { runContainer } = await import('../engine/container');
  try {
    const exit: ContainerExit = await runContainer(engine, request, {
      ...io, stdout: counted(chunk => { io.stdout(chunk); }), stderr: counted(chunk => { io.stderr(chunk); }), signal: AbortSignal.any([io.signal, stop.signal]), ...(stdin === undefined ? {} : { stdin }),
    });
    if (exit.trouble !== undefined) explain(exit.trouble);
    return { code: exit.code };
  } catch (error) {
    if (cause.limit !== undefined) throw outputLimit(cause.limit);
    if (cause.timedOut === true) return { code: exitCodes.timeout, signal: 'timeout' };
    throw error;
  } finally {
    clearTimeout(timer);
    forget();
    if (run.stdin !== undefined) stdin?.destroy();
  }
}
