import { DW_FORM } from './constants';
import { Cursor, DwarfError } from './cursor';
import type { DebugData } from './data';
import { readForm, type Encoding } from './forms';
import { baseName, joinPath } from './paths';
import { runLineProgram, type LineProgram, type LineRows } from './line-program';

/** Flags of a row. */
export const isStatement = 1;
export const isPrologueEnd = 2;
export const isSequenceEnd = 4;

/** What a row of a line table says of an address. */
export interface Place {
  readonly path: string;
  /** 1-based; 0 is code that no line stands for. */
  readonly line: number;
  /** 1-based; 0 is the whole line. */
  readonly column: number;
}

/** A line table (section 6.2): its files at once, its rows when something first asks for them. */
export class LineTable {
  readonly #program: LineProgram;
  readonly #data: DebugData;
  readonly #folder: string;
  readonly #paths: (string | undefined)[] = [];
  #rows: LineRows | undefined;

  constructor(data: DebugData, program: LineProgram, folder: string) {
    this.#data = data;
    this.#program = program;
    this.#folder = folder;
  }

  /** Indices that rows may name; 1-based before version 5. */
  get fileCount(): number {
    return this.#program.files.length;
  }

  /** The whole path of a file by the index that rows and DW_AT_decl_file use; undefined beyond the table. */
  path(index: number): string | undefined {
    const known = this.#paths[index];
    if (known !== undefined) return known;
    const file = this.#program.files[index];
    if (file === undefined) return undefined;
    const directory = this.#program.directories[file.directory] ?? '';
    return (this.#paths[index] = joinPath(joinPath(this.#folder, directory), file.name));
  }

  /** The last part of a file's path. */
  fileName(index: number): string {
    return baseName(this.#program.files[index]?.name ?? '');
  }

  get rows(): LineRows {
    return (this.#rows ??= runLineProgram(this.#program, this.#data));
  }

  /** Index of the row that covers an address, or -1. */
  rowAt(address: number): number {
    const { addresses, sequences } = this.rows;
    let low = 0;
    let high = sequences.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((sequences[middle]?.low ?? 0) <= address) low = middle;
      else high = middle - 1;
    }
    const sequence = sequences[low];
    if (sequence === undefined || address < sequence.low || address >= sequence.high) return -1;
    let first = sequence.first;
    let last = sequence.last;
    while (first < last) {
      const middle = (first + last + 1) >> 1;
      if ((addresses[middle] ?? 0) <= address) first = middle;
      else last = middle - 1;
    }
    return first;
  }

  /** What an address stands for. */
  placeAt(address: number): Place | undefined {
    const row = this.rowAt(address);
    if (row < 0) return undefined;
    const { lines, columns, files } = this.rows;
    const path = this.path(files[row] ?? 0);
    return path === undefined ? undefined : { path, line: lines[row] ?? 0, column: columns[row] ?? 0 };
  }
}

interface Compilation {
  readonly folder: string;
  readonly name: string;
  readonly addressSize: number;
}

/** Reads the header of the line table at an offset of .debug_line (section 6.2.4). */
export function readLineTable(data: DebugData, section: Uint8Array, offset: number, compilation: Compilation): LineTable {
  const start = new Cursor(section, offset);
  let length = start.u32();
  const is64 = length === 0xffffffff;
  if (is64) length = Number(start.u64());
  const cursor = new Cursor(section, start.at, Math.min(section.length, start.at + length));
  const version = cursor.u16();
  if (version < 2 || version > 5) throw new DwarfError(`line table has unknown version ${version}`);
  let { addressSize } = compilation;
  if (version >= 5) {
    addressSize = cursor.u8();
    cursor.u8();
  }
  const headerLength = cursor.offset(is64);
  const programStart = cursor.at + headerLength;
  const minimumLength = cursor.u8();
  const maximumOperations = version >= 4 ? cursor.u8() : 1;
  const defaultIsStatement = cursor.u8() !== 0;
  const lineBase = cursor.i8();
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  const operands: number[] = [0];
  for (let i = 1; i < opcodeBase; i++) operands.push(cursor.u8());
  const encoding: Encoding = { version, is64, addressSize };
  const { directories, files } = version >= 5 ? readNewTables(cursor, data, encoding) : readOldTables(cursor, data, compilation);
  if (programStart > cursor.end) throw new DwarfError('line table header is cut off');
  return new LineTable(data, {
    bytes: section, start: programStart, end: cursor.end, addressSize, minimumLength, maximumOperations: Math.max(1, maximumOperations),
    defaultIsStatement, lineBase, lineRange: Math.max(1, lineRange), opcodeBase, operands, directories, files,
  }, compilation.folder);
}

interface FileTables {
  readonly directories: string[];
  readonly files: { name: string; directory: number }[];
}

function readOldTables(cursor: Cursor, data: DebugData, compilation: Compilation): FileTables {
  const directories = [''];
  for (let text = cursor.string(); text !== ''; text = cursor.string()) {
    data.budget.spend(1);
    directories.push(text);
  }
  // Index 0 is not used by rows of these versions, but some compilers refer to it as the unit's own file.
  const files = [{ name: compilation.name, directory: 0 }];
  for (let name = cursor.string(); name !== ''; name = cursor.string()) {
    data.budget.spend(1);
    const directory = cursor.uleb();
    cursor.skipLeb();
    cursor.skipLeb();
    files.push({ name, directory });
  }
  return { directories, files };
}

function readNewTables(cursor: Cursor, data: DebugData, encoding: Encoding): FileTables {
  const directories = readEntries(cursor, data, encoding).map(entry => entry.name);
  return { directories, files: readEntries(cursor, data, encoding) };
}

function readEntries(cursor: Cursor, data: DebugData, encoding: Encoding): { name: string; directory: number }[] {
  const formats: { content: number; form: number }[] = [];
  for (let left = cursor.u8(); left > 0; left--) formats.push({ content: cursor.uleb(), form: cursor.uleb() });
  const entries: { name: string; directory: number }[] = [];
  for (let left = cursor.uleb(); left > 0; left--) {
    data.budget.spend(1);
    const entry = { name: '', directory: 0 };
    for (const { content, form } of formats) {
      const { value } = readForm(cursor, form, encoding);
      if (content === 1) entry.name = textOf(data, form, value);
      else if (content === 2 && typeof value === 'number') entry.directory = value;
    }
    entries.push(entry);
  }
  return entries;
}

function textOf(data: DebugData, form: number, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return '';
  if (form === DW_FORM.line_strp) return data.string('.debug_line_str', value) ?? '';
  if (form === DW_FORM.strp) return data.string('.debug_str', value) ?? '';
  return '';
}
