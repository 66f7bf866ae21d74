import * as l10n from '@vscode/l10n';
import { DW_ATE } from '../../dwarf/constants';
import { bytesOf } from '../values/location';
import { isFloat, isSignedType, resolved, type Type } from '../values/type';
import type { Value } from '../values/value';
import { ExpressionError } from './parse';
import { int } from './types';

/** The bytes of a number as a value of a type. Throws ExpressionError for types that are no numbers. */
export function encode(type: Type, value: bigint | number): Uint8Array {
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

/** An array is its first element's address where a number is needed. */
export async function decay(value: Value): Promise<bigint | number> {
  if (value.real.kind === 'array' && value.address !== undefined) return BigInt(value.address);
  if (value.real.kind === 'struct') throw new ExpressionError(l10n.t('{0} is no number', value.type.name));
  return value.scalar();
}

/** Whether a value counts as true in a condition. */
export async function isTrue(value: Value): Promise<boolean> {
  return Number(await decay(value)) !== 0;
}

/** What C makes of a small integer before it calculates. */
export function promoted(type: Type): Type {
  const real = resolved(type);
  return real.language !== 'rust' && (real.kind === 'enum' || (real.kind === 'base' && real.size < 4)) ? int : type;
}

/** C's usual arithmetic conversions for integers. */
export function commonType(left: Type, right: Type): Type {
  const a = promoted(left);
  const b = promoted(right);
  if (a.size !== b.size) return a.size > b.size ? a : b;
  return isSignedType(a) ? b : a;
}

/** Compares numbers as they are, a bigint with a number too. */
export function compare(operator: string, a: bigint | number, b: bigint | number): boolean {
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

/** Compares texts. */
export function compareTexts(operator: string, a: string, b: string): boolean {
  switch (operator) {
    case '==': return a === b;
    case '!=': return a !== b;
    case '<': return a < b;
    case '>': return a > b;
    case '<=': return a <= b;
    default: return a >= b;
  }
}

/** Calculates with floats. */
export function floatOperation(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case '%': return a % b;
    default: throw new ExpressionError(l10n.t('a whole number is needed'));
  }
}

/** Calculates with integers, exactly: the type cuts the result. */
export function integerOperation(operator: string, a: bigint, b: bigint): bigint {
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
