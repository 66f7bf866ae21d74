import type { Here } from '../document/stack';
import type { ModuleState } from '../document/module';
import type { Op } from '../instructions';
import { funcType } from '../model';
import { F32, F64, I32, I64, V128 } from '../types';

const letters: Readonly<Record<string, number>> = { i: I32, l: I64, f: F32, d: F64, v: V128 };

/** The type of an operand by its letter; an address is what the first memory has. */
function typeOf(letter: string, module: ModuleState | undefined): number {
  return letter === 'a' ? (module?.env.model.memories[0]?.limits.is64 === true ? I64 : I32) : letters[letter] ?? -1;
}

/** The type that the instruction around takes next; undefined where that is not known, or nothing is around. */
export function expectedNext({ waiting, operands }: Here, module: ModuleState | undefined): number | undefined {
  const outer = waiting.at(-1);
  if (outer?.folded !== true) return undefined;
  if (outer.op?.params !== undefined) return typeOf(outer.op.params.charAt(operands), module);
  if (outer.op?.name === 'if' || outer.op?.name === 'br_if') return I32;
  const { instr } = outer;
  const model = module?.env.model;
  if (instr === undefined || model === undefined) return undefined;
  switch (outer.op?.name) {
    case 'call': case 'return_call': return funcType(model, model.funcs[instr.a]?.type ?? -1)?.params[operands];
    case 'global.set': return model.globals[instr.a]?.type;
    default: return undefined;
  }
}

/**
 * How well an instruction fits where it would stand, as a digit to sort by: 1 for what takes the values on the stack, or (in parentheses)
 * gives what the instruction around takes next; 3 for what is as good elsewhere; 6 for what would find the wrong values.
 */
export function fits(op: Op, here: Here, folded: boolean, module: ModuleState | undefined): string {
  const { stack } = here;
  if (op.params === undefined) return here.stack.length === 0 && (op.name === 'drop' || op.name === 'local.set') ? '6' : '3';
  if (folded) {
    // Its own operands will stand inside it: what counts is what it gives.
    const expected = expectedNext(here, module);
    if (expected === undefined) return '3';
    return op.results.length === 1 && typeOf(op.results, module) === expected ? '1' : '6';
  }
  if (!here.reachable) return '3';
  const { params } = op;
  if (params.length === 0) return '3';
  if (params.length > stack.length) return '6';
  for (let i = 0; i < params.length; i++) if (stack[stack.length - params.length + i] !== typeOf(params.charAt(i), module)) return '6';
  return '1';
}
