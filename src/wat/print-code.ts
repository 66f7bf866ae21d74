import type { Namer } from './print-names';
import { showF32, showF64 } from './print-text';
import type { BlockType, Instr } from './syntax';
import { isNullable, showHeap, showType } from './types';

/** Names of a function's locals and labels, as identifiers; undefined where there is none. */
export interface FunctionNames {
  local(index: number): string | undefined;
  /** Of the n-th block that opens. */
  label(index: number): string | undefined;
}

/** Writes instructions, one a line, blocks indented by two spaces more than what is around them. */
export class CodePrinter {
  private readonly names: Namer;
  private readonly own: FunctionNames;
  private readonly open: (string | undefined)[] = [];
  private labels = 0;

  constructor(names: Namer, own: FunctionNames) {
    this.names = names;
    this.own = own;
  }

  /** The lines of a body without its last `end`. */
  *lines(code: readonly Instr[], indent: number): Generator<{ readonly line: string; readonly instr: Instr }> {
    for (let i = 0; i < code.length - 1; i++) {
      const instr = code[i];
      if (instr === undefined) continue;
      const { name, imm } = instr.op;
      if (imm === 'end' || name === 'delegate') this.open.pop();
      const inner = imm === 'else' || name === 'catch' || name === 'catch_all' ? this.open.length - 1 : this.open.length;
      yield { line: ' '.repeat(indent + 2 * Math.min(Math.max(inner, 0), 60)) + this.instr(instr), instr };
    }
  }

  /** A constant expression on one line, without its last `end`. */
  inline(code: readonly Instr[]): string {
    return code.slice(0, -1).map(instr => this.instr(instr)).join(' ');
  }

  private type = (type: number): string => showType(type, index => this.names.ref('type', index));

  private instr(instr: Instr): string {
    const { op } = instr;
    const { names } = this;
    switch (op.imm) {
      case '': case 'else': case 'end': case 'fence': return op.name;
      case 'block': case 'try': return this.block(instr);
      case 'label': case 'delegate': return `${op.name} ${this.label(instr.a)}`;
      case 'labels': return [op.name, ...(instr.list ?? []).map(label => this.label(label)), this.label(instr.a)].join(' ');
      case 'local': return `${op.name} ${this.own.local(instr.a) ?? instr.a}`;
      case 'func': case 'type': case 'global': case 'tag': case 'elem': case 'data': return `${op.name} ${names.ref(op.imm, instr.a)}`;
      case 'table': case 'memory': return instr.a === 0 ? op.name : `${op.name} ${names.ref(op.imm, instr.a)}`;
      case 'indirect': return `${op.name} ${instr.b === 0 ? '' : `${names.ref('table', instr.b)} `}(type ${names.ref('type', instr.a)})`;
      case 'mem': case 'memlane': return this.memory(instr);
      case 'lane': return `${op.name} ${instr.c}`;
      case 'shuffle': return `${op.name} ${[...instr.bytes ?? []].join(' ')}`;
      case 'v128': return `${op.name} i32x4 ${words(instr.bytes).join(' ')}`;
      case 'i32': return `${op.name} ${instr.a}`;
      case 'i64': return `${op.name} ${instr.big}`;
      case 'f32': return `${op.name} ${showF32(instr.a)}`;
      case 'f64': return `${op.name} ${showF64(BigInt(instr.big))}`;
      case 'heap': return `${op.name} ${showHeap(instr.a, index => names.ref('type', index))}`;
      case 'cast': return `${op.name} ${this.longType(instr.a)}`;
      case 'brcast': return `${op.name} ${this.label(instr.a)} ${this.type(instr.b)} ${this.type(instr.c)}`;
      case 'select': return instr.list === undefined ? op.name : `${op.name} (result${instr.list.map(type => ` ${this.type(type)}`).join('')})`;
      case 'field': return `${op.name} ${names.ref('type', instr.a)} ${names.field(instr.a, instr.b)}`;
      case 'typecount': return `${op.name} ${names.ref('type', instr.a)} ${instr.b}`;
      case 'typedata': return `${op.name} ${names.ref('type', instr.a)} ${names.ref('data', instr.b)}`;
      case 'typeelem': return `${op.name} ${names.ref('type', instr.a)} ${names.ref('elem', instr.b)}`;
      case 'typetype': return `${op.name} ${names.ref('type', instr.a)} ${names.ref('type', instr.b)}`;
      case 'memcopy': return instr.a === 0 && instr.b === 0 ? op.name : `${op.name} ${names.ref('memory', instr.a)} ${names.ref('memory', instr.b)}`;
      case 'tablecopy': return instr.a === 0 && instr.b === 0 ? op.name : `${op.name} ${names.ref('table', instr.a)} ${names.ref('table', instr.b)}`;
      case 'meminit': return `${op.name} ${instr.b === 0 ? '' : `${names.ref('memory', instr.b)} `}${names.ref('data', instr.a)}`;
      case 'tableinit': return `${op.name} ${instr.b === 0 ? '' : `${names.ref('table', instr.b)} `}${names.ref('elem', instr.a)}`;
    }
  }

  /** `(ref null any)`: a cast's second opcode shows as `null` even where the type has a short name. */
  private longType(type: number): string {
    return `(ref ${isNullable(type) ? 'null ' : ''}${showHeap(type, index => this.names.ref('type', index))})`;
  }

  private block(instr: Instr): string {
    const catches = (instr.catches ?? []).map(one => ` (${one.kind}${one.tag >= 0 ? ` ${this.names.ref('tag', one.tag)}` : ''} ${this.label(one.label)})`).join('');
    const name = this.own.label(this.labels++);
    const shadowed = name !== undefined && this.open.includes(name);
    const label = shadowed ? undefined : name;
    this.open.push(label);
    return `${instr.op.name}${label === undefined ? '' : ` ${label}`}${this.blockType(instr.block)}${catches}${label === undefined ? ` ;; label = @${this.open.length}` : ''}`;
  }

  private blockType(block: BlockType | undefined): string {
    if (block === undefined) return '';
    if (block.index >= 0) return ` (type ${this.names.ref('type', block.index)})`;
    return block.results.length === 0 ? '' : ` (result ${block.results.map(this.type).join(' ')})`;
  }

  private label(depth: number): string {
    const at = this.open.length - 1 - depth;
    const name = this.open[at];
    return name ?? (at >= 0 ? `${depth} (;@${at + 1};)` : String(depth));
  }

  private memory(instr: Instr): string {
    let text = instr.op.name;
    if (instr.a !== 0) text += ` ${this.names.ref('memory', instr.a)}`;
    if (BigInt(instr.big) !== 0n) text += ` offset=${instr.big}`;
    if (instr.b !== instr.op.width) text += ` align=${2n ** BigInt(instr.b)}`;
    return instr.op.imm === 'memlane' ? `${text} ${instr.c}` : text;
  }
}

function words(bytes: Uint8Array | undefined): string[] {
  if (bytes === undefined) return [];
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [0, 4, 8, 12].map(at => `0x${data.getUint32(at, true).toString(16).padStart(8, '0')}`);
}
