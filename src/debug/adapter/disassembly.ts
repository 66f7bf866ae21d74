import type { DebugProtocol } from '@vscode/debugprotocol';
import { bodyAt } from '../../dwarf/image';
import { disassemble } from '../code/disassemble';
import { reference } from './breakpoints';
import type { Loaded } from './loaded';

interface Line {
  readonly address: number;
  readonly text: string;
  readonly length: number;
  /** The function's name, at its first instruction. */
  readonly symbol?: string;
}

/** An address of code as the editor gives it; undefined for what is none. */
export function parseAddress(text: string, offset = 0): number | undefined {
  const address = Number(text) + offset;
  return Number.isSafeInteger(address) && address >= 0 ? address : undefined;
}

/** `count` instructions, `skip` ahead of (or, negative, before) the one at an address; beyond the code there are invalid ones. */
export function disassembly(loaded: Loaded, address: number, skip: number, count: number): DebugProtocol.DisassembledInstruction[] {
  const { program, sources } = loaded;
  const { bodies } = program;
  const start = bodyAt(bodies, address);
  const invalid = (at: number): DebugProtocol.DisassembledInstruction => ({ address: reference(Math.max(0, at)), instruction: '', presentationHint: 'invalid' });
  if (start === undefined) return Array.from({ length: count }, (_, i) => invalid(address + i));
  const at = bodies.indexOf(start);
  let lines = linesOf(loaded, at);
  let position = lines.findIndex(line => line.address + line.length > address) + skip;
  for (let before = at - 1; position < 0 && before >= 0; before--) {
    const more = linesOf(loaded, before);
    lines = [...more, ...lines];
    position += more.length;
  }
  for (let after = at + 1; position + count > lines.length && after < bodies.length; after++) lines = [...lines, ...linesOf(loaded, after)];
  const code = program.image.known.get(10)?.payload ?? new Uint8Array();
  return Array.from({ length: count }, (_, i) => {
    const line = lines[position + i];
    if (line === undefined) return invalid(address + skip + i);
    const place = program.state === 'alive' ? program.placeAt(line.address) : undefined;
    const file = place === undefined ? undefined : sources.existing(place.path);
    const bytes = code.subarray(line.address, line.address + Math.min(16, line.length));
    return {
      address: reference(line.address), instruction: line.text, instructionBytes: Buffer.from(bytes).toString('hex').replace(/..(?=.)/g, '$& '),
      ...(line.symbol === undefined ? {} : { symbol: line.symbol }),
      ...(place === undefined || file === undefined || place.line === 0 ? {} : { line: place.line, location: { name: sources.name(file), path: file } }),
    };
  });
}

/** The instructions of the function with a position among the bodies. */
function linesOf({ program }: Loaded, index: number): Line[] {
  const body = program.bodies[index];
  if (body === undefined) return [];
  const text = disassemble(program.image, program.names, body);
  return text.instructions.map((one, i) => ({
    address: one.address, length: one.length, text: '  '.repeat(Math.min(20, one.depth)) + one.text,
    ...(i === 0 ? { symbol: program.nameAt(one.address) ?? text.name } : {}),
  }));
}
