import { Cursor, DwarfError } from '../../dwarf/cursor';
import type { Body, ModuleImage } from '../../dwarf/image';
import type { Names } from '../../dwarf/names';
import { opByCode, type Immediate } from '../../wasm/instructions';

/** One instruction as the text format writes it. */
export interface Instruction {
  /** Relative to the code section. */
  readonly address: number;
  readonly length: number;
  /** Depth of the blocks around it. */
  readonly depth: number;
  readonly text: string;
}

/** A function in the text format: a line for its head, one for each instruction. */
export interface FunctionText {
  readonly body: Body;
  readonly name: string;
  readonly head: string;
  readonly locals: string;
  readonly instructions: readonly Instruction[];
}

const valueTypes: Readonly<Record<number, string>> = { 0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64', 0x7b: 'v128', 0x70: 'funcref', 0x6f: 'externref', 0x69: 'exnref', 0x6e: 'anyref', 0x6d: 'eqref', 0x6c: 'i31ref' };

/** Decodes a function's body. Bytes that are no instruction end it with a line that says so. */
export function disassemble(image: ModuleImage, names: Names, body: Body): FunctionText {
  const code = image.known.get(10)?.payload ?? new Uint8Array();
  const cursor = new Cursor(code, body.start, Math.min(body.end, code.length));
  const instructions: Instruction[] = [];
  const name = names.function(body.index) ?? `func${body.index}`;
  const reader = new Reader(cursor, names, body.index);
  let locals = '';
  try {
    locals = reader.locals();
    let depth = 0;
    while (cursor.more) {
      const address = cursor.at;
      const { text, change, closes } = reader.instruction();
      if (closes) depth = Math.max(0, depth - 1);
      instructions.push({ address, length: cursor.at - address, depth, text });
      depth += change;
    }
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
    instructions.push({ address: cursor.at, length: Math.max(1, body.end - cursor.at), depth: 0, text: ';; the bytes that follow are no instruction' });
  }
  return { body, name, head: `(func $${identifier(name)} (;${body.index};)`, locals, instructions };
}

/** A name as an identifier of the text format; other characters than it allows make it a quoted one. */
function identifier(name: string): string {
  return /^[\w!#$%&'*+\-./:<=>?@\\^`|~]+$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}

class Reader {
  readonly #cursor: Cursor;
  readonly #names: Names;
  readonly #function: number;

  constructor(cursor: Cursor, names: Names, func: number) {
    this.#cursor = cursor;
    this.#names = names;
    this.#function = func;
  }

  locals(): string {
    const texts: string[] = [];
    for (let groups = this.#cursor.uleb(); groups > 0; groups--) {
      const count = this.#cursor.uleb();
      const type = this.#type();
      texts.push(count > 3 ? `${type} x ${count}` : Array<string>(count).fill(type).join(' '));
    }
    return texts.length === 0 ? '' : `(local ${texts.join(' ')})`;
  }

  #type(): string {
    const byte = this.#cursor.u8();
    if (byte === 0x63 || byte === 0x64) return `(ref ${byte === 0x63 ? 'null ' : ''}${this.#heap()})`;
    return valueTypes[byte] ?? `type ${byte}`;
  }

  #heap(): string {
    const value = this.#cursor.sleb();
    return value >= 0 ? `${value}` : (valueTypes[value & 0x7f] ?? `heap ${value}`).replace(/ref$/, '');
  }

  instruction(): { text: string; change: number; closes: boolean } {
    const first = this.#cursor.u8();
    const prefix = first >= 0xfb && first <= 0xfe ? first : 0;
    const code = prefix === 0 ? first : this.#cursor.uleb();
    const op = opByCode.get(prefix * 0x1000 + code);
    if (op === undefined) throw new DwarfError('instruction is unknown');
    const typed = prefix === 0 && code === 0x1c;
    const immediate = typed ? this.#selectTypes() : this.#immediate(op.imm, op.name, op.width);
    const opens = ['block', 'loop', 'if', 'try', 'try_table'].includes(op.name);
    const middle = ['else', 'catch', 'catch_all'].includes(op.name);
    return { text: immediate === '' ? op.name : `${op.name} ${immediate}`, change: opens || middle ? 1 : 0, closes: middle || op.name === 'end' || op.name === 'delegate' };
  }

  #selectTypes(): string {
    const types: string[] = [];
    for (let left = this.#cursor.uleb(); left > 0; left--) types.push(this.#type());
    return `(result ${types.join(' ')})`;
  }

  #immediate(kind: Immediate, name: string, width: number): string {
    const cursor = this.#cursor;
    const index = (): string => `${cursor.uleb()}`;
    switch (kind) {
      case '': case 'else': case 'end': case 'select': return '';
      case 'block': return this.#blockType();
      case 'try': {
        const type = this.#blockType();
        const catches: string[] = [];
        for (let left = cursor.uleb(); left > 0; left--) {
          const clause = cursor.u8();
          catches.push(clause < 2 ? `(catch${clause === 1 ? '_ref' : ''} ${index()} ${index()})` : `(catch_all${clause === 3 ? '_ref' : ''} ${index()})`);
        }
        return [type, ...catches].filter(text => text !== '').join(' ');
      }
      case 'labels': {
        const labels: string[] = [];
        for (let left = cursor.uleb(); left >= 0; left--) labels.push(index());
        return labels.join(' ');
      }
      case 'func': {
        const at = cursor.uleb();
        const called = this.#names.function(at);
        return called === undefined ? `${at}` : `$${identifier(called)}`;
      }
      case 'local': {
        const at = cursor.uleb();
        const local = this.#names.local(this.#function, at);
        return local === undefined || local === '' ? `${at}` : `$${identifier(local)}`;
      }
      case 'global': {
        const at = cursor.uleb();
        const global = this.#names.global(at);
        return global === undefined ? `${at}` : `$${identifier(global)}`;
      }
      case 'indirect': {
        const type = index();
        const table = cursor.uleb();
        return `${table === 0 ? '' : `${table} `}(type ${type})`;
      }
      case 'label': case 'type': case 'table': case 'tag': case 'elem': case 'data': case 'delegate': return index();
      case 'memory': case 'fence': {
        const at = cursor.uleb();
        return at === 0 ? '' : `${at}`;
      }
      case 'mem': return this.#memory(width);
      case 'memlane': {
        const memory = this.#memory(name.includes('64') ? 3 : name.includes('32') ? 2 : name.includes('16') ? 1 : 0);
        return `${memory} ${cursor.u8()}`.trim();
      }
      case 'lane': return `${cursor.u8()}`;
      case 'shuffle': return [...cursor.block(16)].join(' ');
      case 'v128': return `i8x16 ${[...cursor.block(16)].map(byte => `0x${byte.toString(16).padStart(2, '0')}`).join(' ')}`;
      case 'i32': case 'i64': return `${cursor.slebExact()}`;
      case 'f32': { const bytes = cursor.block(4); return floatText(new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true)); }
      case 'f64': { const bytes = cursor.block(8); return floatText(new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true)); }
      case 'heap': return this.#heap();
      case 'cast': return `(ref ${this.#heap()})`;
      case 'brcast': { const flags = cursor.u8(); return `${index()} (ref ${(flags & 1) !== 0 ? 'null ' : ''}${this.#heap()}) (ref ${(flags & 2) !== 0 ? 'null ' : ''}${this.#heap()})`; }
      case 'meminit': { const data = index(); const memory = cursor.uleb(); return memory === 0 ? data : `${memory} ${data}`; }
      case 'tableinit': { const elem = index(); const table = cursor.uleb(); return table === 0 ? elem : `${table} ${elem}`; }
      case 'memcopy': case 'tablecopy': { const to = cursor.uleb(); const from = cursor.uleb(); return to === 0 && from === 0 ? '' : `${to} ${from}`; }
      case 'field': case 'typecount': case 'typedata': case 'typeelem': case 'typetype': return `${index()} ${index()}`;
    }
  }

  #blockType(): string {
    const at = this.#cursor.at;
    const byte = this.#cursor.u8();
    if (byte === 0x40) return '';
    if (byte >= 0x40 && byte < 0x80) {
      this.#cursor.at = at;
      return `(result ${this.#type()})`;
    }
    this.#cursor.at = at;
    return `(type ${this.#cursor.sleb()})`;
  }

  #memory(natural: number): string {
    const flags = this.#cursor.uleb();
    const memory = (flags & 0x40) !== 0 ? this.#cursor.uleb() : 0;
    const align = flags & 0x3f;
    const offset = this.#cursor.ulebExact();
    return [memory === 0 ? '' : `${memory}`, offset === 0 ? '' : `offset=${offset}`, align === natural ? '' : `align=${2 ** align}`].filter(text => text !== '').join(' ');
  }
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : `${value}`;
}

/** A function's text as lines, and the address of each (undefined for lines that are no instruction). */
export function functionLines(text: FunctionText): { readonly lines: readonly string[]; readonly addresses: readonly (number | undefined)[] } {
  const lines = [text.head];
  const addresses: (number | undefined)[] = [undefined];
  if (text.locals !== '') {
    lines.push(`  ${text.locals}`);
    addresses.push(undefined);
  }
  for (const { address, depth, text: instruction } of text.instructions) {
    lines.push(`${'  '.repeat(Math.min(40, depth + 1))}${instruction}`);
    addresses.push(address);
  }
  // The last `end` closes the function.
  return { lines, addresses };
}
