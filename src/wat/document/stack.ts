import { BodyParser, type Body, type Waiting } from '../body';
import type { Checker } from '../check';
import type { Instr } from '../syntax';
import { validateBody } from '../validate';
import type { ModuleState } from './module';

/** What an instruction does to the stack where it stands. */
export interface Effect {
  readonly instr: Instr;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** How many of the topmost values it takes, and gives. */
  readonly takes: number;
  readonly gives: number;
  /** Whether control can get here. */
  readonly reachable: boolean;
}

/** Runs the checker over a function and tells the effect of each instruction that `wanted` names. */
export function effects(module: ModuleState, field: number, wanted: (instr: Instr, place: number) => boolean): Effect[] {
  const body = module.body(field);
  const found: Effect[] = [];
  if (body === undefined) return found;
  let last: { readonly instr: Instr; readonly before: readonly number[]; readonly reachable: boolean } | undefined;
  let place = -1;
  const finish = (stack: readonly number[], checker: Checker): void => {
    if (last === undefined) return;
    const low = Math.min(checker.lowest, last.before.length);
    found.push({ ...last, after: stack.slice(), takes: last.before.length - low, gives: Math.max(0, stack.length - low) });
    last = undefined;
  };
  let end: Checker | undefined;
  validateBody(module.env, module.functionAt(field), body, [], (instr, stack, checker) => {
    end = checker;
    place++;
    finish(stack, checker);
    if (wanted(instr, place)) last = { instr, before: stack.slice(), reachable: !checker.frame.unreachable };
  });
  if (end !== undefined) finish(end.stack, end);
  return found;
}

/** What is known at a place inside a function: what the text before it has done. */
export interface Here {
  readonly stack: readonly number[];
  readonly reachable: boolean;
  readonly waiting: readonly Waiting[];
  readonly body: Body;
  /** How many values the innermost waiting instruction's operands have given so far. */
  readonly operands: number;
}

/** Reads and checks a function's text up to an offset (relative to the field); undefined outside of functions' bodies. */
export function stackAt(module: ModuleState, field: number, offset: number): Here | undefined {
  const { body: syntax, start } = module.fields[field] ?? { body: { kind: 'broken' as const }, start: 0 };
  const func = module.functionAt(field);
  if (func === -1 || syntax.kind !== 'extern' || syntax.extern.kind !== 'func' || offset < syntax.body.start) return undefined;
  const parser = new BodyParser(module.source, start, { start: syntax.body.start, end: offset }, module.scope, []);
  const body = parser.func(module.env.model.funcs[func]?.type ?? -1, syntax.extern.use.params);
  const waiting = parser.waiting;
  const open = waiting.at(-1);
  const target = body.code[Math.max(0, parser.reached)];
  let found: { stack: readonly number[]; reachable: boolean } = { stack: [], reachable: true };
  // The operands of a folded instruction start where the stack was when its parenthesis opened.
  const first = open?.folded === true ? body.code.slice(0, parser.reached).find(instr => instr.start > open.start) : undefined;
  let opened: number | undefined;
  validateBody(module.env, func, body, [], (instr, stack, checker) => {
    if (instr === first) opened = stack.length;
    if (instr === target) found = { stack: stack.slice(), reachable: !checker.frame.unreachable };
  });
  return { ...found, waiting, body, operands: Math.max(0, found.stack.length - (opened ?? found.stack.length)) };
}
