import type { LineTable } from '../../dwarf/lines';
import { isPrologueEnd, isStatement } from '../../dwarf/lines';
import { DW_AT, DW_TAG } from '../../dwarf/constants';
import { contains, type Range } from '../../dwarf/ranges';
import { directlyInlined, functionName, instancesAt, rangesOfDie } from '../../dwarf/functions';
import { guard, type Program, type SourceFrame } from '../../dwarf/program';
import type { Unit } from '../../dwarf/unit';

/** Tells whether a path of the debug information is the file that is meant. */
export type IsFile = (path: string) => boolean;

export interface LineAddresses {
  /** The line that has the code: the wished one, or the next that has any. */
  readonly line: number;
  readonly column: number;
  readonly addresses: readonly number[];
}

interface TableFile {
  readonly table: LineTable;
  readonly indices: ReadonlySet<number>;
}

/** Line tables that name a file, with the indices that mean it there. Only tables with a file of this name are looked into further. */
function tablesOf(program: Program, fileName: string, isFile: IsFile): TableFile[] {
  const quick = tablesNaming(program, fileName, isFile, unit => guard(() => program.data.mayNameFile(unit, fileName)) !== false);
  // Windows does not care how large a name's letters are.
  return quick.length > 0 ? quick : tablesNaming(program, fileName, isFile, () => true);
}

function tablesNaming(program: Program, fileName: string, isFile: IsFile, may: (unit: Unit) => boolean): TableFile[] {
  const wanted = fileName.toLowerCase();
  const found: TableFile[] = [];
  const seen = new Set<LineTable>();
  for (const unit of program.units) {
    if (!may(unit)) continue;
    const table = program.lineTable(unit);
    if (table === undefined || seen.has(table)) continue;
    seen.add(table);
    const indices = new Set<number>();
    for (let i = 0; i < table.fileCount; i++) {
      if (table.fileName(i).toLowerCase() !== wanted) continue;
      const path = table.path(i);
      if (path !== undefined && isFile(path)) indices.add(i);
    }
    if (indices.size > 0) found.push({ table, indices });
  }
  return found;
}

/** Lines of a file that have code, in order. */
export function linesWithCode(program: Program, fileName: string, isFile: IsFile): number[] {
  const lines = new Set<number>();
  for (const { table, indices } of tablesOf(program, fileName, isFile)) {
    const { rows } = table;
    for (let i = 0; i < rows.count; i++) {
      if (((rows.flags[i] ?? 0) & isStatement) !== 0 && indices.has(rows.files[i] ?? -1)) lines.add(rows.lines[i] ?? 0);
    }
  }
  lines.delete(0);
  return [...lines].sort((a, b) => a - b);
}

/** Where a breakpoint on a line stops: once in each function and inlined instance that has code of it. */
export function addressesOfLine(program: Program, fileName: string, isFile: IsFile, wanted: number): LineAddresses | undefined {
  const tables = tablesOf(program, fileName, isFile);
  let line = Infinity;
  for (const { table, indices } of tables) {
    const { lines, files, flags, count } = table.rows;
    for (let i = 0; i < count; i++) {
      const at = lines[i] ?? 0;
      if (at >= wanted && at < line && ((flags[i] ?? 0) & isStatement) !== 0 && indices.has(files[i] ?? -1)) line = at;
    }
  }
  if (line === Infinity || (line !== wanted && isOfRemovedFunction(program, tables, wanted))) return undefined;
  // By function or inlined instance: the lowest address.
  const lowest = new Map<number, { address: number; column: number }>();
  for (const { table, indices } of tables) {
    const { rows } = table;
    for (const sequence of rows.sequences) {
      let inside = false;
      for (let i = sequence.first; i <= sequence.last; i++) {
        const matches = rows.lines[i] === line && indices.has(rows.files[i] ?? -1);
        if (!matches || ((rows.flags[i] ?? 0) & isStatement) === 0) {
          inside &&= matches;
          continue;
        }
        if (inside) continue;
        inside = true;
        const address = rows.addresses[i] ?? 0;
        if (rows.addresses[i + 1] === address && rows.lines[i + 1] !== line) continue;
        const code = program.functionAt(address);
        if (code === undefined) continue;
        const chain = guard(() => instancesAt(code, address)) ?? [];
        const instance = chain[chain.length - 1];
        if (instance === undefined) continue;
        const isOpening = chain.length === 1 && code.ranges.some(range => range.low === address);
        const stop = isOpening ? afterPrologue(table, code.ranges, i) : address;
        const key = instance.die.offset;
        const known = lowest.get(key);
        if (known === undefined || stop < known.address) lowest.set(key, { address: stop, column: rows.columns[i] ?? 0 });
      }
    }
  }
  const places = [...lowest.values()];
  return places.length === 0 ? undefined : { line, column: places[0]?.column ?? 0, addresses: [...new Set(places.map(place => place.address))] };
}

/** Whether a line without code is of a function that was removed, as far as can be told: of those declared above it the last. */
function isOfRemovedFunction(program: Program, tables: readonly TableFile[], wanted: number): boolean {
  let owner = { line: 0, removed: false };
  for (const { table, indices } of tables) {
    for (const unit of program.units.filter(one => program.lineTable(one) === table)) {
      for (const die of guard(() => [...unit.withTag(DW_TAG.subprogram)]) ?? []) {
        const line = guard(() => die.number(DW_AT.decl_line)) ?? 0;
        if (line > wanted || line < owner.line || !indices.has(guard(() => die.number(DW_AT.decl_file)) ?? -1) || die.flag(DW_AT.declaration)) continue;
        // One that was inlined everywhere has no address of its own.
        const removed = guard(() => die.has(DW_AT.low_pc) && rangesOfDie(die).length === 0) === true;
        owner = { line, removed: removed && (line > owner.line || owner.removed) };
      }
    }
  }
  return owner.removed;
}

/** Where a function's own code starts: behind the prologue that makes its frame. */
export function functionStart(program: Program, ranges: readonly Range[]): number | undefined {
  const [first] = ranges;
  if (first === undefined) return undefined;
  const unit = program.unitAt(first.low);
  const table = unit === undefined ? undefined : program.lineTable(unit);
  const row = table?.rowAt(first.low) ?? -1;
  return table === undefined || row < 0 ? first.low : afterPrologue(table, ranges, row);
}

function afterPrologue(table: LineTable, ranges: readonly Range[], row: number): number {
  const { rows } = table;
  const start = rows.addresses[row] ?? 0;
  for (let i = row; i < rows.count; i++) {
    const address = rows.addresses[i] ?? 0;
    if (!contains(ranges, address)) break;
    if (((rows.flags[i] ?? 0) & isPrologueEnd) !== 0) return address;
  }
  // Without the flag: the second line's start, as debuggers have done since before there was one.
  for (let i = row + 1; i < rows.count; i++) {
    const address = rows.addresses[i] ?? 0;
    if (!contains(ranges, address)) break;
    if (address > start && rows.lines[i] !== rows.lines[row] && rows.lines[i] !== 0) return address;
  }
  return start;
}

/** Code of the line that a frame stands on: what a step runs through. Inlined calls on it belong to it unless the step `enters` functions of their name. */
export function stepRanges(program: Program, frame: SourceFrame, enters: (name: string) => boolean): Range[] {
  const table = program.lineTable(frame.code.unit);
  const { place, instance } = frame;
  if (table === undefined || place === undefined) return [];
  const inlined = guard(() => directlyInlined(instance.die)) ?? [];
  const inlinedRanges = inlined.map(die => ({ die, ranges: rangesOfDie(die) }));
  const result: Range[] = [];
  const { rows } = table;
  for (const sequence of rows.sequences) {
    if (!instance.ranges.some(range => range.low < sequence.high && range.high > sequence.low)) continue;
    for (let i = sequence.first; i <= sequence.last; i++) {
      const low = rows.addresses[i] ?? 0;
      const high = i === sequence.last ? sequence.high : (rows.addresses[i + 1] ?? 0);
      if (low >= high) continue;
      // Line 0 is nobody's: steps never stop there.
      const line = rows.lines[i] ?? 0;
      if (line !== 0 && (line !== place.line || table.path(rows.files[i] ?? 0) !== place.path)) continue;
      for (const range of instance.ranges) {
        const from = Math.max(low, range.low);
        const to = Math.min(high, range.high);
        if (from < to) result.push(...without({ low: from, high: to }, inlinedRanges.flatMap(one => one.ranges)));
      }
    }
  }
  for (const { die, ranges } of inlinedRanges) {
    if (die.number(DW_AT.call_line) === place.line && guard(() => enters(functionName(die))) !== true) result.push(...ranges);
  }
  return result;
}

/** A range without parts of it. */
function without(range: Range, holes: readonly Range[]): Range[] {
  let left = [range];
  for (const hole of holes) {
    left = left.flatMap(part => (hole.high <= part.low || hole.low >= part.high ? [part] : [
      ...(hole.low > part.low ? [{ low: part.low, high: hole.low }] : []),
      ...(hole.high < part.high ? [{ low: hole.high, high: part.high }] : []),
    ]));
  }
  return left;
}

/** Where a program starts for its author: main's body, else `_start`. */
export function entryOf(program: Program): number | undefined {
  const named = program.state === 'alive' ? program.functionsNamed('main').filter(code => program.placeAt(functionStart(program, code.ranges) ?? -1)?.line !== 0) : [];
  const [main] = named;
  if (main !== undefined) return functionStart(program, main.ranges);
  const index = program.exports.get('_start');
  return program.bodies.find(body => body.index === index)?.start;
}
