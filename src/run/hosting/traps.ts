import * as l10n from '@vscode/l10n';

/** One frame of a guest's stack, innermost first. */
export interface WasmFrame {
  /** From the name section; undefined when the module has none. */
  readonly name?: string;
  readonly index: number;
  /** Of the instruction in the module's file. */
  readonly offset: number;
}

/** Where a frame is in the source, for who can tell (from DWARF, a source map). */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  /** The function's name as the source spells it. */
  readonly name?: string;
}

/** Tells the source places of frames; one entry each, several for a frame into which calls were inlined (innermost first). */
export type Symbolizer = (frames: readonly WasmFrame[]) => readonly (readonly SourcePlace[])[];

const frameLine = /^\s*at (?:(.+) \()?wasm:\/\/[^)]*?:?wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/;

/** The Wasm frames of a V8 stack. */
export function wasmFrames(stack: string): WasmFrame[] {
  return stack.split('\n').flatMap(line => {
    const match = frameLine.exec(line);
    if (match === null) return [];
    const name = match[1];
    return [{ ...(name === undefined ? {} : { name: plainName(name) }), index: Number(match[2]), offset: parseInt(match[3] ?? '0', 16) }];
  });
}

/** Without the hash that rustc adds to each name. */
function plainName(name: string): string {
  return name.replace(/::h[0-9a-f]{16}$/, '');
}

/** Whether a thrown value is a guest's trap: V8 throws a RuntimeError, and a RangeError when the stack is used up. */
export function isTrap(error: unknown): error is Error {
  return error instanceof WebAssembly.RuntimeError || (error instanceof RangeError && /call stack/i.test(error.message))
    || ('Exception' in WebAssembly && error instanceof (WebAssembly as unknown as { Exception: new () => Error }).Exception);
}

/** V8's word for a trap as a sentence of cause; unknown words pass through. */
export function trapReason(error: Error): string {
  const known: Readonly<Record<string, string>> = {
    'unreachable': l10n.t('unreachable code was reached: abort(), a failed assertion or a panic'),
    'divide by zero': l10n.t('integer division by zero'),
    'remainder by zero': l10n.t('integer remainder by zero'),
    'divide result unrepresentable': l10n.t('integer overflow in a division'),
    'float unrepresentable in integer range': l10n.t('a floating point number is out of the range of the integer that it was converted to'),
    'memory access out of bounds': l10n.t('memory access out of bounds: a bad pointer, or the stack ran over'),
    'table index is out of bounds': l10n.t('call through a bad function pointer: its index is out of bounds'),
    'null function or function signature mismatch': l10n.t('call through a function pointer that is null or of another type'),
    'indirect call signature mismatch': l10n.t('call through a function pointer of another type'),
    'operation does not support unaligned accesses': l10n.t('unaligned atomic access'),
    'Maximum call stack size exceeded': l10n.t('the call stack is used up: endless recursion?'),
  };
  if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) return l10n.t('an exception was not caught');
  return known[error.message] ?? error.message;
}

const head = 30;
const tail = 10;

/**
 * What is printed for a trap: its reason, then the guest's stack with function names, and source places where a symbolizer knows them. A deep
 * stack shows its ends; a run of equal frames (recursion) is told once.
 */
export function showTrap(error: Error, module: string, symbolize?: Symbolizer): string {
  const frames = wasmFrames(error.stack ?? '');
  const places = symbolize?.(frames) ?? [];
  const lines = frames.flatMap((frame, i) => frameLines(frame, module, places[i] ?? []));
  const shown: string[] = [];
  for (let i = 0; i < lines.length;) {
    const line = lines[i] ?? '';
    let same = 1;
    while (lines[i + same] === line) same++;
    shown.push(line);
    if (same > 2) shown.push(l10n.t('    ... {0} more of the same', same - 1));
    else if (same === 2) shown.push(line);
    i += same;
  }
  if (shown.length > head + tail + 1) shown.splice(head, shown.length - head - tail, l10n.t('    ... {0} more', shown.length - head - tail));
  const reason = trapReason(error);
  return [l10n.t('Trap: {0}', reason) + (reason.endsWith('?') ? '' : '.'), ...shown, ''].join('\n');
}

function frameLines(frame: WasmFrame, module: string, places: readonly SourcePlace[]): string[] {
  // V8 puts the name that a module gives itself, which is most often its file's, before its functions'.
  const own = frame.name?.startsWith(`${module}.`) === true ? frame.name.slice(module.length + 1) : frame.name;
  const name = own ?? `wasm-function[${frame.index}]`;
  const where = `${module}:0x${frame.offset.toString(16)}`;
  if (places.length === 0) return [`    at ${name} (${where})`];
  return places.map(place => `    at ${place.name ?? name} (${place.file}:${place.line}${place.column === undefined ? '' : `:${place.column}`})`);
}
