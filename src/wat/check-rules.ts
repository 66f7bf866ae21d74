import * as l10n from '@vscode/l10n';
import { ANYHEAP, type Checker } from './check';
import type { Composite } from './types';
import type { Instr } from './syntax';
import {
  ANY, ARRAY, BOT, BOTHEAP, CONCRETE, EXN, EXTERN, FUNC, I31, I32, I64, I8, I16, NONE, NULLABLE_EQ, heapOf, isConcrete, isDefaultable, isExact, isNullable, isRef, nonNull, refType, unpacked,
} from './types';

/** Checks an instruction whose types depend on more than its name (spec: validation of instructions). */
export function checkRule(c: Checker, instr: Instr): void {
  const rule = rules[instr.op.name];
  if (rule === undefined) throw new Error(`no rule for ${instr.op.name}`);
  rule(c, instr);
}

type Rule = (c: Checker, instr: Instr) => void;

const branchCast = (fails: boolean, descriptor: boolean): Rule => (c, instr) => {
  const { b: from, c: to } = instr;
  if (from === BOT || to === BOT) {
    c.lose();
    return;
  }
  const { subtypes } = c.env;
  if (descriptor ? subtypes.top(heapOf(to)) !== subtypes.top(heapOf(from)) : !c.matches(to, from)) {
    c.fail('type-mismatch', l10n.t('The type that is cast to, {0}, must be below {1}.', c.show(to), c.show(from)));
    return;
  }
  if (descriptor) popDescriptor(c, to);
  const rest = c.env.subtypes.difference(from, to);
  const labels = c.labelTypes(instr.a);
  if (labels === undefined) return;
  const [taken, kept] = fails ? [rest, to] : [to, rest];
  const last = labels.at(-1);
  if (last === undefined || !c.matches(taken, last)) {
    c.fail('type-mismatch', l10n.t('The branch carries {0}, but its target takes {1}.', c.show(taken), last === undefined ? l10n.t('nothing') : c.show(last)));
    return;
  }
  c.pop(from);
  c.popPush(labels.slice(0, -1));
  c.push(kept);
};

function popDescriptor(c: Checker, target: number): void {
  const heap = heapOf(target);
  const descriptor = isConcrete(heap) ? c.env.model.types[heap - CONCRETE]?.descriptor : undefined;
  if (descriptor === undefined) {
    c.fail('descriptor', l10n.t('{0} has no descriptor.', c.show(target)));
    return;
  }
  c.pop(refType(CONCRETE + descriptor, true, isExact(target)));
}

const call: Rule = (c, instr) => {
  const { funcs } = c.env.model;
  if (!c.known('func', instr.a, funcs.length)) return;
  const type = c.func(funcs[instr.a]?.type ?? -1);
  if (type === undefined) return;
  c.popAll(type.params);
  finishCall(c, instr, type.results);
};

function finishCall(c: Checker, instr: Instr, results: readonly number[]): void {
  if (!instr.op.name.startsWith('return_')) {
    c.pushAll(results);
    return;
  }
  const own = c.results;
  if (results.length !== own.length || !results.every((result, i) => c.matches(result, own[i] ?? -1))) {
    c.fail('type-mismatch', l10n.t('The results of a tail call must be those of the function around it.'));
  }
  c.unreachable();
}

const callIndirect: Rule = (c, instr) => {
  const address = c.tableAddress(instr.b);
  if (address === BOT) return;
  const table = c.env.model.tables[instr.b]?.type ?? BOT;
  if (!c.matches(table, refType(FUNC, true))) {
    c.fail('type-mismatch', l10n.t('The table must hold functions, but it holds {0}.', c.show(table)));
    return;
  }
  const type = c.func(instr.a);
  if (type === undefined) return;
  c.pop(address);
  c.popAll(type.params);
  finishCall(c, instr, type.results);
};

const callRef: Rule = (c, instr) => {
  const type = c.func(instr.a);
  if (type === undefined) return;
  c.pop(c.ref(instr.a, true));
  c.popAll(type.params);
  finishCall(c, instr, type.results);
};

const throwTag: Rule = (c, instr) => {
  const params = tagParams(c, instr.a);
  if (params === undefined) return;
  c.popAll(params);
  c.unreachable();
};

function tagParams(c: Checker, tag: number): readonly number[] | undefined {
  const { tags } = c.env.model;
  if (!c.known('tag', tag, tags.length)) return undefined;
  return c.func(tags[tag]?.type ?? -1)?.params;
}

const tryTable: Rule = (c, instr) => {
  for (const one of instr.catches ?? []) {
    const labels = c.labelTypes(one.label);
    if (labels === undefined) continue;
    const carried: number[] = [];
    if (one.kind === 'catch' || one.kind === 'catch_ref') {
      const params = tagParams(c, one.tag);
      if (params === undefined) continue;
      carried.push(...params);
    }
    if (one.kind === 'catch_ref' || one.kind === 'catch_all_ref') carried.push(refType(EXN, false));
    if (carried.length !== labels.length || !carried.every((type, i) => c.matches(type, labels[i] ?? -1))) {
      c.fail('type-mismatch', l10n.t('This clause carries [{0}], but its target takes [{1}].', carried.map(type => c.show(type)).join(' '), labels.map(type => c.show(type)).join(' ')), one.start, one.end);
    }
  }
  c.open(instr);
};

const catchClause: Rule = (c, instr) => {
  c.elseBlock();
  if (instr.op.name === 'catch') {
    const params = tagParams(c, instr.a);
    if (params !== undefined) c.pushAll(params);
  }
};

const brTable: Rule = (c, instr) => {
  c.pop(I32);
  const last = c.labelTypes(instr.a);
  if (last === undefined) return;
  for (const depth of instr.list ?? []) {
    const types = c.labelTypes(depth);
    if (types === undefined) return;
    if (types.length !== last.length) {
      c.fail('type-mismatch', l10n.t('The targets of a br_table must take the same number of values.'));
      return;
    }
    // Each target sees the stack as it is: take the values and put back what was there.
    const taken: number[] = [];
    for (let i = types.length - 1; i >= 0; i--) taken.unshift(c.pop(types[i] ?? BOT));
    c.pushAll(taken);
    if (c.frame.lost) return;
  }
  c.popAll(last);
  c.unreachable();
};

const select: Rule = (c, instr) => {
  c.pop(I32);
  if (instr.list !== undefined) {
    const type = instr.list[0];
    if (type === undefined || instr.list.length !== 1) {
      c.fail('select', l10n.t('A select with types needs exactly one.'));
      return;
    }
    c.pop(type);
    c.pop(type);
    c.push(type);
    return;
  }
  const first = c.popAny();
  const second = c.popAny();
  if (isRef(first) || isRef(second)) {
    c.fail('select', l10n.t('A select of references needs a type: (select (result {0}) ...).', c.show(isRef(first) ? first : second)));
    return;
  }
  if (first !== second && first !== BOT && second !== BOT) {
    c.fail('type-mismatch', l10n.t('Both values of a select must be of one type, but they are {0} and {1}.', c.show(second), c.show(first)));
    return;
  }
  c.push(first === BOT ? second : first);
};

const localGet: Rule = (c, instr) => {
  if (!c.known('local', instr.a, c.locals.length)) return;
  if (!c.isSet(instr.a)) c.tell('unset-local', l10n.t('This local has no value yet: it must be set first, as its type has no default.'));
  c.push(c.local(instr.a));
};

const localSet: Rule = (c, instr) => {
  if (!c.known('local', instr.a, c.locals.length)) return;
  const type = c.local(instr.a);
  c.pop(type);
  c.set(instr.a);
  if (instr.op.name === 'local.tee') c.push(type);
};

const globalGet: Rule = (c, instr) => {
  const { globals } = c.env.model;
  const global = globals[instr.a];
  if (!c.known('global', instr.a, c.constantGlobals ?? globals.length) || global === undefined) return;
  if (c.constantGlobals !== undefined && global.mutable) c.tell('not-constant', l10n.t('A constant expression can\'t read a mutable global.'));
  c.push(global.type);
};

const globalSet: Rule = (c, instr) => {
  const { globals } = c.env.model;
  const global = globals[instr.a];
  if (!c.known('global', instr.a, globals.length) || global === undefined) return;
  if (!global.mutable) c.tell('immutable', l10n.t('This global is not mutable.'));
  c.pop(global.type);
};

const refFunc: Rule = (c, instr) => {
  const { funcs } = c.env.model;
  const func = funcs[instr.a];
  if (!c.known('func', instr.a, funcs.length) || func === undefined) return;
  if (c.constantGlobals === undefined && !c.env.declared.has(instr.a)) {
    c.tell('undeclared-reference', l10n.t('The function must be named in an element segment, an export or a global for its reference to be taken: (elem declare func ...).'));
  }
  if (func.type < 0) c.lose();
  else c.push(c.ref(func.type, false, func.exact || func.import === undefined));
};

/** The composite of a type that must be of a kind. */
function composite<K extends Composite['kind']>(c: Checker, index: number, kind: K): Extract<Composite, { kind: K }> | undefined {
  if (!c.known('type', index, c.env.model.types.length)) return undefined;
  const found = c.env.model.types[index]?.composite;
  if (found?.kind === kind) return found as Extract<Composite, { kind: K }>;
  c.fail('wrong-type', kind === 'struct' ? l10n.t('Type {0} is not a struct.', index) : l10n.t('Type {0} is not an array.', index));
  return undefined;
}

const isPacked = (type: number): boolean => type === I8 || type === I16;

function sign(c: Checker, instr: Instr, type: number): void {
  const signed = /_[su]$/.test(instr.op.name);
  if (signed !== isPacked(type)) c.tell('packed', signed ? l10n.t('Only packed fields are read with a sign.') : l10n.t('A packed field is read with _s or _u.'));
}

const structNew: Rule = (c, instr) => {
  const struct = composite(c, instr.a, 'struct');
  if (struct === undefined) return;
  const descriptor = c.env.model.types[instr.a]?.descriptor;
  const withDescriptor = instr.op.name.endsWith('_desc');
  if (withDescriptor) {
    if (descriptor === undefined) c.tell('descriptor', l10n.t('Type {0} has no descriptor.', instr.a));
    else c.pop(c.ref(descriptor, true, true));
  } else if (descriptor !== undefined) c.tell('descriptor', l10n.t('Type {0} has a descriptor: it is made with {1}_desc.', instr.a, instr.op.name));
  if (instr.op.name.includes('default')) {
    if (!struct.fields.every(field => isDefaultable(field.type))) c.tell('no-default', l10n.t('A field of type {0} has no default value.', instr.a));
  } else c.popAll(struct.fields.map(field => unpacked(field.type)));
  c.push(c.ref(instr.a, false, true));
};

const structField: Rule = (c, instr) => {
  const struct = composite(c, instr.a, 'struct');
  if (struct === undefined) return;
  const field = struct.fields[instr.b];
  if (!c.known('field', instr.b, struct.fields.length) || field === undefined) return;
  if (instr.op.name === 'struct.set') {
    if (!field.mutable) c.tell('immutable', l10n.t('This field is not mutable.'));
    c.pop(unpacked(field.type));
    c.pop(c.ref(instr.a, true));
  } else {
    sign(c, instr, field.type);
    c.pop(c.ref(instr.a, true));
    c.push(unpacked(field.type));
  }
};

const arrayOp: Rule = (c, instr) => {
  const array = composite(c, instr.a, 'array');
  if (array === undefined) return;
  const { type, mutable } = array.element;
  const value = unpacked(type);
  const ref = c.ref(instr.a, true);
  const needsMutable = (): void => { if (!mutable) c.tell('immutable', l10n.t('The elements of this array are not mutable.')); };
  const made = (): void => { c.push(c.ref(instr.a, false, true)); };
  switch (instr.op.name) {
    case 'array.new':
      c.pop(I32);
      c.pop(value);
      made();
      return;
    case 'array.new_default':
      if (!isDefaultable(type)) c.tell('no-default', l10n.t('The elements of type {0} have no default value.', instr.a));
      c.pop(I32);
      made();
      return;
    case 'array.new_fixed':
      for (let i = 0; i < instr.b && !c.frame.lost; i++) {
        if (c.frame.unreachable && c.stack.length === c.frame.height) break;
        c.pop(value);
      }
      made();
      return;
    case 'array.get': case 'array.get_s': case 'array.get_u':
      sign(c, instr, type);
      c.pop(I32);
      c.pop(ref);
      c.push(value);
      return;
    case 'array.set':
      needsMutable();
      c.pop(value);
      c.pop(I32);
      c.pop(ref);
      return;
    case 'array.fill':
      needsMutable();
      c.pop(I32);
      c.pop(value);
      c.pop(I32);
      c.pop(ref);
      return;
    case 'array.copy': {
      const from = composite(c, instr.b, 'array');
      if (from === undefined) return;
      needsMutable();
      if (isPacked(type) || isPacked(from.element.type) ? type !== from.element.type : !c.matches(from.element.type, type)) {
        c.tell('type-mismatch', l10n.t('The elements of both arrays must match.'));
      }
      c.popAll([ref, I32, c.ref(instr.b, true), I32, I32]);
      return;
    }
    case 'array.new_data': case 'array.init_data':
      if (!c.known('data', instr.b, c.env.model.datas.length)) return;
      if (isRef(type)) c.tell('wrong-type', l10n.t('An array of references can\'t be made of data.'));
      break;
    case 'array.new_elem': case 'array.init_elem': {
      const elem = c.env.model.elems[instr.b];
      if (!c.known('elem', instr.b, c.env.model.elems.length) || elem === undefined) return;
      if (!c.matches(elem.type, type)) c.tell('type-mismatch', l10n.t('The segment holds {0}, but the array takes {1}.', c.show(elem.type), c.show(type)));
      break;
    }
  }
  if (instr.op.name.startsWith('array.init')) {
    needsMutable();
    c.popAll([ref, I32, I32, I32]);
  } else {
    c.popAll([I32, I32]);
    made();
  }
};

/** Casts and tests: the operand is anything of the target's hierarchy. */
const cast = (descriptor: boolean): Rule => (c, instr) => {
  if (instr.a === BOT) {
    c.lose();
    return;
  }
  if (descriptor) popDescriptor(c, instr.a);
  c.pop(refType(c.env.subtypes.top(heapOf(instr.a)), true));
  c.push(instr.op.name === 'ref.test' ? I32 : instr.a);
};

const convert = (from: number, to: number): Rule => c => {
  const type = c.popRef();
  if (type !== BOT && !c.matches(type, refType(from, true))) {
    c.fail('type-mismatch', l10n.t('"{0}" needs {1}, but found {2}.', c.current.op.name, c.show(refType(from, true)), c.show(type)));
    return;
  }
  c.push(refType(to, type !== BOT && isNullable(type)));
};

const tableOp: Rule = (c, instr) => {
  const address = c.tableAddress(instr.a);
  if (address === BOT) return;
  const type = c.env.model.tables[instr.a]?.type ?? BOT;
  switch (instr.op.name) {
    case 'table.get':
      c.pop(address);
      c.push(type);
      return;
    case 'table.set':
      c.popAll([address, type]);
      return;
    case 'table.size':
      c.push(address);
      return;
    case 'table.grow':
      c.popAll([type, address]);
      c.push(address);
      return;
    default:
      c.popAll([address, type, address]);
  }
};

const tableInit: Rule = (c, instr) => {
  const address = c.tableAddress(instr.b);
  const elem = c.env.model.elems[instr.a];
  if (address === BOT || !c.known('elem', instr.a, c.env.model.elems.length) || elem === undefined) return;
  const type = c.env.model.tables[instr.b]?.type ?? BOT;
  if (!c.matches(elem.type, type)) c.tell('type-mismatch', l10n.t('The segment holds {0}, but the table takes {1}.', c.show(elem.type), c.show(type)));
  c.popAll([address, I32, I32]);
};

const tableCopy: Rule = (c, instr) => {
  const to = c.tableAddress(instr.a);
  const from = c.tableAddress(instr.b);
  if (to === BOT || from === BOT) return;
  const { tables } = c.env.model;
  if (!c.matches(tables[instr.b]?.type ?? BOT, tables[instr.a]?.type ?? BOT)) c.tell('type-mismatch', l10n.t('The elements of both tables must match.'));
  c.popAll([to, from, to === I64 && from === I64 ? I64 : I32]);
};

const br: Rule = (c, instr) => {
  const types = c.labelTypes(instr.a);
  if (types === undefined) return;
  c.popAll(types);
  c.unreachable();
};

const rules: Readonly<Record<string, Rule>> = {
  unreachable: c => { c.unreachable(); },
  block: (c, instr) => { c.open(instr); },
  loop: (c, instr) => { c.open(instr); },
  try: (c, instr) => { c.open(instr); },
  if: (c, instr) => {
    c.pop(I32);
    c.open(instr);
  },
  else: c => { c.elseBlock(); },
  end: c => { c.endBlock(); },
  catch: catchClause,
  catch_all: catchClause,
  delegate: (c, instr) => {
    const frame = c.close();
    if (c.frames.length > 0) {
      c.labelTypes(instr.a);
      c.pushAll(frame.block.results);
    }
  },
  rethrow: (c, instr) => {
    if (c.labelTypes(instr.a) === undefined) return;
    const op = c.frames[c.frames.length - 1 - instr.a]?.at.op.name;
    if (op !== 'catch' && op !== 'catch_all') c.fail('rethrow', l10n.t('"rethrow" names a block that is not a catch clause.'));
    c.unreachable();
  },
  throw: throwTag,
  throw_ref: c => {
    c.pop(refType(EXN, true));
    c.unreachable();
  },
  try_table: tryTable,
  br,
  br_if: (c, instr) => {
    c.pop(I32);
    const types = c.labelTypes(instr.a);
    if (types !== undefined) c.popPush(types);
  },
  br_table: brTable,
  return: c => {
    c.popAll(c.results);
    c.unreachable();
  },
  call, return_call: call,
  call_indirect: callIndirect, return_call_indirect: callIndirect,
  call_ref: callRef, return_call_ref: callRef,
  drop: c => { c.popAny(); },
  select,
  'local.get': localGet, 'local.set': localSet, 'local.tee': localSet,
  'global.get': globalGet, 'global.set': globalSet,
  'table.get': tableOp, 'table.set': tableOp, 'table.size': tableOp, 'table.grow': tableOp, 'table.fill': tableOp,
  'table.init': tableInit, 'table.copy': tableCopy,
  'memory.init': (c, instr) => {
    const address = c.addressType(instr.b);
    if (address !== BOT && c.known('data', instr.a, c.env.model.datas.length)) c.popAll([address, I32, I32]);
  },
  'memory.copy': (c, instr) => {
    const to = c.addressType(instr.a);
    const from = c.addressType(instr.b);
    if (to !== BOT && from !== BOT) c.popAll([to, from, to === I64 && from === I64 ? I64 : I32]);
  },
  'ref.null': (c, instr) => {
    if (instr.a === BOT) c.lose();
    else c.push(instr.a);
  },
  'ref.is_null': c => {
    c.popRef();
    c.push(I32);
  },
  'ref.func': refFunc,
  'ref.eq': c => {
    c.pop(NULLABLE_EQ);
    c.pop(NULLABLE_EQ);
    c.push(I32);
  },
  'ref.as_non_null': c => {
    const type = c.popRef();
    c.push(type === BOT ? ANYHEAP : nonNull(type));
  },
  br_on_null: (c, instr) => {
    const type = c.popRef();
    const types = c.labelTypes(instr.a);
    if (types === undefined) return;
    c.popPush(types);
    c.push(type === BOT ? ANYHEAP : nonNull(type));
  },
  br_on_non_null: (c, instr) => {
    const types = c.labelTypes(instr.a);
    if (types === undefined) return;
    const last = types.at(-1);
    if (last === undefined || !isRef(last)) {
      c.fail('type-mismatch', l10n.t('The target of br_on_non_null must take a reference.'));
      return;
    }
    c.pop(refType(heapOf(last), true, isExact(last)));
    c.popPush(types.slice(0, -1));
  },
  br_on_cast: branchCast(false, false), br_on_cast_fail: branchCast(true, false),
  br_on_cast_desc_eq: branchCast(false, true), br_on_cast_desc_eq_fail: branchCast(true, true),
  'ref.test': cast(false), 'ref.cast': cast(false), 'ref.cast_desc_eq': cast(true),
  'ref.get_desc': (c, instr) => {
    if (!c.known('type', instr.a, c.env.model.types.length)) return;
    const descriptor = c.env.model.types[instr.a]?.descriptor;
    if (descriptor === undefined) {
      c.fail('descriptor', l10n.t('Type {0} has no descriptor.', instr.a));
      return;
    }
    const type = c.pop(c.ref(instr.a, true));
    const heap = heapOf(type);
    c.push(c.ref(descriptor, false, type === BOT || heap === NONE || heap === BOTHEAP || (isExact(type) && c.env.subtypes.same(heap - CONCRETE) === c.env.subtypes.same(instr.a))));
  },
  'struct.new': structNew, 'struct.new_default': structNew, 'struct.new_desc': structNew, 'struct.new_default_desc': structNew,
  'struct.get': structField, 'struct.get_s': structField, 'struct.get_u': structField, 'struct.set': structField,
  ...Object.fromEntries(['new', 'new_default', 'new_fixed', 'new_data', 'new_elem', 'get', 'get_s', 'get_u', 'set', 'fill', 'copy', 'init_data', 'init_elem'].map(name => [`array.${name}`, arrayOp])),
  'array.len': c => {
    c.pop(refType(ARRAY, true));
    c.push(I32);
  },
  'any.convert_extern': convert(EXTERN, ANY), 'extern.convert_any': convert(ANY, EXTERN),
  'ref.i31': c => {
    c.pop(I32);
    c.push(refType(I31, false));
  },
  'i31.get_s': c => {
    c.pop(refType(I31, true));
    c.push(I32);
  },
  'i31.get_u': c => {
    c.pop(refType(I31, true));
    c.push(I32);
  },
};
