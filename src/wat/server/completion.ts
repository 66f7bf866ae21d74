import * as l10n from '@vscode/l10n';
import { CompletionItemKind, InsertTextFormat, type CompletionItem, type CompletionList, type Position } from 'vscode-languageserver';
import { stackAt, type Here } from '../document/stack';
import type { ModuleState } from '../document/module';
import type { Kind } from '../document/uses';
import { opByName, ops, type Op } from '../instructions';
import { EOF, LPAREN, Lexer, STRING, isIdChar } from '../lexer';
import { describe, stackText } from './describe';
import { importEdit } from './codeActions';
import { instructionSignature, instructionText } from './instructionDocs';
import { offsetOf, rangeOf, type Opened } from './opened';
import { expectedNext, fits } from './ranking';
import { wasiFunctions, wasiMarkdown, wasiModule, wasiSignature } from './wasi';

/**
 * What could stand at the cursor, best first. With `brief`, for clients that know it, what most items replace is said once: there are
 * hundreds of instructions, and half of what is sent would be their ranges.
 */
export function completion(opened: Opened, position: Position, brief = false): CompletionList {
  const offset = offsetOf(opened, position);
  const { text } = opened.wat;
  let start = offset;
  while (start > 0 && isIdChar(text.charCodeAt(start - 1))) start--;
  const items = new Place(opened, start, offset, brief).items();
  // Snippets come in lists of their own: with a range of the list, their text would have another name.
  if (!brief || !items.some(item => item.kind === CompletionItemKind.Operator)) return { isIncomplete: false, items };
  return { isIncomplete: false, itemDefaults: { editRange: rangeOf(opened, { start, end: offset }) }, items };
}

/** Documentation is made for the item that is looked at. */
export function resolveCompletion(item: CompletionItem): CompletionItem {
  const { wasi } = (item.data ?? {}) as { readonly wasi?: string };
  const found = item.kind === CompletionItemKind.Operator ? opByName.get(item.label) : undefined;
  const call = wasi === undefined ? undefined : wasiFunctions().get(wasi);
  const value = found !== undefined ? instructionText(found) : call !== undefined ? wasiMarkdown(call) : '';
  return value === '' ? item : { ...item, documentation: { kind: 'markdown', value } };
}

/** Immediates and the index space that their name is of. */
const spaceOf: Partial<Record<Op['imm'], readonly Kind[]>> = {
  func: ['func'], type: ['type'], indirect: ['table'], local: ['local'], global: ['global'], table: ['table'], memory: ['memory'], mem: ['memory'], memlane: ['memory'], tag: ['tag'], elem: ['elem'], data: ['data'],
  label: ['label'], labels: ['label'], delegate: ['label'], heap: ['type'], field: ['type', 'field'], typecount: ['type'], typedata: ['type', 'data'], typeelem: ['type', 'elem'], typetype: ['type', 'type'], memcopy: ['memory', 'memory'],
  tablecopy: ['table', 'table'], meminit: ['data'], tableinit: ['elem'], brcast: ['label'],
};
const fieldOfWord: Readonly<Record<string, Kind>> = { type: 'type', start: 'func', table: 'table', memory: 'memory', func: 'func', global: 'global', tag: 'tag' };

const valueTypes = ['i32', 'i64', 'f32', 'f64', 'v128', 'funcref', 'externref', 'anyref', 'eqref', 'i31ref', 'structref', 'arrayref', 'exnref'];
const heapTypes = ['func', 'extern', 'any', 'eq', 'i31', 'struct', 'array', 'none', 'nofunc', 'noextern', 'exn', 'noexn'];

class Place {
  private readonly opened: Opened;
  private readonly start: number;
  private readonly end: number;
  private readonly brief: boolean;
  private readonly module: ModuleState | undefined;
  private readonly field: number;
  /** The words of the group around the cursor, before it; the first is what the group is. */
  private words: readonly string[] = [];
  /** The first words of the groups around, outermost first. */
  private around: readonly string[] = [];
  /** Whether the cursor is right behind a parenthesis. */
  private opening = false;
  /** Words and names on the current instruction, flat or folded, before the cursor. */
  private instruction: string[] = [];
  /** Where the instruction at hand starts, with its parenthesis; else where the cursor's word does. */
  private instructionStart: number;
  private inString = false;

  constructor(opened: Opened, start: number, end: number, brief: boolean) {
    this.opened = opened;
    this.brief = brief;
    this.start = this.instructionStart = start;
    this.end = end;
    this.module = opened.wat.moduleAt(start);
    const field = this.module?.fieldAt(start) ?? -1;
    const span = this.module?.fields[field];
    // At the very end of a field the cursor is behind it.
    this.field = span !== undefined && start < span.end ? field : span !== undefined && start === span.end && !opened.wat.text.startsWith(')', start - 1) ? field : -1;
    this.scan(this.field === -1 ? this.module?.item.start ?? 0 : span?.start ?? 0);
  }

  private scan(from: number): void {
    const { text } = this.opened.wat;
    const groups: string[][] = [];
    // Between fields only the module itself is around: its fields before the cursor need not be read.
    if (this.field === -1) {
      const last = this.module?.fields.findLast(field => field.end <= this.start);
      if (this.module !== undefined && !this.module.item.bare && this.start > this.module.item.start) groups.push(['module']);
      from = Math.max(last?.end ?? from, this.module?.item.bare === true ? last?.end ?? 0 : from);
      if (last === undefined && groups.length > 0) from = this.module?.item.start ?? 0;
      if (last === undefined) groups.length = 0;
    }
    const lexer = new Lexer(text, from, text.length);
    let previous = EOF;
    let parenthesis = from;
    let head = this.start;
    for (lexer.next(); lexer.kind !== EOF && lexer.start < this.start; lexer.next()) {
      if (lexer.kind === LPAREN) {
        groups.push([]);
        parenthesis = lexer.start;
      } else if (lexer.value === ')') {
        groups.pop();
        this.instruction = [];
      } else {
        groups.at(-1)?.push(lexer.value);
        if (opByName.has(lexer.value)) {
          this.instruction = [lexer.value];
          head = previous === LPAREN ? parenthesis : lexer.start;
        } else this.instruction.push(lexer.value);
      }
      // A string ends behind its quote; one that is not closed, behind the cursor's line.
      if (lexer.kind === STRING && (lexer.end > this.start || (lexer.end === this.start && (lexer.end - lexer.start < 2 || !text.startsWith('"', lexer.end - 1))))) this.inString = true;
      previous = lexer.kind;
    }
    this.opening = previous === LPAREN && lexer.last <= this.start;
    this.words = (this.opening ? groups.at(-2) : groups.at(-1)) ?? [];
    this.around = (this.opening ? groups.slice(0, -1) : groups).map(group => group[0] ?? '');
    if (this.opening) {
      this.instruction = [];
      this.instructionStart = parenthesis;
    } else if (opByName.has(this.instruction[0] ?? '')) this.instructionStart = this.complete() ? this.start : head;
  }

  /** Whether the instruction at hand has all the names that it asks for, so that another may follow. */
  private complete(): boolean {
    const [head = '', ...given] = this.instruction;
    const op = opByName.get(head);
    return op === undefined || (op.imm !== 'labels' && given.length >= (spaceOf[op.imm]?.length ?? (/^[if](32|64)$/.test(op.imm) ? 1 : 0)));
  }

  items(): CompletionItem[] {
    const { around, module } = this;
    if (this.inString) return this.importNames();
    const group = around.at(-1) ?? '';
    if (around.length === 0) return this.opening ? [...(this.opened.wat.script ? scriptWords() : []), keyword('module'), ...fieldSnippets()] : this.opened.wat.script ? [] : fieldSnippets('(');
    if (group === 'module') return this.opening ? [...fieldSnippets(), ...this.wasiImports('')] : [...fieldSnippets('('), ...this.wasiImports('(')];
    if (module === undefined) return [];
    const names = this.names();
    if (names !== undefined) return names;
    if (['param', 'result', 'local', 'field', 'mut', 'array', 'global'].includes(group) && !(group === 'global' && this.words.some(word => valueTypes.includes(word) || word === 'mut'))) {
      const packed = group === 'field' || group === 'array' || group === 'mut' ? ['i8', 'i16'] : [];
      const open = this.opening ? '' : '(';
      const more = [`${open}ref $`, `${open}ref null $`, ...(group === 'global' || group === 'field' || group === 'array' ? [`${open}mut `] : [])].map(text => ({ ...keyword(text.trim()), insertText: text }));
      return this.opening ? more : [...[...valueTypes, ...packed].map(type => ({ ...keyword(type), kind: CompletionItemKind.TypeParameter, sortText: `1${type}` })), ...more];
    }
    if (group === 'ref') return this.named('type').concat(heapTypes.map(keyword), keyword('null'));
    if (group === 'type' || group === 'rec' || group === 'sub') return this.opening ? ['func', 'struct', 'array', 'sub', 'field', 'param', 'result', 'type'].map(keyword) : this.named('type');
    if (group === 'import' && this.opening) return ['func', 'table', 'memory', 'global', 'tag'].map(keyword);
    if (group === 'export' && this.opening) return ['func', 'table', 'memory', 'global', 'tag'].map(keyword);
    if (group === 'memory' || group === 'tag') return this.opening ? ['export', 'import', 'data', ...(group === 'tag' ? ['param', 'type'] : [])].map(keyword) : [keyword('shared')];
    return this.instructions();
  }

  /** Names of what the instruction or field at hand asks for next; undefined where it asks for none. */
  private names(): CompletionItem[] | undefined {
    if (this.opening) return undefined;
    const word = this.opened.wat.text.slice(this.start, this.end);
    const [head = '', ...given] = this.instruction;
    const op = opByName.get(head);
    if (op !== undefined) {
      const spaces = op.imm === 'labels' ? ['label' as const, ...given.map(() => 'label' as const)] : spaceOf[op.imm];
      const kind = spaces?.[given.length];
      if (kind !== undefined && (word.startsWith('$') || word === '' || /^\d/.test(word))) {
        if (kind === 'field') return this.fieldNames(given[0] ?? '');
        const found = this.named(kind);
        // What need not be named: an instruction may follow as well.
        return ['memory', 'table'].includes(kind) && word === '' ? [...found, ...this.instructions()] : op.imm === 'labels' && given.length > 0 && word === '' ? [...found, ...this.instructions()] : found;
      }
    }
    const group = this.around.at(-1) ?? '';
    const parent = this.around.at(-2);
    const space = fieldOfWord[group];
    if (space !== undefined && (group === 'start' || parent === 'export' || group === 'type' && parent !== 'module' && parent !== undefined && parent !== 'rec' || (parent === 'elem' || parent === 'data') && group !== 'type')) return this.named(space);
    if (group === 'elem' && this.words.includes('func')) return this.named('func');
    if (group === 'ref' && this.words.length > 0) return this.named('type').concat(heapTypes.map(keyword), this.words.includes('null') ? [] : [keyword('null')]);
    if (word.startsWith('$') && op !== undefined) return [];
    return undefined;
  }

  private named(kind: Kind): CompletionItem[] {
    const { module, field } = this;
    if (module === undefined) return [];
    const itemKind = kind === 'func' ? CompletionItemKind.Function : kind === 'type' ? CompletionItemKind.Struct : kind === 'label' ? CompletionItemKind.Reference : CompletionItemKind.Variable;
    const range = { start: this.start, end: this.end };
    const made = (name: string, index: number, owner: number, sort: string): CompletionItem => ({
      label: `$${name}`, kind: itemKind, detail: describe({ module, kind, index, owner }), sortText: sort, filterText: `$${name}`,
      textEdit: { range: rangeOf(this.opened, range), newText: `$${name}` },
    });
    if (kind === 'label') {
      const here = this.here();
      const found: CompletionItem[] = [];
      [...here?.waiting ?? []].reverse().forEach(({ label, op }, i) => {
        if (label !== undefined) found.push({ ...made(label, -1, field, `0${String(i).padStart(4, '0')}`), detail: op?.name ?? '' });
      });
      return found;
    }
    if (kind === 'local') {
      const body = this.here()?.body ?? module.body(field);
      const wanted = this.wanted();
      return [...body?.localNames ?? []].flatMap((name, i) => (name === undefined || name.text === '' ? [] : [made(name.text, i, field, wanted !== undefined && wanted === body?.locals[i] ? '0' : '1')]));
    }
    if (kind === 'field') return [];
    const items = [...module.scope.names[kind]].map(([name, index]) => made(name, index, -1, kind === 'func' && this.fitsHere(index) ? '0' : '1'));
    return kind === 'func' ? [...items, ...this.wasiCalls()] : items;
  }

  private fieldNames(type: string): CompletionItem[] {
    const { module } = this;
    const index = type.startsWith('$') ? module?.scope.names.type.get(type.slice(1)) : Number(type);
    if (module === undefined || index === undefined) return [];
    return [...module.env.model.fieldNames[index] ?? []].map(([name, i]) => ({
      label: `$${name}`, kind: CompletionItemKind.Field, detail: describe({ module, kind: 'field', index: i, owner: index }), textEdit: { range: rangeOf(this.opened, { start: this.start, end: this.end }), newText: `$${name}` },
    }));
  }

  private cached: { readonly here: Here | undefined } | undefined;
  /** The function's stack and open blocks at the cursor. */
  private here(): Here | undefined {
    if (this.cached === undefined) {
      const field = this.module?.fields[this.field];
      this.cached = { here: this.module === undefined || field === undefined ? undefined : stackAt(this.module, this.field, this.instructionStart - field.start) };
    }
    return this.cached.here;
  }

  /** The type that a local is to have here, where that is known: what is taken next, or what is there to be set. */
  private wanted(): number | undefined {
    const here = this.here();
    if (here === undefined) return undefined;
    return this.instruction[0] === 'local.get' ? expectedNext(here, this.module) : here.stack.at(-1);
  }

  private fitsHere(func: number): boolean {
    const here = this.here();
    const { module } = this;
    if (here === undefined || module === undefined) return false;
    const type = module.env.model.types[module.env.model.funcs[func]?.type ?? -1]?.composite;
    if (type?.kind !== 'func') return false;
    const top = here.stack.slice(here.stack.length - type.params.length);
    return top.length === type.params.length && top.every((one, i) => module.env.subtypes.matches(one, type.params[i] ?? 0));
  }

  private instructions(): CompletionItem[] {
    const here = this.field === -1 ? undefined : this.here();
    const range = rangeOf(this.opened, { start: this.start, end: this.end });
    const open = this.opening || this.opened.wat.text.slice(0, this.start).endsWith('(');
    const stack = here === undefined || this.module === undefined ? '' : stackText(this.module, here.stack);
    const found: CompletionItem[] = [];
    for (const op of ops) {
      if (open && (op.imm === 'end' || op.imm === 'else')) continue;
      const rank = here === undefined ? '5' : fits(op, here, open, this.module);
      const signature = instructionSignature(op);
      found.push({
        label: op.name, kind: CompletionItemKind.Operator, sortText: `${rank}${op.name.includes('.atomic.') ? '~' : ''}${op.name}`, ...(this.brief ? {} : { textEdit: { range, newText: op.name } }),
        ...(signature === undefined ? {} : { labelDetails: { description: signature } }), ...(rank === '1' && stack !== '' ? { detail: l10n.t('Fits the stack {0}', stack) } : {}),
      });
    }
    const words = this.around.at(-1) === 'func' || this.around.length === 2 ? ['local', 'param', 'result', 'export', 'type', 'import'] : this.around.at(-1) === 'if' ? ['then', 'else', 'result', 'param'] : ['result', 'param', 'type'];
    if (open) found.push(...words.map(word => ({ ...keyword(word), sortText: this.around.at(-1) === 'if' && (word === 'then' || word === 'else') ? `0${word}` : `2${word}` })));
    return found;
  }

  /** Inside the strings of an import: modules and functions of WASI. */
  private importNames(): CompletionItem[] {
    if (this.around.at(-1) !== 'import') return [];
    const { text } = this.opened.wat;
    const open = text.lastIndexOf('"', this.end - 1);
    const close = text.indexOf('"', this.end);
    const line = text.indexOf('\n', this.end);
    const range = rangeOf(this.opened, { start: open + 1, end: close !== -1 && (line === -1 || close < line) ? close : this.end });
    const strings = this.words.filter(word => word.startsWith('"'));
    if (strings.length <= 1 && !text.slice(0, open).trimEnd().endsWith('"')) return [{ label: wasiModule, kind: CompletionItemKind.Module, detail: l10n.t('WASI preview 1'), textEdit: { range, newText: wasiModule } }, { label: 'env', kind: CompletionItemKind.Module, textEdit: { range, newText: 'env' } }];
    if (!(strings[0] ?? '').includes('wasi')) return [];
    return [...wasiFunctions().values()].map(one => ({ label: one.name, kind: CompletionItemKind.Function, detail: `(func ${wasiSignature(one)})`, textEdit: { range, newText: one.name }, data: { wasi: one.name } }));
  }

  /** Whole imports of WASI functions, as fields. */
  private wasiImports(open: string): CompletionItem[] {
    const range = rangeOf(this.opened, { start: this.start, end: this.end });
    return [...wasiFunctions().values()].map(one => ({
      label: `import ${one.name}`, kind: CompletionItemKind.Function, detail: `(func ${wasiSignature(one)})`.replace(' )', ')'), sortText: `8${one.name}`, filterText: `${open}import ${one.name}`, data: { wasi: one.name },
      textEdit: { range, newText: `${open}import "${wasiModule}" "${one.name}" (func $${one.name} ${wasiSignature(one)})`.replace(' )', ')') + (open === '(' || !this.closedBehind() ? ')' : '') },
    }));
  }

  private closedBehind(): boolean {
    return this.opened.wat.text.startsWith(')', this.end);
  }

  /** WASI functions that are not imported yet: taking one imports it. */
  private wasiCalls(): CompletionItem[] {
    const { module } = this;
    if (module === undefined) return [];
    const range = rangeOf(this.opened, { start: this.start, end: this.end });
    return [...wasiFunctions().values()].filter(one => !module.scope.names.func.has(one.name) && !module.env.model.imports.some(other => other.module === wasiModule && other.name === one.name)).map(one => ({
      label: `$${one.name}`, kind: CompletionItemKind.Function, detail: l10n.t('Import from WASI: {0}', `(func ${wasiSignature(one)})`), sortText: `9${one.name}`, textEdit: { range, newText: `$${one.name}` },
      additionalTextEdits: [importEdit(this.opened, module, `(import "${wasiModule}" "${one.name}" (func $${one.name} ${wasiSignature(one)}))`.replace(' ))', '))'))], data: { wasi: one.name },
    }));
  }
}

function keyword(label: string): CompletionItem {
  return { label, kind: CompletionItemKind.Keyword, sortText: `4${label}` };
}

function scriptWords(): CompletionItem[] {
  return ['assert_return', 'assert_trap', 'assert_invalid', 'assert_malformed', 'assert_exhaustion', 'assert_unlinkable', 'assert_exception', 'invoke', 'get', 'register'].map(keyword);
}

/** Module fields as snippets. */
function fieldSnippets(open = ''): CompletionItem[] {
  const close = open === '' ? '' : ')';
  const made = (label: string, body: string, detail: string): CompletionItem => ({
    label: `${open}${label}`, kind: CompletionItemKind.Snippet, detail, insertText: `${open}${body}${close}`, insertTextFormat: InsertTextFormat.Snippet, sortText: `3${label}`, filterText: `${open}${label}`,
  });
  return [
    made('func', 'func \\$${1:name} (param ${2:i32}) (result ${3:i32})\n\t$0', l10n.t('A function')), made('import', 'import "${1:env}" "${2:name}" (func \\$$2 (param ${3:i32}))', l10n.t('An import')),
    made('export', 'export "${1:name}" (func \\$${2:name})', l10n.t('An export')), made('memory', 'memory (export "${1:memory}") ${2:1}', l10n.t('A memory')), made('table', 'table ${1:1} ${2:funcref}', l10n.t('A table')),
    made('global', 'global \\$${1:name} (mut ${2:i32}) (${2:i32}.const ${3:0})', l10n.t('A global')), made('type', 'type \\$${1:name} (func (param ${2:i32}) (result ${3:i32}))', l10n.t('A type')), made('rec', 'rec (type \\$${1:name} $0)', l10n.t('Types that refer to each other')),
    made('data', 'data (i32.const ${1:0}) "$2"', l10n.t('A data segment')), made('elem', 'elem (i32.const ${1:0}) \\$${2:name}', l10n.t('An element segment')), made('start', 'start \\$${1:name}', l10n.t('The function that runs first')), made('tag', 'tag \\$${1:name} (param ${2:i32})', l10n.t('A tag of exceptions')),
  ];
}
