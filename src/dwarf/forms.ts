import { DW_FORM } from './constants';
import { DwarfError, shrink, type Cursor } from './cursor';

/** How a unit writes its forms: sizes that the header tells. */
export interface Encoding {
  readonly version: number;
  readonly is64: boolean;
  readonly addressSize: number;
}

/** An attribute's raw value; what it means depends on its form's class. */
export interface Attribute {
  readonly form: number;
  /** A constant, address, offset or index; text for DW_FORM_string; bytes for blocks and expressions; true for a flag. */
  readonly value: number | bigint | string | Uint8Array | boolean;
}

/** Bytes that a form takes, or undefined where only the data can tell. */
export function fixedSize(form: number, encoding: Encoding): number | undefined {
  const offset = encoding.is64 ? 8 : 4;
  switch (form) {
    case DW_FORM.flag_present: case DW_FORM.implicit_const: return 0;
    case DW_FORM.data1: case DW_FORM.flag: case DW_FORM.ref1: case DW_FORM.strx1: case DW_FORM.addrx1: return 1;
    case DW_FORM.data2: case DW_FORM.ref2: case DW_FORM.strx2: case DW_FORM.addrx2: return 2;
    case DW_FORM.strx3: case DW_FORM.addrx3: return 3;
    case DW_FORM.data4: case DW_FORM.ref4: case DW_FORM.strx4: case DW_FORM.addrx4: case DW_FORM.ref_sup4: return 4;
    case DW_FORM.data8: case DW_FORM.ref8: case DW_FORM.ref_sig8: case DW_FORM.ref_sup8: return 8;
    case DW_FORM.data16: return 16;
    case DW_FORM.addr: return encoding.addressSize;
    case DW_FORM.strp: case DW_FORM.line_strp: case DW_FORM.sec_offset: case DW_FORM.strp_sup: return offset;
    // DWARF 2 wrote references across units with the size of an address (section 7.5.4 of version 2).
    case DW_FORM.ref_addr: return encoding.version <= 2 ? encoding.addressSize : offset;
    default: return undefined;
  }
}

/** Moves past an attribute. */
export function skipForm(cursor: Cursor, form: number, encoding: Encoding): void {
  const size = fixedSize(form, encoding);
  if (size !== undefined) {
    cursor.skip(size);
    return;
  }
  switch (form) {
    case DW_FORM.sdata: case DW_FORM.udata: case DW_FORM.ref_udata: case DW_FORM.strx: case DW_FORM.addrx: case DW_FORM.loclistx:
    case DW_FORM.rnglistx: case DW_FORM.GNU_addr_index: case DW_FORM.GNU_str_index:
      cursor.skipLeb();
      return;
    case DW_FORM.string: cursor.skipString(); return;
    case DW_FORM.block: case DW_FORM.exprloc: cursor.skip(cursor.uleb()); return;
    case DW_FORM.block1: cursor.skip(cursor.u8()); return;
    case DW_FORM.block2: cursor.skip(cursor.u16()); return;
    case DW_FORM.block4: cursor.skip(cursor.u32()); return;
    case DW_FORM.indirect: skipForm(cursor, directForm(cursor), encoding); return;
    default: throw new DwarfError(`attribute form 0x${form.toString(16)} is unknown`);
  }
}

/** Reads an attribute. `implicit` is the abbreviation's own value for DW_FORM_implicit_const. */
export function readForm(cursor: Cursor, form: number, encoding: Encoding, implicit: number | bigint = 0): Attribute {
  return { form, value: readValue(cursor, form, encoding, implicit) };
}

function readValue(cursor: Cursor, form: number, encoding: Encoding, implicit: number | bigint): Attribute['value'] {
  switch (form) {
    case DW_FORM.flag_present: return true;
    case DW_FORM.flag: return cursor.u8() !== 0;
    case DW_FORM.implicit_const: return implicit;
    case DW_FORM.sdata: return cursor.slebExact();
    case DW_FORM.udata: return cursor.ulebExact();
    case DW_FORM.ref_udata: case DW_FORM.strx: case DW_FORM.addrx: case DW_FORM.loclistx: case DW_FORM.rnglistx:
    case DW_FORM.GNU_addr_index: case DW_FORM.GNU_str_index:
      return cursor.uleb();
    case DW_FORM.string: return cursor.string();
    case DW_FORM.block: case DW_FORM.exprloc: return cursor.block(cursor.uleb());
    case DW_FORM.block1: return cursor.block(cursor.u8());
    case DW_FORM.block2: return cursor.block(cursor.u16());
    case DW_FORM.block4: return cursor.block(cursor.u32());
    case DW_FORM.data16: return cursor.block(16);
    case DW_FORM.data8: case DW_FORM.ref_sig8: case DW_FORM.ref8: case DW_FORM.ref_sup8: return shrink(cursor.u64());
    case DW_FORM.indirect: {
      const direct = directForm(cursor);
      return readValue(cursor, direct, encoding, 0);
    }
    default: {
      const size = fixedSize(form, encoding);
      if (size === undefined) throw new DwarfError(`attribute form 0x${form.toString(16)} is unknown`);
      return cursor.unsigned(size);
    }
  }
}

function directForm(cursor: Cursor): number {
  const form = cursor.uleb();
  // A form that only leads to another could go on for ever.
  if (form === DW_FORM.indirect || form === DW_FORM.implicit_const) throw new DwarfError('indirect attribute form is invalid');
  return form;
}

/** Whether a form refers to a DIE of its own unit by an offset from the unit's header. */
export function isUnitReference(form: number): boolean {
  return (form >= DW_FORM.ref1 && form <= DW_FORM.ref_udata);
}
