import { readBinary, readBody, type Binary } from '../../wat/read';
import { Printer } from '../../wat/print';
import { referencesOf, type Reference } from '../../wat/references';
import type { Instr } from '../../wat/syntax';

/** A text made of a module, with the place in the binary that each line is from; -1 where a line is from none. */
export interface ModuleDocument {
  readonly text: string;
  readonly offsets: Int32Array;
  /** The line on which each function begins, by its index. */
  readonly lines: ReadonlyMap<number, number>;
}

/** The editor's own limits: beyond them it neither folds nor colours, so that a file serves better. */
export interface TextLimits { readonly characters: number; readonly lines: number }
export const editorLimits: TextLimits = { characters: 15_000_000, lines: 250_000 };

/** The texts of one core module: of single functions, or of all. Its index is read when the first is asked for. */
export class ModuleTexts {
  private readonly bytes: Uint8Array;
  private known: Printer | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  private get printer(): Printer {
    return (this.known ??= new Printer(readBinary(this.bytes)));
  }

  private get binary(): Binary {
    return this.printer.binary;
  }

  /** How many functions are from outside. */
  get imported(): number {
    return this.binary.model.funcs.length - this.binary.starts.length;
  }

  /** One function; throws a UserError 'bad-module' when its code is damaged, or when there is none of that index. */
  function(index: number): ModuleDocument {
    const lines = [...this.printer.functionLines(index)];
    return { text: lines.map(({ line }) => `${line}\n`).join(''), offsets: Int32Array.from(lines, ({ offset }) => offset ?? -1), lines: new Map([[index, 0]]) };
  }

  /** The whole module; undefined when its text is beyond the limits. */
  whole(limits: TextLimits = editorLimits): ModuleDocument | undefined {
    const { printer, binary } = this;
    const code = binary.ends.reduce((sum, end, i) => sum + end - (binary.starts[i] ?? 0), 0);
    // A byte of code makes some ten characters, and never fewer than three.
    if (code * 3 > limits.characters) return undefined;
    const offsets: number[] = [];
    const lines = new Map<number, number>();
    const pieces: string[] = [];
    let size = 0;
    let line = 0;
    let next = this.imported;
    for (const piece of printer.module()) {
      size += piece.length;
      if (size > limits.characters || line > limits.lines) return undefined;
      pieces.push(piece);
      if (piece.startsWith('  (func ')) {
        lines.set(next, line);
        for (const { offset } of printer.functionLines(next++)) offsets[line++] = offset ?? -1;
      } else for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) offsets[line++] = -1;
    }
    return { text: pieces.join(''), offsets: Int32Array.from(offsets), lines };
  }

  /** What the word at a column of an instruction's line refers to, as `call $f` does. */
  referenceAt(offset: number, word: string): Reference | undefined {
    return this.referencesAt(offset).find(({ space, index }) => this.printer.names.ref(space, index) === word);
  }

  /** All that the instruction at an offset refers to. */
  referencesAt(offset: number): Reference[] {
    const instr = this.instrAt(offset);
    return instr === undefined ? [] : referencesOf(instr);
  }

  /** How a thing is declared. */
  describe({ space, index }: Reference): string {
    return this.printer.describe(space, index);
  }

  private instrAt(offset: number): Instr | undefined {
    const { starts, ends } = this.binary;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    if (low === 0 || offset >= (ends[low - 1] ?? 0)) return undefined;
    return readBody(this.binary, low - 1).code.find(instr => instr.start === offset);
  }
}
