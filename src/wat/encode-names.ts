import type { Contents } from './encode';
import type { Name } from './syntax';
import { Writer } from './writer';

const shown = (name: Name | undefined): string | undefined => (name === undefined ? undefined : name.shown ?? (name.text === '' ? undefined : name.text));

/** The payload of the name section, its own name included; undefined when nothing has a name. */
export function nameSection(contents: Contents): Uint8Array | undefined {
  const { model, bodies } = contents;
  const out = new Writer();
  out.name('name');
  const header = out.length;
  const module = shown(contents.name);
  if (module !== undefined) {
    out.byte(0);
    out.sized(inner => { inner.name(module); });
  }
  direct(out, 1, model.funcs.map(func => shown(func.name)));
  const imported = model.funcs.filter(func => func.import !== undefined).length;
  indirect(out, 2, bodies.map((body, i) => [imported + i, body.localNames.map(shown)]));
  indirect(out, 3, bodies.map((body, i) => [imported + i, body.labels.map(shown)]));
  direct(out, 4, model.typeNames.map(shown));
  direct(out, 5, model.tables.map(table => shown(table.name)));
  direct(out, 6, model.memories.map(memory => shown(memory.name)));
  direct(out, 7, model.globals.map(global => shown(global.name)));
  direct(out, 8, model.elems.map(elem => shown(elem.name)));
  direct(out, 9, model.datas.map(data => shown(data.name)));
  indirect(out, 10, model.fieldNames.map((names, i) => {
    const list: (string | undefined)[] = [];
    for (const [name, index] of names ?? []) list[index] = name;
    return [i, list];
  }));
  direct(out, 11, model.tags.map(tag => shown(tag.name)));
  return out.length === header ? undefined : out.view().slice();
}

type Entry = readonly [index: number, name: string];

const present = (names: readonly (string | undefined)[]): Entry[] => Array.from(names, (name, i) => [i, name] as const).filter((entry): entry is Entry => entry[1] !== undefined);

function writeMap(out: Writer, entries: readonly Entry[]): void {
  out.u32(entries.length);
  for (const [index, name] of entries) {
    out.u32(index);
    out.name(name);
  }
}

function direct(out: Writer, id: number, names: readonly (string | undefined)[]): void {
  const entries = present(names);
  if (entries.length === 0) return;
  out.byte(id);
  out.sized(inner => { writeMap(inner, entries); });
}

function indirect(out: Writer, id: number, groups: readonly (readonly [index: number, names: readonly (string | undefined)[]])[]): void {
  const filled = groups.map(([index, names]) => [index, present(names)] as const).filter(([, entries]) => entries.length > 0);
  if (filled.length === 0) return;
  out.byte(id);
  out.sized(inner => {
    inner.u32(filled.length);
    for (const [index, entries] of filled) {
      inner.u32(index);
      writeMap(inner, entries);
    }
  });
}
