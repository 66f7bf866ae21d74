import * as l10n from '@vscode/l10n';
import type { Checker } from './check';
import { Names } from './names';
import { holdsBorrow, lookUp, resolved, type Scope } from './scope';
import type { Func, Type, TypeDef } from './syntax';

const mapKeys = new Set('bool u8 u16 u32 u64 s8 s16 s32 s64 char string'.split(' '));
/** The canonical ABI has no more. */
const mostFlags = 32;

/** Checks a type's definition: its members' names, and the types that it is made of. */
export function checkTypeDef(checker: Checker, item: TypeDef, scope: Scope): void {
  const members = new Names(checker.problems);
  for (const member of item.members) {
    members.add(member.id);
    checker.define(scope.place, member.id, { ...member, kind: item.kind });
    if (member.type !== undefined) checkType(checker, member.type, scope);
  }
  if (item.kind === 'flags' && item.members.length > mostFlags) checker.problem('flags', item.id, l10n.t('{0} has more than {1} flags.', item.id.text, mostFlags));
  if (item.type !== undefined) checkType(checker, item.type, scope);
  for (const method of item.methods) {
    checker.gates(method.gates, scope.place);
    if (method.form !== 'constructor') {
      members.addFunc(method);
      if (method.id.text === item.id.text) checker.problem('duplicate', method.id, l10n.t('A method must not have the name of its resource.'));
    } else {
      members.add(method.id);
      checkConstructor(checker, method, item);
    }
    checker.define(scope.place, method.id, method);
    checkFunc(checker, method, scope);
  }
  checker.setters(item.methods);
}

function checkConstructor(checker: Checker, { result }: Func, resource: TypeDef): void {
  if (result === undefined) return;
  const [ok] = result.args;
  const own = ok?.kind === 'own' ? ok.args[0]?.name : ok?.name;
  if (result.kind !== 'result' || own !== resource.id.text) checker.problem('constructor', result, l10n.t('A constructor gives nothing, or result<{0}> or result<{0}, ...>.', resource.id.text));
}

/** Checks a function's parameters and result. */
export function checkFunc(checker: Checker, func: Func, scope: Scope): void {
  const params = new Names(checker.problems);
  for (const { id, type } of [...func.params, ...func.results]) {
    params.add(id);
    if (type !== undefined) checkType(checker, type, scope);
  }
  if (func.result !== undefined) checkType(checker, func.result, scope);
  const results = [...(func.result === undefined ? [] : [func.result]), ...func.results.flatMap(one => (one.type === undefined ? [] : [one.type]))];
  for (const result of results) {
    if (holdsBorrow(checker.project, result, scope)) checker.problem('borrow', result, l10n.t('A result must not hold a borrow: it would outlive the call that it is lent for.'));
  }
  checkAccess(checker, func);
}

function checkAccess(checker: Checker, { access, id, params, result }: Func): void {
  if (access === 'get' && (params.length > 0 || result === undefined)) checker.problem('getter', id, l10n.t('get takes nothing and gives a value.'));
  if (access !== 'set') return;
  const fits = result === undefined || (result.kind === 'result' && (result.args.length === 0 || result.args[0]?.kind === 'none'));
  if (params.length !== 1 || !fits) checker.problem('setter', id, l10n.t('set takes one value, and gives nothing or a result<_, ...>.'));
}

/** Checks a type where it is used: that its names mean types, and handles mean resources. */
export function checkType(checker: Checker, type: Type, scope: Scope): void {
  if (type.id !== undefined) {
    const found = lookUp(checker.project, type.id.text, scope);
    if (found === undefined) {
      const renamed = /^float(32|64)$/.exec(type.id.text)?.[1];
      checker.problem('unknown-type', type, renamed === undefined ? l10n.t('There is no type {0} here.', type.id.text) : l10n.t('{0} is called f{1} now.', type.id.text, renamed));
    } else if (found !== 'broken' && 'func' in found) checker.problem('wrong-kind', type, l10n.t('{0} is a function, no type.', type.id.text));
    else if (found !== 'broken') checker.type(type.id, found);
  }
  for (const part of type.args) checkType(checker, part, scope);
  const [first] = type.args;
  if (first === undefined) return;
  if (type.kind === 'own' || type.kind === 'borrow') {
    const found = resolved(checker.project, first, scope);
    if (first.id === undefined || (found !== undefined && found.node.kind !== 'resource')) checker.problem('handle', first, l10n.t('{0} is no resource: only resources have handles.', first.name));
  } else if (type.kind === 'map' && !mapKeys.has(first.name) && first.id === undefined) checker.problem('key', first, l10n.t('A key is a bool, a char, a whole number or a string.'));
}
