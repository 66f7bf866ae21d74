import type { Environment } from '../check';
import type { Field } from '../link';
import { funcType, type Func, type Model } from '../model';
import { spaces, type Scope, type Space } from '../scope';
import { numericStart } from './text';
import type { Checked } from './check';
import type { Kind } from './uses';

/** A module as it was linked: what functions' results depend on. */
export interface LinkedState {
  readonly text: string;
  readonly fields: readonly Field[];
  readonly scope: Scope;
  readonly env: Environment;
}

/** Says for one function whether what is known of it still holds in the module as it is now; then its uses have their new indices. */
export type Keeps = (field: Field, checked: Checked) => boolean;

/**
 * Compares a module with what it was before: which entries moved, and which are other than they were. Undefined when so much depends on
 * the difference (types, the memory and the table that instructions mean without naming them) that every function is to be read again.
 */
export function compare(before: LinkedState, now: LinkedState): Keeps | undefined {
  const typesOf = (state: LinkedState): Field[] => state.fields.filter(field => field.body.kind === 'types');
  const [oldTypes, newTypes] = [typesOf(before), typesOf(now)];
  if (oldTypes.length !== newTypes.length || oldTypes.some((field, i) => field !== newTypes[i])) return undefined;
  const moved = {} as Record<Space, Int32Array>;
  const grown = {} as Record<Space, boolean>;
  for (const space of spaces) {
    const found = space === 'type' ? Int32Array.from(before.env.model.types, (_, i) => i) : moves(space, before, now);
    for (const [name, index] of before.scope.names[space]) if (now.scope.names[space].get(name) !== found[index]) found[index] = -1;
    moved[space] = found;
    grown[space] = [...now.scope.names[space].keys()].some(name => !before.scope.names[space].has(name));
  }
  for (const space of ['memory', 'table'] as const) {
    const [was, is] = [entries(before.env.model, space).length, entries(now.env.model, space).length];
    if ((was === 0) !== (is === 0) || (was > 0 && moved[space][0] !== 0)) return undefined;
  }
  const place = (kind: Kind, index: number): number | undefined => {
    if (kind === 'local' || kind === 'label' || kind === 'field') return index;
    if (index < 0) return grown[kind] ? undefined : index;
    const to = moved[kind][index];
    return to === undefined || to === -1 ? undefined : to;
  };
  // A number that is written in the text means another entry when entries move.
  return (field, checked) => checked.uses.remap((kind, index, start) => {
    const to = place(kind, index);
    return to !== undefined && to !== index && numericStart(now.text, field.start + start) ? undefined : to;
  });
}

interface Entry { readonly field: number }

/** The entries of an index space other than types. */
export function entries(model: Model, space: Exclude<Space, 'type'>): readonly Entry[] {
  switch (space) {
    case 'func': return model.funcs;
    case 'table': return model.tables;
    case 'memory': return model.memories;
    case 'global': return model.globals;
    case 'tag': return model.tags;
    case 'elem': return model.elems;
    case 'data': return model.datas;
  }
}

/** For each old index the new one; -1 where the entry is gone or another. An entry is known by the field that defines it. */
function moves(space: Exclude<Space, 'type'>, before: LinkedState, now: LinkedState): Int32Array {
  const olds = entries(before.env.model, space);
  const news = entries(now.env.model, space);
  const byField = new Map<Field, number>();
  news.forEach(({ field }, i) => {
    const found = now.fields[field];
    if (found !== undefined && !byField.has(found)) byField.set(found, i);
  });
  return Int32Array.from(olds, ({ field }, i) => {
    const found = before.fields[field];
    // A field that was written anew is taken for the one that stood there, if it says the same of the entry.
    const to = (found === undefined ? undefined : byField.get(found)) ?? i;
    const [a, b] = [olds[i], news[to]];
    return a !== undefined && b !== undefined && same(space, i, to, a, b, before, now) ? to : -1;
  });
}

/** Whether users of an entry see no difference. The types of the text are the same here; implied ones may have other indices, but not another shape. */
function same(space: Space, i: number, j: number, a: Entry, b: Entry, before: LinkedState, now: LinkedState): boolean {
  if (space === 'func' || space === 'tag') {
    const [was, is] = [a as Func, b as Func];
    if (was.exact !== is.exact || (was.import === undefined) !== (is.import === undefined) || (was.type < 0) !== (is.type < 0)) return false;
    if (space === 'func' && before.env.declared.has(i) !== now.env.declared.has(j)) return false;
    const [old, own] = [funcType(before.env.model, was.type), funcType(now.env.model, is.type)];
    return old === own || (old !== undefined && own !== undefined && equal(old.params, own.params) && equal(old.results, own.results));
  }
  return before.fields[a.field] === now.fields[b.field] || shown(a) === shown(b);
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** What users of a table, memory, global or segment may know of it. */
function shown(entry: object): string {
  const hidden = new Set(['field', 'items', 'bytes', 'start', 'end', 'name', 'offset']);
  return JSON.stringify(entry, (key, value: unknown) => (hidden.has(key) ? undefined : typeof value === 'bigint' ? String(value) : value));
}
