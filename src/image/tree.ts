import type { TarHeader, TarKind } from '../base/tar';

// A layer's members as columns, not objects: 500,000 entries take some 40 MB so, and several hundred as objects.

/** Each different path component of a layer once. */
export class Names {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];

  id(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      // V8 keeps a part of a text as a view of the whole: a copy lets the header's text go.
      const own = text.length < 13 ? text : Buffer.from(text).toString();
      this.#ids.set(own, id);
      this.#texts.push(own);
    }
    return id;
  }

  /** The id of a text that is known already. */
  known(text: string): number | undefined {
    return this.#ids.get(text);
  }

  text(id: number): string {
    return this.#texts[id] ?? '';
  }
}

const kinds: readonly TarKind[] = ['file', 'directory', 'link', 'symlink', 'character', 'block', 'fifo'];

/** What a member is, as its row shows it. */
export interface Entry {
  readonly path: string;
  readonly kind: TarKind;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly target: string;
}

/** The root's index in every tree. */
export const rootIndex = 0;
const implied = 1;
const opaque = 2;
const whiteout = 4;
const present = 8;
/** The parent of what is no longer in the tree. */
const nowhere = -2;

/** The members of one layer as a tree. An index names a member; 0 is the root. */
export class LayerTree {
  readonly names: Names;
  /** Members, the root and implied folders among them. */
  count = 0;
  #parent = new Int32Array(64);
  #name = new Int32Array(64);
  #kind = new Uint8Array(64);
  #flags = new Uint8Array(64);
  #mode = new Uint16Array(64);
  #uid = new Uint32Array(64);
  #gid = new Uint32Array(64);
  #size = new Float64Array(64);
  #mtime = new Float64Array(64);
  #target = new Int32Array(64);
  #order = new Uint32Array(64);
  /** The first eight bytes of a file's SHA-256; zeros where it was not asked for. */
  #content = new Uint32Array(128);
  #firstChild = new Int32Array(64);
  #lastChild = new Int32Array(64);
  #nextSibling = new Int32Array(64);
  #slots = new Int32Array(128).fill(-1);
  #lastFolder = '';
  #lastParent: number = rootIndex;
  #sums: Float64Array | undefined;

  constructor(names = new Names()) {
    this.names = names;
    this.#new(-1, names.id(''));
    this.#kind[0] = 1;
    this.#flags[0] = implied;
    this.#mode[0] = 0o755;
  }

  /**
   * Adds a member as a layer's tar names it: `./` and leading slashes are dropped, whiteouts (layer.md#whiteouts) become marks of what
   * they remove. A later member of the same name wins. `at` counts members, so that a stream can find its way back.
   * Returns the index, or undefined for a name that leaves the root or says nothing.
   */
  add(header: TarHeader, at: number): number | undefined {
    const slash = header.name.lastIndexOf('/');
    const folder = header.name.slice(0, slash + 1);
    const last = header.name.slice(slash + 1);
    if (last === '..') return undefined;
    const parent = this.#folder(folder, at);
    if (parent === undefined) return undefined;
    if (last === '' || last === '.') {
      if (header.kind === 'directory' && parent === rootIndex) this.#fill(rootIndex, header, at);
      return parent;
    }
    if (last === '.wh..wh..opq') {
      this.#flags[parent] = (this.#flags[parent] ?? 0) | opaque;
      return parent;
    }
    if (last.startsWith('.wh..wh.')) return undefined;
    if (last.startsWith('.wh.')) {
      const name = last.slice(4);
      if (name === '' || name === '.' || name === '..') return undefined;
      const index = this.#at(parent, this.names.id(name));
      this.#flags[index] = (this.#flags[index] ?? 0) | whiteout;
      return index;
    }
    const index = this.#at(parent, this.names.id(last));
    this.#fill(index, header, at);
    return index;
  }

  /** The folder of a member, made where the tar has not named it. Members come folder by folder: the last one is remembered. */
  #folder(text: string, at: number): number | undefined {
    if (text === this.#lastFolder) return this.#lastParent;
    let parent: number = rootIndex;
    for (const part of text.split('/')) {
      if (part === '' || part === '.') continue;
      if (part === '..') return undefined;
      const id = this.names.id(part);
      let next = this.#find(parent, id);
      if (next < 0) next = this.#new(parent, id);
      // What was a file, or only removed below, is a folder from here on.
      if (this.#kind[next] !== 1) {
        this.#kind[next] = 1;
        this.#mode[next] = 0o755;
        this.#size[next] = 0;
        this.#flags[next] = ((this.#flags[next] ?? 0) & (opaque | whiteout)) | implied;
        this.#order[next] = at;
      }
      parent = next;
    }
    this.#lastFolder = text;
    this.#lastParent = parent;
    return parent;
  }

  #fill(index: number, header: TarHeader, at: number): void {
    if (header.kind !== 'directory') this.#empty(index);
    this.#kind[index] = kinds.indexOf(header.kind);
    // A member may come after the whiteout of the same name: both hold, the whiteout for the layers below.
    this.#flags[index] = ((this.#flags[index] ?? 0) & (opaque | whiteout)) | present;
    this.#mode[index] = header.mode;
    this.#uid[index] = header.uid;
    this.#gid[index] = header.gid;
    this.#size[index] = header.size;
    this.#mtime[index] = header.mtime;
    this.#target[index] = header.target === '' ? -1 : this.names.id(header.target);
    this.#order[index] = at;
  }

  /** Takes everything out of a folder that becomes something else, as a later member of the same name does on a disk. */
  #empty(index: number): void {
    for (const child of this.children(index)) {
      this.#empty(child);
      this.#flags[child] = 0;
      this.#parent[child] = nowhere;
    }
    this.#firstChild[index] = this.#lastChild[index] = -1;
    this.#flags[index] = (this.#flags[index] ?? 0) & ~opaque;
    this.#lastFolder = '';
    this.#lastParent = rootIndex;
  }

  /** Notes a file's content, by the start of its SHA-256. */
  setContent(index: number, hash: Uint8Array): void {
    const view = new DataView(hash.buffer, hash.byteOffset, 8);
    this.#content[2 * index] = view.getUint32(0);
    this.#content[2 * index + 1] = view.getUint32(4);
  }

  /** A text that is the same for two files of the same content; undefined where contents were not looked at. */
  content(index: number): string | undefined {
    const high = this.#content[2 * index] ?? 0;
    const low = this.#content[2 * index + 1] ?? 0;
    return high === 0 && low === 0 ? undefined : (high * 0x1_0000_0000 + low).toString(36) + ':' + (low & 0x7ff).toString(36);
  }

  /** Bytes of the files at and below a member. */
  total(index: number): number {
    if (this.#sums === undefined) {
      this.#sums = new Float64Array(this.count);
      // A folder comes before what is in it.
      for (let at = this.count - 1; at >= 0; at--) {
        const sum = (this.#sums[at] ?? 0) + (this.isPresent(at) && this.#kind[at] === 0 ? this.size(at) : 0);
        this.#sums[at] = sum;
        const parent = this.parent(at);
        if (parent >= 0) this.#sums[parent] = (this.#sums[parent] ?? 0) + sum;
      }
    }
    return this.#sums[index] ?? 0;
  }

  /** Gives back the room that was kept for more members. */
  trim(): void {
    this.#resize(this.count);
  }

  /** Whether the layer holds the member itself, and not only something below it or its removal. */
  isPresent(index: number): boolean {
    return ((this.#flags[index] ?? 0) & present) !== 0;
  }

  isImplied(index: number): boolean {
    return ((this.#flags[index] ?? 0) & implied) !== 0;
  }

  /** Whether the layer removes what the layers below have at this path. */
  removes(index: number): boolean {
    return ((this.#flags[index] ?? 0) & whiteout) !== 0;
  }

  /** Whether the layer hides everything that the layers below have in this folder. */
  isOpaque(index: number): boolean {
    return ((this.#flags[index] ?? 0) & opaque) !== 0;
  }

  kind(index: number): TarKind {
    return kinds[this.#kind[index] ?? 0] ?? 'file';
  }

  isFolder(index: number): boolean {
    return this.#kind[index] === 1;
  }

  size(index: number): number {
    return this.#size[index] ?? 0;
  }

  /** Mode, owner and group: what makes a folder another one. */
  sameOwner(index: number, other: LayerTree, otherIndex: number): boolean {
    return this.#mode[index] === other.#mode[otherIndex] && this.#uid[index] === other.#uid[otherIndex] && this.#gid[index] === other.#gid[otherIndex];
  }

  name(index: number): string {
    return this.names.text(this.#name[index] ?? 0);
  }

  parent(index: number): number {
    return this.#parent[index] ?? -1;
  }

  /** Which member of the stream it was, from 0. */
  order(index: number): number {
    return this.#order[index] ?? 0;
  }

  /** Absolute, with slashes; the root is `/`. */
  path(index: number): string {
    const parts: string[] = [];
    for (let at = index; at > rootIndex; at = this.parent(at)) parts.push(this.name(at));
    return '/' + parts.reverse().join('/');
  }

  entry(index: number): Entry {
    return { path: this.path(index), ...this.facts(index) };
  }

  /** A member's entry without its path, which takes time to put together. */
  facts(index: number): Omit<Entry, 'path'> {
    const target = this.#target[index] ?? -1;
    return {
      kind: this.kind(index), size: this.size(index), mode: this.#mode[index] ?? 0, uid: this.#uid[index] ?? 0,
      gid: this.#gid[index] ?? 0, mtime: this.#mtime[index] ?? 0, target: target < 0 ? '' : this.names.text(target),
    };
  }

  /** In the order in which they came. */
  *children(index: number): Generator<number, void, undefined> {
    for (let child = this.#firstChild[index] ?? -1; child >= 0; child = this.#nextSibling[child] ?? -1) yield child;
  }

  /** A folder's member by its name. */
  child(index: number, name: string): number | undefined {
    const id = this.names.known(name);
    const found = id === undefined ? -1 : this.#find(index, id);
    return found < 0 ? undefined : found;
  }

  hasChildren(index: number): boolean {
    return (this.#firstChild[index] ?? -1) >= 0;
  }

  /** The member at a path; undefined when the layer has none. */
  find(path: string): number | undefined {
    let at: number = rootIndex;
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      const next = this.child(at, part);
      if (next === undefined) return undefined;
      at = next;
    }
    return at;
  }

  #at(parent: number, name: number): number {
    const found = this.#find(parent, name);
    return found >= 0 ? found : this.#new(parent, name);
  }

  #find(parent: number, name: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash(parent, name) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot] ?? -1;
      if (index < 0) return -1;
      if (this.#parent[index] === parent && this.#name[index] === name) return index;
    }
  }

  #new(parent: number, name: number): number {
    const index = this.count++;
    if (index >= this.#parent.length) this.#resize(this.#parent.length * 2);
    if (index * 2 >= this.#slots.length) this.#rehash(this.#slots.length * 2);
    this.#parent[index] = parent;
    this.#name[index] = name;
    this.#target[index] = -1;
    this.#firstChild[index] = this.#lastChild[index] = this.#nextSibling[index] = -1;
    this.#put(index);
    if (parent >= 0) {
      const last = this.#lastChild[parent] ?? -1;
      if (last < 0) this.#firstChild[parent] = index;
      else this.#nextSibling[last] = index;
      this.#lastChild[parent] = index;
    }
    return index;
  }

  #put(index: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash(this.#parent[index] ?? 0, this.#name[index] ?? 0) & mask;
    while ((this.#slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = index;
  }

  #resize(length: number): void {
    const resize = <T extends Int32Array | Uint8Array | Uint16Array | Uint32Array | Float64Array>(column: T, each = 1): T => {
      const other = new (column.constructor as new (length: number) => T)(length * each);
      other.set(column.subarray(0, Math.min(this.count * each, other.length)));
      return other;
    };
    this.#parent = resize(this.#parent);
    this.#name = resize(this.#name);
    this.#kind = resize(this.#kind);
    this.#flags = resize(this.#flags);
    this.#mode = resize(this.#mode);
    this.#uid = resize(this.#uid);
    this.#gid = resize(this.#gid);
    this.#size = resize(this.#size);
    this.#mtime = resize(this.#mtime);
    this.#target = resize(this.#target);
    this.#order = resize(this.#order);
    this.#content = resize(this.#content, 2);
    this.#firstChild = resize(this.#firstChild);
    this.#lastChild = resize(this.#lastChild);
    this.#nextSibling = resize(this.#nextSibling);
  }

  #rehash(length: number): void {
    this.#slots = new Int32Array(length).fill(-1);
    for (let index = 0; index < this.count - 1; index++) this.#put(index);
  }
}

/** Murmur3's mixing of two words. */
function hash(parent: number, name: number): number {
  let value = Math.imul(parent, 0xcc9e2d51) ^ Math.imul(name, 0x1b873593);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
