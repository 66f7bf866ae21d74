import { funcType, type Limits } from './model';
import { CodePrinter } from './print-code';
import { Namer } from './print-names';
import { showBytes, showId, showString } from './print-text';
import { readBody, type Binary } from './read';
import type { Space } from './scope';
import { showType, type FieldType } from './types';
import type { Instr, ExternKind } from './syntax';

/** Custom sections that are larger than this are told of, but left out. */
const largestCustom = 4096;
/** Of a data segment. */
const bytesPerLine = 128;

/** Prints a binary as text, piece by piece: whole modules in a stream, or single functions. */
export class Printer {
  readonly binary: Binary;
  readonly names: Namer;

  constructor(binary: Binary) {
    this.binary = binary;
    this.names = new Namer(binary.names);
  }

  private type = (type: number): string => showType(type, index => this.names.ref('type', index));

  /** The whole module, field by field, each with its line ends. */
  *module(): Generator<string> {
    const { binary, names } = this;
    const { model } = binary;
    const module = binary.names.module;
    yield `(module${module === undefined ? '' : module === '' ? ' (@name "")' : ` ${showId(module)}`}\n`;
    yield* this.types();
    for (const one of model.imports) yield `  (import ${showString(one.module)} ${showString(one.name)} (${this.extern(one.kind, one.index)}))\n`;
    let defined = 0;
    for (const [i, table] of model.tables.entries()) {
      if (table.import !== undefined) continue;
      const init = binary.tables[defined++];
      yield `  (${this.extern('table', i)}${init === undefined ? '' : ` ${this.constant(init)}`})\n`;
    }
    for (const [i, memory] of model.memories.entries()) if (memory.import === undefined) yield `  (${this.extern('memory', i)})\n`;
    for (const [i, tag] of model.tags.entries()) if (tag.import === undefined) yield `  (${this.extern('tag', i)})\n`;
    defined = 0;
    for (const [i, global] of model.globals.entries()) {
      if (global.import === undefined) yield `  (${this.extern('global', i)} ${this.constant(binary.globals[defined++] ?? [])})\n`;
    }
    for (const one of model.exports) yield `  (export ${showString(one.name)} (${one.kind} ${names.ref(one.kind, one.index)}))\n`;
    if (model.start !== undefined) yield `  (start ${names.ref('func', model.start.func)})\n`;
    for (const i of model.elems.keys()) yield this.elem(i);
    const imported = model.funcs.length - binary.starts.length;
    for (let i = imported; i < model.funcs.length; i++) yield this.function(i);
    for (const i of model.datas.keys()) yield* this.data(i);
    for (const one of model.customs) {
      yield one.bytes.length <= largestCustom ? `  (@custom ${showString(one.name)} (${one.place}) ${showBytes(one.bytes)})\n`
        : `  ;; custom section ${showString(one.name)} (${one.bytes.length} bytes) left out\n`;
    }
    yield ')\n';
  }

  /** One function that is defined here, as a field of the module; throws a UserError when its code is damaged. */
  function(index: number): string {
    let out = '';
    for (const { line } of this.functionLines(index)) out += `${line}\n`;
    return out;
  }

  /** How a thing of an index space is declared, on one line, without what it holds. */
  describe(space: Space, index: number): string {
    const { model } = this.binary;
    switch (space) {
      case 'type': return this.typeDef(index);
      case 'elem': case 'data': return `(${space} ${this.names.define(space, index).trimEnd()})`;
      case 'func': {
        const type = funcType(model, model.funcs[index]?.type ?? -1);
        const list = (word: string, types: readonly number[] = []): string => (types.length === 0 ? '' : ` (${word} ${types.map(this.type).join(' ')})`);
        return `(func ${this.names.define('func', index)}${list('param', type?.params)}${list('result', type?.results)})`;
      }
      default: return `(${this.extern(space, index)})`;
    }
  }

  /** The lines of a function, each with the offset in the binary of the instruction on it. */
  *functionLines(index: number): Generator<{ readonly line: string; readonly offset: number | undefined }> {
    const { binary, names } = this;
    const { model } = binary;
    const type = model.funcs[index]?.type ?? -1;
    const signature = funcType(model, type);
    const params = signature?.params ?? [];
    const defined = index - (model.funcs.length - binary.starts.length);
    const body = readBody(binary, defined);
    const own = names.inside(index);
    const local = (word: string, i: number): string => {
      const name = own.defineLocal(i);
      return `(${word} ${name === '' ? '' : `${name} `}${this.type(body.locals[i] ?? 0)})`;
    };
    const runs = (word: string, from: number, to: number): string => {
      const parts: string[] = [];
      let open: string[] = [];
      const flush = (): void => {
        if (open.length > 0) parts.push(`(${word} ${open.join(' ')})`);
        open = [];
      };
      for (let i = from; i < to; i++) {
        if (own.defineLocal(i) === '') open.push(this.type(body.locals[i] ?? 0));
        else {
          flush();
          parts.push(local(word, i));
        }
      }
      flush();
      return parts.join(' ');
    };
    const parts = [`(type ${names.ref('type', type)})`];
    if (params.length > 0) parts.push(runs('param', 0, params.length));
    if (signature !== undefined && signature.results.length > 0) parts.push(`(result ${signature.results.map(this.type).join(' ')})`);
    yield { line: `  (func ${names.define('func', index)} ${parts.join(' ')}`, offset: binary.starts[defined] };
    if (body.locals.length > params.length) yield { line: `    ${runs('local', params.length, body.locals.length)}`, offset: undefined };
    for (const { line, instr } of new CodePrinter(names, own).lines(body.code, 4)) yield { line, offset: instr.start };
    yield { line: '  )', offset: body.code.at(-1)?.start };
  }

  private constant(code: readonly Instr[]): string {
    return new CodePrinter(this.names, { local: () => undefined, label: () => undefined }).inline(code);
  }

  private limits(limits: Limits): string {
    return [...(limits.is64 ? ['i64'] : []), String(limits.min), ...(limits.max === undefined ? [] : [String(limits.max)]), ...(limits.shared ? ['shared'] : []),
      ...(limits.page === 16 ? [] : [`(pagesize ${2 ** limits.page})`])].join(' ');
  }

  /** What an import says, and what most definitions begin with. */
  private extern(kind: ExternKind, index: number): string {
    const { names } = this;
    const { model } = this.binary;
    const head = `${kind} ${names.define(kind, index)}`;
    switch (kind) {
      case 'func': {
        const use = `(type ${names.ref('type', model.funcs[index]?.type ?? 0)})`;
        return `${head} ${model.funcs[index]?.exact === true ? `(exact ${use})` : use}`;
      }
      case 'tag': return `${head} (type ${names.ref('type', model.tags[index]?.type ?? 0)})`;
      case 'table': {
        const table = model.tables[index];
        return table === undefined ? head : `${head} ${this.limits(table.limits)} ${this.type(table.type)}`;
      }
      case 'memory': {
        const memory = model.memories[index];
        return memory === undefined ? head : `${head} ${this.limits(memory.limits)}`;
      }
      case 'global': {
        const global = model.globals[index];
        return global === undefined ? head : `${head} ${global.mutable ? `(mut ${this.type(global.type)})` : this.type(global.type)}`;
      }
    }
  }

  private *types(): Generator<string> {
    for (const group of this.binary.model.groups) {
      const one = !group.rec && group.size === 1;
      if (!one) yield '  (rec\n';
      for (let i = 0; i < group.size; i++) yield `${one ? '  ' : '    '}${this.typeDef(group.start + i)}\n`;
      if (!one) yield '  )\n';
    }
  }

  private typeDef(index: number): string {
    const { names } = this;
    const type = this.binary.model.types[index];
    if (type === undefined) return '';
    const { composite } = type;
    const field = (one: FieldType): string => (one.mutable ? `(mut ${this.type(one.type)})` : this.type(one.type));
    const list = (word: string, types: readonly number[]): string => (types.length === 0 ? '' : ` (${word} ${types.map(this.type).join(' ')})`);
    let text = '';
    switch (composite.kind) {
      case 'func':
        text = `(func${list('param', composite.params)}${list('result', composite.results)})`;
        break;
      case 'struct':
        text = `(struct${composite.fields.map((one, i) => {
          const name = names.defineField(index, i);
          return ` (field ${name === '' ? '' : `${name} `}${field(one)})`;
        }).join('')})`;
        break;
      case 'array':
        text = `(array ${field(composite.element)})`;
        break;
      case 'cont':
        text = `(cont ${names.ref('type', composite.type)})`;
    }
    if (type.descriptor !== undefined) text = `(descriptor ${names.ref('type', type.descriptor)}) ${text}`;
    if (type.describes !== undefined) text = `(describes ${names.ref('type', type.describes)}) ${text}`;
    if (!type.final || type.supers.length > 0) text = `(sub ${type.final ? 'final ' : ''}${type.supers.map(one => `${names.ref('type', one)} `).join('')}${text})`;
    return `(type ${names.define('type', index)} ${text})`;
  }

  private elem(index: number): string {
    const { names } = this;
    const elem = this.binary.model.elems[index];
    const parts = this.binary.elems[index];
    if (elem === undefined || parts === undefined) return '';
    const words = [`elem ${names.define('elem', index)}`];
    if (elem.mode === 'declare') words.push('declare');
    if (elem.mode === 'active') {
      if (elem.explicit) words.push(`(table ${names.ref('table', elem.table)})`);
      words.push(`(offset ${this.constant(parts.offset ?? [])})`);
    }
    words.push(elem.indices ? 'func' : this.type(elem.type));
    for (const item of parts.items) words.push(elem.indices ? names.ref('func', item[0]?.a ?? 0) : `(item ${this.constant(item)})`);
    return `  (${words.join(' ')})\n`;
  }

  private *data(index: number): Generator<string> {
    const { names } = this;
    const data = this.binary.model.datas[index];
    if (data === undefined) return;
    const words = [`data ${names.define('data', index)}`];
    if (data.memory > 0) words.push(`(memory ${names.ref('memory', data.memory)})`);
    const offset = this.binary.datas[index];
    if (offset !== undefined) words.push(`(offset ${this.constant(offset)})`);
    const { bytes } = data;
    if (bytes.length <= bytesPerLine) yield `  (${words.join(' ')} ${showBytes(bytes)})\n`;
    else {
      // In lines, since editors have trouble with one of megabytes.
      yield `  (${words.join(' ')}\n`;
      for (let at = 0; at < bytes.length; at += bytesPerLine) yield `    ${showBytes(bytes.subarray(at, at + bytesPerLine))}\n`;
      yield '  )\n';
    }
  }
}
