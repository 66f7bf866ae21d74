import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { functionStart, addressesOfLine, type IsFile } from './lines';
import { variablesOf } from './frames';
import { compileCondition } from '../expression/condition';
import type { Program } from '../../dwarf/program';
import type { Target } from '../target/target';

/** A breakpoint as the editor asked for it, and where it landed. */
export interface Breakpoint {
  readonly id: number;
  readonly condition: string | undefined;
  readonly hitCondition: string | undefined;
  readonly logMessage: string | undefined;
  /** Wished addresses, relative to the code section. */
  readonly addresses: readonly number[];
  readonly kind: 'line' | 'function' | 'instruction';
  /** Times that it was reached with its condition true. */
  hits: number;
  /** Whether the engine itself checks the condition and counts the hits. */
  compiled: boolean;
}

/** One place in the engine, shared by the breakpoints that want it: the engine refuses a second one there. */
interface Place {
  readonly address: number;
  readonly users: Set<Breakpoint>;
  condition: string | undefined;
  set: Promise<{ id: string } | undefined>;
}

let nextId = 1;

/** All breakpoints of a session, by who set them. */
export class Breakpoints {
  readonly #program: Program;
  readonly #groups = new Map<string, Breakpoint[]>();
  readonly #places = new Map<number, Place>();
  readonly #byEngine = new Map<string, Place>();
  #target: Target | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(program: Program) {
    this.#program = program;
  }

  /** The breakpoints that stop where these engine breakpoints are. */
  at(engineIds: readonly string[]): Breakpoint[] {
    return engineIds.flatMap(id => [...(this.#byEngine.get(id)?.users ?? [])]);
  }

  /** Gives the engine all breakpoints; those of an earlier run of the program are forgotten. */
  async attach(target: Target): Promise<void> {
    this.#target = target;
    this.#places.clear();
    this.#byEngine.clear();
    for (const group of this.#groups.values()) for (const breakpoint of group) breakpoint.hits = 0;
    await this.#apply();
  }

  /** Replaces the line breakpoints of a file; `ids` are those that the editor knows them by already. */
  async setLines(path: string, fileName: string, isFile: IsFile, wished: readonly DebugProtocol.SourceBreakpoint[], ids: readonly (number | undefined)[] = []): Promise<DebugProtocol.Breakpoint[]> {
    const answers: DebugProtocol.Breakpoint[] = [];
    const group: Breakpoint[] = [];
    for (const [i, wish] of wished.entries()) {
      const found = addressesOfLine(this.#program, fileName, isFile, wish.line);
      const breakpoint = this.#make('line', found?.addresses ?? [], wish, ids[i]);
      group.push(breakpoint);
      answers.push(found === undefined
        ? { id: breakpoint.id, verified: false, reason: 'failed', message: this.#whyNot() }
        : { id: breakpoint.id, verified: true, line: found.line, ...(found.line !== wish.line ? { message: l10n.t('Line {0} has no code: moved to line {1}.', wish.line, found.line) } : {}) });
    }
    await this.#replace(`line ${path}`, group);
    return answers;
  }

  /** Replaces breakpoints on addresses: instruction breakpoints, and lines of disassembled functions. */
  async setAddresses(key: string, wished: readonly ({ readonly address: number | undefined; readonly line?: number } & Pick<DebugProtocol.SourceBreakpoint, 'condition' | 'hitCondition' | 'logMessage'>)[]): Promise<DebugProtocol.Breakpoint[]> {
    const group = wished.map(wish => this.#make('instruction', wish.address === undefined ? [] : [wish.address], wish));
    await this.#replace(key, group);
    return group.map((breakpoint, i) => {
      const wish = wished[i];
      return wish?.address === undefined
        ? { id: breakpoint.id, verified: false, message: l10n.t('There is no instruction here.') }
        : { id: breakpoint.id, verified: true, ...(wish.line === undefined ? {} : { line: wish.line }), instructionReference: reference(wish.address) };
    });
  }

  async setFunctions(wished: readonly DebugProtocol.FunctionBreakpoint[]): Promise<DebugProtocol.Breakpoint[]> {
    const answers: DebugProtocol.Breakpoint[] = [];
    const group: Breakpoint[] = [];
    for (const wish of wished) {
      const addresses = this.#addressesOfFunction(wish.name.trim());
      const breakpoint = this.#make('function', addresses, wish);
      group.push(breakpoint);
      const place = addresses[0] === undefined ? undefined : this.#program.placeAt(addresses[0]);
      answers.push(addresses.length === 0
        ? { id: breakpoint.id, verified: false, reason: 'failed', message: l10n.t('There is no function {0} in the module.', wish.name) }
        : { id: breakpoint.id, verified: true, ...(place === undefined ? {} : { line: place.line }) });
    }
    await this.#replace('functions', group);
    return answers;
  }

  #addressesOfFunction(name: string): number[] {
    const known = this.#program.state === 'alive' ? this.#program.functionsNamed(name) : [];
    if (known.length > 0) return known.flatMap(code => functionStart(this.#program, code.ranges) ?? []);
    const index = this.#program.names.functionIndex(name);
    const body = index === undefined ? undefined : this.#program.bodies.find(one => one.index === index);
    return body === undefined ? [] : [body.start];
  }

  #whyNot(): string {
    switch (this.#program.state) {
      case 'none': return l10n.t('The module has no debug information. Build it with -g, or in the debug profile.');
      case 'stale': return l10n.t("An optimizer (wasm-opt) destroyed the module's debug information.");
      case 'external': case 'split': return l10n.t("The module's debug information is in another file.");
      default: return l10n.t('No code of this line, or of one below it that could stand for it, is in the module: the compiler or the linker left it out.');
    }
  }

  #make(kind: Breakpoint['kind'], addresses: readonly number[], wish: Pick<DebugProtocol.SourceBreakpoint, 'condition' | 'hitCondition' | 'logMessage'>, id = nextId++): Breakpoint {
    const text = (value: string | undefined): string | undefined => (value === undefined || value.trim() === '' ? undefined : value.trim());
    return { id, kind, addresses, condition: text(wish.condition), hitCondition: text(wish.hitCondition), logMessage: text(wish.logMessage), hits: 0, compiled: false };
  }

  async #replace(key: string, group: Breakpoint[]): Promise<void> {
    this.#groups.set(key, group);
    await this.#apply();
  }

  /** Makes the engine's breakpoints what the groups say; one change at a time. */
  #apply(): Promise<void> {
    this.#work = this.#work.then(() => this.#applyNow(), () => this.#applyNow());
    return this.#work;
  }

  async #applyNow(): Promise<void> {
    const target = this.#target;
    if (target === undefined) return;
    const wanted = new Map<number, Set<Breakpoint>>();
    for (const group of this.#groups.values()) {
      for (const breakpoint of group) {
        for (const address of breakpoint.addresses) wanted.set(address, (wanted.get(address) ?? new Set()).add(breakpoint));
      }
    }
    const changes: Promise<unknown>[] = [];
    for (const [address, place] of this.#places) {
      const users = wanted.get(address);
      const condition = users === undefined ? undefined : this.#engineCondition(address, users);
      if (users !== undefined && condition === place.condition) {
        place.users.clear();
        for (const user of users) place.users.add(user);
        wanted.delete(address);
        continue;
      }
      this.#places.delete(address);
      changes.push(place.set.then(set => (set === undefined ? undefined : target.removeBreakpoint(set.id))));
    }
    await Promise.all(changes);
    await Promise.all([...wanted].map(async ([address, users]) => {
      const condition = this.#engineCondition(address, users);
      const place: Place = { address, users, condition, set: target.setBreakpoint(address, condition) };
      this.#places.set(address, place);
      const set = await place.set;
      if (set !== undefined) this.#byEngine.set(set.id, place);
    }));
  }

  /** A condition that the engine can check alone: of a single breakpoint, and simple. Hits are counted there too. */
  #engineCondition(address: number, users: ReadonlySet<Breakpoint>): string | undefined {
    for (const user of users) user.compiled = false;
    const [only] = users;
    if (users.size !== 1 || only === undefined) return undefined;
    const { condition, hitCondition } = only;
    const holds = condition === undefined ? undefined : this.#compiled(condition, address);
    // Several addresses may differ in what the engine can check.
    if (condition !== undefined && (holds === undefined || only.addresses.length !== 1)) return undefined;
    const hits = hitCondition === undefined ? undefined : hitCode(only.id, hitCondition);
    if (hitCondition !== undefined && hits === undefined) return undefined;
    const parts = [holds, hits].filter(part => part !== undefined);
    only.compiled = parts.length > 0;
    return only.compiled ? parts.join('&&') : undefined;
  }

  #compiled(condition: string, address: number): string | undefined {
    const [innermost] = this.#program.framesAt(address);
    if (innermost === undefined) return undefined;
    const variables = variablesOf(innermost).reverse();
    return compileCondition(condition, {
      function: innermost.code.die, address,
      variable: name => variables.find(variable => variable.name === name)?.die ?? this.#program.globalsOf(innermost.code.unit).find(die => die.name === name),
    });
  }
}

interface HitCondition {
  readonly operator: '>=' | '<=' | '==' | '>' | '<' | '%';
  readonly count: number;
}

/** Reads a hit condition (`5`, `>= 5`, `% 5`); a number alone is that many hits and all after. */
function parseHits(text: string): HitCondition | undefined {
  const match = /^\s*(>=|<=|==|=|>|<|%)?\s*(\d+)\s*$/.exec(text);
  if (match === null) return undefined;
  const operator = match[1] === '=' ? '==' : match[1] ?? '>=';
  return { operator: operator as HitCondition['operator'], count: Number(match[2]) };
}

/** A hit condition as JavaScript that counts where the program runs: a stop for each hit would take some milliseconds. */
function hitCode(id: number, text: string): string | undefined {
  const hits = parseHits(text);
  if (hits === undefined) return undefined;
  const counted = `(globalThis.wasmWorkbenchHits??={},globalThis.wasmWorkbenchHits[${id}]=(globalThis.wasmWorkbenchHits[${id}]??0)+1)`;
  return hits.operator === '%' ? hits.count === 0 ? 'false' : `(${counted}%${hits.count}===0)` : `(${counted}${hits.operator}${hits.count})`;
}

/** Whether a hit condition holds for the n-th hit; undefined where it can't be understood. */
export function hitHolds(text: string, hits: number): boolean | undefined {
  const wanted = parseHits(text);
  if (wanted === undefined) return undefined;
  const { operator, count } = wanted;
  switch (operator) {
    case '>': return hits > count;
    case '<': return hits < count;
    case '<=': return hits <= count;
    case '==': return hits === count;
    case '%': return count > 0 && hits % count === 0;
    default: return hits >= count;
  }
}

/** An address as the editor names it in disassembly. */
export function reference(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}
