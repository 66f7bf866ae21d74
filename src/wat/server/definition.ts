import type { Location, Position } from 'vscode-languageserver-types';
import { definitionOf, fieldOf, occurrenceAt, type Sym } from '../document/symbols';
import { CONCRETE, heapOf, isConcrete, isRef } from '../types';
import { locationOf, offsetOf, type Opened } from './opened';

/** Where something is defined: its name, or the word that opens what has none. */
export function locationOfSym(opened: Opened, sym: Sym): Location | undefined {
  const place = definitionOf(sym);
  const field = sym.module.fields[place?.field ?? -1];
  if (place === undefined || field === undefined) return undefined;
  return locationOf(opened, { start: field.start + place.definition.start, end: field.start + place.definition.end });
}

/** Go to definition. */
export function definition(opened: Opened, position: Position): Location | undefined {
  const found = occurrenceAt(opened.wat, offsetOf(opened, position));
  return found === undefined ? undefined : locationOfSym(opened, found.sym);
}

/** Go to declaration: of what is imported its import, of what is exported its export field where it has one; else the definition. */
export function declaration(opened: Opened, position: Position): Location | undefined {
  const found = occurrenceAt(opened.wat, offsetOf(opened, position));
  if (found === undefined) return undefined;
  const { module, kind, index } = found.sym;
  const exported = module.env.model.exports.find(one => one.kind === kind && one.index === index && one.field !== fieldOf(found.sym));
  const field = module.fields[exported?.field ?? -1];
  if (exported !== undefined && field !== undefined) return locationOf(opened, { start: field.start + exported.start, end: field.start + exported.end });
  return locationOfSym(opened, found.sym);
}

/** Go to type definition: the type that a function, a tag, a local, a global, a table or a field names. */
export function typeDefinition(opened: Opened, position: Position): Location | undefined {
  const found = occurrenceAt(opened.wat, offsetOf(opened, position));
  if (found === undefined) return undefined;
  const { module } = found.sym;
  const type = typeOf(found.sym);
  return type === undefined ? undefined : locationOfSym(opened, { module, kind: 'type', index: type, owner: -1 });
}

/** The defined type of something, by index. */
export function typeOf({ module, kind, index, owner }: Sym): number | undefined {
  const { model } = module.env;
  const named = (type: number | undefined): number | undefined => (type !== undefined && isRef(type) && isConcrete(heapOf(type)) ? heapOf(type) - CONCRETE : undefined);
  switch (kind) {
    case 'func': return model.funcs[index]?.type;
    case 'tag': return model.tags[index]?.type;
    case 'type': return index;
    case 'global': return named(model.globals[index]?.type);
    case 'table': return named(model.tables[index]?.type);
    case 'elem': return named(model.elems[index]?.type);
    case 'local': return named(module.checked(owner)?.localTypes[index]);
    case 'field': {
      const composite = model.types[owner]?.composite;
      return composite?.kind === 'struct' ? named(composite.fields[index]?.type) : undefined;
    }
    default: return undefined;
  }
}
