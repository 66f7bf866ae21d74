import { ops, type Op } from '../wasm/instructions';
import { nextHash, type Lexer } from './lexer';

// The table itself belongs to the format, not to its text: the debugger's disassembly reads it too.
export * from '../wasm/instructions';

const SIZE = 4096;
const slots = new Int16Array(SIZE).fill(-1);
for (const op of ops) {
  let hash = op.name.charCodeAt(0);
  for (let i = 1; i < op.name.length; i++) hash = nextHash(hash, op.name.charCodeAt(i));
  let slot = hash & (SIZE - 1);
  while (slots[slot] !== -1) slot = (slot + 1) & (SIZE - 1);
  slots[slot] = op.id;
}

/** The instruction that the lexer's word names, without making a string of it: this is asked for every word of a body. */
export function opOf(lexer: Lexer): Op | undefined {
  for (let slot = lexer.hash & (SIZE - 1); ; slot = (slot + 1) & (SIZE - 1)) {
    const id = slots[slot] as number;
    if (id === -1) return undefined;
    const op = ops[id] as Op;
    if (op.name.length === lexer.end - lexer.start && lexer.text.startsWith(op.name, lexer.start)) return op;
  }
}

/** What stands for an instruction that could not be read: the checker asks no more of its block. */
export const broken: Op = { name: '', prefix: 0, code: 0, imm: '', width: 0, params: undefined, results: '', id: -1, constant: true };
