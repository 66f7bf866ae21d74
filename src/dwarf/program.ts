import type { Range } from './ranges';
import { DW_AT, DW_TAG } from './constants';
import { DwarfError } from './cursor';
import { DebugData } from './data';
import type { Die } from './die';
import { functionName, instancesAt, shownName, UnitFunctions, type FunctionCode, type Instance } from './functions';
import { bodyAt, readBodies, readImage, type Body, type ModuleImage } from './image';
import type { LineTable, Place } from './lines';
import { exportedFunctions, readNames, type Names } from './names';
import { cleanName } from './naming';
import type { Unit } from './unit';

/** One level of the stack at an address: a function, or an inlined instance of one. */
export interface SourceFrame {
  readonly name: string;
  readonly place: Place | undefined;
  readonly instance: Instance;
  readonly code: FunctionCode;
  readonly inlined: boolean;
}

/**
 * What the debug information is good for: `alive`; `none`; `stale` where it does not fit the code any more, as wasm-opt leaves it; `external`
 * where it lies in another file; `split` where it lies in .dwo files.
 */
export type DebugState = 'alive' | 'none' | 'stale' | 'external' | 'split';

/** A module with its debug information: every question about addresses, files and functions. */
export class Program {
  readonly image: ModuleImage;
  readonly data: DebugData;
  #names: Names | undefined;
  #exports: ReadonlyMap<string, number> | undefined;
  #bodies: readonly Body[] | undefined;
  #index: { low: number; high: number; unit: Unit }[] | undefined;
  readonly #functions = new Map<Unit, UnitFunctions>();
  #state: DebugState | undefined;

  /** Throws DwarfError when the bytes are no core module; damaged debug information is as good as none. */
  constructor(bytes: Uint8Array, debugInfo?: Uint8Array) {
    this.image = readImage(bytes);
    const custom = debugInfo === undefined ? this.image.custom : readImage(debugInfo).custom;
    this.data = new DebugData({ custom, codeSize: this.image.codeSize });
  }

  /** Exported functions' indices by name. */
  get exports(): ReadonlyMap<string, number> {
    return (this.#exports ??= exportedFunctions(this.image));
  }

  get names(): Names {
    return (this.#names ??= readNames(this.image));
  }

  get bodies(): readonly Body[] {
    return (this.#bodies ??= readBodies(this.image));
  }

  get units(): readonly Unit[] {
    return this.data.units;
  }

  /** Name of the external file with the debug information (section `external_debug_info`), where the module has one. */
  get externalDebugInfo(): string | undefined {
    const section = this.image.custom.get('external_debug_info');
    if (section === undefined || section.length < 1) return undefined;
    return new TextDecoder().decode(section.subarray(1, 1 + (section[0] ?? 0)));
  }

  get state(): DebugState {
    return (this.#state ??= this.#findState());
  }

  #findState(): DebugState {
    if (this.data.section('.debug_info') === undefined) return this.externalDebugInfo === undefined ? 'none' : 'external';
    // A compiler's low_pc is where a body starts. An optimizer that moved the code without its debug information breaks this.
    const starts = new Set(this.bodies.map(body => body.start));
    let fits = 0;
    let seen = 0;
    for (const unit of this.units) {
      for (const range of this.#rangesOf(unit)) {
        seen++;
        if (starts.has(range.low)) fits++;
      }
      if (seen > 2000) break;
    }
    const split = seen === 0 && this.units.some(unit => guard(() => unit.isSkeleton) === true);
    if (split) return 'split';
    return seen > 0 && fits * 2 >= seen ? 'alive' : seen === 0 && this.units.length === 0 ? 'none' : 'stale';
  }

  /** Where a unit has code; DWARF 2 has no ranges of units, so that their functions tell. */
  #rangesOf(unit: Unit): readonly Range[] {
    return guard(() => (unit.tellsRanges ? unit.ranges : this.functionsOf(unit).all.flatMap(code => code.ranges))) ?? [];
  }

  get #unitIndex(): { low: number; high: number; unit: Unit }[] {
    if (this.#index === undefined) {
      const index: { low: number; high: number; unit: Unit }[] = [];
      for (const unit of this.units) {
        for (const { low, high } of this.#rangesOf(unit)) index.push({ low, high, unit });
      }
      this.#index = index.sort((a, b) => a.low - b.low);
    }
    return this.#index;
  }

  unitAt(address: number): Unit | undefined {
    const index = this.#unitIndex;
    let low = 0;
    let high = index.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((index[middle]?.low ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const entry = index[low - 1];
    return entry !== undefined && address < entry.high ? entry.unit : undefined;
  }

  functionsOf(unit: Unit): UnitFunctions {
    let functions = this.#functions.get(unit);
    if (functions === undefined) {
      functions = new UnitFunctions(unit);
      this.#functions.set(unit, functions);
    }
    return functions;
  }

  functionAt(address: number): FunctionCode | undefined {
    return guard(() => {
      const unit = this.unitAt(address);
      return unit === undefined ? undefined : this.functionsOf(unit).at(address);
    });
  }

  lineTable(unit: Unit): LineTable | undefined {
    return guard(() => this.data.lineTable(unit));
  }

  placeAt(address: number): Place | undefined {
    const unit = this.unitAt(address);
    return unit === undefined ? undefined : guard(() => this.lineTable(unit)?.placeAt(address));
  }

  /** The frames that one machine frame stands for, innermost first; empty where nothing is known of the address. */
  framesAt(address: number): SourceFrame[] {
    return guard(() => {
      const code = this.functionAt(address);
      if (code === undefined) return [];
      const chain = instancesAt(code, address);
      const table = this.lineTable(code.unit);
      let place = table?.placeAt(address);
      const frames: SourceFrame[] = [];
      for (let i = chain.length - 1; i >= 0; i--) {
        const instance = chain[i];
        if (instance === undefined) continue;
        frames.push({ name: functionName(instance.die), place, instance, code, inlined: i > 0 });
        place = callPlace(instance.die, table);
      }
      return frames;
    }) ?? [];
  }

  /** The name of the function at an address: from the debug information, else from the name section. */
  nameAt(address: number): string | undefined {
    const code = this.functionAt(address);
    if (code !== undefined) return functionName(code.die);
    const body = bodyAt(this.bodies, address);
    const name = body === undefined ? undefined : this.names.function(body.index);
    if (name === undefined) return undefined;
    // Beside the source's own main its wrappers are shown as what they are.
    return this.state === 'alive' ? cleanName(name) : shownName(cleanName(name));
  }

  /** Functions with this name, plain or qualified: their code, inlined instances left out. */
  functionsNamed(name: string): FunctionCode[] {
    const last = name.slice(name.lastIndexOf(':') + 1);
    // The name section leads there without reading all units' trees.
    // Half of Rust's library has `main` in its names; `4main` is how mangled ones write it.
    const wanted = last === 'main' ? /\bmain\b|4main|__main_argc_argv|__original_main/ : undefined;
    const named = this.bodies.filter(({ index }) => {
      const text = this.names.function(index);
      return text !== undefined && (wanted === undefined ? text.includes(last) : wanted.test(text));
    });
    const quick = named.flatMap(({ start }) => this.functionAt(start) ?? []).filter(code => isNamed(code, name, last));
    return quick.length > 0 ? quick : this.units.flatMap(unit => guard(() => this.functionsOf(unit).all) ?? []).filter(code => isNamed(code, name, last));
  }

  /** The global variables of a unit that have a place or a value, in the order of their declaration. */
  globalsOf(unit: Unit): Die[] {
    return guard(() => [...unit.withTag(DW_TAG.variable)].filter(die => {
      if (!die.has(DW_AT.location) && !die.has(DW_AT.const_value)) return false;
      if (die.name === undefined) return false;
      const parent = die.parent?.tag;
      // Statics of functions are listed with their function's locals.
      return parent !== DW_TAG.subprogram && parent !== DW_TAG.lexical_block && parent !== DW_TAG.inlined_subroutine;
    })) ?? [];
  }
}

function isNamed({ die }: FunctionCode, name: string, last: string): boolean {
  return guard(() => {
    const plain = die.name;
    const linkage = die.text(DW_AT.linkage_name);
    if (plain === undefined || linkage === name) return linkage === name;
    if (shownName(plain) !== last && withoutArguments(plain) !== last) return false;
    if (last === name) return true;
    const whole = functionName(die);
    return whole === name || whole.endsWith('::' + name) || withoutArguments(whole) === name;
  }) === true;
}

function withoutArguments(name: string): string {
  const at = name.indexOf('<');
  return at > 0 ? name.slice(0, at) : name;
}

/** Where an inlined instance was called. */
function callPlace(die: Die, table: LineTable | undefined): Place | undefined {
  const file = die.number(DW_AT.call_file);
  const path = file === undefined ? undefined : table?.path(file);
  return path === undefined ? undefined : { path, line: die.number(DW_AT.call_line) ?? 0, column: die.number(DW_AT.call_column) ?? 0 };
}

/** What a reader gives, or undefined where the bytes are damaged. */
export function guard<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DwarfError) return undefined;
    throw error;
  }
}
