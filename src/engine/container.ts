import type Docker from 'dockerode';
import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { isUserError, messageOf, type UserError } from '../base/error';
import type { Log } from '../base/log';
import { Demux } from './demux';
import type { Engine } from './engine';
import type { About } from './failure';
import { ownerLabel, ownerValue, oursLabel } from './owner';
import { explainExit } from './troubles';

/** A port of the container, published on one of the engine's machine. */
export interface Published {
  /** 0 lets the engine choose. */
  readonly host: number;
  readonly guest: number;
  readonly address: string;
  readonly protocol: 'tcp' | 'udp';
}

/** A container to run; complete, nothing is looked up later. */
export interface ContainerRequest {
  readonly image: string;
  /** `wasi/wasm`; the engine's choice where none is said. */
  readonly platform?: string;
  readonly runtime?: string;
  /** What follows the image's entrypoint; its own command where none is said. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly binds: readonly { readonly host: string; readonly guest: string; readonly readonly?: boolean }[];
  readonly ports: readonly Published[];
  readonly network?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tty: boolean;
  /** Whether there is input: without it the program reads an empty one. Shims of runwasi never pass its end on, so that it is not opened in vain. */
  readonly stdin?: boolean;
  /** Bytes. */
  readonly memory?: number;
  /** Whether it goes when it has ended. */
  readonly remove: boolean;
  readonly log: Log;
}

/** Where a container's streams go. */
export interface ContainerIo {
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  /** Read to its end; with a terminal its end ends nothing. */
  readonly stdin?: Readable;
  readonly signal: AbortSignal;
  /** The terminal's size, where there is one; calls `changed` when it changes, until what it returns is called. */
  readonly size?: { now(): { columns: number; rows: number } | undefined; watch(changed: () => void): () => void };
  /** It runs. */
  started?(id: string): void;
}

export interface ContainerExit {
  readonly id: string;
  readonly code: number;
  /** What is known to have gone wrong, where its code and output tell. */
  readonly trouble?: UserError;
}

/** As much of the end of the output as telling troubles apart needs. */
const tailLength = 4096;

/**
 * Runs a container to its end: create, attach, start, wait, the end of its output, remove. An abort kills it (a guest as process 1 hears no politer signal)
 * and rejects with the signal's reason. Throws a UserError; whatever happens, the container is removed where that was asked for.
 */
export async function runContainer(engine: Engine, request: ContainerRequest, io: ContainerIo): Promise<ContainerExit> {
  const { signal } = io;
  const about = aboutOf(engine, request);
  const created = await engine.ask('create', about, signal, docker => docker.createContainer(createOptions(request) as unknown as Docker.ContainerCreateOptions));
  const container = engine.docker.getContainer(created.id);
  let removed = false;
  const remove = async (): Promise<void> => {
    if (removed) return;
    removed = true;
    await container.remove({ force: true, v: true }).catch((error: unknown) => { request.log.warn(`container ${created.id.slice(0, 12)} was not removed: ${messageOf(error)}`); });
  };
  let kept = !request.remove;
  try {
    const tails = { stdout: '', stderr: '' };
    let code = await once(engine, container, request, io, about, tails);
    // Somebody restarts it from outside: it was killed, and is about to run again.
    while (code === 137 && await runsAgain(container, signal)) code = await once(engine, container, request, io, about, tails, true);
    const trouble = explainExit({ step: 'run', endpoint: engine.endpoint, about, message: '', platform: process.platform, exit: { code, ...tails } });
    return { id: created.id, code, ...(trouble === undefined ? {} : { trouble }) };
  } catch (error) {
    // One that never ran is of no use to anybody; neither is one that was ended on purpose.
    kept &&= !isUserError(error) && !signal.aborted;
    throw error;
  } finally {
    if (!kept) await remove();
  }
}

function aboutOf(engine: Engine, request: ContainerRequest): About {
  const { image, platform, runtime, name } = request;
  return {
    image, ...(platform === undefined ? {} : { platform }), ...(runtime === undefined ? {} : { runtime }), ...(name === undefined ? {} : { name }),
    desktop: /desktop/i.test(engine.endpoint.context + engine.endpoint.address),
  };
}

/** The query and the body of a create call: dockerode sends what it is given as both, unless told apart. */
export function createOptions(request: ContainerRequest): { readonly _query: Record<string, string>; readonly _body: Record<string, unknown> } {
  const key = (port: Published): string => `${String(port.guest)}/${port.protocol}`;
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of request.ports) (bindings[key(port)] ??= []).push({ HostIp: port.address, HostPort: String(port.host) });
  return {
    _query: { ...(request.platform === undefined ? {} : { platform: request.platform }), ...(request.name === undefined ? {} : { name: request.name }) },
    _body: {
      Image: request.image,
      ...(request.args === undefined ? {} : { Cmd: request.args }),
      Env: Object.entries(request.env).map(([name, value]) => `${name}=${value}`),
      Labels: { ...request.labels, [oursLabel]: 'true', ...(request.remove ? { [ownerLabel]: ownerValue() } : {}) },
      ExposedPorts: Object.fromEntries(request.ports.map(port => [key(port), {}])),
      Tty: request.tty, OpenStdin: request.stdin === true, StdinOnce: request.stdin === true && !request.tty, AttachStdin: request.stdin === true, AttachStdout: true, AttachStderr: true,
      HostConfig: {
        ...(request.runtime === undefined ? {} : { Runtime: request.runtime }),
        ...(Object.keys(request.annotations).length === 0 ? {} : { Annotations: request.annotations }),
        ...(request.network === undefined ? {} : { NetworkMode: request.network }),
        ...(request.memory === undefined ? {} : { Memory: request.memory }),
        // Mounts, not Binds: a folder that is not there is then an error, and not made by the engine as root.
        Mounts: request.binds.map(({ host, guest, readonly }) => ({ Type: 'bind', Source: host, Target: guest, ReadOnly: readonly === true })),
        PortBindings: bindings,
      },
    },
  };
}

/** Attaches, starts (unless it runs) and waits; resolves to the exit code when all output has come. */
async function once(
  engine: Engine, container: Docker.Container, request: ContainerRequest, io: ContainerIo, about: About, tails: { stdout: string; stderr: string }, runs = false,
): Promise<number> {
  const { signal } = io;
  // One that somebody has restarted has printed before anybody could attach: what it prints is then read from its log, from the end of the run before.
  const attached: unknown = await engine.ask('attach', about, signal, async () => (runs
    ? container.logs({ follow: true, stdout: true, stderr: true, since: await endBefore(container) })
    : container.attach({ stream: true, stdin: request.stdin === true, stdout: true, stderr: true, hijack: true })));
  // A socket, or an answer that is read like one; dockerode's types call it less.
  const stream = attached as Socket;
  const undo: (() => void)[] = [];
  try {
    const ended = new Promise<void>(resolve => { stream.once('end', resolve).once('close', resolve).once('error', () => { resolve(); }); });
    const keep = (name: 'stdout' | 'stderr', pass: (chunk: Uint8Array) => void) => (chunk: Uint8Array): void => {
      tails[name] = (tails[name] + Buffer.from(chunk).toString()).slice(-tailLength);
      pass(chunk);
    };
    const out = keep('stdout', chunk => { io.stdout(chunk); });
    const demux = new Demux(out, keep('stderr', chunk => { io.stderr(chunk); }));
    stream.on('data', (chunk: Buffer) => { if (request.tty) out(chunk); else demux.push(chunk); });
    if (!runs) await engine.ask('start', about, signal, () => container.start());
    const kill = (): void => { void container.kill().catch(() => {}); };
    signal.addEventListener('abort', kill, { once: true });
    undo.push(() => { signal.removeEventListener('abort', kill); });
    if (!runs) undo.push(feed(stream, request.tty, io.stdin));
    if (io.size !== undefined) undo.push(follow(container, io.size));
    io.started?.(container.id);
    const { StatusCode } = await engine.ask('wait', about, signal, () => container.wait() as Promise<{ StatusCode: number }>);
    await Promise.race([ended, new Promise<void>(resolve => { undo.push(clear(setTimeout(resolve, 2000))); })]);
    return StatusCode;
  } finally {
    for (const each of undo) each();
    stream.destroy();
  }
}

const clear = (timer: NodeJS.Timeout) => (): void => { clearTimeout(timer); };

/** Sends standard input; without a terminal its end is the guest's end of file. */
function feed(stream: Duplex, tty: boolean, stdin: Readable | undefined): () => void {
  // A guest that ends before it has read all is no error of ours.
  stream.on('error', () => {});
  if (stdin === undefined) return () => {};
  stdin.on('error', () => { stream.end(); });
  stdin.pipe(stream, { end: !tty });
  return () => { stdin.unpipe(stream); };
}

function follow(container: Docker.Container, size: NonNullable<ContainerIo['size']>): () => void {
  const apply = (): void => {
    const now = size.now();
    if (now !== undefined) void container.resize({ h: now.rows, w: now.columns }).catch(() => {});
  };
  apply();
  return size.watch(apply);
}

/**
 * When a container's run before this one ended, as an engine's log wants it: seconds with a fraction. Not when this one started, which the engine
 * notes after the program has begun to print.
 */
async function endBefore(container: Docker.Container): Promise<number> {
  const { FinishedAt } = (await container.inspect()).State;
  const seconds = Math.floor(Date.parse(FinishedAt) / 1000);
  return Number(`${String(seconds)}.${/\.(\d+)/.exec(FinishedAt)?.[1] ?? '0'}`);
}

/** Whether a container that was killed is being started again: a restart is a kill and, a moment later, a start. */
async function runsAgain(container: Docker.Container, signal: AbortSignal): Promise<boolean> {
  for (let tries = 0; tries < 6 && !signal.aborted; tries++) {
    const state = await container.inspect().then(found => found.State, () => undefined);
    if (state === undefined) return false;
    if (state.Running) return true;
    await new Promise(resolve => setTimeout(resolve, 150));
  }
  return false;
}
