import { Cursor, DwarfError } from './cursor';
import type { DebugData } from './data';
import { isPrologueEnd, isSequenceEnd, isStatement } from './lines';

/** A line table's header, and where its program is (section 6.2.4). */
export interface LineProgram {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly addressSize: number;
  readonly minimumLength: number;
  readonly maximumOperations: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** Count of LEB128 operands by standard opcode. */
  readonly operands: readonly number[];
  readonly directories: readonly string[];
  readonly files: { name: string; directory: number }[];
}

/** A run of rows with rising addresses; `high` is behind its last instruction. */
export interface Sequence {
  readonly first: number;
  /** The last row before the one that ends it. */
  readonly last: number;
  readonly low: number;
  readonly high: number;
}

/** A decoded table in columns, dead sequences left out, sequences sorted by address. */
export interface LineRows {
  readonly count: number;
  readonly addresses: Uint32Array;
  readonly lines: Uint32Array;
  readonly columns: Uint16Array;
  readonly files: Uint16Array;
  readonly flags: Uint8Array;
  readonly sequences: readonly Sequence[];
}

/** Runs a line number program (section 6.2.5) up to its end or to the first damage. */
export function runLineProgram(program: LineProgram, data: DebugData): LineRows {
  const machine = new Machine(program, data);
  try {
    machine.run();
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
  }
  return machine.finish();
}

class Machine {
  readonly #program: LineProgram;
  readonly #data: DebugData;
  #capacity: number;
  #addresses: Uint32Array;
  #lines: Uint32Array;
  #columns: Uint16Array;
  #files: Uint16Array;
  #flags: Uint8Array;
  #count = 0;
  #first = 0;
  readonly #sequences: Sequence[] = [];
  #address = 0;
  #operation = 0;
  #file = 1;
  #line = 1;
  #column = 0;
  #isStatement: boolean;
  #prologueEnd = false;

  constructor(program: LineProgram, data: DebugData) {
    this.#program = program;
    this.#data = data;
    this.#isStatement = program.defaultIsStatement;
    this.#capacity = Math.max(64, Math.min(1 << 20, (program.end - program.start) >> 2));
    this.#addresses = new Uint32Array(this.#capacity);
    this.#lines = new Uint32Array(this.#capacity);
    this.#columns = new Uint16Array(this.#capacity);
    this.#files = new Uint16Array(this.#capacity);
    this.#flags = new Uint8Array(this.#capacity);
  }

  run(): void {
    const { bytes, start, end, opcodeBase, lineBase, lineRange, minimumLength, operands } = this.#program;
    const cursor = new Cursor(bytes, start, end);
    const constAdvance = Math.floor((255 - opcodeBase) / lineRange);
    this.#data.budget.spend((end - start) / 16);
    while (cursor.more) {
      const opcode = cursor.u8();
      if (opcode >= opcodeBase) {
        const adjusted = opcode - opcodeBase;
        this.#advance(Math.floor(adjusted / lineRange));
        this.#line += lineBase + (adjusted % lineRange);
        this.#emit(0);
        continue;
      }
      switch (opcode) {
        case 0: this.#extended(cursor); break;
        case 1: this.#emit(0); break;
        case 2: this.#advance(cursor.uleb()); break;
        case 3: this.#line += cursor.sleb(); break;
        case 4: this.#file = cursor.uleb(); break;
        case 5: this.#column = cursor.uleb(); break;
        case 6: this.#isStatement = !this.#isStatement; break;
        case 7: break;
        case 8: this.#advance(constAdvance); break;
        case 9: this.#address += cursor.u16() * (minimumLength === 0 ? 0 : 1); this.#operation = 0; break;
        case 10: this.#prologueEnd = true; break;
        case 11: break;
        case 12: cursor.skipLeb(); break;
        default: for (let left = operands[opcode] ?? 0; left > 0; left--) cursor.skipLeb();
      }
    }
  }

  #extended(cursor: Cursor): void {
    const length = cursor.uleb();
    const from = cursor.at;
    const opcode = length > 0 ? cursor.u8() : 0;
    switch (opcode) {
      case 1:
        this.#emit(isSequenceEnd);
        this.#endSequence();
        break;
      case 2: this.#address = cursor.unsigned(length - 1); this.#operation = 0; break;
      case 3: {
        const name = cursor.string();
        this.#program.files.push({ name, directory: cursor.uleb() });
        break;
      }
      default: break;
    }
    cursor.at = from;
    cursor.skip(length);
  }

  #advance(by: number): void {
    const { minimumLength, maximumOperations } = this.#program;
    if (maximumOperations === 1) {
      this.#address += minimumLength * by;
      return;
    }
    const operation = this.#operation + by;
    this.#address += minimumLength * Math.floor(operation / maximumOperations);
    this.#operation = operation % maximumOperations;
  }

  #emit(extra: number): void {
    if (this.#count === this.#capacity) this.#grow();
    const i = this.#count++;
    this.#addresses[i] = Math.min(this.#address, 0xffffffff);
    this.#lines[i] = Math.max(0, this.#line);
    this.#columns[i] = this.#column > 0xffff ? 0 : this.#column;
    this.#files[i] = this.#file;
    this.#flags[i] = (this.#isStatement ? isStatement : 0) | (this.#prologueEnd ? isPrologueEnd : 0) | extra;
    this.#prologueEnd = false;
  }

  /** Keeps the rows since the last end if they are of living code in rising order, else drops them. */
  #endSequence(): void {
    const first = this.#first;
    const low = this.#addresses[first] ?? 0;
    const last = this.#count - 2;
    const high = this.#addresses[this.#count - 1] ?? 0;
    let alive = last >= first && low > 0 && low < high && low < 0xfffffffe && high <= this.#data.codeSize;
    for (let i = first; alive && i <= last; i++) alive = (this.#addresses[i] ?? 0) <= (this.#addresses[i + 1] ?? 0);
    if (alive) {
      this.#data.budget.spend((last - first) / 8);
      this.#sequences.push({ first, last, low, high });
    } else {
      this.#count = first;
    }
    this.#first = this.#count;
    this.#address = 0;
    this.#operation = 0;
    this.#file = 1;
    this.#line = 1;
    this.#column = 0;
    this.#isStatement = this.#program.defaultIsStatement;
    this.#prologueEnd = false;
  }

  #grow(): void {
    // Sixteen million rows are beyond any real program and are some 250 MB.
    if (this.#capacity >= 1 << 24) throw new DwarfError('line table is too long');
    this.#capacity *= 2;
    const wider = <T extends Uint32Array | Uint16Array | Uint8Array>(to: T, from: T): T => { to.set(from); return to; };
    this.#addresses = wider(new Uint32Array(this.#capacity), this.#addresses);
    this.#lines = wider(new Uint32Array(this.#capacity), this.#lines);
    this.#columns = wider(new Uint16Array(this.#capacity), this.#columns);
    this.#files = wider(new Uint16Array(this.#capacity), this.#files);
    this.#flags = wider(new Uint8Array(this.#capacity), this.#flags);
  }

  finish(): LineRows {
    const count = this.#first;
    return {
      count,
      addresses: this.#addresses.slice(0, count), lines: this.#lines.slice(0, count), columns: this.#columns.slice(0, count),
      files: this.#files.slice(0, count), flags: this.#flags.slice(0, count),
      sequences: this.#sequences.sort((a, b) => a.low - b.low),
    };
  }
}
