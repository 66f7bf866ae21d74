import { encodeCode } from './encode-code';
import { nameSection } from './encode-names';
import type { Body } from './body';
import { funcType, type Limits, type Model } from './model';
import type { ExternKind, Instr, Name } from './syntax';
import { CONCRETE, FUNCREF, heapCodes, heapOf, isConcrete, isExact, isNullable, isRef, numberCodes, type FieldType, type TypeDef } from './types';
import { Writer } from './writer';

/** A module with the instructions of its functions, initial values and segments: all that a binary holds. */
export interface Contents {
  readonly model: Model;
  /** Of the functions that are defined here, in order. */
  readonly bodies: readonly Body[];
  /** Initial values of the globals and tables that are defined here; undefined where a table has none. */
  readonly globals: readonly (readonly Instr[])[];
  readonly tables: readonly (readonly Instr[] | undefined)[];
  readonly elems: readonly { readonly offset: readonly Instr[] | undefined; readonly items: readonly (readonly Instr[])[] }[];
  readonly datas: readonly (readonly Instr[] | undefined)[];
  readonly name: Name | undefined;
}

export const externCodes: Readonly<Record<ExternKind, number>> = { func: 0, table: 1, memory: 2, global: 3, tag: 4 };
const sectionOrder = ['type', 'import', 'func', 'table', 'memory', 'tag', 'global', 'export', 'start', 'elem', 'datacount', 'code', 'data'] as const;
type SectionName = typeof sectionOrder[number];
const sectionIds: Readonly<Record<SectionName, number>> = {
  type: 1, import: 2, func: 3, table: 4, memory: 5, global: 6, export: 7, start: 8, elem: 9, code: 10, data: 11, datacount: 12, tag: 13,
};

/** The binary of a module, sections with nothing in them left out. With `names`, it ends with the name section. */
export function encode(contents: Contents, names: boolean): Uint8Array {
  const out = new Writer();
  out.bytes(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const { customs } = contents.model;
  const custom = (place: string): void => {
    for (const one of customs) {
      if (one.place !== place) continue;
      out.byte(0);
      out.sized(inner => {
        inner.name(one.name);
        inner.bytes(one.bytes);
      });
    }
  };
  custom('before first');
  for (const section of sectionOrder) {
    custom(`before ${section}`);
    const inner = new Writer();
    if (writeSection(section, contents, inner)) {
      out.byte(sectionIds[section]);
      out.u32(inner.length);
      out.bytes(inner.view());
    }
    custom(`after ${section}`);
  }
  if (names && !customs.some(one => one.name === 'name')) {
    const section = nameSection(contents);
    if (section !== undefined) {
      out.byte(0);
      out.u32(section.length);
      out.bytes(section);
    }
  }
  custom('after last');
  return out.view().slice();
}

function writeSection(section: SectionName, contents: Contents, out: Writer): boolean {
  const { model } = contents;
  const each = <T>(items: readonly T[], write: (item: T, i: number) => void): boolean => {
    out.u32(items.length);
    items.forEach(write);
    return items.length > 0;
  };
  switch (section) {
    case 'type': return each(model.groups, group => {
      if (group.rec || group.size !== 1) {
        out.byte(0x4e);
        out.u32(group.size);
      }
      for (let i = 0; i < group.size; i++) {
        const type = model.types[group.start + i];
        if (type !== undefined) writeTypeDef(out, type);
      }
    });
    case 'import': return each(model.imports, entry => {
      out.name(entry.module);
      out.name(entry.name);
      writeExtern(out, model, entry.kind, entry.index);
    });
    case 'func': return each(model.funcs.filter(func => func.import === undefined), func => { out.u32(func.type); });
    case 'table': {
      let defined = 0;
      return each(model.tables.filter(table => table.import === undefined), table => {
        const init = contents.tables[defined++];
        if (init !== undefined) {
          out.byte(0x40);
          out.byte(0);
        }
        writeType(out, table.type);
        writeLimits(out, table.limits);
        if (init !== undefined) encodeCode(out, init);
      });
    }
    case 'memory': return each(model.memories.filter(memory => memory.import === undefined), memory => { writeLimits(out, memory.limits); });
    case 'tag': return each(model.tags.filter(tag => tag.import === undefined), tag => {
      out.byte(0);
      out.u32(tag.type);
    });
    case 'global': return each(model.globals.filter(global => global.import === undefined), (global, i) => {
      writeType(out, global.type);
      out.byte(global.mutable ? 1 : 0);
      encodeCode(out, contents.globals[i] ?? []);
    });
    case 'export': return each(model.exports, entry => {
      out.name(entry.name);
      out.byte(externCodes[entry.kind]);
      out.u32(entry.index);
    });
    case 'start':
      if (model.start === undefined) return false;
      out.u32(model.start.func);
      return true;
    case 'elem': return each(model.elems, (_, i) => { writeElem(out, contents, i); });
    case 'datacount':
      if (model.datas.length === 0 || !contents.bodies.some(body => body.code.some(usesData))) return false;
      out.u32(model.datas.length);
      return true;
    case 'code': {
      const imported = model.imports.reduce((sum, entry) => sum + (entry.kind === 'func' ? 1 : 0), 0);
      return each(contents.bodies, (body, i) => {
        const params = funcType(model, model.funcs[imported + i]?.type ?? -1)?.params.length ?? 0;
        out.sized(inner => { writeBody(inner, body, params); });
      });
    }
    case 'data': return each(model.datas, (data, i) => {
      if (data.memory < 0) out.byte(1);
      else {
        out.byte(data.memory === 0 ? 0 : 2);
        if (data.memory !== 0) out.u32(data.memory);
        writeOffset(out, contents.datas[i], model.memories[data.memory]?.limits.is64 ?? false);
      }
      out.u32(data.bytes.length);
      out.bytes(data.bytes);
    });
  }
}

function usesData(instr: Instr): boolean {
  return instr.op.imm === 'typedata' || instr.op.imm === 'meminit' || instr.op.imm === 'data';
}

function writeBody(out: Writer, body: Body, params: number): void {
  const runs: [count: number, type: number][] = [];
  for (const type of body.locals.slice(params)) {
    const last = runs.at(-1);
    if (last?.[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  out.u32(runs.length);
  for (const [count, type] of runs) {
    out.u32(count);
    writeType(out, type);
  }
  encodeCode(out, body.code);
}

function writeOffset(out: Writer, code: readonly Instr[] | undefined, is64: boolean): void {
  if (code !== undefined) {
    encodeCode(out, code);
    return;
  }
  out.byte(is64 ? 0x42 : 0x41);
  out.byte(0);
  out.byte(0x0b);
}

function writeElem(out: Writer, contents: Contents, i: number): void {
  const elem = contents.model.elems[i];
  const parts = contents.elems[i];
  if (elem === undefined || parts === undefined) return;
  const funcs = elem.indices;
  const active = elem.mode === 'active';
  const plain = active && elem.table === 0 && !elem.explicit && (funcs || elem.type === FUNCREF);
  out.byte((active ? (plain ? 0 : 2) : elem.mode === 'passive' ? 1 : 3) | (funcs ? 0 : 4));
  if (active) {
    if (!plain) out.u32(elem.table);
    writeOffset(out, parts.offset, contents.model.tables[elem.table]?.limits.is64 ?? false);
  }
  if (!plain) {
    if (funcs) out.byte(0);
    else writeType(out, elem.type);
  }
  out.u32(parts.items.length);
  for (const item of parts.items) {
    if (funcs) out.u32(item[0]?.a ?? 0);
    else encodeCode(out, item);
  }
}

/** Writes what an import or a type asks of an entity. */
export function writeExtern(out: Writer, model: Model, kind: ExternKind, index: number): void {
  switch (kind) {
    case 'func': {
      const func = model.funcs[index];
      out.byte(func?.exact === true ? 0x20 : 0);
      out.u32(func?.type ?? 0);
      return;
    }
    case 'table': {
      const table = model.tables[index];
      out.byte(1);
      if (table === undefined) return;
      writeType(out, table.type);
      writeLimits(out, table.limits);
      return;
    }
    case 'memory': {
      const memory = model.memories[index];
      out.byte(2);
      if (memory !== undefined) writeLimits(out, memory.limits);
      return;
    }
    case 'global': {
      const global = model.globals[index];
      out.byte(3);
      if (global === undefined) return;
      writeType(out, global.type);
      out.byte(global.mutable ? 1 : 0);
      return;
    }
    case 'tag':
      out.byte(4);
      out.byte(0);
      out.u32(model.tags[index]?.type ?? 0);
  }
}

function writeLimits(out: Writer, limits: Limits): void {
  out.byte((limits.max === undefined ? 0 : 1) | (limits.shared ? 2 : 0) | (limits.is64 ? 4 : 0) | (limits.page === 16 ? 0 : 8));
  out.u64(limits.min);
  if (limits.max !== undefined) out.u64(limits.max);
  if (limits.page !== 16) out.u32(limits.page);
}

/** Writes a heap type: one byte, or an index. */
export function writeHeap(out: Writer, type: number): void {
  const heap = heapOf(type);
  if (isExact(type)) out.byte(0x62);
  if (!isConcrete(heap)) out.byte(heapCodes[heap] ?? 0);
  else if (isExact(type)) out.u32(heap - CONCRETE);
  else out.s32(heap - CONCRETE);
}

/** Writes a value type. */
export function writeType(out: Writer, type: number): void {
  if (!isRef(type)) {
    out.byte(numberCodes[type] ?? 0);
    return;
  }
  if (!isNullable(type) || isConcrete(heapOf(type))) out.byte(isNullable(type) ? 0x63 : 0x64);
  writeHeap(out, type);
}

function writeField(out: Writer, field: FieldType): void {
  writeType(out, field.type);
  out.byte(field.mutable ? 1 : 0);
}

function writeTypeDef(out: Writer, type: TypeDef): void {
  if (!type.final || type.supers.length > 0) {
    out.byte(type.final ? 0x4f : 0x50);
    out.u32(type.supers.length);
    for (const index of type.supers) out.u32(index);
  }
  if (type.describes !== undefined) {
    out.byte(0x4c);
    out.u32(type.describes);
  }
  if (type.descriptor !== undefined) {
    out.byte(0x4d);
    out.u32(type.descriptor);
  }
  const { composite } = type;
  switch (composite.kind) {
    case 'func':
      out.byte(0x60);
      out.u32(composite.params.length);
      for (const param of composite.params) writeType(out, param);
      out.u32(composite.results.length);
      for (const result of composite.results) writeType(out, result);
      return;
    case 'struct':
      out.byte(0x5f);
      out.u32(composite.fields.length);
      for (const field of composite.fields) writeField(out, field);
      return;
    case 'array':
      out.byte(0x5e);
      writeField(out, composite.element);
      return;
    case 'cont':
      out.byte(0x5d);
      out.s32(composite.type);
  }
}
