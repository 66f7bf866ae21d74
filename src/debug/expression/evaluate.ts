import * as l10n from '@vscode/l10n';
import { bytesOf, numberOf } from '../values/location';
import { show } from '../values/show';
import { arrayOf, isFloat, pointerTo, resolved, type Type } from '../values/type';
import { Value } from '../values/value';
import { dereferenced, direct, elementOf, memberOf } from './access';
import { commonType, compare, compareTexts, decay, encode, floatOperation, integerOperation, isTrue, promoted } from './arithmetic';
import { ExpressionError, parseExpression, type Node } from './parse';
import type { Scope } from './scope';
import { boolean, builtinType, character, double, findType, int, long, nothing, unsignedInt, unsignedLong } from './types';

const comparisons: readonly string[] = ['==', '!=', '<', '>', '<=', '>='];

/** The value of an expression of C, C++ or Rust. Throws ExpressionError with a sentence for people, and NoValue for what can't be read. */
export async function evaluate(text: string, scope: Scope): Promise<Value> {
  return new Evaluator(scope).value(parse(text, scope));
}

/** Gives a value to a place of memory, the text being an expression. Throws ExpressionError where the place can't be changed. */
export async function assign(target: Value, text: string, scope: Scope): Promise<Value> {
  const evaluator = new Evaluator(scope);
  return evaluator.store(target, await evaluator.value(parse(text, scope), target.type));
}

function parse(text: string, scope: Scope): Node {
  return parseExpression(text, name => findType(name, known => scope.type(known)) !== undefined);
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
      case 'null': return this.#make(pointerTo(nothing), 0n);
      case 'string': {
        const bytes = new TextEncoder().encode(node.value + '\0');
        return new Value(arrayOf(character, bytes.length, 'c'), { kind: 'bytes', bytes }, this.#scope.machine);
      }
      case 'name': {
        const value = await this.#scope.lookup(node.name);
        if (value === undefined) throw new ExpressionError(l10n.t("there is no '{0}' here", node.name));
        return direct(value);
      }
      case 'register': {
        const value = await this.#scope.register(node.of, node.index);
        if (value === undefined) throw new ExpressionError(l10n.t('there is no {0} {1} here', node.of, node.index));
        return value;
      }
      case 'member': return memberOf(await this.value(node.object), node.name);
      case 'index': return elementOf(await this.value(node.object), await this.value(node.index));
      case 'unary': return this.#unary(node.operator, await this.value(node.operand));
      case 'binary': return this.#binary(node.operator, node.left, node.right);
      case 'conditional': return this.value(await isTrue(await this.value(node.test)) ? node.yes : node.no, wanted);
      case 'cast': return this.#cast(await this.value(node.operand), this.#type(node.type));
      case 'sizeof': {
        const type = node.type === undefined ? undefined : this.#type(node.type);
        const size = type?.size ?? (node.operand === undefined ? 0 : (await this.value(node.operand)).type.size);
        return this.#make(unsignedInt, BigInt(size));
      }
      case 'assign': {
        const target = await this.value(node.target);
        return this.store(target, node.operator === '' ? await this.value(node.value, target.type) : await this.#binary(node.operator, node.target, node.value));
      }
    }
  }

  #type(name: string): Type {
    const type = findType(name, known => this.#scope.type(known));
    if (type === undefined) throw new ExpressionError(l10n.t("there is no type '{0}'", name));
    return type;
  }

  #make(type: Type, value: bigint | number): Value {
    return new Value(type, { kind: 'bytes', bytes: encode(type, value) }, this.#scope.machine);
  }

  #literal(node: Extract<Node, { kind: 'number' }>, wanted: Type | undefined): Value {
    if (wanted !== undefined && ['base', 'enum', 'pointer'].includes(resolved(wanted).kind)) return this.#make(wanted, node.value);
    if (node.isFloat) return this.#make(double, node.value);
    const named = builtinType(node.suffix);
    if (named !== undefined) return this.#make(named, node.value);
    const value = BigInt(node.value);
    const unsigned = node.suffix.includes('u');
    const wide = node.suffix.includes('ll') || value > (unsigned ? 0xffffffffn : 0x7fffffffn);
    return this.#make(wide ? (unsigned || value > 0x7fffffffffffffffn ? unsignedLong : long) : unsigned ? unsignedInt : int, value);
  }

  async #unary(operator: string, operand: Value): Promise<Value> {
    switch (operator) {
      case '*': return dereferenced(operand);
      case '&':
        if (operand.address === undefined) throw new ExpressionError(l10n.t('the value is in a register: it has no address'));
        return this.#make(pointerTo(operand.type), BigInt(operand.address));
      case '!':
        // Rust's `!` turns the bits of an integer.
        if (this.#scope.language === 'rust' && operand.real.kind === 'base' && operand.type.name !== 'bool') return this.#make(operand.type, ~BigInt(await operand.scalar()));
        return this.#make(boolean, await isTrue(operand) ? 0n : 1n);
      default: {
        const value = await operand.scalar();
        if (typeof value === 'bigint') return this.#make(promoted(operand.type), operator === '-' ? -value : operator === '~' ? ~value : value);
        if (operator === '~') throw new ExpressionError(l10n.t('a whole number is needed'));
        return this.#make(operand.type, operator === '-' ? -value : value);
      }
    }
  }

  async #binary(operator: string, leftNode: Node, rightNode: Node): Promise<Value> {
    if (operator === '&&' || operator === '||') {
      const left = await isTrue(await this.value(leftNode));
      return this.#make(boolean, (operator === '&&' ? left && await isTrue(await this.value(rightNode)) : left || await isTrue(await this.value(rightNode))) ? 1n : 0n);
    }
    const left = await this.value(leftNode);
    // Rust's literals take the type of the other side.
    const right = await this.value(rightNode, rightNode.kind === 'number' && this.#scope.language === 'rust' && left.real.kind === 'base' ? left.type : undefined);
    const comparison = comparisons.includes(operator);
    if (comparison && (rightNode.kind === 'string' || leftNode.kind === 'string')) {
      return this.#make(boolean, compareTexts(operator, await textOf(left), await textOf(right)) ? 1n : 0n);
    }
    if (operator === '+' || operator === '-') {
      const moved = await this.#pointerArithmetic(operator, left, right);
      if (moved !== undefined) return moved;
    }
    const a = await decay(left);
    const b = await decay(right);
    if (comparison) return this.#make(boolean, compare(operator, a, b) ? 1n : 0n);
    if (typeof a === 'number' || typeof b === 'number') {
      return this.#make(isFloat(left.type) && isFloat(right.type) && left.type.size === right.type.size ? left.type : double, floatOperation(operator, Number(a), Number(b)));
    }
    return this.#make(commonType(left.type, right.type), integerOperation(operator, a, b));
  }

  async #pointerArithmetic(operator: string, left: Value, right: Value): Promise<Value | undefined> {
    const pointee = ({ real }: Value): Type | undefined => (real.kind === 'pointer' ? real.target() : real.kind === 'array' ? real.element : undefined);
    const a = pointee(left);
    const b = pointee(right);
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

  async #cast(value: Value, type: Type): Promise<Value> {
    const real = resolved(type);
    if (real.kind === 'struct' || real.kind === 'array') return value.as(type);
    return this.#make(type, value.real.kind === 'array' ? await decay(value) : await value.scalar());
  }

  /** Writes a value to a place. */
  async store(target: Value, value: Value): Promise<Value> {
    const { address, real, bits } = target;
    if (address === undefined) throw new ExpressionError(l10n.t("the engine keeps this value in a register that can't be changed; build without optimization to change it"));
    let bytes: Uint8Array;
    if (real.kind === 'struct' || real.kind === 'array') {
      if (value.type.size !== target.type.size && !(real.kind === 'array' && value.real.kind === 'array' && value.type.size <= target.type.size)) {
        throw new ExpressionError(l10n.t('a value of type {0} does not fit {1}', value.type.name, target.type.name));
      }
      bytes = await value.bytes();
    } else if (bits === undefined) {
      bytes = encode(target.type, await decay(value));
    } else {
      const field = ((1n << BigInt(bits.size)) - 1n) << BigInt(bits.shift);
      const before = numberOf(await new Value(target.type, target.location, target.machine).bytes());
      bytes = bytesOf((before & ~field) | ((BigInt(await decay(value)) << BigInt(bits.shift)) & field), real.size);
    }
    await this.#scope.write(address, bytes);
    return target;
  }
}

/** A string as it is shown, without the address of a pointer to it. */
async function textOf(value: Value): Promise<string> {
  return (await show(value)).text.replace(/^0x[\da-f]+ /, '');
}
