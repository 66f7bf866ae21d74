import { DW_FORM } from './constants';
import { Cursor, type Budget } from './cursor';
import { fixedSize, type Encoding } from './forms';

/** The shape of a DIE: its tag, and its attributes in order. */
export interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: Uint16Array;
  readonly forms: Uint16Array;
  /** Values of DW_FORM_implicit_const, by position. */
  readonly implicit: ReadonlyMap<number, number | bigint> | undefined;
  /** Bytes of the whole DIE after its code where all forms have a fixed size, else -1. */
  readonly size: number;
}

/** Abbreviations by code. */
export type AbbreviationTable = ReadonlyMap<number, Abbreviation>;

/** Reads the table at an offset of .debug_abbrev (section 7.5.3). */
export function readAbbreviations(section: Uint8Array, offset: number, encoding: Encoding, budget: Budget): AbbreviationTable {
  const table = new Map<number, Abbreviation>();
  const cursor = new Cursor(section, offset);
  while (cursor.more) {
    const code = cursor.uleb();
    if (code === 0) break;
    budget.spend(1);
    const tag = cursor.uleb();
    const hasChildren = cursor.u8() !== 0;
    const attributes: number[] = [];
    const forms: number[] = [];
    let implicit: Map<number, number | bigint> | undefined;
    let size = 0;
    for (;;) {
      const attribute = cursor.uleb();
      const form = cursor.uleb();
      if (form === DW_FORM.implicit_const) {
        implicit ??= new Map();
        implicit.set(attributes.length, cursor.slebExact());
      }
      if (attribute === 0 && form === 0) break;
      budget.spend(1);
      attributes.push(attribute);
      forms.push(form);
      const fixed = fixedSize(form, encoding);
      size = size < 0 || fixed === undefined ? -1 : size + fixed;
    }
    if (!table.has(code)) table.set(code, { tag, hasChildren, attributes: Uint16Array.from(attributes), forms: Uint16Array.from(forms), implicit, size });
  }
  return table;
}
