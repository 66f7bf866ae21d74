import * as l10n from '@vscode/l10n';
import { statSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { bodyAt, type Body } from '../../dwarf/image';
import { guard, type Program } from '../../dwarf/program';
import { disassemble, functionLines } from '../code/disassemble';
import type { Pause, Target } from '../target/target';
import { TargetError } from '../target/protocol';
import { assign, evaluate } from '../values/evaluate';
import { hex, show, type Part, type Parts } from '../values/show';
import { type RegisterKind } from '../values/location';
import { NoValue, type Value } from '../values/value';
import { ExpressionError } from '../values/parse';
import { reference } from './breakpoints';
import { FrameScope, stackOf, variablesOf, type StackEntry } from './frames';
import type { Sources } from './sources';

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

/** A message for people in place of a value. */
export class InspectError extends Error {}

/** Everything that can be asked of a stopped program; made anew at each stop, so that no reference outlives it. */
export class Stop {
  readonly pause: Pause;
  readonly stack: readonly StackEntry[];
  readonly #program: Program;
  readonly #target: Target;
  readonly #texts: FunctionTexts;
  readonly #sources: Sources;
  readonly #containers: Container[] = [];
  readonly #scopes = new Map<number, FrameScope>();

  constructor(program: Program, target: Target, sources: Sources, texts: FunctionTexts, pause: Pause) {
    this.#program = program;
    this.#target = target;
    this.#sources = sources;
    this.#texts = texts;
    this.pause = pause;
    this.stack = stackOf(program, pause.frames);
  }

  stackTrace(start: number, levels: number): DebugProtocol.StackFrame[] {
    return this.stack.slice(start, levels > 0 ? start + levels : undefined).map((entry, i) => this.#frame(entry, start + i));
  }

  #frame(entry: StackEntry, index: number): DebugProtocol.StackFrame {
    const { place } = entry.source ?? {};
    const file = place === undefined ? undefined : this.#sources.existing(place.path);
    const base = { id: index + 1, name: entry.name, instructionPointerReference: reference(entry.target.address) };
    if (place !== undefined && file !== undefined) {
      return { ...base, source: { name: this.#sources.name(file), path: file }, line: place.line, column: Math.max(1, place.column) };
    }
    const text = this.#texts.at(entry.target.address);
    if (text === undefined) return { ...base, line: 0, column: 0, presentationHint: 'subtle' };
    return {
      ...base, line: text.line, column: 1,
      source: { name: text.name, sourceReference: text.reference, ...(this.#program.state === 'alive' ? { presentationHint: 'deemphasize' as const } : {}) },
      ...(this.#program.state === 'alive' ? { presentationHint: 'subtle' as const } : {}),
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

  scopes(frameId: number): DebugProtocol.Scope[] {
    const entry = this.#entry(frameId);
    const scope = this.#scope(frameId);
    const scopes: DebugProtocol.Scope[] = [];
    if (entry.source !== undefined) {
      const { source } = entry;
      const locals = variablesOf(source).reverse();
      const seen = new Set<string>();
      // Of two with one name only the inner can be meant.
      const visible = locals.filter(({ name }) => (seen.has(name) ? false : seen.add(name))).reverse();
      scopes.push({ name: l10n.t('Locals'), presentationHint: 'locals', expensive: false, variablesReference: this.#keep({ scope, path: '', isScope: true, parts: () => Promise.resolve(variableParts(scope, visible)) }) });
      const globals = this.#program.globalsOf(source.code.unit).map(die => ({ die, name: guard(() => die.name) ?? '?' })).filter(({ name }) => !/[{<]|^anon\.|^alloc_/.test(name));
      if (globals.length > 0) {
        scopes.push({ name: l10n.t('Globals'), expensive: true, variablesReference: this.#keep({ scope, path: '', isScope: true, parts: () => Promise.resolve(variableParts(scope, globals)) }) });
      }
    }
    scopes.push({ name: l10n.t('WebAssembly'), presentationHint: 'registers', expensive: entry.source !== undefined, variablesReference: this.#keepRegisters(entry, scope) });
    return scopes;
  }

  /** Locals, globals and operand stack of the machine frame. */
  #keepRegisters(entry: StackEntry, scope: FrameScope): number {
    const body = bodyAt(this.#program.bodies, entry.target.address);
    const kinds: readonly (readonly [RegisterKind, string])[] = [['local', l10n.t('Locals')], ['stack', l10n.t('Operand Stack')], ['global', l10n.t('Globals')]];
    return this.#keep({
      scope, path: undefined, isScope: true,
      parts: () => Promise.resolve({
        count: kinds.length + 1, indexed: false,
        list: async (start, count) => {
          const memory = await this.#target.memorySize();
          const all: TextPart[] = [
            ...kinds.map(([kind, title]): TextPart => ({ name: title, text: '', inner: async () => {
              const registers = await this.#target.registers(entry.target, kind);
              return registers.map((register, i) => ({
                name: kind === 'local' ? (body === undefined ? undefined : this.#program.names.local(body.index, i)) ?? `$${i}` : kind === 'global' ? this.#program.names.global(i) ?? `$${i}` : `${i}`,
                text: register.value, type: register.type, path: `$${kind}${i}`,
              }));
            } })),
            { name: l10n.t('Memory'), text: l10n.t('{0} pages ({1} bytes)', memory / 65536, memory), memory: 0 },
          ];
          return all.slice(start, start + count);
        },
      }),
    });
  }

  async variables(args: DebugProtocol.VariablesArguments): Promise<DebugProtocol.Variable[]> {
    const container = this.#containers[args.variablesReference - 1];
    if (container === undefined) throw new InspectError(l10n.t('the program has gone on since'));
    const parts = await container.parts();
    if (args.filter !== undefined && parts.indexed !== (args.filter === 'indexed')) return [];
    const limit = args.count === undefined || args.count === 0 ? (parts.indexed ? 1000 : 10_000) : args.count;
    const list = await parts.list(args.start ?? 0, limit);
    return Promise.all(list.map(part => this.#variable(part, container, args.format?.hex === true)));
  }

  async #variable(part: Part | TextPart, container: Container, hexadecimal: boolean): Promise<DebugProtocol.Variable> {
    if (!('value' in part)) {
      const { inner } = part;
      return {
        name: part.name, value: part.text ?? '', ...(part.type === undefined ? {} : { type: part.type }),
        ...(part.path === undefined ? {} : { evaluateName: part.path }), ...(part.memory === undefined ? {} : { memoryReference: hex(part.memory) }),
        variablesReference: inner === undefined ? 0 : this.#keep({
          scope: container.scope, path: undefined, isScope: false,
          parts: async () => {
            const all = await inner();
            return { count: all.length, indexed: false, list: (start, count) => Promise.resolve(all.slice(start, start + count)) };
          },
        }),
      };
    }
    const path = pathOf(container, part.name);
    return { name: part.name, ...await this.#shown(part.value, container.scope, path, hexadecimal), ...(path === undefined ? {} : { evaluateName: path }) };
  }

  async #shown(value: Value, scope: FrameScope, path: string | undefined, hexadecimal: boolean): Promise<Omit<DebugProtocol.Variable, 'name'>> {
    const { text, parts } = await show(value, { depth: 2, hex: hexadecimal });
    const { real } = value;
    const memory = real.kind === 'pointer' ? await value.pointer().catch(() => undefined) : value.address;
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
    // A format may follow, as in other debuggers: `x, h`.
    const match = /^(.*?),\s*([hx])$/s.exec(args.expression);
    const expression = match?.[1] ?? args.expression;
    const value = await evaluate(expression, scope);
    const { value: result, ...rest } = await this.#shown(value, scope, expression, args.format?.hex === true || match !== null);
    return { result, ...rest };
  }

  /** A condition's or log message's value as text. */
  async text(expression: string): Promise<string> {
    return (await show(await evaluate(expression, this.#scope(1)))).text;
  }

  evaluateValue(expression: string): Promise<Value> {
    return evaluate(expression, this.#scope(1));
  }

  async setVariable(args: DebugProtocol.SetVariableArguments): Promise<DebugProtocol.SetVariableResponse['body']> {
    const container = this.#containers[args.variablesReference - 1];
    if (container === undefined) throw new InspectError(l10n.t('the program has gone on since'));
    const parts = await container.parts();
    const index = /^\[(\d+)\]$/.exec(args.name);
    const list = parts.indexed && index !== null ? await parts.list(Number(index[1]), 1) : await parts.list(0, Math.min(parts.count, 10_000));
    const part = list.find(one => one.name === args.name);
    if (part === undefined || !('value' in part)) throw new InspectError(l10n.t("{0} can't be changed", args.name));
    const value = await assign(part.value, args.value, container.scope);
    const shown = await this.#shown(value, container.scope, pathOf(container, args.name), args.format?.hex === true);
    return shown;
  }

  async setExpression(args: DebugProtocol.SetExpressionArguments): Promise<DebugProtocol.SetExpressionResponse['body']> {
    const scope = this.#scope(args.frameId);
    const value = await assign(await evaluate(args.expression, scope), args.value, scope);
    return this.#shown(value, scope, args.expression, args.format?.hex === true);
  }
}

/** A part that is no value of the program's: a register, or a group of them. */
interface TextPart {
  readonly name: string;
  readonly text?: string;
  readonly type?: string;
  readonly path?: string;
  readonly memory?: number;
  readonly inner?: () => Promise<TextPart[]>;
}

function variableParts(scope: FrameScope, variables: readonly { readonly name: string; readonly die: Parameters<FrameScope['valueOf']>[0] }[]): Parts {
  return {
    count: variables.length, indexed: false,
    list: (start, count) => Promise.all(variables.slice(start, start + count).map(async ({ name, die }) => ({ name, value: await scope.valueOf(die) }))),
  };
}

/** The expression for a part: `a.b`, `a[1]`, `*p`. */
function pathOf(container: Container, name: string): string | undefined {
  if (container.path === undefined) return undefined;
  if (container.isScope) return name;
  const whole = /^[\w.[\]>:-]+$/.test(container.path) ? container.path : `(${container.path})`;
  if (name === '*') return `*${whole}`;
  if (/^\[\d+\]$/.test(name)) return whole + name;
  return /^\w+$/.test(name) ? `${whole}.${name}` : undefined;
}

/** One line about an error of evaluation; undefined for one that is ours. */
export function inspectMessage(error: unknown): string | undefined {
  if (error instanceof NoValue || error instanceof TargetError || error instanceof InspectError) return error.message;
  if (error instanceof RangeError) return l10n.t('the address is beyond the memory');
  return error instanceof ExpressionError ? error.message : undefined;
}

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

/** Whether a source was changed after the module was made of it. */
export function isNewer(source: string, module: string): boolean {
  try {
    return statSync(source).mtimeMs > statSync(module).mtimeMs;
  } catch {
    return false;
  }
}
