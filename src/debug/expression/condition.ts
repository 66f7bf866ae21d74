import { DW_AT, DW_ATE, DW_OP } from '../../dwarf/constants';
import { Cursor, DwarfError } from '../../dwarf/cursor';
import type { Die } from '../../dwarf/die';
import { expressionAt } from '../values/location';
import { parseExpression, type Node } from './parse';
import { isFloat, isSignedType, resolved, typeOf, type Type } from '../values/type';

/** Where names are looked up while a condition is compiled: variables' DIEs at the breakpoint's address. */
export interface StaticScope {
  readonly function: Die;
  readonly address: number;
  variable(name: string): Die | undefined;
}

interface Compiled {
  readonly code: string;
  readonly type: Type | undefined;
}

/**
 * A condition as JavaScript that the engine itself evaluates at each hit (0.1 ms in place of 4 ms for a stop and a look from outside), or
 * undefined for one that is not simple: numbers of up to 32 bits and floats at fixed places, compared and calculated with.
 */
export function compileCondition(text: string, scope: StaticScope): string | undefined {
  try {
    const node = parseExpression(text, () => false);
    const compiled = compile(node, scope);
    return compiled === undefined ? undefined : `(()=>{const m=new DataView(memories[0].buffer);return !!(${compiled.code})})()`;
  } catch {
    // What can't be understood here is told to the user when the breakpoint is first hit.
    return undefined;
  }
}

function compile(node: Node, scope: StaticScope): Compiled | undefined {
  switch (node.kind) {
    case 'number': {
      const value = Number(node.value);
      return Number.isSafeInteger(value) || node.isFloat ? { code: `${value}`, type: undefined } : undefined;
    }
    case 'boolean': return { code: node.value ? '1' : '0', type: undefined };
    case 'character': return { code: `${node.value}`, type: undefined };
    case 'null': return { code: '0', type: undefined };
    case 'name': case 'member': case 'index': return load(node, scope);
    case 'unary': {
      if (node.operator === '*') return load(node, scope);
      const operand = compile(node.operand, scope);
      if (operand === undefined || !['-', '+', '!'].includes(node.operator)) return undefined;
      return { code: node.operator === '!' ? `(!(${operand.code})?1:0)` : `(${node.operator}(${operand.code}))`, type: undefined };
    }
    case 'binary': return compileBinary(node, scope);
    default: return undefined;
  }
}

function compileBinary(node: Extract<Node, { kind: 'binary' }>, scope: StaticScope): Compiled | undefined {
  const left = compile(node.left, scope);
  const right = compile(node.right, scope);
  if (left === undefined || right === undefined) return undefined;
  const { operator } = node;
  if (['==', '!='].includes(operator)) return { code: `((${left.code})${operator}=(${right.code})?1:0)`, type: undefined };
  if (['<', '>', '<=', '>=', '&&', '||'].includes(operator)) return { code: `((${left.code})${operator}(${right.code})?1:0)`, type: undefined };
  const float = [left, right].some(side => side.type !== undefined && isFloat(side.type));
  const unsigned = [left, right].some(side => side.type !== undefined && !isSignedType(side.type) && side.type.size >= 4);
  if (float) return ['+', '-', '*', '/', '%'].includes(operator) ? { code: `((${left.code})${operator}(${right.code}))`, type: left.type } : undefined;
  const wrap = (code: string): string => (unsigned ? `((${code})>>>0)` : `((${code})|0)`);
  const type = left.type ?? right.type;
  switch (operator) {
    case '+': case '-': case '&': case '|': case '^': return { code: wrap(`(${left.code})${operator}(${right.code})`), type };
    case '*': return { code: wrap(`Math.imul(${left.code},${right.code})`), type };
    // Division by zero is for the evaluator, which says so.
    case '%': case '/': return node.right.kind === 'number' && Number(node.right.value) !== 0 ? { code: wrap(`(${left.code})${operator}(${right.code})`), type } : undefined;
    default: return undefined;
  }
}

interface Place {
  /** JavaScript that gives the address, or where `direct` the value. */
  readonly code: string;
  readonly type: Type;
  readonly direct: boolean;
}

function load(node: Node, scope: StaticScope): Compiled | undefined {
  const place = placeOf(node, scope);
  if (place === undefined) return undefined;
  const real = resolved(place.type);
  if (place.direct) return real.size <= 4 && real.kind !== 'struct' ? { code: isSignedType(real) ? `(${place.code}|0)` : isFloat(real) ? place.code : `(${place.code}>>>0)`, type: real } : undefined;
  if (isFloat(real)) return real.size === 4 || real.size === 8 ? { code: `m.getFloat${real.size * 8}(${place.code},true)`, type: real } : undefined;
  if (real.kind !== 'base' && real.kind !== 'enum' && real.kind !== 'pointer') return undefined;
  if (real.kind === 'base' && ![DW_ATE.boolean, DW_ATE.signed, DW_ATE.signed_char, DW_ATE.unsigned, DW_ATE.unsigned_char, DW_ATE.UTF].some(encoding => encoding === real.encoding)) return undefined;
  if (![1, 2, 4].includes(real.size)) return undefined;
  return { code: `m.get${isSignedType(real) ? 'Int' : 'Uint'}${real.size * 8}(${place.code},true)`, type: real };
}

function placeOf(node: Node, scope: StaticScope): Place | undefined {
  switch (node.kind) {
    case 'name': {
      const die = scope.variable(node.name);
      return die === undefined ? undefined : variablePlace(die, scope);
    }
    case 'member': {
      let object = placeOf(node.object, scope);
      if (object === undefined) return undefined;
      const pointer = resolved(object.type);
      if (pointer.kind === 'pointer') {
        const target = pointer.target();
        if (target === undefined) return undefined;
        object = { code: object.direct ? `(${object.code}>>>0)` : `m.getUint32(${object.code},true)`, type: target, direct: false };
      }
      const real = resolved(object.type);
      if (real.kind !== 'struct' || object.direct) return undefined;
      const member = real.members().find(one => one.name === node.name);
      return member === undefined || member.bits !== undefined ? undefined : { code: `(${object.code}+${member.offset})`, type: member.type, direct: false };
    }
    case 'index': case 'unary': {
      const object = placeOf(node.kind === 'index' ? node.object : node.operand, scope);
      const index = node.kind === 'index' ? compile(node.index, scope) : { code: '0' };
      if (object === undefined || index === undefined) return undefined;
      const real = resolved(object.type);
      if (real.kind === 'array' && !object.direct) return { code: `(${object.code}+${index.code}*${real.element.size})`, type: real.element, direct: false };
      const target = real.kind === 'pointer' ? real.target() : undefined;
      if (target === undefined) return undefined;
      const from = object.direct ? `(${object.code}>>>0)` : `m.getUint32(${object.code},true)`;
      return { code: `(${from}+${index.code}*${target.size})`, type: target, direct: false };
    }
    default: return undefined;
  }
}

function variablePlace(die: Die, scope: StaticScope): Place | undefined {
  const typeDie = die.type;
  const raw = die.inherited(DW_AT.location)?.raw(DW_AT.location);
  if (typeDie === undefined || raw === undefined) return undefined;
  const type = typeOf(typeDie);
  const real = resolved(type);
  const expression = expressionAt(raw.form, raw.value, die.unit, scope.address);
  if (expression === undefined) return undefined;
  const place = fixedPlace(expression, scope);
  if (place === undefined) return undefined;
  if (real.kind === 'pointer' && real.isReference) {
    const target = real.target();
    return target === undefined ? undefined : { code: place.direct ? `(${place.code}>>>0)` : `m.getUint32(${place.code},true)`, type: target, direct: false };
  }
  return { ...place, type };
}

/** Places that need no calculation: a fixed address, an offset from a frame base that is a local, or a local itself. */
function fixedPlace(expression: Uint8Array, scope: StaticScope): { code: string; direct: boolean } | undefined {
  const cursor = new Cursor(expression);
  const op = cursor.u8();
  let code: string;
  if (op === DW_OP.addr) code = `${cursor.u32()}`;
  else if (op === DW_OP.fbreg) {
    const raw = scope.function.raw(DW_AT.frame_base);
    const base = raw === undefined ? undefined : expressionAt(raw.form, raw.value, scope.function.unit, scope.address);
    const inner = base === undefined ? undefined : registerOf(new Cursor(base));
    if (inner === undefined) return undefined;
    code = `((${inner}>>>0)+${cursor.sleb()})`;
  } else {
    const inner = registerOf(new Cursor(expression));
    if (inner === undefined) return undefined;
    return { code: inner, direct: true };
  }
  if (cursor.more) throw new DwarfError('not a fixed place');
  return { code, direct: false };
}

function registerOf(cursor: Cursor): string | undefined {
  if (cursor.u8() !== DW_OP.WASM_location) return undefined;
  const kind = cursor.u8();
  const index = kind === 3 ? cursor.u32() : cursor.uleb();
  if (cursor.more && cursor.u8() !== DW_OP.stack_value) return undefined;
  if (cursor.more) return undefined;
  return kind === 0 ? `locals[${index}].value` : kind === 2 ? undefined : `globals[${index}].value`;
}
