import { writeHeap, writeType } from './encode';
import type { Instr } from './syntax';
import { isNullable } from './types';
import type { Writer } from './writer';

const catchKinds = { catch: 0, catch_ref: 1, catch_all: 2, catch_all_ref: 3 } as const;

/** Writes instructions, `end` being the last of them. */
export function encodeCode(out: Writer, code: readonly Instr[]): void {
  for (const instr of code) encodeInstr(out, instr);
}

function opcode(out: Writer, instr: Instr, extra = 0): void {
  const { op } = instr;
  if (op.prefix === 0) out.byte(op.code + extra);
  else {
    out.byte(op.prefix);
    out.u32(op.code + extra);
  }
}

function encodeInstr(out: Writer, instr: Instr): void {
  const { op } = instr;
  switch (op.imm) {
    case 'cast':
      opcode(out, instr, isNullable(instr.a) ? 1 : 0);
      writeHeap(out, instr.a);
      return;
    case 'select':
      opcode(out, instr, instr.list === undefined ? 0 : 1);
      if (instr.list === undefined) return;
      out.u32(instr.list.length);
      for (const type of instr.list) writeType(out, type);
      return;
  }
  opcode(out, instr);
  switch (op.imm) {
    case '': case 'else': case 'end': return;
    case 'fence':
      out.byte(0);
      return;
    case 'block':
      blockType(out, instr);
      return;
    case 'try':
      blockType(out, instr);
      out.u32(instr.catches?.length ?? 0);
      for (const one of instr.catches ?? []) {
        out.byte(catchKinds[one.kind]);
        if (one.kind === 'catch' || one.kind === 'catch_ref') out.u32(one.tag);
        out.u32(one.label);
      }
      return;
    case 'labels':
      out.u32(instr.list?.length ?? 0);
      for (const label of instr.list ?? []) out.u32(label);
      out.u32(instr.a);
      return;
    case 'label': case 'delegate': case 'func': case 'type': case 'local': case 'global': case 'table': case 'memory': case 'tag': case 'elem': case 'data':
      out.u32(instr.a);
      return;
    case 'indirect': case 'field': case 'typecount': case 'typedata': case 'typeelem': case 'typetype': case 'memcopy': case 'tablecopy':
    case 'meminit': case 'tableinit':
      out.u32(instr.a);
      out.u32(instr.b);
      return;
    case 'mem': case 'memlane':
      out.u32(instr.a === 0 ? instr.b : instr.b | 0x40);
      if (instr.a !== 0) out.u32(instr.a);
      out.u64(instr.big);
      if (op.imm === 'memlane') out.byte(instr.c);
      return;
    case 'lane':
      out.byte(instr.c);
      return;
    case 'shuffle': case 'v128':
      if (instr.bytes !== undefined) out.bytes(instr.bytes);
      return;
    case 'i32':
      out.s32(instr.a);
      return;
    case 'i64':
      out.s64(BigInt(instr.big));
      return;
    case 'f32':
      for (let shift = 0; shift < 32; shift += 8) out.byte((instr.a >>> shift) & 0xff);
      return;
    case 'f64': {
      const bits = BigInt(instr.big);
      for (let shift = 0n; shift < 64n; shift += 8n) out.byte(Number((bits >> shift) & 0xffn));
      return;
    }
    case 'heap':
      writeHeap(out, instr.a);
      return;
    case 'brcast':
      out.byte((isNullable(instr.b) ? 1 : 0) | (isNullable(instr.c) ? 2 : 0));
      out.u32(instr.a);
      writeHeap(out, instr.b);
      writeHeap(out, instr.c);
  }
}

function blockType(out: Writer, instr: Instr): void {
  const { block } = instr;
  if (block === undefined || block.index < 0) {
    const result = block?.results[0];
    if (result === undefined) out.byte(0x40);
    else writeType(out, result);
  } else out.s32(block.index);
}
