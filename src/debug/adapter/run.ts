import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { messageOf, UserError } from '../../base/error';
import { trapReason } from '../../run/hosting/traps';
import { listen, type Listener } from '../target/channel';
import { Target, type Pause } from '../target/target';
import { inspectMessage } from './errors';
import { stoppingAt } from './hits';
import type { DebugHost } from './launch';
import { entryOf } from './lines';
import type { Loaded } from './loaded';
import { childCommand, startChild, type Child } from './start';
import { Stepper, type StepKind } from './stepper';
import { Stop } from './stop';
import type { Wire } from './wire';

export const threadId = 1;

/** Milliseconds that a terminal may take to start the program. */
const terminalPatience = 30_000;

/** Milliseconds that a terminal's process may take to end once its connection is gone. */
const farewell = 3000;

/** One run of the program, from its process's start to its end. */
export class Run {
  readonly #loaded: Loaded;
  readonly #wire: Wire;
  readonly #over: () => void;
  #child: Child | undefined;
  #inTerminal = false;
  #listener: Listener | undefined;
  #target: Target | undefined;
  #stepper: Stepper | undefined;
  #stop: Stop | undefined;
  #pausing = false;
  #entry = false;
  #ended = false;

  /** `over` is called when the program has ended by itself, or was ended from outside. */
  constructor(loaded: Loaded, wire: Wire, over: () => void) {
    this.#loaded = loaded;
    this.#wire = wire;
    this.#over = over;
  }

  /** Where the program stands; undefined while it runs. */
  get stop(): Stop | undefined {
    return this.#stop;
  }

  get target(): Target | undefined {
    return this.#target;
  }

  /** Gives the program a line of input; false where it reads from a terminal. */
  input(line: string): boolean {
    if (this.#child?.write === undefined || this.#inTerminal) return false;
    this.#child.write(line + '\n');
    return true;
  }

  /** Starts the program; it stands before its first instruction until `configured`. Rejects with a UserError. */
  async start(host: DebugHost, configured: Promise<void>, breakOnTrap: () => boolean, signal: AbortSignal): Promise<void> {
    const { launch, program } = this.#loaded;
    const listener = this.#listener = await listen();
    const command = await childCommand(launch.node, launch.spec, listener.path);
    try {
      this.#inTerminal = launch.console !== 'internalConsole' && host.terminal !== undefined;
      const child = this.#child = this.#inTerminal && host.terminal !== undefined
        ? await host.terminal(command, launch)
        : startChild(command, launch.cwd, (text, category) => { this.#wire.output(text, category); });
      const socket = await connection(listener, child, this.#inTerminal, signal);
      const target: Target = this.#target = new Target(socket, program.image.codeStart, {
        ready: () => { if (!this.#ended) void this.#onReady(target, configured).catch((error: unknown) => { this.#failed(error); }); },
        paused: pause => { if (!this.#ended) void this.#onPaused(target, pause).catch((error: unknown) => { this.#failed(error); }); },
        ended: code => { if (!this.#ended) void this.#onEnded(code); },
      });
      this.#wire.event('process', { name: launch.spec.args[0] ?? launch.spec.module, startMethod: 'launch', isLocalProcess: true, ...(child.pid === undefined ? {} : { systemProcessId: child.pid }) });
      await target.start(breakOnTrap());
    } finally {
      void listener.connected.finally(() => { void command.dispose(); }).catch(() => {});
    }
  }

  async #onReady(target: Target, configured: Promise<void>): Promise<void> {
    await configured;
    const { launch, program, sources, breakpoints } = this.#loaded;
    this.#stepper = new Stepper(program, target, path => sources.existing(path) !== undefined);
    if (launch.stopOnEntry) {
      const address = entryOf(program);
      this.#entry = address !== undefined;
      await breakpoints.setAddresses('entry', address === undefined ? [] : [{ address }]);
    }
    await breakpoints.attach(target);
    await target.resume().catch(() => {});
  }

  async #onPaused(target: Target, pause: Pause): Promise<void> {
    const { breakpoints } = this.#loaded;
    const stop = new Stop(this.#loaded, target, pause);
    if (pause.reason === 'trap') {
      this.#stopped(stop, { reason: 'exception', description: l10n.t('Trap'), text: trapText(pause) });
      return;
    }
    const hit = await stoppingAt(breakpoints.at(pause.breakpoints), stop, this.#wire);
    const [first] = hit;
    if (this.#entry && first?.kind === 'instruction') {
      this.#entry = false;
      await breakpoints.setAddresses('entry', []);
      this.#stopped(stop, { reason: 'entry' });
    } else if (first !== undefined) {
      const reason = first.kind === 'function' ? 'function breakpoint' : first.kind === 'instruction' ? 'instruction breakpoint' : 'breakpoint';
      this.#stopped(stop, { reason, hitBreakpointIds: hit.map(one => one.id) });
    } else if (this.#pausing) {
      this.#stopped(stop, { reason: 'pause' });
    } else {
      const next = await this.#stepper?.afterPause(stop) ?? 'idle';
      if (next === 'done') this.#stopped(stop, { reason: 'step' });
      else if (next === 'idle') await target.resume();
    }
  }

  #stopped(stop: Stop, body: Partial<DebugProtocol.StoppedEvent['body']> & { reason: string }): void {
    this.#pausing = false;
    this.#stepper?.clear();
    this.#stop = stop;
    this.#wire.event('stopped', { threadId, allThreadsStopped: true, ...body });
  }

  /** A pause that could not be dealt with; where the program went on or ended meanwhile, there is nothing to say. */
  #failed(error: unknown): void {
    if (inspectMessage(error) === undefined) this.#wire.output(messageOf(error) + '\n', 'stderr');
  }

  async #onEnded(code: number | undefined): Promise<void> {
    this.#stop = undefined;
    this.#target = undefined;
    // All that the program printed comes before the word about its end.
    const exit = await this.#child?.exit.catch(() => undefined);
    // The system's word, which a plain run has too: it keeps the low bits alone.
    const told = exit ?? code;
    if (this.#ended) return;
    this.#ended = true;
    if (told === undefined) this.#wire.output(l10n.t('The program was ended from outside.') + '\n', 'console');
    else {
      this.#wire.output(l10n.t('The program ended with exit code {0}.', told) + '\n', 'console');
      this.#wire.event('exited', { exitCode: told });
    }
    await this.#listener?.dispose();
    this.#over();
  }

  /** Ends the program without a word to the editor. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#stop = undefined;
    // The child ends itself when its connection is gone; in a terminal, what it printed stays.
    const connected = this.#target !== undefined;
    this.#target?.close();
    this.#target = undefined;
    const child = this.#child;
    this.#child = undefined;
    const ended = connected && this.#inTerminal && child !== undefined ? left(child) : child?.end();
    await Promise.all([ended, this.#listener?.dispose()]);
  }

  /** The program goes on: what was looked at is no more. */
  #going(): Target {
    const target = this.#target;
    if (target === undefined) throw new UserError('usage', l10n.t('The program has ended.'));
    this.#stop = undefined;
    return target;
  }

  async continue(): Promise<void> {
    await this.#going().resume().catch(() => {});
  }

  async step(kind: StepKind, stop: Stop, instruction: boolean): Promise<void> {
    this.#going();
    await this.#stepper?.start(kind, stop, instruction).catch((error: unknown) => { this.#failed(error); });
  }

  async pause(): Promise<void> {
    if (this.#stop !== undefined) return;
    this.#pausing = true;
    await this.#target?.pause();
  }
}

/** The child's connection, or the error that it ended before it made one. */
async function connection(listener: Listener, child: Child, inTerminal: boolean, signal: AbortSignal): Promise<Awaited<Listener['connected']>> {
  const stop = new AbortController();
  const early = child.exit.then(code => {
    throw new UserError('io', code === undefined ? l10n.t('The program was ended before it could be debugged.') : l10n.t('The program ended with exit code {0} before it could be debugged.', code));
  });
  const never = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => { reject(new UserError('canceled', l10n.t('Cancelled.'))); }, { once: true, signal: stop.signal });
    if (!inTerminal) return;
    const timer = setTimeout(() => { reject(new UserError('io', l10n.t('The terminal did not start the program.'))); }, terminalPatience);
    stop.signal.addEventListener('abort', () => { clearTimeout(timer); });
  });
  early.catch(() => {});
  never.catch(() => {});
  try {
    return await Promise.race([listener.connected, early, never]);
  } finally {
    stop.abort();
  }
}

/** Waits until a terminal's process has ended by itself; one that does not is ended. */
async function left(child: Child): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>(resolve => { timer = setTimeout(() => { resolve(true); }, farewell); });
  const isLate = await Promise.race([late, child.exit.then(() => false, () => false)]);
  clearTimeout(timer);
  if (isLate) await child.end();
}

/** V8's words for a trap as a sentence. */
export function trapText({ message = '' }: Pause): string {
  return trapReason(new WebAssembly.RuntimeError(message.replace(/^\w*Error: /, '')));
}
