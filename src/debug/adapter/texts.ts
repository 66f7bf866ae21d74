import { bodyAt, type Body } from '../../dwarf/image';
import type { Program } from '../../dwarf/program';
import { disassemble, functionLines } from '../code/disassemble';

/** Functions in the text format as sources of the editor. */
export class FunctionTexts {
  readonly #program: Program;
  readonly #made = new Map<number, ReturnType<typeof functionLines>>();

  constructor(program: Program) {
    this.#program = program;
  }

  #lines(body: Body): ReturnType<typeof functionLines> {
    let lines = this.#made.get(body.index);
    if (lines === undefined) this.#made.set(body.index, lines = functionLines(disassemble(this.#program.image, this.#program.names, body)));
    return lines;
  }

  /** The source and line of an address. A source's reference is its function's index + 1. */
  at(address: number): { readonly name: string; readonly reference: number; readonly line: number } | undefined {
    const body = bodyAt(this.#program.bodies, address);
    if (body === undefined) return undefined;
    const { addresses } = this.#lines(body);
    let line = 1;
    addresses.forEach((at, i) => { if (at !== undefined && at <= address) line = i + 1; });
    const name = this.#program.names.function(body.index) ?? `func${body.index}`;
    return { name: `${name.replace(/[\\/:*?"<>|]/g, '_').slice(0, 100)}.wat`, reference: body.index + 1, line };
  }

  #body(sourceReference: number): Body | undefined {
    return this.#program.bodies.find(body => body.index === sourceReference - 1);
  }

  text(sourceReference: number): string | undefined {
    const body = this.#body(sourceReference);
    return body === undefined ? undefined : this.#lines(body).lines.join('\n') + '\n';
  }

  /** The address of a line, or of the next that is an instruction. */
  address(sourceReference: number, line: number): { readonly address: number; readonly line: number } | undefined {
    const body = this.#body(sourceReference);
    const addresses = body === undefined ? [] : this.#lines(body).addresses;
    for (let i = Math.max(0, line - 1); i < addresses.length; i++) {
      const address = addresses[i];
      if (address !== undefined) return { address, line: i + 1 };
    }
    return undefined;
  }
}
