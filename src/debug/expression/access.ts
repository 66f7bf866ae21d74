import * as l10n from '@vscode/l10n';
import { firstPointer, show } from '../values/show';
import type { Value } from '../values/value';
import { ExpressionError } from './parse';

// Parts of values: members, elements, what pointers lead to.

const smart = /^(std::(unique|shared)_ptr|alloc::(boxed::Box|rc::Rc|sync::Arc))</;

/** What a smart pointer (unique_ptr, Box, Rc ...) leads to; undefined for other values. */
export async function smartTarget(value: Value): Promise<Value | undefined> {
  const pointer = value.real.kind === 'struct' && smart.test(value.real.name) ? firstPointer(value) : undefined;
  if (pointer === undefined) return undefined;
  if (await pointer.pointer() === 0) throw new ExpressionError(l10n.t('the pointer is null'));
  const target = await pointer.target();
  // Rc and Arc lead to their counts first.
  return target.member('strong') === undefined ? target : (target.member('value') ?? target.member('data') ?? target);
}

/** References are what they refer to. */
export async function direct(value: Value): Promise<Value> {
  const { real } = value;
  return real.kind === 'pointer' && real.isReference ? value.target() : value;
}

/** A member by name, through pointers and what behaves like one, whether written with `.` or `->`: nobody wants an error here. */
export async function memberOf(whole: Value, name: string): Promise<Value> {
  let object = whole;
  for (let steps = 0; steps < 8; steps++) {
    if (object.real.kind === 'pointer') {
      if (await object.pointer() === 0) throw new ExpressionError(l10n.t('the pointer is null'));
      object = await object.target();
      continue;
    }
    const inner = object.member(name) ?? object.member(`__${name}`);
    if (inner !== undefined) return direct(inner);
    const variant = await object.variant();
    const held = variant === undefined ? undefined : object.field(variant.member);
    const part = held?.member(name) ?? held?.member(`__${name}`);
    if (part !== undefined) return direct(part);
    const target = await smartTarget(object);
    if (target === undefined) break;
    object = target;
  }
  throw new ExpressionError(l10n.t("{0} has no member '{1}'", object.type.name, name));
}

/** `object[key]` of arrays, pointers, containers and maps. */
export async function elementOf(object: Value, key: Value): Promise<Value> {
  const { real } = object;
  const index = async (): Promise<bigint> => {
    const value = await key.scalar();
    if (typeof value === 'number') throw new ExpressionError(l10n.t('a whole number is needed'));
    return value;
  };
  if (real.kind === 'array' || (real.kind === 'pointer' && !real.isReference && !/^&/.test(real.name))) return object.element(Number(await index()));
  // Containers know their elements themselves.
  const parts = (await show(object, { depth: 0 })).parts;
  if (parts?.indexed === true) {
    const at = await index();
    const [part] = at < 0n || at >= BigInt(parts.count) ? [] : await parts.list(Number(at), 1);
    if (part === undefined) throw new ExpressionError(l10n.t('index {0} is beyond the {1} elements', String(at), parts.count));
    return part.value;
  }
  if (parts !== undefined) {
    const name = `[${(await show(key)).text}]`;
    const part = (await parts.list(0, 10_000)).find(one => one.name === name);
    if (part !== undefined) return part.value;
  }
  throw new ExpressionError(parts === undefined ? l10n.t('{0} has no elements', object.type.name) : l10n.t('{0} has no such element', object.type.name));
}

/** `*value`. */
export async function dereferenced(value: Value): Promise<Value> {
  if (value.real.kind === 'array') return value.element(0);
  const target = await smartTarget(value);
  if (target !== undefined) return target;
  if (value.real.kind !== 'pointer') throw new ExpressionError(l10n.t('{0} is no pointer', value.type.name));
  if (await value.pointer() === 0) throw new ExpressionError(l10n.t('the pointer is null'));
  return value.target();
}
