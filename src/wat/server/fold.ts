import type { Body } from '../body';
import { effects } from '../document/stack';
import type { ModuleState } from '../document/module';
import type { Span } from '../syntax';
import { EOF, LPAREN, Lexer, RPAREN, WORD } from '../lexer';
import type { Instr } from '../syntax';

const openers = new Set(['block', 'loop', 'if', 'try_table']);

/** A function's instructions (without its locals), as a stretch of the field; undefined where there are none, or comments that would be lost. */
export function instructionsOf(module: ModuleState, field: number): Span | undefined {
  const { start, end, body: syntax } = module.fields[field] ?? { start: 0, end: 0, body: { kind: 'broken' as const } };
  if (syntax.kind !== 'extern' || module.functionAt(field) === -1) return undefined;
  const lexer = new Lexer(module.source, start + syntax.body.start, end);
  lexer.next();
  while (lexer.opens('local')) {
    while ((lexer.kind) !== RPAREN && (lexer.kind) !== EOF) lexer.next();
    lexer.next();
  }
  if (lexer.kind === RPAREN || lexer.kind === EOF) return undefined;
  const from = lexer.start;
  const inside = module.source.slice(from, end - 1);
  const last = inside.trimEnd().length;
  if (/;;|\(;|\(@/.test(inside) || last === 0) return undefined;
  return { start: from - start, end: from - start + last };
}

/** The head of an instruction as it is written, on one line. */
function headText(module: ModuleState, base: number, instr: Instr): string {
  return module.source.slice(base + instr.start, base + instr.end).replace(/\s+/g, ' ');
}

/** The head of a block with its label and type, which the instruction's own span may not hold. */
function blockHead(module: ModuleState, base: number, instr: Instr): string {
  const lexer = new Lexer(module.source, base + instr.start, module.source.length);
  lexer.next();
  let end = lexer.end;
  lexer.next();
  if (lexer.kind !== EOF && module.source.startsWith('$', lexer.start)) {
    ({ end } = lexer);
    lexer.next();
  }
  while (['type', 'param', 'result', 'catch', 'catch_ref', 'catch_all', 'catch_all_ref'].some(word => lexer.opens(word))) {
    for (let depth = 0; ;) {
      if (lexer.kind === LPAREN) depth++;
      else if ((lexer.kind) === RPAREN && --depth === 0) break;
      if ((lexer.kind) === EOF) break;
      lexer.next();
    }
    ({ end } = lexer);
    lexer.next();
  }
  return module.source.slice(base + instr.start, end).replace(/\s+/g, ' ');
}

const convertible = (body: Body): boolean => body.code.every(({ op }) => op.name !== '' && !['try', 'catch', 'catch_all', 'delegate'].includes(op.name));

/** A function's instructions one to a line in the order of execution, without parentheses around them. */
export function flatText(module: ModuleState, field: number, unit: string, depth: number): string | undefined {
  const body = module.body(field);
  const base = module.fields[field]?.start ?? 0;
  if (body === undefined || !convertible(body)) return undefined;
  const lines: string[] = [];
  let level = depth;
  body.code.slice(0, -1).forEach(instr => {
    const { op } = instr;
    if (op.imm === 'end' || op.imm === 'else') level--;
    const text = op.imm === 'end' || op.imm === 'else' ? op.name : openers.has(op.name) ? blockHead(module, base, instr) : headText(module, base, instr);
    lines.push(unit.repeat(Math.max(0, level)) + text);
    if (openers.has(op.name) || op.imm === 'else') level++;
  });
  return lines.join('\n').trimStart();
}

/** An expression that is being put together: what it writes, and whether it leaves exactly one value and can be an operand. */
interface Tree { readonly text: readonly string[]; readonly value: boolean }

/** A function's instructions with each one's operands folded into it, where they are the values of the instructions right before it. */
export function foldedText(module: ModuleState, field: number, unit: string, depth: number, width = 100): string | undefined {
  const body = module.body(field);
  const base = module.fields[field]?.start ?? 0;
  if (body === undefined || !convertible(body)) return undefined;
  const found = effects(module, field, () => true);
  if (found.length !== body.code.length) return undefined;
  interface Level { readonly trees: Tree[]; readonly head: string; readonly condition: Tree | undefined; thenTrees: readonly Tree[] | undefined; readonly results: number }
  const levels: Level[] = [{ trees: [], head: '', condition: undefined, thenTrees: undefined, results: 0 }];
  const top = (): Level => levels.at(-1) ?? { trees: [], head: '', condition: undefined, thenTrees: undefined, results: 0 };
  /** The last `count` trees if each is a value; undefined where one is not. */
  const take = (count: number): Tree[] | undefined => {
    const { trees } = top();
    const last = trees.slice(trees.length - count);
    if (count > trees.length || !last.every(tree => tree.value)) return undefined;
    trees.length -= count;
    return last;
  };
  for (const { instr, takes, gives, reachable } of found.slice(0, -1)) {
    const { op } = instr;
    if (op.imm === 'else') {
      const level = top();
      level.thenTrees = [...level.trees];
      level.trees.length = 0;
    } else if (op.imm === 'end') {
      const level = levels.pop();
      if (level === undefined || levels.length === 0) return undefined;
      top().trees.push({ value: level.results === 1, text: closed(level, unit) });
    } else if (openers.has(op.name)) {
      const params = instr.block?.params.length ?? 0;
      const condition = op.name === 'if' ? take(1)?.[0] : undefined;
      if (op.name === 'if' && condition === undefined) return undefined;
      // Parameters of a block are what stands before it: then that can't be anybody's operand any more.
      if (params > 0) top().trees.forEach((tree, i, all) => { all[i] = { ...tree, value: false }; });
      levels.push({ trees: [], head: blockHead(module, base, instr), condition, thenTrees: undefined, results: instr.block?.results.length ?? 0 });
    } else {
      const operands = reachable && takes > 0 ? take(takes) : [];
      const head = headText(module, base, instr);
      top().trees.push({ value: gives === 1 && operands !== undefined && reachable, text: group(head, operands ?? [], unit, width) });
    }
  }
  if (levels.length !== 1) return undefined;
  return top().trees.flatMap(tree => tree.text).map(line => unit.repeat(depth) + line).join('\n').trimStart();
}

function group(head: string, operands: readonly Tree[], unit: string, width: number): string[] {
  if (operands.length === 0) return [`(${head})`];
  const flat = `(${head} ${operands.map(one => one.text.join(' ')).join(' ')})`;
  if (operands.every(one => one.text.length === 1) && flat.length <= width) return [flat];
  return [`(${head}`, ...operands.flatMap(one => one.text).map(line => unit + line)].map((line, i, all) => (i === all.length - 1 ? `${line})` : line));
}

function closed(level: { readonly trees: readonly Tree[]; readonly head: string; readonly condition: Tree | undefined; readonly thenTrees: readonly Tree[] | undefined }, unit: string): string[] {
  const inner = (trees: readonly Tree[], by: string): string[] => trees.flatMap(tree => tree.text).map(line => by + line);
  const end = (lines: string[]): string[] => lines.map((line, i) => (i === lines.length - 1 ? `${line})` : line));
  if (level.condition === undefined) return end([`(${level.head}`, ...inner(level.trees, unit)]);
  const [first, second] = level.thenTrees === undefined ? [level.trees, undefined] : [level.thenTrees, level.trees];
  const clause = (word: string, trees: readonly Tree[]): string[] => end([`(${word}`, ...inner(trees, unit)]).map(line => unit + line);
  return end([`(${level.head}`, ...inner([level.condition], unit), ...clause('then', first), ...(second === undefined ? [] : clause('else', second))]);
}

/** Whether a function is written with parentheses around instructions, without them, or both. */
export function formOf(module: ModuleState, field: number): { readonly folded: boolean; readonly flat: boolean } {
  const span = instructionsOf(module, field);
  const form = { folded: false, flat: false };
  if (span === undefined) return form;
  const base = module.fields[field]?.start ?? 0;
  const lexer = new Lexer(module.source, base + span.start, base + span.end);
  let previous = EOF;
  for (lexer.next(); lexer.kind !== EOF; lexer.next()) {
    if (lexer.kind === WORD && /^[a-z0-9]+(\.|$)/.test(lexer.value)) {
      if (previous === LPAREN) {
        if (!['result', 'param', 'type', 'then', 'else'].includes(lexer.value)) form.folded = true;
      } else if (lexer.value.includes('.') || ['call', 'drop', 'block', 'loop', 'if', 'br', 'br_if', 'return', 'end', 'else', 'select', 'nop', 'unreachable'].includes(lexer.value)) form.flat = true;
    }
    previous = lexer.kind;
  }
  return form;
}
