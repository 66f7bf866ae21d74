import { spaces, type Space } from '../scope';

/** What a name may stand for: an entry of an index space, or a thing inside a function or a type. */
export type Kind = Space | 'local' | 'label' | 'field';
export const kinds: readonly Kind[] = [...spaces, 'local', 'label', 'field'];
const codes = Object.fromEntries(kinds.map((kind, i) => [kind, i])) as Record<Kind, number>;

/**
 * One use of a name or an index, relative to its field. `index` is -1 where it stands for nothing. `owner` is the type of a struct's
 * field; of a label it is the place of its block among the function's (-1: the function itself).
 */
export interface FoundUse { readonly kind: Kind; readonly index: number; readonly owner: number; readonly start: number; readonly end: number }

const WIDTH = 5;

/** The uses in one module field. There are hundreds of thousands in a large text, so that they are numbers in a row. */
export class Uses {
  private readonly data: number[] = [];

  get length(): number {
    return this.data.length / WIDTH;
  }

  add(kind: Kind, index: number, start: number, end: number, owner: number): void {
    this.data.push(codes[kind], index, owner, start, end);
  }

  get(i: number): FoundUse {
    const { data } = this;
    const at = i * WIDTH;
    return { kind: kinds[data[at] ?? 0] ?? 'func', index: data[at + 1] ?? -1, owner: data[at + 2] ?? -1, start: data[at + 3] ?? 0, end: data[at + 4] ?? 0 };
  }

  /** The use at an offset; its end counts as in it. */
  at(offset: number): FoundUse | undefined {
    const { data } = this;
    for (let i = 0; i < data.length; i += WIDTH) {
      if ((data[i + 3] ?? 0) <= offset && offset <= (data[i + 4] ?? 0)) return this.get(i / WIDTH);
    }
    return undefined;
  }

  *[Symbol.iterator](): Generator<FoundUse> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  /** Calls back for every use of an entry; cheaper than looking at each. */
  of(kind: Kind, index: number, found: (start: number, end: number, owner: number) => void): void {
    const { data } = this;
    const code = codes[kind];
    for (let i = 0; i < data.length; i += WIDTH) {
      if (data[i] === code && data[i + 1] === index) found(data[i + 3] ?? 0, data[i + 4] ?? 0, data[i + 2] ?? -1);
    }
  }

  /** Adds to `counts` (one list for each kind, by index) how often each entry is used. */
  count(counts: readonly number[][]): void {
    const { data } = this;
    for (let i = 0; i < data.length; i += WIDTH) {
      const list = counts[data[i] ?? 0];
      const index = data[i + 1] ?? -1;
      if (list !== undefined && index >= 0) list[index] = (list[index] ?? 0) + 1;
    }
  }

  /** Gives every use of an index space its new index; false where `moved` has none for one (undefined). */
  remap(moved: (kind: Kind, index: number, start: number) => number | undefined): boolean {
    const { data } = this;
    let fits = true;
    for (let i = 0; i < data.length && fits; i += WIDTH) {
      const kind = kinds[data[i] ?? 0] ?? 'func';
      if (kind === 'local' || kind === 'label' || kind === 'field') continue;
      const index = moved(kind, data[i + 1] ?? -1, data[i + 3] ?? 0);
      if (index === undefined) fits = false;
      else data[i + 1] = index;
    }
    return fits;
  }
}
