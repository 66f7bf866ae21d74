import { DW_AT, DW_FORM } from './constants';
import { readAbbreviations, type AbbreviationTable } from './abbreviations';
import { Budget, Cursor, decodeText, DwarfError } from './cursor';
import type { Die } from './die';
import type { Attribute, Encoding } from './forms';
import type { ModuleImage } from './image';
import { readLineTable, type LineTable } from './lines';
import { readOldRangeList, readRangeList, type Range } from './ranges';
import { readUnits, type Unit } from './unit';

/** The debug sections of a module, and what is shared between units: tables, strings, lists. */
export class DebugData {
  readonly codeSize: number;
  readonly budget = new Budget(50_000_000);
  readonly units: readonly Unit[];
  readonly typeUnits: readonly Unit[];
  readonly #sections: ReadonlyMap<string, Uint8Array>;
  readonly #abbreviations = new Map<string, AbbreviationTable>();
  readonly #lines = new Map<number, LineTable | undefined>();
  readonly #rangeLists = new Map<string, readonly Range[]>();
  readonly #strings = new Map<number, string>();
  #signatures: Map<bigint, Unit> | undefined;

  constructor(image: Pick<ModuleImage, 'custom' | 'codeSize'>) {
    this.#sections = image.custom;
    this.codeSize = image.codeSize;
    const info = readUnits(this, this.section('.debug_info'), false);
    this.units = info.filter(unit => unit.header.typeOffset === undefined);
    this.typeUnits = [...info.filter(unit => unit.header.typeOffset !== undefined), ...readUnits(this, this.section('.debug_types'), true)];
  }

  section(name: string): Uint8Array | undefined {
    return this.#sections.get(name);
  }

  /** A table of .debug_abbrev; the encoding counts because sizes of DIEs are worked out beforehand. */
  abbreviations(offset: number, encoding: Encoding): AbbreviationTable {
    const key = `${offset}/${encoding.version}/${encoding.is64}/${encoding.addressSize}`;
    let table = this.#abbreviations.get(key);
    if (table === undefined) {
      const section = this.section('.debug_abbrev');
      if (section === undefined) throw new DwarfError('.debug_abbrev is missing');
      table = readAbbreviations(section, offset, encoding, this.budget);
      this.#abbreviations.set(key, table);
    }
    return table;
  }

  /** The unit of .debug_info that holds an offset. */
  unitAt(offset: number): Unit | undefined {
    let low = 0;
    let high = this.units.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const unit = this.units[middle];
      if (unit === undefined) return undefined;
      if (offset < unit.header.offset) high = middle;
      else if (offset >= unit.header.end) low = middle + 1;
      else return unit;
    }
    return undefined;
  }

  dieAt(offset: number): Die | undefined {
    return this.unitAt(offset)?.at(offset);
  }

  typeBySignature(signature: bigint): Die | undefined {
    this.#signatures ??= new Map(this.typeUnits.map(unit => [unit.header.signature ?? 0n, unit]));
    const unit = this.#signatures.get(signature);
    return unit?.at(unit.header.offset + (unit.header.typeOffset ?? 0));
  }

  /** Text of an attribute of any string form. */
  text(attribute: Attribute, unit: Unit): string | undefined {
    const { form, value } = attribute;
    if (typeof value === 'string') return value;
    if (typeof value !== 'number') return undefined;
    switch (form) {
      case DW_FORM.strp: return this.string('.debug_str', value);
      case DW_FORM.line_strp: return this.string('.debug_line_str', value);
      case DW_FORM.strx: case DW_FORM.strx1: case DW_FORM.strx2: case DW_FORM.strx3: case DW_FORM.strx4: case DW_FORM.GNU_str_index: {
        const section = this.section('.debug_str_offsets');
        if (section === undefined) return undefined;
        const width = unit.header.is64 ? 8 : 4;
        const at = unit.base(DW_AT.str_offsets_base) + value * width;
        return at + width > section.length ? undefined : this.string('.debug_str', new Cursor(section, at).offset(unit.header.is64));
      }
      default: return undefined;
    }
  }

  /** A string of a string section, kept: names are asked for again and again. */
  string(section: '.debug_str' | '.debug_line_str', offset: number): string | undefined {
    const bytes = this.section(section);
    if (bytes === undefined || offset >= bytes.length) return undefined;
    const key = section === '.debug_str' ? offset : -1 - offset;
    let text = this.#strings.get(key);
    if (text === undefined) {
      const end = bytes.indexOf(0, offset);
      // No name is longer; without a bound one string of megabytes would be decoded at each of its offsets.
      text = decodeText(bytes, offset, Math.min(end < 0 ? bytes.length : end, offset + 16384));
      this.budget.spend(1 + text.length / 256);
      this.#strings.set(key, text);
    }
    return text;
  }

  /** The address with an index of .debug_addr. */
  addressAt(unit: Unit, index: number): number | undefined {
    const section = this.section('.debug_addr');
    const { addressSize } = unit.header;
    const at = unit.base(DW_AT.addr_base) + index * addressSize;
    if (section === undefined || at + addressSize > section.length) return undefined;
    return new Cursor(section, at).unsigned(addressSize);
  }

  /** The ranges that a DW_AT_ranges attribute names. */
  rangeList(unit: Unit, form: number, value: number): readonly Range[] {
    const isNew = unit.header.version >= 5;
    const section = this.section(isNew ? '.debug_rnglists' : '.debug_ranges');
    if (section === undefined) return [];
    let offset = value;
    if (form === DW_FORM.rnglistx) {
      const base = unit.base(DW_AT.rnglists_base);
      offset = base + new Cursor(section, base + value * (unit.header.is64 ? 8 : 4)).offset(unit.header.is64);
    }
    const key = `${unit.header.offset}:${offset}`;
    let list = this.#rangeLists.get(key);
    if (list === undefined) {
      list = isNew ? readRangeList(section, unit, offset) : readOldRangeList(section, unit, offset);
      this.#rangeLists.set(key, list);
    }
    return list;
  }

  /**
   * Whether a unit's line table may name a file, told from its bytes in far less time than reading it takes. Version 5 keeps names elsewhere,
   * where they serve all units: its tables always may.
   */
  mayNameFile(unit: Unit, name: string): boolean {
    const offset = unit.root.rawNumber(DW_AT.stmt_list);
    const section = this.section('.debug_line');
    if (offset === undefined || section === undefined) return false;
    const cursor = new Cursor(section, offset);
    const length = cursor.u32();
    if (length === 0xffffffff || cursor.u16() >= 5) return true;
    // Behind the length of the header is what it holds: files are named before the program starts.
    const header = cursor.u32();
    const head = section.subarray(cursor.at, Math.min(section.length, cursor.at + header));
    return Buffer.from(head.buffer, head.byteOffset, head.length).includes(name) || unit.name.endsWith(name) || /[^\x21-\x7e]/.test(name);
  }

  /** The line table that a unit names; undefined where it has none or a damaged one. Units that share one get the same. */
  lineTable(unit: Unit): LineTable | undefined {
    const offset = unit.root.rawNumber(DW_AT.stmt_list);
    const section = this.section('.debug_line');
    if (offset === undefined || section === undefined) return undefined;
    if (!this.#lines.has(offset)) {
      let table: LineTable | undefined;
      try {
        table = readLineTable(this, section, offset, { folder: unit.folder, name: unit.name, addressSize: unit.header.addressSize });
      } catch (error) {
        if (!(error instanceof DwarfError)) throw error;
      }
      this.#lines.set(offset, table);
    }
    return this.#lines.get(offset);
  }
}
