import type { Names } from './read-names';
import { showId, showString } from './print-text';
import type { Space } from './scope';

interface Identifier { readonly id: string; /** What the name section says where the identifier had to differ. */ readonly shown?: string }

type Table = ReadonlyMap<number, Identifier>;

/** Gives each name of a space an identifier of its own: a name that was given before gets its index behind it. */
function identifiers(names: ReadonlyMap<number, string>): Table {
  const table = new Map<number, Identifier>();
  const taken = new Set<string>();
  for (const [index, name] of names) {
    let id = showId(name);
    let different = name === '' || taken.has(id);
    for (let text = `${name}#${index}`; taken.has(id) || (name === '' && !different); text += '#') {
      id = showId(text);
      different = true;
    }
    if (name === '') id = showId(`#${index}`);
    taken.add(id);
    table.set(index, different ? { id, shown: name } : { id });
  }
  return table;
}

/** Names of a binary as identifiers of the text. */
export class Namer {
  private readonly tables: Record<Space, Table>;
  private readonly fields = new Map<number, Table>();
  readonly source: Names;

  constructor(names: Names) {
    this.source = names;
    this.tables = {
      type: identifiers(names.types), func: identifiers(names.funcs), table: identifiers(names.tables), memory: identifiers(names.memories),
      global: identifiers(names.globals), tag: identifiers(names.tags), elem: identifiers(names.elems), data: identifiers(names.datas),
    };
    for (const [type, fields] of names.fields) this.fields.set(type, identifiers(fields));
  }

  /** How a use of it looks: its identifier, or its index. */
  ref(space: Space, index: number): string {
    return this.tables[space].get(index)?.id ?? String(index);
  }

  /** How its definition begins: `$name (;3;)`. */
  define(space: Space, index: number): string {
    return `${definition(this.tables[space].get(index))}(;${index};)`;
  }

  field(type: number, index: number): string {
    return this.fields.get(type)?.get(index)?.id ?? String(index);
  }

  defineField(type: number, index: number): string {
    return definition(this.fields.get(type)?.get(index)).trimEnd();
  }

  /** A function's locals and labels. */
  inside(func: number): { local(index: number): string | undefined; label(index: number): string | undefined; defineLocal(index: number): string } {
    const locals = identifiers(this.source.locals(func));
    const labels = this.source.labels(func);
    return {
      local: index => locals.get(index)?.id,
      label: index => {
        const name = labels.get(index);
        return name === undefined || name === '' ? undefined : showId(name);
      },
      defineLocal: index => definition(locals.get(index)).trimEnd(),
    };
  }
}

function definition(one: Identifier | undefined): string {
  if (one === undefined) return '';
  return `${one.id} ${one.shown === undefined ? '' : `(@name ${showString(one.shown)}) `}`;
}
