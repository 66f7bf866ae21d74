import * as l10n from '@vscode/l10n';
import { checkRule } from './check-rules';
import type { Diagnostic } from './diagnostic';
import { broken, named } from './instructions';
import { funcType, type Model } from './model';
import type { BlockType, Instr } from './syntax';
import { BOT, BOTHEAP, CONCRETE, F32, F64, I32, I64, V128, heapOf, isDefaultable, isRef, refType, showType } from './types';
import type { Subtypes } from './subtype';

/** What checking a function needs to know of its module. */
export interface Environment {
  readonly model: Model;
  readonly subtypes: Subtypes;
  /** Functions that ref.func may name inside functions: those that are named outside of them. */
  readonly declared: ReadonlySet<number>;
}

interface Frame {
  readonly op: Instr['op'];
  readonly block: BlockType;
  /** Of the value stack, below the block's parameters. */
  readonly height: number;
  unreachable: boolean;
  /** How many entries `setLocals` had when the block opened. */
  readonly inits: number;
  /** After a mistake: the block's rest is not complained of any more. */
  lost: boolean;
  readonly at: Instr;
}

const letters: Readonly<Record<string, number>> = { i: I32, l: I64, f: F32, d: F64, v: V128 };
const ELSE = named('else'), END = named('end'), LOOP = named('loop'), IF = named('if');
const functionFrame = named('block');

/** Any reference, of a kind that is not known: what is left when the bottom type loses its null. */
export const ANYHEAP = refType(BOTHEAP, false);

/**
 * The type checker of the specification's appendix, for one function or constant expression at a time. After a mistake it takes the rest
 * of the block as unreachable, so that one mistake is told once.
 */
export class Checker {
  readonly env: Environment;
  readonly stack: number[] = [];
  readonly frames: Frame[] = [];
  readonly locals: readonly number[];
  private readonly problems: Diagnostic[];
  private readonly initialized: boolean[] = [];
  private readonly setLocals: number[] = [];
  current!: Instr;
  /** Whether only constant instructions may stand here, and how many globals they may see. */
  readonly constantGlobals: number | undefined;
  /** Told of the stack before each instruction; for those who show it. */
  observe: ((instr: Instr, stack: readonly number[], checker: Checker) => void) | undefined;
  /** How deep the current instruction has reached into the stack; for those who ask what it takes. */
  lowest = 0;

  constructor(env: Environment, locals: readonly number[], params: number, problems: Diagnostic[], constantGlobals?: number) {
    this.env = env;
    this.locals = locals;
    this.problems = problems;
    this.constantGlobals = constantGlobals;
    locals.forEach((type, i) => { if (!isDefaultable(type) && i >= params) this.initialized[i] = false; });
  }

  /** Checks instructions that give `results`; the last of them is `end`. */
  run(code: readonly Instr[], results: readonly number[]): void {
    const first = code[0];
    if (first === undefined) return;
    this.frames.push({ op: functionFrame, block: { index: -1, params: [], results }, height: 0, unreachable: false, inits: 0, lost: false, at: first });
    for (const instr of code) {
      if (this.frames.length === 0) return;
      this.current = instr;
      if (this.observe !== undefined) {
        this.observe(instr, this.stack, this);
        this.lowest = this.stack.length;
      }
      this.step(instr);
    }
  }

  private step(instr: Instr): void {
    const { op } = instr;
    if (op === broken) {
      this.lose();
      return;
    }
    if (this.constantGlobals !== undefined && !op.constant) {
      this.fail('not-constant', l10n.t('"{0}" is not allowed in a constant expression.', op.name));
      return;
    }
    if (op.params === undefined) {
      checkRule(this, instr);
      return;
    }
    let address = I32;
    switch (op.imm) {
      case 'mem': case 'memlane':
        address = this.memoryAccess(instr);
        break;
      case 'memory':
        address = this.addressType(instr.a);
        break;
      case 'lane':
        if (instr.c >= op.width) this.fail('lane', l10n.t('Lane {0} is out of range: there are {1}.', instr.c, op.width));
        break;
      case 'shuffle':
        if (instr.bytes?.some(lane => lane >= 32) === true) this.fail('lane', l10n.t('A lane of a shuffle is below 32.'));
        break;
      case 'data':
        this.known('data', instr.a, this.env.model.datas.length);
        return;
      case 'elem':
        this.known('elem', instr.a, this.env.model.elems.length);
        return;
    }
    if (address === BOT) return;
    const { params, results } = op;
    for (let i = params.length - 1; i >= 0; i--) {
      const letter = params.charAt(i);
      this.pop(letter === 'a' ? address : letters[letter] ?? BOT);
    }
    for (let i = 0; i < results.length; i++) {
      const letter = results.charAt(i);
      this.stack.push(letter === 'a' ? address : letters[letter] ?? BOT);
    }
  }

  get frame(): Frame {
    const frame = this.frames.at(-1);
    if (frame === undefined) throw new Error('no frame');
    return frame;
  }

  /** Tells of a mistake at the current instruction (once per block) and gives the block's rest up. */
  fail(code: string, message: string, start = this.current.start, end = this.current.end): void {
    if (!this.frame.lost) this.problems.push({ kind: 'invalid', code, message, start, end });
    this.lose();
  }

  /** Tells of a mistake that leaves the stack as it should be. */
  tell(code: string, message: string): void {
    if (!this.frame.lost) this.problems.push({ kind: 'invalid', code, message, start: this.current.start, end: this.current.end });
  }

  lose(): void {
    this.frame.lost = true;
    this.unreachable();
  }

  unreachable(): void {
    const { frame } = this;
    this.stack.length = frame.height;
    frame.unreachable = true;
  }

  show(type: number): string {
    const { typeNames } = this.env.model;
    return showType(type, index => (typeNames[index]?.text ? `$${typeNames[index].text}` : String(index)));
  }

  push(type: number): void {
    this.stack.push(type);
  }

  pushAll(types: readonly number[]): void {
    for (const type of types) this.stack.push(type);
  }

  /** Takes the top of the stack, of whatever type; the bottom type where the rest can't be reached. */
  popAny(): number {
    const { frame, stack } = this;
    if (stack.length > frame.height) {
      if (stack.length <= this.lowest) this.lowest = stack.length - 1;
      return stack.pop() ?? BOT;
    }
    if (!frame.unreachable) this.fail('stack-empty', l10n.t('"{0}" needs a value, but the stack is empty here.', this.current.op.name));
    return BOT;
  }

  /** Takes a value that must match a type; gives what was there. */
  pop(expected: number): number {
    const { frame, stack } = this;
    if (stack.length > frame.height) {
      if (stack.length <= this.lowest) this.lowest = stack.length - 1;
      const actual = stack.pop() ?? BOT;
      if (actual !== expected && !this.env.subtypes.matches(actual, expected)) {
        this.fail('type-mismatch', l10n.t('"{0}" needs {1}, but found {2}.', this.current.op.name, this.show(expected), this.show(actual)));
        return BOT;
      }
      return actual;
    }
    if (!frame.unreachable) this.fail('stack-empty', l10n.t('"{0}" needs {1}, but the stack is empty here.', this.current.op.name, this.show(expected)));
    return BOT;
  }

  popAll(types: readonly number[]): void {
    for (let i = types.length - 1; i >= 0; i--) this.pop(types[i] ?? BOT);
  }

  /** Takes a reference of any type; the bottom type where the rest can't be reached. */
  popRef(): number {
    const type = this.popAny();
    if (type !== BOT && !isRef(type)) {
      this.fail('type-mismatch', l10n.t('"{0}" needs a reference, but found {1}.', this.current.op.name, this.show(type)));
      return BOT;
    }
    return type;
  }

  /** Checks the stack against types and leaves it as they say, deepest first. */
  popPush(types: readonly number[]): void {
    this.popAll(types);
    this.pushAll(types);
  }

  open(instr: Instr): void {
    const block = instr.block ?? { index: -1, params: [], results: [] };
    this.popAll(block.params);
    this.frames.push({ op: instr.op, block, height: this.stack.length, unreachable: false, inits: this.setLocals.length, lost: block.index === -2, at: instr });
    if (block.index === -2) this.frame.unreachable = true;
    this.pushAll(block.params);
  }

  /** `else`, `end` and the old exceptions' clauses: takes the block's results and closes it; gives what it was. */
  close(): Frame {
    const { frame, stack } = this;
    const { results } = frame.block;
    this.popAll(results);
    if (stack.length !== frame.height && !frame.lost) {
      this.fail('stack-left', l10n.t('{0} values are left on the stack where the block ends.', stack.length - frame.height));
    }
    stack.length = frame.height;
    this.frames.pop();
    for (const local of this.setLocals.splice(frame.inits)) this.initialized[local] = false;
    return frame;
  }

  endBlock(): void {
    const frame = this.close();
    if (frame.op === IF && this.current.op === END && !this.sameTypes(frame.block.params, frame.block.results)) {
      if (!frame.lost && this.frames.length > 0) this.fail('missing-else', l10n.t('An "if" without "else" must leave the stack as it was.'), frame.at.start, frame.at.end);
    }
    if (this.frames.length > 0) this.pushAll(frame.block.results);
  }

  elseBlock(): void {
    const frame = this.close();
    this.frames.push({ op: ELSE, block: frame.block, height: this.stack.length, unreachable: frame.block.index === -2, inits: this.setLocals.length, lost: frame.block.index === -2, at: this.current });
    this.pushAll(frame.block.params);
  }

  private sameTypes(a: readonly number[], b: readonly number[]): boolean {
    return a.length === b.length && a.every((type, i) => this.env.subtypes.matches(type, b[i] ?? BOT));
  }

  /** What a branch to a label takes; undefined when there is no such label. */
  labelTypes(depth: number): readonly number[] | undefined {
    if (depth < 0) {
      this.lose();
      return undefined;
    }
    const frame = this.frames[this.frames.length - 1 - depth];
    if (frame === undefined) {
      this.fail('unknown-label', l10n.t('Unknown label {0}: {1} blocks are open here.', depth, this.frames.length));
      return undefined;
    }
    if (frame.block.index === -2) {
      this.lose();
      return undefined;
    }
    return frame.op === LOOP ? frame.block.params : frame.block.results;
  }

  /** Whether an index is in range; -1 has been told of already. */
  known(space: string, index: number, count: number): boolean {
    if (index >= 0 && index < count) return true;
    if (index < 0) this.lose();
    else this.fail(`unknown-${space}`, l10n.t('There is no {0} {1}: the module has {2}.', space, index, count));
    return false;
  }

  /** The address type of a memory; the bottom type when there is none. */
  addressType(memory: number): number {
    const { memories } = this.env.model;
    if (!this.known('memory', memory, memories.length)) return BOT;
    return memories[memory]?.limits.is64 === true ? I64 : I32;
  }

  tableAddress(table: number): number {
    const { tables } = this.env.model;
    if (!this.known('table', table, tables.length)) return BOT;
    return tables[table]?.limits.is64 === true ? I64 : I32;
  }

  private memoryAccess(instr: Instr): number {
    const address = this.addressType(instr.a);
    if (address === BOT) return BOT;
    const { op } = instr;
    if (op.prefix === 0xfe ? instr.b !== op.width : instr.b > op.width) {
      this.tell('alignment', op.prefix === 0xfe ? l10n.t('The alignment of an atomic access must be its width: {0}.', 2 ** op.width)
        : l10n.t('The alignment must not be larger than the access: at most {0}.', 2 ** op.width));
    }
    if (address === I32 && instr.big > 0xffffffff) this.tell('offset', l10n.t('The offset is out of range for a memory of 32 bits.'));
    if (op.imm === 'memlane' && instr.c >= 16 >> op.width) this.tell('lane', l10n.t('Lane {0} is out of range: there are {1}.', instr.c, 16 >> op.width));
    return address;
  }

  /** The type of a local, or the bottom type when there is none. */
  local(index: number): number {
    return this.known('local', index, this.locals.length) ? this.locals[index] ?? BOT : BOT;
  }

  isSet(index: number): boolean {
    return this.initialized[index] !== false;
  }

  set(index: number): void {
    if (this.initialized[index] !== false) return;
    this.initialized[index] = true;
    this.setLocals.push(index);
  }

  /** The function type of an index, told when it is none. */
  func(type: number): ReturnType<typeof funcType> {
    if (!this.known('type', type, this.env.model.types.length)) return undefined;
    const func = funcType(this.env.model, type);
    if (func === undefined) this.fail('not-function-type', l10n.t('Type {0} is not a function type.', type));
    return func;
  }

  /** The results of the function around. */
  get results(): readonly number[] {
    return this.frames[0]?.block.results ?? [];
  }

  /** A concrete reference, or its heap's index. */
  ref(type: number, nullable: boolean, exact = false): number {
    return refType(CONCRETE + type, nullable, exact);
  }

  matches(a: number, b: number): boolean {
    return this.env.subtypes.matches(a, b);
  }

  heapOf(type: number): number {
    return heapOf(type);
  }
}
