import * as l10n from '@vscode/l10n';
import { opByCode, type Op } from './instructions';
import { funcType, type Model } from './model';
import { readHeap, readType } from './read-types';
import type { Reader } from './reader';
import { Instr, type BlockType, type Catch } from './syntax';

const oneByte: (Op | undefined)[] = Array.from({ length: 256 }, (_, code) => opByCode.get(code));
const catchKinds = ['catch', 'catch_ref', 'catch_all', 'catch_all_ref'] as const;
const none: BlockType = { index: -1, params: [], results: [] };

/** No engine takes functions with more locals (their own limit is 50,000). */
const mostLocals = 50_000;

/** Reads the locals of a function body, parameters not among them. */
export function readLocals(reader: Reader): number[] {
  const locals: number[] = [];
  for (let runs = reader.count(); runs > 0; runs--) {
    const count = reader.u32();
    if (locals.length + count > mostLocals) reader.bad(l10n.t('too many locals'));
    const type = readType(reader);
    for (let i = 0; i < count; i++) locals.push(type);
  }
  return locals;
}

/** Reads instructions up to the `end` that closes them, that one too. Positions are offsets into the binary. */
export function readCode(reader: Reader, model: Model): Instr[] {
  const code: Instr[] = [];
  for (let depth = 0; ;) {
    const instr = readInstr(reader, model);
    code.push(instr);
    const { name, imm } = instr.op;
    if (imm === 'block' || imm === 'try') depth++;
    else if (imm === 'end' || name === 'delegate') {
      if (depth-- === 0) return code;
    }
  }
}

function readInstr(reader: Reader, model: Model): Instr {
  const start = reader.at;
  const first = reader.byte();
  const second = first >= 0xfb && first <= 0xfe ? reader.u32() : 0;
  const op = first >= 0xfb && first <= 0xfe ? opByCode.get(first * 0x1000 + second) : oneByte[first];
  if (op === undefined) {
    reader.at = start;
    return reader.bad(l10n.t('an unknown instruction'));
  }
  const instr = new Instr(op, start, start);
  readImmediates(reader, model, instr, first, second);
  instr.end = reader.at;
  return instr;
}

function readImmediates(reader: Reader, model: Model, instr: Instr, first: number, second: number): void {
  switch (instr.op.imm) {
    case '': case 'else': case 'end': return;
    case 'fence':
      reader.byte();
      return;
    case 'block':
      instr.block = blockType(reader, model);
      return;
    case 'try': {
      instr.block = blockType(reader, model);
      const catches: Catch[] = [];
      for (let count = reader.count(); count > 0; count--) {
        const start = reader.at;
        const kind = catchKinds[reader.byte()] ?? reader.bad(l10n.t('an unknown catch clause'));
        const tag = kind === 'catch' || kind === 'catch_ref' ? reader.u32() : -1;
        catches.push({ kind, tag, label: reader.u32(), start, end: reader.at });
      }
      instr.catches = catches;
      return;
    }
    case 'labels':
      instr.list = Array.from({ length: reader.count() }, () => reader.u32());
      instr.a = reader.u32();
      return;
    case 'label': case 'delegate': case 'func': case 'type': case 'local': case 'global': case 'table': case 'memory': case 'tag': case 'elem': case 'data':
      instr.a = reader.u32();
      return;
    case 'indirect': case 'field': case 'typecount': case 'typedata': case 'typeelem': case 'typetype': case 'memcopy': case 'tablecopy':
    case 'meminit': case 'tableinit':
      instr.a = reader.u32();
      instr.b = reader.u32();
      return;
    case 'mem': case 'memlane': {
      const flags = reader.u32();
      instr.b = flags & 0x3f;
      if ((flags & 0x40) !== 0) instr.a = reader.u32();
      if (flags > 0x7f) reader.bad(l10n.t('an unknown alignment'));
      instr.big = reader.u64();
      if (instr.op.imm === 'memlane') instr.c = reader.byte();
      return;
    }
    case 'lane':
      instr.c = reader.byte();
      return;
    case 'shuffle': case 'v128':
      instr.bytes = reader.take(16);
      return;
    case 'i32':
      instr.a = reader.s32();
      return;
    case 'i64':
      instr.big = reader.s64();
      return;
    case 'f32':
      instr.a = view(reader, 4).getUint32(0, true);
      return;
    case 'f64':
      instr.big = view(reader, 8).getBigUint64(0, true);
      return;
    case 'heap':
      instr.a = readHeap(reader, true);
      return;
    case 'cast':
      // The second form of a cast is the one to a nullable type.
      instr.a = readHeap(reader, second !== instr.op.code);
      return;
    case 'brcast': {
      const flags = reader.byte();
      instr.a = reader.u32();
      instr.b = readHeap(reader, (flags & 1) !== 0);
      instr.c = readHeap(reader, (flags & 2) !== 0);
      return;
    }
    case 'select':
      if (first === 0x1c) instr.list = Array.from({ length: reader.count() }, () => readType(reader));
  }
}

function view(reader: Reader, length: number): DataView {
  const bytes = reader.take(length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function blockType(reader: Reader, model: Model): BlockType {
  const code = reader.peek();
  if (code === 0x40) {
    reader.byte();
    return none;
  }
  if (code >= 0x40 && code < 0x80) return { index: -1, params: [], results: [readType(reader)] };
  const index = reader.s32();
  const type = funcType(model, index);
  return { index, params: type?.params ?? [], results: type?.results ?? [] };
}

