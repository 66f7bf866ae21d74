import { DW_AT, DW_FORM, DW_TAG, languageOf, type Language } from './constants';
import { Cursor, DwarfError } from './cursor';
import { isUnitReference, readForm, skipForm, type Attribute, type Encoding } from './forms';
import type { AbbreviationTable } from './abbreviations';
import { Die } from './die';
import { readRanges, type Range } from './ranges';
import type { DebugData } from './data';
import { joinPath } from './paths';

/** A unit's header (section 7.5.1). */
export interface UnitHeader extends Encoding {
  /** Of the header in its section. */
  readonly offset: number;
  readonly end: number;
  /** Of the first DIE. */
  readonly first: number;
  readonly abbreviations: number;
  readonly signature?: bigint;
  /** Of the type's DIE, from the header. */
  readonly typeOffset?: number;
}

/** The tree of a unit as flat arrays: entry `i` is the i-th DIE in the order of the bytes. */
interface Tree {
  readonly offsets: Uint32Array;
  readonly tags: Uint16Array;
  /** Entry of the parent; -1 for the root. */
  readonly parents: Int32Array;
  /** Entry behind the last descendant. */
  readonly nexts: Uint32Array;
}

/** One compilation or type unit; its tree is read when something first asks for it. */
export class Unit {
  readonly header: UnitHeader;
  readonly data: DebugData;
  /** The section that the unit lies in: .debug_info, or .debug_types of DWARF 4. */
  readonly section: Uint8Array;
  readonly #dies = new Map<number, Die>();
  #tree: Tree | undefined;
  #ranges: readonly Range[] | undefined;
  #root: Die | undefined;

  constructor(data: DebugData, section: Uint8Array, header: UnitHeader) {
    this.data = data;
    this.section = section;
    this.header = header;
  }

  get abbreviations(): AbbreviationTable {
    return this.data.abbreviations(this.header.abbreviations, this.header);
  }

  /** The unit's own DIE; reading it does not read the tree. */
  get root(): Die {
    return (this.#root ??= new Die(this, this.header.first));
  }

  get language(): Language {
    return languageOf(this.root.number(DW_AT.language));
  }

  get name(): string {
    return this.root.text(DW_AT.name) ?? '';
  }

  /** The folder that the compiler ran in: what relative names start from. */
  get folder(): string {
    return this.root.text(DW_AT.comp_dir) ?? '';
  }

  /** The main source's whole path. */
  get path(): string {
    return joinPath(this.folder, this.name);
  }

  /** DW_AT_str_offsets_base and its kin; the defaults are those of a section with one header. */
  base(attribute: number): number {
    const fallback = attribute === DW_AT.addr_base || attribute === DW_AT.str_offsets_base ? (this.header.is64 ? 16 : 8) : this.header.is64 ? 20 : 12;
    const given = this.root.rawNumber(attribute) ?? (attribute === DW_AT.addr_base ? this.root.rawNumber(DW_AT.GNU_addr_base) : undefined);
    return given ?? fallback;
  }

  /** Where offsets of range and location lists start, when they are not absolute. */
  get lowPc(): number {
    return this.root.address(DW_AT.low_pc) ?? 0;
  }

  /** Live address ranges of the unit; empty where the unit tells none. */
  get ranges(): readonly Range[] {
    return (this.#ranges ??= readRanges(this.root));
  }

  /** Whether the unit says itself where its code is, even if that was removed. */
  get tellsRanges(): boolean {
    return this.root.has(DW_AT.ranges) || this.root.has(DW_AT.high_pc);
  }

  /** The DIE at an offset of the section, or undefined where none starts there. */
  at(offset: number): Die | undefined {
    if (offset === this.header.first) return this.root;
    return this.entryAt(offset) === undefined ? undefined : this.die(offset);
  }

  /** The DIE at an offset that is known to hold one. */
  die(offset: number): Die {
    if (offset === this.header.first) return this.root;
    let die = this.#dies.get(offset);
    if (die === undefined) {
      die = new Die(this, offset);
      this.#dies.set(offset, die);
    }
    return die;
  }

  /** The tree's entry at an offset. */
  entryAt(offset: number): number | undefined {
    const { offsets } = this.tree;
    let low = 0;
    let high = offsets.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = offsets[middle] ?? 0;
      if (found === offset) return middle;
      if (found < offset) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** All DIEs with one of these tags, in the order of the bytes. */
  *withTag(...tags: readonly number[]): Generator<Die> {
    const tree = this.tree;
    for (let i = 0; i < tree.tags.length; i++) {
      if (tags.includes(tree.tags[i] ?? 0)) yield this.die(tree.offsets[i] ?? 0);
    }
  }

  childrenOf(die: Die): Die[] {
    const entry = this.entryAt(die.offset);
    if (entry === undefined) return [];
    const tree = this.tree;
    const children: Die[] = [];
    const end = tree.nexts[entry] ?? 0;
    for (let i = entry + 1; i < end; i = tree.nexts[i] ?? end) children.push(this.die(tree.offsets[i] ?? 0));
    return children;
  }

  parentOf(die: Die): Die | undefined {
    const entry = this.entryAt(die.offset);
    const parent = entry === undefined ? -1 : (this.tree.parents[entry] ?? -1);
    return parent < 0 ? undefined : this.die(this.tree.offsets[parent] ?? 0);
  }

  get tree(): Tree {
    return (this.#tree ??= this.#readTree());
  }

  #readTree(): Tree {
    const { first, end } = this.header;
    this.data.budget.spend((end - first) / 64);
    const table = this.abbreviations;
    const cursor = new Cursor(this.section, first, end);
    let capacity = Math.max(16, (end - first) >> 3);
    let offsets = new Uint32Array(capacity);
    let tags = new Uint16Array(capacity);
    let parents = new Int32Array(capacity);
    let count = 0;
    const open: number[] = [];
    const nexts: number[] = [];
    try {
      while (cursor.more) {
        const offset = cursor.at;
        const code = cursor.uleb();
        if (code === 0) {
          const closed = open.pop();
          if (closed === undefined) break;
          nexts[closed] = count;
          if (open.length === 0) break;
          continue;
        }
        const abbreviation = table.get(code);
        if (abbreviation === undefined) throw new DwarfError(`abbreviation ${code} is missing`);
        if (count === capacity) {
          capacity *= 2;
          offsets = grown(offsets, new Uint32Array(capacity));
          tags = grown(tags, new Uint16Array(capacity));
          parents = grown(parents, new Int32Array(capacity));
        }
        offsets[count] = offset;
        tags[count] = abbreviation.tag;
        parents[count] = open[open.length - 1] ?? -1;
        nexts.push(count + 1);
        if (abbreviation.size >= 0) cursor.skip(abbreviation.size);
        else for (const form of abbreviation.forms) skipForm(cursor, form, this.header);
        if (abbreviation.hasChildren) open.push(count);
        count++;
        if (open.length === 0) break;
      }
    } catch (error) {
      // What was read before the damage is still good.
      if (!(error instanceof DwarfError)) throw error;
    }
    for (const entry of open) nexts[entry] = count;
    return { offsets: offsets.slice(0, count), tags: tags.slice(0, count), parents: parents.slice(0, count), nexts: Uint32Array.from(nexts) };
  }

  /** All attributes of the DIE at an offset, with its tag. */
  readDie(offset: number): { tag: number; hasChildren: boolean; attributes: Map<number, Attribute> } {
    const cursor = new Cursor(this.section, offset, this.header.end);
    const code = cursor.uleb();
    const abbreviation = this.abbreviations.get(code);
    if (abbreviation === undefined) throw new DwarfError(`abbreviation ${code} is missing`);
    const attributes = new Map<number, Attribute>();
    for (let i = 0; i < abbreviation.attributes.length; i++) {
      const form = abbreviation.forms[i] ?? 0;
      const attribute = readForm(cursor, form, this.header, abbreviation.implicit?.get(i));
      const name = abbreviation.attributes[i] ?? 0;
      if (!attributes.has(name)) attributes.set(name, attribute);
    }
    return { tag: abbreviation.tag, hasChildren: abbreviation.hasChildren, attributes };
  }

  /** The DIE that a reference attribute leads to. */
  resolve(attribute: Attribute): Die | undefined {
    const { form, value } = attribute;
    if (form === DW_FORM.ref_sig8) return this.data.typeBySignature(BigInt.asUintN(64, BigInt(value as number | bigint)));
    if (typeof value !== 'number') return undefined;
    if (isUnitReference(form)) return this.at(this.header.offset + value);
    if (form === DW_FORM.ref_addr) return this.data.dieAt(value);
    return undefined;
  }

  get isSkeleton(): boolean {
    return this.root.tag === DW_TAG.skeleton_unit || this.root.has(DW_AT.dwo_name) || this.root.has(DW_AT.GNU_dwo_name);
  }
}

function grown<T extends Uint32Array | Uint16Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Reads the headers of all units of a section; a damaged one ends the list. */
export function readUnits(data: DebugData, section: Uint8Array | undefined, isTypes: boolean): Unit[] {
  const units: Unit[] = [];
  if (section === undefined) return units;
  const cursor = new Cursor(section);
  try {
    while (cursor.more) {
      const offset = cursor.at;
      let length = cursor.u32();
      const is64 = length === 0xffffffff;
      if (is64) length = Number(cursor.u64());
      const end = cursor.at + length;
      if (length === 0 || end > section.length) break;
      data.budget.spend(1);
      const version = cursor.u16();
      if (version >= 2 && version <= 5) {
        const unit = readHeader(new Cursor(section, cursor.at, end), { offset, end, is64, version }, isTypes);
        if (unit !== undefined) units.push(new Unit(data, section, unit));
      }
      cursor.at = end;
    }
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
  return units;
}

function readHeader(
  cursor: Cursor, start: { offset: number; end: number; is64: boolean; version: number }, isTypes: boolean,
): UnitHeader | undefined {
  const { is64, version } = start;
  let signature: bigint | undefined;
  let typeOffset: number | undefined;
  let abbreviations: number;
  let addressSize: number;
  let kind = isTypes ? 2 : 1;
  if (version >= 5) {
    kind = cursor.u8();
    addressSize = cursor.u8();
    abbreviations = cursor.offset(is64);
    if (kind === 4 || kind === 5) cursor.skip(8);
  } else {
    abbreviations = cursor.offset(is64);
    addressSize = cursor.u8();
  }
  if (kind === 2 || kind === 6) {
    signature = cursor.u64();
    typeOffset = cursor.offset(is64);
  }
  if (![1, 2, 4, 8].includes(addressSize)) return undefined;
  return { ...start, addressSize, abbreviations, first: cursor.at, signature, typeOffset };
}
