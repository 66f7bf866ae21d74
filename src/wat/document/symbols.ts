import type { Name, Span } from '../syntax';
import type { WatDocument } from './document';
import type { ModuleState } from './module';
import { kinds, type FoundUse, type Kind } from './uses';
import { entries } from './moved';

/** Something that has, or may have, a name. `owner` is the field of the function that a local or a label is in, and the type of a struct's field. */
export interface Sym { readonly module: ModuleState; readonly kind: Kind; readonly index: number; readonly owner: number }

/** Where something is defined, relative to its field: its name, or where it has none the word that opens it; and the whole. */
export interface Definition { readonly kind: Kind; readonly index: number; readonly owner: number; readonly name: Name | undefined; readonly start: number; readonly end: number; readonly whole: Span }

/** A place in the text that names something: where it is defined, or used. Offsets into the text. */
export interface Occurrence extends Span { readonly sym: Sym; readonly defines: boolean }

interface Known { readonly env: unknown; readonly all: readonly Definition[]; readonly byKey: ReadonlyMap<string, Definition> }
/** A group of types may define thousands: they are gathered once for as long as the field and its module are as they are. */
const known = new WeakMap<object, Known>();
const keyOf = (kind: Kind, index: number, owner: number): string => `${kind} ${index} ${kind === 'field' ? owner : ''}`;

function knownOf(module: ModuleState, field: number): Known {
  const own = module.fields[field];
  const found = own === undefined ? undefined : known.get(own);
  if (found?.env === module.env) return found;
  const all = gather(module, field);
  const made = { env: module.env, all, byKey: new Map(all.map(one => [keyOf(one.kind, one.index, one.owner), one])) };
  if (own !== undefined) known.set(own, made);
  return made;
}

/** All that a field defines; what is in a function too. */
export function definitionsIn(module: ModuleState, field: number): readonly Definition[] {
  return knownOf(module, field).all;
}

function gather(module: ModuleState, field: number): Definition[] {
  const found: Definition[] = [];
  const { body, start, end } = module.fields[field] ?? { body: { kind: 'broken' as const }, start: 0, end: 0 };
  const whole = { start: 0, end: end - start };
  const add = (kind: Kind, index: number, owner: number, name: Name | undefined, head: Span, all: Span): void => {
    const named = name === undefined || name.text === '' ? undefined : name;
    found.push({ kind, index, owner, name: named, start: named?.start ?? head.start, end: named?.end ?? head.end, whole: all });
  };
  switch (body.kind) {
    case 'types': {
      const first = module.firstType(field);
      body.types.forEach((type, i) => {
        add('type', first + i, -1, type.id, { start: type.start, end: type.start + 4 }, type);
        if (type.composite.kind !== 'struct') return;
        type.composite.fields.forEach((one, j) => { if (one.id !== undefined) add('field', j, first + i, one.id, one.id, one.id); });
      });
      break;
    }
    case 'extern': {
      const { kind } = body.extern;
      const defined = module.functionAt(field);
      const index = defined !== -1 ? defined : entries(module.env.model, kind).findIndex(entry => entry.field === field);
      const head = { start: 1, end: 1 + (body.import !== undefined && body.id === undefined ? 6 : kind.length) };
      add(kind, index, -1, body.id, head, whole);
      const checked = module.checked(field);
      checked?.localNames.forEach((name, i) => { if (name !== undefined && name.text !== '') add('local', i, field, name, name, name); });
      checked?.labels.forEach((name, i) => { if (name !== undefined && name.text !== '') add('label', i, field, name, name, name); });
      break;
    }
    case 'elem': case 'data':
      add(body.kind, entries(module.env.model, body.kind).findIndex(entry => entry.field === field), -1, body.id, { start: 1, end: 5 }, whole);
      break;
  }
  return found;
}

/** What a use names. */
export function symOf(module: ModuleState, field: number, use: FoundUse): Sym {
  if (use.kind === 'label') return { module, kind: 'label', index: use.owner, owner: field };
  return { module, kind: use.kind, index: use.index, owner: use.kind === 'local' ? field : use.kind === 'field' ? use.owner : -1 };
}

/** What the name or index at an offset stands for. */
export function occurrenceAt(document: WatDocument, offset: number): Occurrence | undefined {
  const module = document.moduleAt(offset);
  if (module === undefined) return undefined;
  // Between two tokens that touch, such as `(func $a)(func $b)`, either field may hold the name.
  const index = module.fieldAt(offset);
  const field = module.fields[index];
  if (field === undefined) return undefined;
  const at = offset - field.start;
  for (const uses of module.usesIn(index)) {
    const use = uses.at(at);
    if (use !== undefined) return { sym: symOf(module, index, use), defines: false, start: field.start + use.start, end: field.start + use.end };
  }
  const definition = definitionsIn(module, index).find(one => one.name !== undefined && one.start <= at && at <= one.end);
  if (definition === undefined) return undefined;
  const { kind, owner } = definition;
  return { sym: { module, kind, index: definition.index, owner }, defines: true, start: field.start + definition.start, end: field.start + definition.end };
}

/** The field that defines something, by its place; -1 where nothing does. */
export function fieldOf({ module, kind, index, owner }: Sym): number {
  if (index < 0) return kind === 'label' ? owner : -1;
  if (kind === 'local' || kind === 'label') return owner;
  if (kind === 'type') return module.typePlace(index)?.field ?? -1;
  if (kind === 'field') return module.typePlace(owner)?.field ?? -1;
  return entries(module.env.model, kind)[index]?.field ?? -1;
}

/** Where something is defined. */
export function definitionOf(sym: Sym): { readonly field: number; readonly definition: Definition } | undefined {
  const field = fieldOf(sym);
  if (field === -1) return undefined;
  const { all, byKey } = knownOf(sym.module, field);
  const definition = byKey.get(keyOf(sym.kind, sym.index, sym.owner))
    // A local without a name, the label of the function itself: the function.
    ?? all.find(one => one.kind === (sym.kind === 'field' ? 'type' : 'func') && (sym.kind !== 'field' || one.index === sym.owner));
  return definition === undefined ? undefined : { field, definition };
}

/** Every place that names something, in the order of the text. */
export function occurrences(sym: Sym): Occurrence[] {
  const { module, kind, index } = sym;
  const found: Occurrence[] = [];
  const inField = kind === 'local' || kind === 'label' ? [sym.owner] : module.fields.keys();
  for (const i of inField) {
    const field = module.fields[i];
    if (field === undefined) continue;
    for (const uses of module.usesIn(i)) {
      if (kind === 'label') {
        for (const use of uses) if (use.kind === 'label' && use.owner === index) found.push({ sym, defines: false, start: field.start + use.start, end: field.start + use.end });
      } else {
        uses.of(kind, index, (start, end, owner) => {
          if (kind !== 'field' || owner === sym.owner) found.push({ sym, defines: false, start: field.start + start, end: field.start + end });
        });
      }
    }
  }
  const place = definitionOf(sym);
  const field = module.fields[place?.field ?? -1];
  if (place !== undefined && field !== undefined && place.definition.kind === kind && place.definition.name !== undefined) {
    found.push({ sym, defines: true, start: field.start + place.definition.start, end: field.start + place.definition.end });
  }
  return found.sort((a, b) => a.start - b.start);
}

/** How something is called: `$name`, or its index. */
export function nameOf(sym: Sym): string {
  const place = definitionOf(sym);
  return place?.definition.kind === sym.kind && place.definition.name !== undefined ? `$${place.definition.name.text}` : String(sym.index);
}

export const isSpace = (kind: Kind): boolean => kinds.indexOf(kind) < 8;
