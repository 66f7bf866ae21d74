import * as l10n from '@vscode/l10n';
import type { Body } from './body';
import { emptyModel, funcType, type Elem, type Model } from './model';
import { Reader } from './reader';
import { readNames, type Names } from './read-names';
import { readCode, readLocals } from './read-code';
import { readLimits, readType, readTypes } from './read-types';
import { externCodes } from './encode';
import type { ExternKind, Instr } from './syntax';
import { FUNCREF, nonNull } from './types';

/** A section of a binary: where its payload is. */
export interface SectionPlace { readonly id: number; readonly name: string; readonly start: number; readonly end: number }

/** A binary whose sections are read, but for function bodies, of which only the place is known. */
export interface Binary {
  readonly bytes: Uint8Array;
  readonly model: Model;
  readonly sections: readonly SectionPlace[];
  /** Functions defined here: body i is at starts[i] to ends[i]. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly globals: readonly (readonly Instr[])[];
  readonly tables: readonly (readonly Instr[] | undefined)[];
  readonly elems: readonly { readonly offset: readonly Instr[] | undefined; readonly items: readonly (readonly Instr[])[] }[];
  readonly datas: readonly (readonly Instr[] | undefined)[];
  /** Where each data segment's bytes are. */
  readonly dataPlaces: readonly { readonly start: number; readonly end: number }[];
  readonly names: Names;
}

const kinds = Object.fromEntries(Object.entries(externCodes).map(([kind, code]) => [code, kind])) as Record<number, ExternKind>;
const sectionNames = ['custom', 'type', 'import', 'func', 'table', 'memory', 'global', 'export', 'start', 'elem', 'code', 'data', 'datacount', 'tag'];
const place = { start: 0, end: 0 };

/** Reads a module's index. Throws a UserError `bad-module` for what is none, or is damaged. */
export function readBinary(bytes: Uint8Array): Binary {
  return new BinaryReader(bytes).run();
}

/** Reads one function's body; `defined` counts the functions that are not imported. */
export function readBody(binary: Binary, defined: number): Body {
  const { model } = binary;
  const reader = new Reader(binary.bytes, binary.starts[defined], binary.ends[defined]);
  const imported = model.funcs.length - binary.starts.length;
  const params = funcType(model, model.funcs[imported + defined]?.type ?? -1)?.params ?? [];
  const locals = [...params, ...readLocals(reader)];
  const code = readCode(reader, model);
  if (!reader.done) reader.bad(l10n.t('a function is longer than its code'));
  return { code, locals, localNames: [], labels: [] };
}

class BinaryReader {
  private readonly reader: Reader;
  private readonly model = emptyModel();
  private readonly sections: SectionPlace[] = [];
  private readonly globals: Instr[][] = [];
  private readonly tables: (Instr[] | undefined)[] = [];
  private readonly elems: { offset: Instr[] | undefined; items: Instr[][] }[] = [];
  private readonly datas: (Instr[] | undefined)[] = [];
  private readonly dataPlaces: { start: number; end: number }[] = [];
  private starts = new Uint32Array(0);
  private ends = new Uint32Array(0);
  private nameSection: SectionPlace | undefined;

  constructor(bytes: Uint8Array) {
    this.reader = new Reader(bytes);
  }

  run(): Binary {
    const { reader, model } = this;
    const magic = [0, 0x61, 0x73, 0x6d];
    if (reader.end < 8 || !magic.every((byte, i) => reader.bytes[i] === byte)) reader.bad(l10n.t('it is not a WebAssembly module'));
    if (reader.bytes[4] !== 1 || reader.bytes[6] !== 0) reader.bad(reader.bytes[6] === 1 ? l10n.t('it is a component, not a module') : l10n.t('its version is unknown'));
    reader.at = 8;
    let declared: number[] = [];
    let last = 'first';
    while (!reader.done) {
      const id = reader.byte();
      const size = reader.u32();
      const start = reader.at;
      const end = start + size;
      if (end > reader.bytes.length) reader.bad(l10n.t('a section is longer than the module'));
      if (id >= sectionNames.length) reader.bad(l10n.t('an unknown section'));
      reader.end = end;
      const name = id === 0 ? reader.name() : sectionNames[id] ?? '';
      const section = { id, name, start: reader.at, end };
      this.sections.push(section);
      if (id === 0) {
        if (name === 'name') this.nameSection = section;
        else model.customs.push({ name, place: last === 'first' ? 'before first' : `after ${last}`, bytes: reader.bytes.subarray(reader.at, end) });
      } else {
        last = name;
        if (id === 3) declared = Array.from({ length: reader.count() }, () => reader.u32());
        else this.section(id, declared);
        if (reader.at !== end) reader.bad(l10n.t('a section is longer than what it holds'));
      }
      reader.at = end;
      reader.end = reader.bytes.length;
      // Bodies come after what else refers to functions: their types must be known by then.
      if (id === 3) for (const type of declared) model.funcs.push({ type, exact: false, field: -1 });
    }
    if (declared.length !== this.starts.length) reader.bad(l10n.t('it declares {0} functions, but has {1}', declared.length, this.starts.length));
    const names = readNames(reader.bytes, this.nameSection);
    return {
      bytes: reader.bytes, model, sections: this.sections, starts: this.starts, ends: this.ends, globals: this.globals, tables: this.tables,
      elems: this.elems, datas: this.datas, dataPlaces: this.dataPlaces, names,
    };
  }

  private section(id: number, declared: readonly number[]): void {
    const { reader, model } = this;
    switch (id) {
      case 1:
        readTypes(reader, model);
        return;
      case 2:
        for (let count = reader.count(); count > 0; count--) this.import();
        return;
      case 4:
        for (let count = reader.count(); count > 0; count--) this.table();
        return;
      case 5:
        for (let count = reader.count(); count > 0; count--) model.memories.push({ limits: readLimits(reader), field: -1 });
        return;
      case 6:
        for (let count = reader.count(); count > 0; count--) {
          const type = readType(reader);
          model.globals.push({ type, mutable: reader.byte() === 1, field: -1 });
          this.globals.push(readCode(reader, model));
        }
        return;
      case 7:
        for (let count = reader.count(); count > 0; count--) {
          const name = reader.name();
          const kind = kinds[reader.byte()] ?? reader.bad(l10n.t('an unknown kind of export'));
          model.exports.push({ name, kind, index: reader.u32(), field: -1, ...place });
        }
        return;
      case 8:
        model.start = { func: reader.u32(), field: -1, span: place };
        return;
      case 9:
        for (let count = reader.count(); count > 0; count--) this.elem();
        return;
      case 10:
        this.code(declared.length);
        return;
      case 11:
        for (let count = reader.count(); count > 0; count--) this.data();
        return;
      case 12:
        reader.u32();
        return;
      case 13:
        for (let count = reader.count(); count > 0; count--) {
          reader.byte();
          model.tags.push({ type: reader.u32(), field: -1 });
        }
    }
  }

  private import(): void {
    const { reader, model } = this;
    const module = reader.name();
    const name = reader.name();
    const code = reader.byte();
    const entity = { import: { module, name }, field: -1 };
    const kind = kinds[code & 0x1f] ?? reader.bad(l10n.t('an unknown kind of import'));
    let index: number;
    switch (kind) {
      case 'func':
        index = model.funcs.push({ ...entity, type: reader.u32(), exact: code === 0x20 }) - 1;
        break;
      case 'table': {
        const type = readType(reader);
        index = model.tables.push({ ...entity, type, limits: readLimits(reader) }) - 1;
        break;
      }
      case 'memory':
        index = model.memories.push({ ...entity, limits: readLimits(reader) }) - 1;
        break;
      case 'global': {
        const type = readType(reader);
        index = model.globals.push({ ...entity, type, mutable: reader.byte() === 1 }) - 1;
        break;
      }
      case 'tag':
        reader.byte();
        index = model.tags.push({ ...entity, type: reader.u32() }) - 1;
    }
    model.imports.push({ kind, index, module, name });
  }

  private table(): void {
    const { reader, model } = this;
    const initialized = reader.peek() === 0x40;
    if (initialized) {
      reader.byte();
      reader.byte();
    }
    const type = readType(reader);
    model.tables.push({ type, limits: readLimits(reader), field: -1 });
    this.tables.push(initialized ? readCode(reader, model) : undefined);
  }

  private elem(): void {
    const { reader, model } = this;
    const flags = reader.u32();
    if (flags > 7) reader.bad(l10n.t('an unknown kind of element segment'));
    const indices = (flags & 4) === 0;
    const active = (flags & 1) === 0;
    const explicit = active && (flags & 2) !== 0;
    const table = explicit ? reader.u32() : 0;
    const offset = active ? readCode(reader, model) : undefined;
    let type = indices ? nonNull(FUNCREF) : FUNCREF;
    if ((flags & 3) !== 0) {
      if (!indices) type = readType(reader);
      else if (reader.byte() !== 0) reader.bad(l10n.t('an unknown kind of element'));
    }
    const items: Instr[][] = [];
    for (let count = reader.count(); count > 0; count--) items.push(indices ? this.index() : readCode(reader, model));
    const entry: Elem = { mode: active ? 'active' : (flags & 2) === 0 ? 'passive' : 'declare', table, explicit, type, indices, items: place, field: -1 };
    model.elems.push(offset === undefined ? entry : { ...entry, offset: place });
    this.elems.push({ offset, items });
  }

  private index(): Instr[] {
    // Read as the expression it is short for.
    const instr = readCode(new Reader(Uint8Array.of(0xd2, 0, 0x0b)), this.model);
    if (instr[0] !== undefined) instr[0].a = this.reader.u32();
    return instr;
  }

  private code(declared: number): void {
    const { reader } = this;
    const count = reader.count();
    if (count !== declared) reader.bad(l10n.t('it declares {0} functions, but has {1}', declared, count));
    this.starts = new Uint32Array(count);
    this.ends = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const size = reader.u32();
      this.starts[i] = reader.at;
      reader.at += size;
      if (reader.at > reader.end) reader.bad(l10n.t('a function is longer than its section'));
      this.ends[i] = reader.at;
    }
  }

  private data(): void {
    const { reader, model } = this;
    const flags = reader.u32();
    if (flags > 2) reader.bad(l10n.t('an unknown kind of data segment'));
    const memory = flags === 1 ? -1 : flags === 2 ? reader.u32() : 0;
    const offset = flags === 1 ? undefined : readCode(reader, model);
    const bytes = reader.take(reader.u32());
    model.datas.push({ memory, bytes, field: -1, ...(offset === undefined ? {} : { offset: place }) });
    this.datas.push(offset);
    this.dataPlaces.push({ start: reader.at - bytes.length, end: reader.at });
  }
}
