import { DW_AT, DW_FORM } from './constants';
import { Cursor, DwarfError } from './cursor';
import type { Die } from './die';
import type { Unit } from './unit';

/** Addresses from `low` up to, not including, `high`. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The live address ranges of a DIE (section 2.17), sorted; dead code, which the linker left at 0 or near 2^32, is dropped. */
export function readRanges(die: Die): Range[] {
  const { unit } = die;
  const found: Range[] = [];
  try {
    const ranges = die.raw(DW_AT.ranges);
    if (ranges !== undefined && typeof ranges.value === 'number') {
      found.push(...unit.data.rangeList(unit, ranges.form, ranges.value));
    } else {
      const low = die.address(DW_AT.low_pc);
      const high = die.raw(DW_AT.high_pc);
      if (low !== undefined && high !== undefined && typeof high.value === 'number') {
        const end = high.form === DW_FORM.addr || isAddressIndex(high.form) ? (die.address(DW_AT.high_pc) ?? 0) : low + high.value;
        found.push({ low, high: end });
      }
    }
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
  return found.filter(range => isAlive(range, unit.data.codeSize)).sort((a, b) => a.low - b.low);
}

function isAddressIndex(form: number): boolean {
  return form === DW_FORM.addrx || (form >= DW_FORM.addrx1 && form <= DW_FORM.addrx4) || form === DW_FORM.GNU_addr_index;
}

/** Whether code can lie there: address 0 is the section's count of functions, and linkers write 0, -1 or -2 for removed functions. */
export function isAlive(range: Range, codeSize: number): boolean {
  return range.low > 0 && range.low < range.high && range.low < 0xfffffffe && range.high <= codeSize;
}

/** Reads a list of .debug_ranges (version 2 to 4, section 2.17.3 there). */
export function readOldRangeList(section: Uint8Array, unit: Unit, offset: number): Range[] {
  const { addressSize } = unit.header;
  const all = addressSize === 8 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * addressSize) - 1;
  const cursor = new Cursor(section, offset);
  const ranges: Range[] = [];
  let base = unit.lowPc;
  for (;;) {
    const low = cursor.unsigned(addressSize);
    const high = cursor.unsigned(addressSize);
    if (low === 0 && high === 0) return ranges;
    unit.data.budget.spend(1);
    if (low >= all) base = high;
    // A linker marks a dead entry with -2, which no base may lift.
    else if (low < 0xfffffffe) ranges.push({ low: base + low, high: base + high });
  }
}

/** Reads a list of .debug_rnglists (version 5, section 7.25). */
export function readRangeList(section: Uint8Array, unit: Unit, offset: number): Range[] {
  const { addressSize } = unit.header;
  const cursor = new Cursor(section, offset);
  const ranges: Range[] = [];
  let base = unit.lowPc;
  const indexed = (): number => unit.data.addressAt(unit, cursor.uleb()) ?? 0;
  for (;;) {
    const kind = cursor.u8();
    unit.data.budget.spend(1);
    switch (kind) {
      case 0: return ranges;
      case 1: base = indexed(); break;
      case 2: { const low = indexed(); ranges.push({ low, high: indexed() }); break; }
      case 3: { const low = indexed(); ranges.push({ low, high: low + cursor.uleb() }); break; }
      case 4: { const low = cursor.uleb(); const high = cursor.uleb(); if (isBase(base)) ranges.push({ low: base + low, high: base + high }); break; }
      case 5: base = cursor.unsigned(addressSize); break;
      case 6: { const low = cursor.unsigned(addressSize); ranges.push({ low, high: cursor.unsigned(addressSize) }); break; }
      case 7: { const low = cursor.unsigned(addressSize); ranges.push({ low, high: low + cursor.uleb() }); break; }
      default: throw new DwarfError('range list entry is unknown');
    }
  }
}

/** Whether a base address is one of living code; see {@link isAlive}. */
export function isBase(base: number): boolean {
  return base < 0xfffffffe;
}

/** Whether one of sorted ranges holds an address. */
export function contains(ranges: readonly Range[], address: number): boolean {
  return ranges.some(range => address >= range.low && address < range.high);
}
