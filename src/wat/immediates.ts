import * as l10n from '@vscode/l10n';
import type { Cursor } from './cursor';
import { ID, LPAREN, NUMBER, RPAREN, WORD } from './lexer';
import { parseF32, parseF64, parseInt32, parseInt64, parseU64 } from './literals';
import { funcType } from './model';
import { unknown, type Scope } from './scope';
import type { BlockType, Catch, Instr, TypeUse, Use } from './syntax';

const noValues: readonly number[] = [];
const empty: BlockType = { index: -1, params: noValues, results: noValues };
const lanes = { i8x16: 16, i16x8: 8, i32x4: 4, i64x2: 2, f32x4: 4, f64x2: 2 } as const;

/** Reads what follows an instruction's name into the instruction. */
export class Immediates {
  readonly at: Cursor;
  readonly scope: Scope;
  readonly locals = new Map<string, number>();
  /** Of the open blocks, outermost first. */
  readonly labels: (string | undefined)[] = [];
  /** Of the same blocks, their place among all of the function's. */
  readonly blocks: number[] = [];

  constructor(at: Cursor, scope: Scope) {
    this.at = at;
    this.scope = scope;
  }

  private find(space: Parameters<Scope['find']>[0], use: Use): number {
    return this.scope.find(space, use, this.at.diagnostics);
  }

  private label(): number {
    const use = this.at.use();
    let depth = use.index;
    if (use.name !== undefined) {
      const from = this.labels.lastIndexOf(use.name);
      depth = from === -1 ? -1 : this.labels.length - 1 - from;
      if (depth === -1) this.at.diagnostics.push(unknown('label', use));
    }
    this.scope.sink?.('label', depth, use, this.blocks[this.blocks.length - 1 - depth] ?? -1);
    return depth;
  }

  /** The innermost block is closed; gives its place among all. */
  closed(): number {
    this.labels.pop();
    return this.blocks.pop() ?? -1;
  }

  private local(): number {
    const use = this.at.use();
    let index = use.index;
    if (use.name !== undefined) {
      index = this.locals.get(use.name) ?? -1;
      if (index === -1) this.at.diagnostics.push(unknown('local', use));
    }
    this.scope.sink?.('local', index, use);
    return index;
  }

  private field(type: number): number {
    const use = this.at.use();
    let index = use.index;
    if (use.name !== undefined) {
      index = this.scope.model.fieldNames[type]?.get(use.name) ?? -1;
      if (index === -1 && type >= 0) this.at.diagnostics.push(unknown('field', use));
    }
    this.scope.sink?.('field', index, use, type);
    return index;
  }

  /** Block type, and the catch clauses of try_table. */
  block(instr: Instr): void {
    const { lexer } = this.at;
    if (lexer.kind === LPAREN && (lexer.opens('result') || lexer.opens('param') || lexer.opens('type'))) instr.block = this.blockType(this.at.typeUse(false));
    else instr.block = empty;
    if (instr.op.imm !== 'try') {
      instr.end = lexer.last - this.at.base;
      return;
    }
    const catches: Catch[] = [];
    for (;;) {
      const kind = (['catch', 'catch_ref', 'catch_all', 'catch_all_ref'] as const).find(word => lexer.opens(word));
      if (kind === undefined) break;
      const start = lexer.start - this.at.base;
      this.at.open(kind);
      const tag = kind === 'catch' || kind === 'catch_ref' ? this.find('tag', this.at.use()) : -1;
      const label = this.label();
      this.at.close();
      catches.push({ kind, tag, label, start, end: lexer.last - this.at.base });
    }
    instr.catches = catches;
    instr.end = lexer.last - this.at.base;
  }

  private blockType(use: TypeUse): BlockType {
    const { diagnostics } = this.at;
    if (use.type === undefined && use.params.length === 0 && use.results.length <= 1) {
      const result = use.results[0];
      return result === undefined ? empty : { index: -1, params: noValues, results: [this.scope.type(result, diagnostics)] };
    }
    const index = this.scope.typeUse(use, diagnostics);
    const type = funcType(this.scope.model, index);
    return type === undefined ? { index: -2, params: noValues, results: noValues } : { index, params: type.params, results: type.results };
  }

  /** All that is not a block. */
  read(instr: Instr): void {
    const { at } = this;
    switch (instr.op.imm) {
      case '': case 'block': case 'else': case 'end': case 'try': case 'fence': return;
      case 'label': case 'delegate':
        instr.a = this.label();
        return;
      case 'labels': {
        const list = [this.label()];
        while (at.lexer.kind === ID || at.lexer.kind === NUMBER) list.push(this.label());
        instr.a = list.pop() ?? -1;
        instr.list = list;
        return;
      }
      case 'func': case 'type': case 'global': case 'tag': case 'elem': case 'data':
        instr.a = this.find(instr.op.imm, at.use());
        return;
      case 'local':
        instr.a = this.local();
        return;
      case 'table': case 'memory': {
        const use = at.maybeUse();
        instr.a = use === undefined ? 0 : this.find(instr.op.imm, use);
        return;
      }
      case 'indirect': {
        const table = at.maybeUse();
        instr.b = table === undefined ? 0 : this.find('table', table);
        instr.a = this.scope.typeUse(at.typeUse(false), at.diagnostics);
        return;
      }
      case 'mem': case 'memlane':
        this.memory(instr);
        return;
      case 'lane':
        instr.c = at.u32(255);
        return;
      case 'shuffle':
        instr.bytes = Uint8Array.from({ length: 16 }, () => at.u32(255));
        return;
      case 'i32': case 'i64': case 'f32': case 'f64':
        this.number(instr, instr.op.imm);
        return;
      case 'v128':
        instr.bytes = this.vector();
        return;
      case 'heap':
        instr.a = this.scope.type(at.heapType(true), at.diagnostics);
        return;
      case 'cast':
        instr.a = this.scope.type(at.refType(), at.diagnostics);
        return;
      case 'brcast':
        instr.a = this.label();
        instr.b = this.scope.type(at.refType(), at.diagnostics);
        instr.c = this.scope.type(at.refType(), at.diagnostics);
        return;
      case 'select': {
        if (!at.lexer.opens('result')) return;
        const list: number[] = [];
        while (at.open('result')) {
          while (at.lexer.kind !== RPAREN) list.push(this.scope.type(at.valueType(), at.diagnostics));
          at.close();
        }
        instr.list = list;
        return;
      }
      case 'field':
        instr.a = this.find('type', at.use());
        instr.b = this.field(instr.a);
        return;
      case 'typecount':
        instr.a = this.find('type', at.use());
        instr.b = at.u32();
        return;
      case 'typedata': case 'typeelem':
        instr.a = this.find('type', at.use());
        instr.b = this.find(instr.op.imm === 'typedata' ? 'data' : 'elem', at.use());
        return;
      case 'typetype':
        instr.a = this.find('type', at.use());
        instr.b = this.find('type', at.use());
        return;
      case 'memcopy': case 'tablecopy': {
        const space = instr.op.imm === 'memcopy' ? 'memory' : 'table';
        const to = at.maybeUse();
        if (to === undefined) return;
        instr.a = this.find(space, to);
        instr.b = this.find(space, at.use());
        return;
      }
      case 'meminit': case 'tableinit': {
        const [space, segment] = instr.op.imm === 'meminit' ? ['memory', 'data'] as const : ['table', 'elem'] as const;
        const first = at.use();
        const second = at.maybeUse();
        instr.b = second === undefined ? 0 : this.find(space, first);
        instr.a = this.find(segment, second ?? first);
        return;
      }
    }
  }

  private memory(instr: Instr): void {
    const at: Cursor = this.at;
    const { lexer } = at;
    instr.b = instr.op.width;
    let index = lexer.kind === ID || lexer.kind === NUMBER ? at.maybeUse() : undefined;
    if (lexer.kind === WORD && lexer.text.startsWith('offset=', lexer.start)) {
      const value = parseU64(lexer.value.slice(7));
      if (value === undefined) at.expected(l10n.t('an offset of at most 64 bits'));
      instr.big = value < 0x20000000000000n ? Number(value) : value;
      lexer.next();
    }
    if (lexer.kind === WORD && lexer.text.startsWith('align=', lexer.start)) {
      const value = parseU64(lexer.value.slice(6));
      if (value === undefined || value === 0n || (value & (value - 1n)) !== 0n) at.expected(l10n.t('an alignment that is a power of two'));
      instr.b = value.toString(2).length - 1;
      lexer.next();
    }
    if (instr.op.imm === 'memlane') {
      if (lexer.kind !== NUMBER && index !== undefined && index.name === undefined) {
        if (index.index > 255) at.expected(l10n.t('a lane'));
        instr.c = index.index;
        index = undefined;
      } else instr.c = at.u32(255);
    }
    instr.a = index === undefined ? 0 : this.find('memory', index);
  }

  private number(instr: Instr, type: 'i32' | 'i64' | 'f32' | 'f64'): void {
    const { at } = this;
    const { lexer } = at;
    if (lexer.kind !== NUMBER && lexer.kind !== WORD) at.expected(l10n.t('a number'));
    const text = lexer.value;
    let good: boolean;
    if (type === 'i32' || type === 'f32') {
      const value = type === 'i32' ? parseInt32(text) : parseF32(text);
      instr.a = value ?? 0;
      good = value !== undefined;
    } else {
      const value = type === 'i64' ? parseInt64(text) : parseF64(text);
      instr.big = value ?? 0n;
      good = value !== undefined;
    }
    if (!good) {
      if (lexer.kind === WORD && !/^(nan|inf)/.test(text)) at.expected(l10n.t('a number'));
      at.error('number', l10n.t('This is not a number of type {0}, or it does not fit.', type));
    }
    lexer.next();
  }

  private vector(): Uint8Array {
    const { at } = this;
    const { lexer } = at;
    const shape = lexer.kind === WORD ? lexer.value : '';
    if (!(shape in lanes)) at.expected('i8x16, i16x8, i32x4, i64x2, f32x4, f64x2');
    lexer.next();
    const count = lanes[shape as keyof typeof lanes];
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) {
      if (lexer.kind !== NUMBER && lexer.kind !== WORD) at.expected(l10n.t('{0} numbers', count));
      const text = lexer.value;
      const value = shape === 'f32x4' ? parseF32(text) : shape === 'f64x2' ? parseF64(text) : shape === 'i64x2' ? parseInt64(text) : parseInt32(text, 128 / count);
      if (value === undefined) at.error('number', l10n.t('This is not a number of type {0}, or it does not fit.', shape.slice(0, shape.indexOf('x'))));
      else if (typeof value === 'bigint') view.setBigUint64(i * 8, BigInt.asUintN(64, value), true);
      else if (count === 4) view.setUint32(i * 4, value >>> 0, true);
      else if (count === 8) view.setUint16(i * 2, value & 0xffff, true);
      else view.setUint8(i, value & 0xff);
      lexer.next();
    }
    return bytes;
  }
}

