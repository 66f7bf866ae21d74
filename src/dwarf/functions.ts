import { DW_AT, DW_TAG } from './constants';
import { DwarfError } from './cursor';
import type { Die } from './die';
import { contains, readRanges, type Range } from './ranges';
import { cleanName } from './naming';
import type { Unit } from './unit';

/** A function's code as the debug information tells it. */
export interface FunctionCode {
  readonly die: Die;
  readonly unit: Unit;
  readonly ranges: readonly Range[];
}

/** A subprogram or one inlined instance of it at an address, with the blocks around the address. */
export interface Instance {
  /** DW_TAG_subprogram or DW_TAG_inlined_subroutine. */
  readonly die: Die;
  readonly ranges: readonly Range[];
  /** The lexical blocks of this instance that hold the address, outermost first. */
  readonly blocks: readonly Die[];
}

/** Deeper nesting than any compiler makes. */
const maximumDepth = 512;

/** The functions of a unit, by address. */
export class UnitFunctions {
  readonly all: readonly FunctionCode[];
  readonly #starts: readonly { readonly low: number; readonly high: number; readonly code: FunctionCode }[];

  constructor(unit: Unit) {
    const all: FunctionCode[] = [];
    for (const die of unit.withTag(DW_TAG.subprogram)) {
      try {
        const ranges = readRanges(die);
        if (ranges.length > 0) all.push({ die, unit, ranges });
      } catch (error) {
        if (!(error instanceof DwarfError)) throw error;
      }
    }
    this.all = all;
    this.#starts = all.flatMap(code => code.ranges.map(({ low, high }) => ({ low, high, code }))).sort((a, b) => a.low - b.low);
  }

  at(address: number): FunctionCode | undefined {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle]?.low ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const entry = this.#starts[low - 1];
    return entry !== undefined && address < entry.high ? entry.code : undefined;
  }
}

const rangesOf = new WeakMap<Die, readonly Range[]>();

/** The live ranges of a DIE, read once. */
export function rangesOfDie(die: Die): readonly Range[] {
  let ranges = rangesOf.get(die);
  if (ranges === undefined) {
    ranges = readRanges(die);
    rangesOf.set(die, ranges);
  }
  return ranges;
}

/** The function at an address and the inlined instances in it that hold the address, outermost first. */
export function instancesAt(code: FunctionCode, address: number): Instance[] {
  const chain: { die: Die; ranges: readonly Range[]; blocks: Die[] }[] = [{ die: code.die, ranges: code.ranges, blocks: [] }];
  let children = code.die.children;
  for (let depth = 0; depth < maximumDepth; depth++) {
    let next: Die | undefined;
    for (const child of children) {
      const { tag } = child;
      if (tag !== DW_TAG.inlined_subroutine && tag !== DW_TAG.lexical_block) continue;
      const ranges = rangesOfDie(child);
      if (!contains(ranges, address)) continue;
      next = child;
      if (tag === DW_TAG.inlined_subroutine) chain.push({ die: child, ranges, blocks: [] });
      else chain[chain.length - 1]?.blocks.push(child);
      break;
    }
    if (next === undefined) break;
    children = next.children;
  }
  return chain;
}

/** The inlined instances that lie directly in an instance, not in another one. */
export function directlyInlined(die: Die): Die[] {
  const found: Die[] = [];
  const look = (parent: Die, depth: number): void => {
    if (depth > maximumDepth) return;
    for (const child of parent.children) {
      if (child.tag === DW_TAG.inlined_subroutine) found.push(child);
      else if (child.tag === DW_TAG.lexical_block) look(child, depth + 1);
    }
  };
  look(die, 0);
  return found;
}

/** The name that a person knows a function by. */
export function functionName(die: Die): string {
  const name = die.qualifiedName ?? die.text(DW_AT.linkage_name) ?? '';
  return shownName(cleanName(name));
}

/** Names that toolchains give the user's `main`. */
export function shownName(name: string): string {
  return name === '__main_argc_argv' || name === '__original_main' || name === '__main_void' ? 'main' : name;
}
