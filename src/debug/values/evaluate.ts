import * as l10n from '@vscode/l10n';
import { DW_ATE, type Language } from '../../dwarf/constants';
import { bytesOf, type Machine } from './location';
import { ExpressionError, parseExpression, type Node } from './parse';
import { firstPointer, show } from './show';
import { arrayOf, baseType, isFloat, isSignedType, pointerTo, resolved, type Type } from './type';
import { Value } from './value';

/** What names mean in a stopped frame, and how memory is changed. */
export interface Scope {
  readonly language: Language;
  readonly machine: Machine;
  lookup(name: string): Promise<Value | undefined>;
  type(name: string): Type | undefined;
  register(kind: string, index: number): Promise<Value | undefined>;
  write(address: number, bytes: Uint8Array): Promise<void>;
}

const int = baseType('int', 4, DW_ATE.signed);
const unsignedInt = baseType('unsigned int', 4, DW_ATE.unsigned);
const long = baseType('long long', 8, DW_ATE.signed);
const unsignedLong = baseType('unsigned long long', 8, DW_ATE.unsigned);
const double = baseType('double', 8, DW_ATE.float);
const boolean = baseType('bool', 1, DW_ATE.boolean);
const character = baseType('char', 1, DW_ATE.signed_char);

const builtin: Readonly<Record<string, Type>> = {
  'char': character, 'signed char': character, 'unsigned char': baseType('unsigned char', 1, DW_ATE.unsigned_char),
  'short': baseType('short', 2, DW_ATE.signed), 'unsigned short': baseType('unsigned short', 2, DW_ATE.unsigned),
  'int': int, 'signed': int, 'signed int': int, 'unsigned': unsignedInt, 'unsigned int': unsignedInt,
  'long': baseType('long', 4, DW_ATE.signed), 'unsigned long': baseType('unsigned long', 4, DW_ATE.unsigned),
  'long long': long, 'unsigned long long': unsignedLong, 'float': baseType('float', 4, DW_ATE.float), double, 'bool': boolean,
  'void': baseType('void', 0, DW_ATE.unsigned),
  'int8_t': character, 'uint8_t': baseType('uint8_t', 1, DW_ATE.unsigned), 'int16_t': baseType('int16_t', 2, DW_ATE.signed),
  'uint16_t': baseType('uint16_t', 2, DW_ATE.unsigned), 'int32_t': int, 'uint32_t': unsignedInt, 'int64_t': long, 'uint64_t': unsignedLong,
  'size_t': baseType('size_t', 4, DW_ATE.unsigned), 'uintptr_t': baseType('uintptr_t', 4, DW_ATE.unsigned),
  'i8': baseType('i8', 1, DW_ATE.signed, 'rust'), 'u8': baseType('u8', 1, DW_ATE.unsigned, 'rust'), 'i16': baseType('i16', 2, DW_ATE.signed, 'rust'),
  'u16': baseType('u16', 2, DW_ATE.unsigned, 'rust'), 'i32': baseType('i32', 4, DW_ATE.signed, 'rust'), 'u32': baseType('u32', 4, DW_ATE.unsigned, 'rust'),
  'i64': baseType('i64', 8, DW_ATE.signed, 'rust'), 'u64': baseType('u64', 8, DW_ATE.unsigned, 'rust'), 'usize': baseType('usize', 4, DW_ATE.unsigned, 'rust'),
  'isize': baseType('isize', 4, DW_ATE.signed, 'rust'), 'f32': baseType('f32', 4, DW_ATE.float, 'rust'), 'f64': baseType('f64', 8, DW_ATE.float, 'rust'),
};

/** The value of an expression of C, C++ or Rust. Throws ExpressionError with a sentence for people, and NoValue for what can't be read. */
export async function evaluate(text: string, scope: Scope): Promise<Value> {
  const node = parseExpression(text, name => findType(name, scope) !== undefined);
  return new Evaluator(scope).value(node);
}

/** Gives a value to a place of memory, the text being an expression. Throws ExpressionError where the place can't be changed. */
export async function assign(target: Value, text: string, scope: Scope): Promise<Value> {
  const evaluator = new Evaluator(scope);
  const value = await evaluator.value(parseExpression(text, name => findType(name, scope) !== undefined), target.type);
  return evaluator.store(target, value);
}

function findType(name: string, scope: Scope): Type | undefined {
  let text = name.trim().replace(/\bconst\b|\bvolatile\b/g, ' ').replace(/\s+/g, ' ').trim();
  let pointers = 0;
  for (; /\*$/.test(text); text = text.slice(0, -1).trim()) pointers++;
  const raw = /^\*\s*(?:mut )?(.*)$/.exec(text);
  if (raw !== null) {
    text = raw[1] ?? '';
    pointers++;
  }
  const words = text.replace(/^(struct|union|enum|class)\s+/, '').replace(/^(.*)\bint$/, (whole, before: string) => (/(long|short)/.test(before) ? before.trim() : whole))
    .replace(/^long unsigned$/, 'unsigned long').replace(/^long long unsigned$/, 'unsigned long long');
  let type = scope.type(words) ?? (Object.hasOwn(builtin, words) ? builtin[words] : undefined);
  for (; type !== undefined && pointers > 0; pointers--) type = pointerTo(type);
  return type;
}

class Evaluator {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** `wanted` types literals where the target's type is known. */
  async value(node: Node, wanted?: Type): Promise<Value> {
    switch (node.kind) {
      case 'number': return this.#literal(node, wanted);
      case 'boolean': return this.#make(boolean, node.value ? 1n : 0n);
      case 'character': return this.#make(wanted ?? (node.value < 128 ? character : unsignedInt), BigInt(node.value));
      case 'null': return this.#make(pointerTo(builtin['void'] ?? int), 0n);
      case 'string': {
        const bytes = new TextEncoder().encode(node.value + '\0');
        return new Value(arrayOf(character, bytes.length, 'c'), { kind: 'bytes', bytes }, this.#scope.machine);
      }
      case 'name': {
        const value = await this.#scope.lookup(node.name);
        if (value === undefined) throw new ExpressionError(l10n.t("there is no '{0}' here", node.name));
        return this.#direct(value);
      }
      case 'register': {
        const value = await this.#scope.register(node.of, node.index);
        if (value === undefined) throw new ExpressionError(l10n.t('there is no {0} {1} here', node.of, node.index));
        return value;
      }
      case 'member': return this.#member(node.object, node.name);
      case 'index': return this.#index(await this.value(node.object), await this.#integer(node.index));
      case 'unary': return this.#unary(node.operator, node.operand);
      case 'binary': return this.#binary(node.operator, node.left, node.right);
      case 'conditional': return this.value(await this.#truth(node.test) ? node.yes : node.no, wanted);
      case 'cast': return this.#cast(await this.value(node.operand), this.#type(node.type));
      case 'sizeof': {
        const type = node.type === undefined ? undefined : this.#type(node.type);
        const size = type?.size ?? (node.operand === undefined ? 0 : (await this.value(node.operand)).type.size);
        return this.#make(unsignedInt, BigInt(size));
      }
      case 'assign': {
        const target = await this.value(node.target);
        const value = node.operator === '' ? await this.value(node.value, target.type) : await this.#binary(node.operator, node.target, node.value);
        return this.store(target, value);
      }
    }
  }

  /** References are what they refer to. */
  async #direct(value: Value): Promise<Value> {
    const { real } = value;
    return real.kind === 'pointer' && real.isReference ? value.target() : value;
  }

  #type(name: string): Type {
    const type = findType(name, this.#scope);
    if (type === undefined) throw new ExpressionError(l10n.t("there is no type '{0}'", name));
    return type;
  }

  #make(type: Type, value: bigint | number): Value {
    return new Value(type, { kind: 'bytes', bytes: this.#encode(type, value) }, this.#scope.machine);
  }

  #encode(type: Type, value: bigint | number): Uint8Array {
    const real = resolved(type);
    if (isFloat(real)) {
      const bytes = new Uint8Array(real.size);
      const view = new DataView(bytes.buffer);
      if (real.size === 4) view.setFloat32(0, Number(value), true);
      else if (real.size === 8) view.setFloat64(0, Number(value), true);
      else throw new ExpressionError(l10n.t('values of type {0} can not be made', type.name));
      return bytes;
    }
    if (real.kind === 'base' && real.encoding === DW_ATE.boolean) return bytesOf(Number(value) !== 0 ? 1n : 0n, real.size);
    const whole = typeof value === 'bigint' ? value : Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
    return bytesOf(whole, real.size);
  }

  #literal(node: Extract<Node, { kind: 'number' }>, wanted: Type | undefined): Value {
    if (wanted !== undefined && ['base', 'enum', 'pointer'].includes(resolved(wanted).kind)) return this.#make(wanted, node.value);
    if (node.isFloat) return this.#make(double, node.value);
    const named = Object.hasOwn(builtin, node.suffix) ? builtin[node.suffix] : undefined;
    if (named !== undefined) return this.#make(named, node.value);
    const value = BigInt(node.value);
    const unsigned = node.suffix.includes('u');
    const wide = node.suffix.includes('ll') || value > (unsigned ? 0xffffffffn : 0x7fffffffn);
    return this.#make(wide ? (unsigned || value > 0x7fffffffffffffffn ? unsignedLong : long) : unsigned ? unsignedInt : int, value);
  }

  async #member(objectNode: Node, name: string): Promise<Value> {
    let object = await this.value(objectNode);
    // Through pointers and what behaves like one, whether written with `.` or `->`: nobody wants an error here.
    for (let steps = 0; steps < 8; steps++) {
      const { real } = object;
      if (real.kind === 'pointer') {
        const address = await object.pointer();
        if (address === 0) throw new ExpressionError(l10n.t('the pointer is null'));
        object = await object.target();
        continue;
      }
      const inner = object.member(name) ?? object.member(`__${name}`);
      if (inner !== undefined) return this.#direct(inner);
      const variant = await object.variant();
      const held = variant === undefined ? undefined : object.field(variant.member);
      const part = held?.member(name) ?? held?.member(`__${name}`);
      if (part !== undefined) return this.#direct(part);
      if (!/^(std::(unique|shared)_ptr|alloc::(boxed::Box|rc::Rc|sync::Arc))</.test(real.name)) break;
      const pointer = firstPointer(object);
      if (pointer === undefined) break;
      const target = await pointer.target();
      object = target.member('strong') === undefined ? target : (target.member('value') ?? target.member('data') ?? target);
    }
    throw new ExpressionError(l10n.t("{0} has no member '{1}'", object.type.name, name));
  }

  async #index(object: Value, index: bigint): Promise<Value> {
    const { real } = object;
    if (real.kind === 'array' || real.kind === 'pointer') return object.element(Number(index));
    // Containers know their elements themselves.
    
    const parts = (await show(object, { depth: 0 })).parts;
    if (parts?.indexed === true) {
      const [part] = index < 0n || index >= BigInt(parts.count) ? [] : await parts.list(Number(index), 1);
      if (part === undefined) throw new ExpressionError(l10n.t('index {0} is beyond the {1} elements', String(index), parts.count));
      return part.value;
    }
    throw new ExpressionError(l10n.t('{0} has no elements', object.type.name));
  }

  async #integer(node: Node): Promise<bigint> {
    const value = await (await this.value(node)).scalar();
    if (typeof value === 'number') throw new ExpressionError(l10n.t('a whole number is needed'));
    return value;
  }

  async #truth(node: Node): Promise<boolean> {
    return isTrue(await this.value(node));
  }

  async #unary(operator: string, operandNode: Node): Promise<Value> {
    if (operator === '!') {
      const operand = await this.value(operandNode);
      if (this.#scope.language === 'rust' && resolved(operand.type).kind === 'base' && operand.type.name !== 'bool') return this.#make(operand.type, ~BigInt(await operand.scalar()));
      return this.#make(boolean, await isTrue(operand) ? 0n : 1n);
    }
    const operand = await this.value(operandNode);
    switch (operator) {
      case '&':
        if (operand.address === undefined) throw new ExpressionError(l10n.t('the value is in a register: it has no address'));
        return this.#make(pointerTo(operand.type), BigInt(operand.address));
      case '*': {
        if (operand.real.kind === 'array') return operand.element(0);
        if (operand.real.kind === 'struct') {
          const pointer = /^(std::(unique|shared)_ptr|alloc::(boxed::Box|rc::Rc|sync::Arc))</.test(operand.real.name) ? firstPointer(operand) : undefined;
          const target = await pointer?.target();
          if (target !== undefined) return target.member('strong') === undefined ? target : (target.member('value') ?? target.member('data') ?? target);
        }
        if (operand.real.kind === 'pointer' && await operand.pointer() === 0) throw new ExpressionError(l10n.t('the pointer is null'));
        return operand.target();
      }
      default: {
        const value = await operand.scalar();
        if (typeof value === 'number') {
          if (operator === '~') throw new ExpressionError(l10n.t('a whole number is needed'));
          return this.#make(operand.type, operator === '-' ? -value : value);
        }
        return this.#make(promoted(operand.type), operator === '-' ? -value : operator === '~' ? ~value : value);
      }
    }
  }

  async #binary(operator: string, leftNode: Node, rightNode: Node): Promise<Value> {
    if (operator === '&&' || operator === '||') {
      const left = await this.#truth(leftNode);
      const result = operator === '&&' ? left && await this.#truth(rightNode) : left || await this.#truth(rightNode);
      return this.#make(boolean, result ? 1n : 0n);
    }
    const left = await this.value(leftNode);
    const right = await this.value(rightNode, rightNode.kind === 'number' && this.#scope.language === 'rust' && left.real.kind === 'base' ? left.type : undefined);
    const comparison = ['==', '!=', '<', '>', '<=', '>='].includes(operator);
    if (comparison && (rightNode.kind === 'string' || leftNode.kind === 'string')) return this.#make(boolean, await this.#compareText(operator, left, right) ? 1n : 0n);
    if (!comparison && (operator === '+' || operator === '-')) {
      const moved = await this.#pointerArithmetic(operator, left, right);
      if (moved !== undefined) return moved;
    }
    const a = await decay(left);
    const b = await decay(right);
    if (comparison) return this.#make(boolean, compare(operator, a, b) ? 1n : 0n);
    if (typeof a === 'number' || typeof b === 'number') {
      return this.#make(isFloat(left.type) && isFloat(right.type) && left.type.size === right.type.size ? left.type : double, floatOperation(operator, Number(a), Number(b)));
    }
    const type = commonType(left.type, right.type);
    return this.#make(type, integerOperation(operator, a, b));
  }

  async #pointerArithmetic(operator: string, left: Value, right: Value): Promise<Value | undefined> {
    const pointee = (value: Value): Type | undefined => (value.real.kind === 'pointer' ? value.real.target() : value.real.kind === 'array' ? value.real.element : undefined);
    const a = pointee(left);
    const b = pointee(right);
    if (a === undefined && b === undefined) return undefined;
    if (a !== undefined && b !== undefined) {
      if (operator !== '-') return undefined;
      const difference = BigInt(await decay(left)) - BigInt(await decay(right));
      return this.#make(int, difference / BigInt(Math.max(1, a.size)));
    }
    const [base, other, type] = a === undefined ? [right, left, b] : [left, right, a];
    if (type === undefined || (operator === '-' && a === undefined)) return undefined;
    const by = await other.scalar();
    if (typeof by === 'number') throw new ExpressionError(l10n.t('a whole number is needed'));
    const step = by * BigInt(Math.max(1, type.size));
    return this.#make(base.real.kind === 'pointer' ? base.type : pointerTo(type), BigInt(await decay(base)) + (operator === '-' ? -step : step));
  }

  async #compareText(operator: string, left: Value, right: Value): Promise<boolean> {
    
    const text = async (value: Value): Promise<string> => (await show(value)).text.replace(/^0x[\da-f]+ /, '');
    const a = await text(left);
    const b = await text(right);
    return compareOrdered(operator, a, b);
  }

  async #cast(value: Value, type: Type): Promise<Value> {
    const real = resolved(type);
    if (real.kind === 'struct' || real.kind === 'array') return value.as(type);
    const raw = value.real.kind === 'array' ? await decay(value) : await value.scalar();
    return this.#make(type, raw);
  }

  /** Writes a value to a place. */
  async store(target: Value, value: Value): Promise<Value> {
    const { address, real } = target;
    if (address === undefined) throw new ExpressionError(l10n.t("the engine keeps this value in a register that can't be changed; build without optimization to change it"));
    let bytes: Uint8Array;
    if (real.kind === 'struct' || real.kind === 'array') {
      if (value.type.size !== target.type.size && !(real.kind === 'array' && value.real.kind === 'array' && value.type.size <= target.type.size)) {
        throw new ExpressionError(l10n.t('a value of type {0} does not fit {1}', value.type.name, target.type.name));
      }
      bytes = await value.bytes();
    } else {
      bytes = this.#encode(target.type, await decay(value));
      if (target.bits !== undefined) {
        const field = ((1n << BigInt(target.bits.size)) - 1n) << BigInt(target.bits.shift);
        const old = await new Value(target.type, target.location, target.machine).bytes();
        let before = 0n;
        for (let i = old.length - 1; i >= 0; i--) before = (before << 8n) | BigInt(old[i] ?? 0);
        const now = (BigInt(await decay(value)) << BigInt(target.bits.shift)) & field;
        bytes = bytesOf((before & ~field) | now, real.size);
      }
    }
    await this.#scope.write(address, bytes);
    return target;
  }
}

/** An array is its first element's address where a number is needed. */
async function decay(value: Value): Promise<bigint | number> {
  if (value.real.kind === 'array' && value.address !== undefined) return BigInt(value.address);
  if (value.real.kind === 'struct') throw new ExpressionError(l10n.t('{0} is no number', value.type.name));
  return value.scalar();
}

/** Whether a value counts as true in a condition. */
export async function isTrue(value: Value): Promise<boolean> {
  return Number(await decay(value)) !== 0;
}

function promoted(type: Type): Type {
  const real = resolved(type);
  return real.language !== 'rust' && (real.kind === 'enum' || (real.kind === 'base' && real.size < 4)) ? int : type;
}

/** C's usual arithmetic conversions for integers. */
function commonType(left: Type, right: Type): Type {
  const a = promoted(left);
  const b = promoted(right);
  if (a.size !== b.size) return a.size > b.size ? a : b;
  return isSignedType(a) ? b : a;
}

function compare(operator: string, a: bigint | number, b: bigint | number): boolean {
  switch (operator) {
    // Numbers and bigints compare by value.
    case '==': return a == b;
    case '!=': return a != b;
    case '<': return a < b;
    case '>': return a > b;
    case '<=': return a <= b;
    default: return a >= b;
  }
}

function compareOrdered(operator: string, a: string, b: string): boolean {
  switch (operator) {
    case '==': return a === b;
    case '!=': return a !== b;
    case '<': return a < b;
    case '>': return a > b;
    case '<=': return a <= b;
    default: return a >= b;
  }
}

function floatOperation(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case '%': return a % b;
    default: throw new ExpressionError(l10n.t('a whole number is needed'));
  }
}

function integerOperation(operator: string, a: bigint, b: bigint): bigint {
  if ((operator === '/' || operator === '%') && b === 0n) throw new ExpressionError(l10n.t('division by zero'));
  if ((operator === '<<' || operator === '>>') && (b < 0n || b > 127n)) throw new ExpressionError(l10n.t('the shift is too far'));
  switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case '%': return a % b;
    case '<<': return a << b;
    case '>>': return a >> b;
    case '&': return a & b;
    case '|': return a | b;
    default: return a ^ b;
  }
}

