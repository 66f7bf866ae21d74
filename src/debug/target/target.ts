import type { Socket } from 'node:net';
import type { RegisterKind } from '../values/location';
import { Connection, TargetError } from './protocol';

/** A machine frame of the stopped guest. */
export interface TargetFrame {
  readonly id: string;
  /** Relative to the code section. For callers, of the call itself. */
  readonly address: number;
  readonly functionName: string;
}

/** Why the guest stands still. */
export interface Pause {
  readonly reason: 'entry' | 'breakpoint' | 'step' | 'trap';
  /** Of the breakpoints there, as {@link Target.setBreakpoint} gave them. */
  readonly breakpoints: readonly string[];
  /** The engine's words for a trap. */
  readonly message?: string;
  /** Innermost first; the host's own frames are left out. */
  readonly frames: readonly TargetFrame[];
}

export interface TargetEvents {
  /** The module is compiled; nothing of it has run. */
  ready(): void;
  paused(pause: Pause): void;
  /** The connection is gone; the exit code, unless the program was ended from outside. */
  ended(code: number | undefined): void;
}

/** A range of code addresses that steps run through. */
export interface SkipRange {
  readonly low: number;
  readonly high: number;
}

interface PausedParams {
  readonly reason: string;
  readonly hitBreakpoints?: readonly string[];
  readonly data?: { readonly description?: string; readonly uncaught?: boolean };
  readonly callFrames: readonly {
    readonly callFrameId: string;
    readonly functionName: string;
    readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber?: number };
  }[];
}

interface Evaluated {
  readonly result: { readonly value?: unknown; readonly description?: string };
  readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
}

const pageSize = 4096;

/** The guest in a child process, through V8's inspector. Everything about addresses is relative to the code section. */
export class Target {
  readonly #connection: Connection;
  readonly #events: TargetEvents;
  readonly #codeStart: number;
  #script: string | undefined;
  #state: 'starting' | 'ready' | 'running' | 'paused' = 'starting';
  #frames: readonly TargetFrame[] = [];
  #stop = 0;
  #pages = new Map<number, Promise<Uint8Array>>();
  #size: Promise<number> | undefined;
  #exit: number | undefined;
  /** Until the engine has said that the guest goes on: a request to pause that it reads before is lost. */
  #resumed: Promise<void> = Promise.resolve();
  #onResumed: (() => void) | undefined;

  constructor(socket: Socket, codeStart: number, events: TargetEvents) {
    this.#codeStart = codeStart;
    this.#events = events;
    this.#connection = new Connection(socket, (method, params) => { this.#event(method, params); }, () => {
      this.#onResumed?.();
      this.#events.ended(this.#exit);
    });
  }

  /** Prepares the engine and lets the child compile the module: `ready` follows. */
  async start(breakOnTrap: boolean): Promise<void> {
    const start = this.#connection;
    await Promise.all([
      start.request('Debugger.enable'),
      start.request('Debugger.setPauseOnExceptions', { state: breakOnTrap ? 'all' : 'none' }),
    ]);
    // Has no answer: the child's main thread goes on.
    start.request('Host.start').catch(() => {});
  }

  /** Changes whether traps stop. */
  async setBreakOnTrap(breakOnTrap: boolean): Promise<void> {
    await this.#connection.request('Debugger.setPauseOnExceptions', { state: breakOnTrap ? 'all' : 'none' });
  }

  get paused(): boolean {
    return this.#state === 'paused';
  }

  get started(): boolean {
    return this.#state !== 'starting';
  }

  #event(method: string, params: never): void {
    if (method === 'Debugger.scriptParsed') this.#script ??= (params as { scriptId: string }).scriptId;
    else if (method === 'Host.exit') this.#exit = (params as { code: number }).code;
    else if (method === 'Debugger.resumed') this.#onResumed?.();
    else if (method === 'Debugger.paused') this.#onPaused(params);
  }

  #onPaused(params: PausedParams): void {
    if (this.#state === 'starting') {
      this.#state = 'ready';
      this.#events.ready();
      return;
    }
    const frames = params.callFrames.filter(frame => frame.location.scriptId === this.#script)
      .map(frame => ({ id: frame.callFrameId, address: (frame.location.columnNumber ?? 0) - this.#codeStart, functionName: frame.functionName }));
    const isTrap = params.reason === 'exception' || params.reason === 'promiseRejection';
    const inGuest = params.callFrames[0]?.location.scriptId === this.#script;
    if (isTrap && inGuest && params.data?.uncaught === false && !/^(Runtime|Range)Error/.test(params.data.description ?? '')) {
      // An exception of the program's own that it will catch; the engine tells of what nobody in the program catches as uncaught.
      void this.#connection.request('Debugger.resume').catch(() => {});
      return;
    }
    if (!inGuest) {
      // The host's own code: what it throws is its own affair, and steps leave it again. Blackbox patterns would do the same, but with
      // them neither traps nor requests to pause stop in Wasm.
      void this.#connection.request(frames.length === 0 || isTrap ? 'Debugger.resume' : 'Debugger.stepOut').catch(() => {});
      return;
    }
    this.#state = 'paused';
    this.#frames = frames;
    const hits = params.hitBreakpoints ?? [];
    this.#events.paused({
      reason: isTrap ? 'trap' : hits.length > 0 ? 'breakpoint' : 'step', breakpoints: hits, frames,
      ...(isTrap && params.data?.description !== undefined ? { message: params.data.description.split('\n')[0] ?? '' } : {}),
    });
  }

  #location(address: number): object {
    return { scriptId: this.#script, lineNumber: 0, columnNumber: this.#codeStart + address };
  }

  /** Sets a breakpoint; the address is moved to the instruction that stops. Undefined where no code is. */
  async setBreakpoint(address: number, condition?: string): Promise<{ id: string; address: number } | undefined> {
    try {
      const { breakpointId, actualLocation } = await this.#connection.request<{ breakpointId: string; actualLocation: { columnNumber: number } }>(
        'Debugger.setBreakpoint', { location: this.#location(address), ...(condition === undefined ? {} : { condition }) });
      return { id: breakpointId, address: actualLocation.columnNumber - this.#codeStart };
    } catch (error) {
      if (error instanceof TargetError) return undefined;
      throw error;
    }
  }

  async removeBreakpoint(id: string): Promise<void> {
    await this.#connection.request('Debugger.removeBreakpoint', { breakpointId: id }).catch(() => {});
  }

  async resume(): Promise<void> {
    await this.#go('Debugger.resume');
  }

  /** Interrupts the running guest; `paused` follows. */
  async pause(): Promise<void> {
    await this.#resumed;
    await this.#connection.request('Debugger.pause');
  }

  /** Steps to the next instruction outside the ranges, calls run through. Without ranges: one instruction. */
  async stepOver(skip: readonly SkipRange[] = []): Promise<void> {
    await this.#go('Debugger.stepOver', skip);
  }

  async stepInto(skip: readonly SkipRange[] = []): Promise<void> {
    await this.#go('Debugger.stepInto', skip);
  }

  async stepOut(): Promise<void> {
    await this.#go('Debugger.stepOut');
  }

  async #go(method: string, skip: readonly SkipRange[] = []): Promise<void> {
    this.#state = 'running';
    this.#resumed = new Promise(resolve => { this.#onResumed = resolve; });
    this.#frames = [];
    this.#stop++;
    this.#pages = new Map();
    this.#size = undefined;
    const skipList = mergeRanges(skip).map(({ low, high }) => ({
      scriptId: this.#script, start: { lineNumber: 0, columnNumber: this.#codeStart + low }, end: { lineNumber: 0, columnNumber: this.#codeStart + high },
    }));
    // An empty list is refused.
    await this.#connection.request(method, skipList.length === 0 ? {} : { skipList });
  }

  /** Evaluates JavaScript in a frame of the guest; gives what JSON can carry. Throws TargetError. */
  async evaluate<T>(frame: TargetFrame, expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#connection.request<Evaluated>('Debugger.evaluateOnCallFrame', { callFrameId: frame.id, expression, returnByValue: true, silent: true });
    if (exceptionDetails !== undefined) throw new TargetError(exceptionDetails.exception?.description ?? 'the engine could not evaluate this');
    return result.value as T;
  }

  /** The bytes of a register; undefined where there is none such. */
  async register(frame: TargetFrame, kind: RegisterKind, index: number): Promise<Uint8Array | undefined> {
    const text = await this.evaluate<string | null>(frame, `(${readRegister})(${kind === 'local' ? 'locals' : kind === 'global' ? 'globals' : 'stack'}[${Math.floor(index)}])`);
    return text === null ? undefined : new Uint8Array(Buffer.from(text, 'hex'));
  }

  /** All registers of a kind in a frame: their names as the engine has them, types and texts. */
  registers(frame: TargetFrame, kind: RegisterKind): Promise<{ name: string; type: string; value: string }[]> {
    const of = kind === 'local' ? 'locals' : kind === 'global' ? 'globals' : 'stack';
    return this.evaluate(frame, `Object.keys(${of}).map((name,i)=>{const r=${of}[i]??${of}[name];return {name:name.replace(/^\\$/,''),type:String(r?.type),value:(${showRegister})(r)}})`);
  }

  /** Bytes of linear memory. */
  async memorySize(): Promise<number> {
    const [frame] = this.#frames;
    if (frame === undefined) throw new TargetError('the program is running');
    this.#size ??= this.evaluate<number>(frame, 'memories[0]===undefined?0:memories[0].buffer.byteLength');
    return this.#size;
  }

  /** Reads memory of the stopped guest, by pages that are kept until it goes on. Throws RangeError beyond its end. */
  async read(address: number, length: number): Promise<Uint8Array> {
    const size = await this.memorySize();
    if (address < 0 || length < 0 || address + length > size) throw new RangeError('beyond the memory');
    const stop = this.#stop;
    const bytes = new Uint8Array(length);
    for (let at = address; at < address + length;) {
      const page = Math.floor(at / pageSize);
      const content = await this.#page(page, Math.ceil((address + length) / pageSize) - page, size);
      if (stop !== this.#stop) throw new TargetError('the program is running');
      const from = at - page * pageSize;
      const part = content.subarray(from, Math.min(content.length, from + address + length - at));
      if (part.length === 0) throw new RangeError('beyond the memory');
      bytes.set(part, at - address);
      at += part.length;
    }
    return bytes;
  }

  async #page(page: number, ahead: number, size: number): Promise<Uint8Array> {
    const known = this.#pages.get(page);
    if (known !== undefined) return known;
    const [frame] = this.#frames;
    if (frame === undefined) throw new TargetError('the program is running');
    // A long read fetches up to 256 KiB in one go.
    const count = Math.max(1, Math.min(64, ahead));
    const from = page * pageSize;
    const whole = this.evaluate<string>(frame, `Buffer.from(memories[0].buffer,${from},${Math.min(count * pageSize, size - from)}).toString('base64')`).then(text => new Uint8Array(Buffer.from(text, 'base64')));
    for (let i = 0; i < count; i++) this.#pages.set(page + i, whole.then(bytes => bytes.subarray(i * pageSize, (i + 1) * pageSize)));
    return this.#pages.get(page) ?? whole;
  }

  /** Writes memory of the stopped guest. Throws RangeError beyond its end. */
  async write(address: number, bytes: Uint8Array): Promise<void> {
    const [frame] = this.#frames;
    if (frame === undefined) throw new TargetError('the program is running');
    if (address < 0 || address + bytes.length > await this.memorySize()) throw new RangeError('beyond the memory');
    await this.evaluate(frame, `void new Uint8Array(memories[0].buffer,${address},${bytes.length}).set(Buffer.from('${Buffer.from(bytes).toString('base64')}','base64'))`);
    this.#pages = new Map();
  }

  close(): void {
    this.#connection.close();
  }
}

const readRegister = `r=>{if(r===undefined||r===null)return null;const b=Buffer.alloc(r.type==='v128'?16:r.type==='i64'||r.type==='f64'?8:4);`
  + `switch(r.type){case 'i32':b.writeInt32LE(r.value|0);break;case 'i64':b.writeBigInt64LE(BigInt.asIntN(64,BigInt(r.value)));break;`
  + `case 'f32':b.writeFloatLE(r.value);break;case 'f64':b.writeDoubleLE(r.value);break;`
  + `case 'v128':Buffer.from(String(r.value).replace(/^[^0-9a-f]*0x|[^0-9a-f]/gi,''),'hex').reverse().copy(b);break;default:return null}return b.toString('hex')}`;
const showRegister = `r=>r===undefined||r===null?'?':typeof r.value==='object'||typeof r.value==='function'?String(r.type):Object.is(r.value,-0)?'-0':String(r.value)`;

/** Sorted ranges that don't touch, as the engine wants them. */
export function mergeRanges(ranges: readonly SkipRange[]): SkipRange[] {
  const sorted = ranges.filter(range => range.low < range.high).sort((a, b) => a.low - b.low);
  const merged: { low: number; high: number }[] = [];
  for (const range of sorted) {
    const last = merged[merged.length - 1];
    if (last !== undefined && range.low <= last.high) last.high = Math.max(last.high, range.high);
    else merged.push({ ...range });
  }
  return merged;
}
