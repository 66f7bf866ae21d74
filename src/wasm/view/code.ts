import { Decoder, Malformed } from '../decode';
import type { Import, Section } from '../module';
import { functionNames } from '../names';
import { funcText, typeSection, type FuncType } from '../types';
import type { Part } from './parts';

/** The payload of a core section; empty where the module has none. */
export function payloadOf(part: Part, name: string, custom = false): Uint8Array {
  const section = part.info.sections.find(one => one.name === name && one.custom === custom && one.depth === 0);
  return section === undefined ? new Uint8Array(0) : bytesOf(part, section);
}

/** A section's payload. */
export function bytesOf(part: Part, section: Section): Uint8Array {
  return part.bytes.subarray(section.payloadOffset, section.payloadOffset + section.size);
}

/** Where the functions of a module are and what they are called: read in one pass over the code section's sizes. */
export class CodeIndex {
  readonly part: Part;
  /** Functions that come from outside; they have the first indices. */
  readonly imported: number;
  /** Where the body of the i-th own function begins and ends, behind its size, in the part. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** What is wrong with the code, where it is damaged; what comes before is known all the same. */
  readonly problem: string | undefined;
  private readonly imports: readonly Import[];
  private readonly types: Uint32Array;
  private signatures: (FuncType | undefined)[] | undefined;
  private names: ReadonlyMap<number, string> | undefined;
  private exported: ReadonlyMap<number, string> | undefined;

  constructor(part: Part) {
    this.part = part;
    this.imports = part.info.imports.filter(one => one.kind === 'func');
    this.imported = this.imports.length;
    const declared = new Decoder(payloadOf(part, 'function'), 0);
    const types = new Uint32Array(declared.left === 0 ? 0 : declared.count());
    for (let i = 0; i < types.length; i++) types[i] = declared.u32();
    const code = part.info.sections.find(one => one.name === 'code' && !one.custom && one.depth === 0);
    const { starts, ends, problem } = bodies(part.bytes, code, types.length);
    this.types = types;
    this.starts = starts;
    this.ends = ends;
    this.problem = problem;
  }

  /** How many functions there are, imported ones too. */
  get count(): number {
    return this.imported + this.starts.length;
  }

  /** Bytes of a function's body; 0 for one from outside. */
  size(index: number): number {
    const own = index - this.imported;
    return own < 0 ? 0 : (this.ends[own] ?? 0) - (this.starts[own] ?? 0);
  }

  /** The name that the module gives a function: by its name section, else by its export or import; undefined where it has none. */
  name(index: number): string | undefined {
    return this.given.get(index) ?? this.exports.get(index) ?? (index < this.imported ? this.importName(index) : undefined);
  }

  /** `(i32) -> i32` */
  signature(index: number): string {
    const own = index - this.imported;
    if (own < 0) return this.imports[index]?.text ?? '';
    this.signatures ??= signaturesOf(this.part);
    const type = this.signatures[this.types[own] ?? -1];
    return type === undefined ? '' : funcText(type);
  }

  /** The function whose body holds an offset of the part. */
  at(offset: number): number | undefined {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low > 0 && offset < (this.ends[low - 1] ?? 0) ? this.imported + low - 1 : undefined;
  }

  /** Names of exported functions by index. */
  get exports(): ReadonlyMap<number, string> {
    return (this.exported ??= exportedFunctions(payloadOf(this.part, 'export')));
  }

  private get given(): ReadonlyMap<number, string> {
    return (this.names ??= functionNames(payloadOf(this.part, 'name', true)));
  }

  private importName(index: number): string | undefined {
    const one = this.imports[index];
    return one === undefined ? undefined : `${one.module}.${one.name}`;
  }
}

function bodies(bytes: Uint8Array, code: Section | undefined, declared: number): { starts: Uint32Array; ends: Uint32Array; problem: string | undefined } {
  if (code === undefined) return { starts: new Uint32Array(0), ends: new Uint32Array(0), problem: undefined };
  const d = new Decoder(bytes.subarray(0, code.payloadOffset + code.size), 0);
  d.at = code.payloadOffset;
  let known = 0;
  // No more than are declared, whatever the code section says.
  const starts = new Uint32Array(declared);
  const ends = new Uint32Array(declared);
  try {
    const count = Math.min(d.count(), declared);
    for (; known < count; known++) {
      const size = d.u32();
      starts[known] = d.at;
      d.take(size);
      ends[known] = d.at;
    }
    return { starts: starts.subarray(0, known), ends: ends.subarray(0, known), problem: undefined };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { starts: starts.subarray(0, known), ends: ends.subarray(0, known), problem: error.message };
  }
}

function signaturesOf(part: Part): (FuncType | undefined)[] {
  const payload = payloadOf(part, 'type');
  return payload.length === 0 ? [] : typeSection(new Decoder(payload, 0)).types;
}

function exportedFunctions(payload: Uint8Array): Map<number, string> {
  const found = new Map<number, string>();
  const d = new Decoder(payload, 0);
  for (let n = payload.length === 0 ? 0 : d.count(); n > 0; n--) {
    const name = d.name();
    const kind = d.byte();
    const index = d.u32();
    if (kind === 0 && !found.has(index)) found.set(index, name);
  }
  return found;
}
