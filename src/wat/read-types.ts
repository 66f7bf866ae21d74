import * as l10n from '@vscode/l10n';
import type { Limits, Model } from './model';
import type { Reader } from './reader';
import { CONCRETE, heapCodes, numberCodes, refType, type Composite, type FieldType } from './types';

const heapByCode = new Map(heapCodes.map((code, heap) => [code, heap]));
const numberByCode = new Map(numberCodes.map((code, type) => [code, type]));

/** Reads a heap type into a reference to it. */
export function readHeap(reader: Reader, nullable: boolean): number {
  const exact = reader.peek() === 0x62;
  if (exact) reader.byte();
  if (exact) return refType(CONCRETE + reader.u32(), nullable, true);
  const heap = heapByCode.get(reader.peek());
  if (heap !== undefined) {
    reader.byte();
    return refType(heap, nullable);
  }
  const index = reader.s32();
  if (index < 0 || index > 0x1ffffff) reader.bad(l10n.t('an unknown heap type'));
  return refType(CONCRETE + index, nullable);
}

/** Reads a value type; packed types too. */
export function readType(reader: Reader): number {
  const code = reader.byte();
  if (code === 0x63 || code === 0x64) return readHeap(reader, code === 0x63);
  const number = numberByCode.get(code);
  if (number !== undefined) return number;
  const heap = heapByCode.get(code);
  if (heap !== undefined) return refType(heap, true);
  reader.at--;
  return reader.bad(l10n.t('an unknown value type'));
}

/** Reads the limits of a table or a memory. */
export function readLimits(reader: Reader): Limits {
  const flags = reader.byte();
  if (flags > 15) reader.bad(l10n.t('unknown limits'));
  const min = BigInt(reader.u64());
  const max = (flags & 1) === 0 ? undefined : BigInt(reader.u64());
  const page = (flags & 8) === 0 ? 16 : reader.u32();
  return { is64: (flags & 4) !== 0, min, ...(max === undefined ? {} : { max }), shared: (flags & 2) !== 0, page };
}

/** Reads the type section into the model. */
export function readTypes(reader: Reader, model: Model): void {
  for (let count = reader.count(); count > 0; count--) {
    const rec = reader.peek() === 0x4e;
    if (rec) reader.byte();
    const size = rec ? reader.count() : 1;
    const start = model.types.length;
    model.groups.push({ start, size, rec });
    for (let i = 0; i < size; i++) readTypeDef(reader, model, start, size);
  }
}

function readTypeDef(reader: Reader, model: Model, group: number, groupSize: number): void {
  let form = reader.byte();
  let final = true;
  const supers: number[] = [];
  if (form === 0x50 || form === 0x4f) {
    final = form === 0x4f;
    for (let count = reader.count(); count > 0; count--) supers.push(reader.u32());
    form = reader.byte();
  }
  let describes: number | undefined;
  let descriptor: number | undefined;
  if (form === 0x4c) {
    describes = reader.u32();
    form = reader.byte();
  }
  if (form === 0x4d) {
    descriptor = reader.u32();
    form = reader.byte();
  }
  model.types.push({
    composite: readComposite(reader, form), final, supers, group, groupSize,
    ...(describes === undefined ? {} : { describes }), ...(descriptor === undefined ? {} : { descriptor }),
  });
}

function readComposite(reader: Reader, form: number): Composite {
  const types = (): number[] => Array.from({ length: reader.count() }, () => readType(reader));
  switch (form) {
    case 0x60: {
      const params = types();
      return { kind: 'func', params, results: types() };
    }
    case 0x5f: return { kind: 'struct', fields: Array.from({ length: reader.count() }, () => readField(reader)) };
    case 0x5e: return { kind: 'array', element: readField(reader) };
    case 0x5d: return { kind: 'cont', type: reader.s32() };
    default: return reader.bad(l10n.t('an unknown form of type'));
  }
}

function readField(reader: Reader): FieldType {
  const type = readType(reader);
  return { type, mutable: reader.byte() === 1 };
}
