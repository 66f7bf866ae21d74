import * as l10n from '@vscode/l10n';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { guard, type Program } from '../../dwarf/program';
import { complete } from '../expression/complete';
import { assign, evaluate } from '../expression/evaluate';
import type { Pause, Target } from '../target/target';
import { show, type Part, type Parts } from '../values/show';
import { hex } from '../values/text';
import { arrayOf } from '../values/type';
import type { Value } from '../values/value';
import { reference } from './breakpoints';
import { InspectError } from './errors';
import { FrameScope, stackOf, variablesOf, type StackEntry } from './frames';
import type { Loaded } from './loaded';
import { registerParts, type TextPart } from './registers';

/** What a variablesReference stands for. */
interface Container {
  readonly scope: FrameScope;
  readonly parts: () => Promise<Listing>;
  /** The expression of the whole, so that its parts can be watched. */
  readonly path: string | undefined;
  readonly isScope: boolean;
}

/** Parts of which some are no values of the program's. */
type Listing = Omit<Parts, 'list'> & { list(start: number, count: number): Promise<readonly (Part | TextPart)[]> };

/** Elements that are listed where the editor does not say how many it wants. */
const page = 1000;

/** Everything that can be asked of a stopped program; made anew at each stop, so that no reference outlives it. */
export class Stop {
  readonly pause: Pause;
  readonly stack: readonly StackEntry[];
  readonly #loaded: Loaded;
  readonly #program: Program;
  readonly #target: Target;
  readonly #containers: Container[] = [];
  readonly #scopes = new Map<number, FrameScope>();

  constructor(loaded: Loaded, target: Target, pause: Pause) {
    this.#loaded = loaded;
    this.#program = loaded.program;
    this.#target = target;
    this.pause = pause;
    this.stack = stackOf(loaded.program, pause.frames);
  }

  stackTrace(start: number, levels: number): DebugProtocol.StackFrame[] {
    return this.stack.slice(start, levels > 0 ? start + levels : undefined).map((entry, i) => this.#frame(entry, start + i));
  }

  #frame(entry: StackEntry, index: number): DebugProtocol.StackFrame {
    const { sources, texts } = this.#loaded;
    const { place } = entry.source ?? {};
    const file = place === undefined ? undefined : sources.existing(place.path);
    const base = { id: index + 1, name: entry.name, instructionPointerReference: reference(entry.target.address) };
    if (place !== undefined && file !== undefined) {
      return { ...base, source: { name: sources.name(file), path: file }, line: place.line, column: Math.max(1, place.column) };
    }
    const text = texts.at(entry.target.address);
    if (text === undefined) return { ...base, line: 0, column: 0, presentationHint: 'subtle' };
    // Among sources, code without one is what nobody looks for.
    const aside = this.#program.state === 'alive';
    return {
      ...base, line: text.line, column: 1, source: { name: text.name, sourceReference: text.reference, ...(aside ? { presentationHint: 'deemphasize' as const } : {}) },
      ...(aside ? { presentationHint: 'subtle' as const } : {}),
    };
  }

  #entry(frameId: number | undefined): StackEntry {
    const entry = this.stack[(frameId ?? 1) - 1];
    if (entry === undefined) throw new InspectError(l10n.t('this frame is gone'));
    return entry;
  }

  #scope(frameId: number | undefined): FrameScope {
    const id = frameId ?? 1;
    let scope = this.#scopes.get(id);
    if (scope === undefined) this.#scopes.set(id, scope = new FrameScope(this.#program, this.#target, this.#entry(id)));
    return scope;
  }

  #keep(container: Container): number {
    return this.#containers.push(container);
  }

  #container(variablesReference: number): Container {
    const container = this.#containers[variablesReference - 1];
    if (container === undefined) throw new InspectError(l10n.t('the program has gone on since'));
    return container;
  }

  scopes(frameId: number): DebugProtocol.Scope[] {
    const entry = this.#entry(frameId);
    const scope = this.#scope(frameId);
    const scopes: DebugProtocol.Scope[] = [];
    const { source } = entry;
    if (source !== undefined) {
      const seen = new Set<string>();
      // Of two with one name only the inner can be meant.
      const visible = variablesOf(source).reverse().filter(({ name }) => (seen.has(name) ? false : seen.add(name))).reverse();
      const locals = variableParts(scope, visible);
      scopes.push({ name: l10n.t('Locals'), presentationHint: 'locals', expensive: false, namedVariables: locals.count, variablesReference: this.#keep({ scope, path: '', isScope: true, parts: () => Promise.resolve(locals) }) });
      // Names that compilers give to what has none in the source.
      const globals = this.#program.globalsOf(source.code.unit).map(die => ({ die, name: guard(() => die.name) ?? '?' })).filter(({ name }) => !/[{<]|^anon\.|^alloc_/.test(name));
      if (globals.length > 0) {
        scopes.push({ name: l10n.t('Globals'), expensive: true, variablesReference: this.#keep({ scope, path: '', isScope: true, parts: () => Promise.resolve(variableParts(scope, globals)) }) });
      }
    }
    scopes.push({
      name: l10n.t('WebAssembly'), presentationHint: 'registers', expensive: source !== undefined,
      variablesReference: this.#keepTexts(scope, true, () => registerParts(this.#program, this.#target, entry)),
    });
    return scopes;
  }

  #keepTexts(scope: FrameScope, isScope: boolean, list: () => Promise<TextPart[]>): number {
    return this.#keep({
      scope, path: undefined, isScope,
      parts: async () => {
        const all = await list();
        return { count: all.length, indexed: false, list: (start, count) => Promise.resolve(all.slice(start, start + count)) };
      },
    });
  }

  async variables(args: DebugProtocol.VariablesArguments): Promise<DebugProtocol.Variable[]> {
    const container = this.#container(args.variablesReference);
    const parts = await container.parts();
    if (args.filter !== undefined && parts.indexed !== (args.filter === 'indexed')) return [];
    const limit = args.count === undefined || args.count === 0 ? (parts.indexed ? page : 10 * page) : args.count;
    const list = await parts.list(args.start ?? 0, limit);
    return Promise.all(list.map(part => this.#variable(part, container, args.format?.hex === true)));
  }

  async #variable(part: Part | TextPart, container: Container, hexadecimal: boolean): Promise<DebugProtocol.Variable> {
    if ('value' in part) {
      const path = pathOf(container, part.name);
      return { name: part.name, ...await this.#shown(part.value, container.scope, path, hexadecimal), ...(path === undefined ? {} : { evaluateName: path }) };
    }
    const { inner } = part;
    return {
      name: part.name, value: part.text, ...(part.type === undefined ? {} : { type: part.type }),
      ...(part.path === undefined ? {} : { evaluateName: part.path }), ...(part.memory === undefined ? {} : { memoryReference: hex(part.memory) }),
      variablesReference: inner === undefined ? 0 : this.#keepTexts(container.scope, false, inner),
      ...(inner === undefined ? { presentationHint: { attributes: ['readOnly'] } } : {}),
    };
  }

  async #shown(value: Value, scope: FrameScope, path: string | undefined, hexadecimal: boolean): Promise<Omit<DebugProtocol.Variable, 'name'>> {
    const { text, parts } = await show(value, { depth: 2, hex: hexadecimal });
    const memory = value.real.kind === 'pointer' ? await value.pointer().catch(() => undefined) : value.address;
    return {
      value: text, type: value.type.name,
      variablesReference: parts === undefined || parts.count === 0 ? 0 : this.#keep({ scope, path, isScope: false, parts: () => Promise.resolve(parts) }),
      ...(parts === undefined ? {} : parts.indexed ? { indexedVariables: parts.count } : { namedVariables: parts.count }),
      ...(memory === undefined ? {} : { memoryReference: hex(memory) }),
      ...(value.address === undefined ? { presentationHint: { attributes: ['readOnly'] } } : {}),
    };
  }

  async evaluate(args: DebugProtocol.EvaluateArguments): Promise<DebugProtocol.EvaluateResponse['body']> {
    const scope = this.#scope(args.frameId);
    // A format may follow, as in other debuggers: `x, h` in hexadecimal, `p, 5` as five elements.
    const match = /^(.*?),\s*(?:([hx])|(\d{1,9}))$/s.exec(args.expression);
    const expression = match?.[1] ?? args.expression;
    const value = await evaluate(expression, scope);
    const wanted = match?.[3] === undefined ? value : await asArray(value, Number(match[3]));
    const { value: result, ...rest } = await this.#shown(wanted, scope, wanted === value ? expression : undefined, args.format?.hex === true || match?.[2] !== undefined);
    return { result, ...rest };
  }

  /** The value of a condition of a breakpoint that the program stands at. */
  evaluateValue(expression: string): Promise<Value> {
    return evaluate(expression, this.#scope(1));
  }

  /** What an expression in a log message shows. */
  async text(expression: string): Promise<string> {
    return (await show(await this.evaluateValue(expression))).text;
  }

  async completions(args: DebugProtocol.CompletionsArguments): Promise<DebugProtocol.CompletionItem[]> {
    const found = await complete(args.text.slice(0, Math.max(0, args.column - 1)), this.#scope(args.frameId));
    return found.map(({ label, kind, type }) => ({ label, type: kind, ...(type === undefined ? {} : { detail: type }) }));
  }

  async setVariable(args: DebugProtocol.SetVariableArguments): Promise<DebugProtocol.SetVariableResponse['body']> {
    const container = this.#container(args.variablesReference);
    const parts = await container.parts();
    const index = /^\[(\d+)\]$/.exec(args.name);
    const list = parts.indexed && index !== null ? await parts.list(Number(index[1]), 1) : await parts.list(0, Math.min(parts.count, 10 * page));
    const part = list.find(one => one.name === args.name);
    if (part === undefined || !('value' in part)) throw new InspectError(l10n.t("{0} can't be changed", args.name));
    const value = await assign(part.value, args.value, container.scope);
    return this.#shown(value, container.scope, pathOf(container, args.name), args.format?.hex === true);
  }

  async setExpression(args: DebugProtocol.SetExpressionArguments): Promise<DebugProtocol.SetExpressionResponse['body']> {
    const scope = this.#scope(args.frameId);
    const value = await assign(await evaluate(args.expression, scope), args.value, scope);
    return this.#shown(value, scope, args.expression, args.format?.hex === true);
  }
}

function variableParts(scope: FrameScope, variables: readonly { readonly name: string; readonly die: Parameters<FrameScope['valueOf']>[0] }[]): Parts {
  return {
    count: variables.length, indexed: false,
    list: (start, count) => Promise.all(variables.slice(start, start + count).map(async ({ name, die }) => ({ name, value: await scope.valueOf(die) }))),
  };
}

/** What a pointer or an array leads to, as an array of a length. */
async function asArray(value: Value, count: number): Promise<Value> {
  const { real } = value;
  if (real.kind === 'array') return value.as(arrayOf(real.element, count, real.language));
  const first = await value.target();
  return first.as(arrayOf(first.type, count, real.language));
}

/** The expression for a part: `a.b`, `a[1]`, `*p`. */
function pathOf(container: Container, name: string): string | undefined {
  if (container.path === undefined) return undefined;
  if (container.isScope) return name;
  const whole = /^[\w.[\]>:-]+$/.test(container.path) ? container.path : `(${container.path})`;
  if (name === '*') return `*${whole}`;
  if (/^\[.*\]$/s.test(name)) return whole + name;
  return /^\w+$/.test(name) ? `${whole}.${name}` : undefined;
}
