import * as l10n from '@vscode/l10n';
import { Checker, type Environment } from './check';
import type { Body } from './body';
import type { Diagnostic } from './diagnostic';
import type { Contents } from './encode';
import { funcType, type Limits, type Model } from './model';
import { Subtypes } from './subtype';
import type { Instr } from './syntax';
import { I32, I64, isDefaultable } from './types';

/** A module's parts but for the bodies of its functions, which are checked one by one. */
export type Constants = Omit<Contents, 'bodies'>;

/** Where mistakes of a field go; positions are relative to it. */
export type Report = (field: number) => Diagnostic[];

/** Where a type is written, for mistakes of the type section: field and place. */
export type TypePlace = (type: number) => { readonly field: number; readonly start: number; readonly end: number };

/** Checks all of a module but the bodies of its functions, and gives what those need. */
export function validateModule(contents: Constants, report: Report, place: TypePlace): Environment {
  const env: Environment = { model: contents.model, subtypes: new Subtypes(contents.model), declared: declaredFunctions(contents) };
  new ModuleCheck(env, contents, report, place).run();
  return env;
}

/** Checks one function's body; `func` is its index. */
export function validateBody(env: Environment, func: number, body: Body, problems: Diagnostic[], observe?: Checker['observe']): void {
  const type = funcType(env.model, env.model.funcs[func]?.type ?? -1);
  if (type === undefined) return;
  const checker = new Checker(env, body.locals, type.params.length, problems);
  checker.observe = observe;
  checker.run(body.code, type.results);
}

/** Functions that are named outside of function bodies and of the start section. */
function declaredFunctions(contents: Constants): Set<number> {
  const declared = new Set<number>();
  const scan = (code: readonly Instr[] | undefined): void => {
    for (const instr of code ?? []) if (instr.op.name === 'ref.func') declared.add(instr.a);
  };
  contents.globals.forEach(scan);
  contents.tables.forEach(scan);
  contents.datas.forEach(scan);
  for (const { offset, items } of contents.elems) {
    scan(offset);
    items.forEach(scan);
  }
  for (const one of contents.model.exports) if (one.kind === 'func') declared.add(one.index);
  return declared;
}

class ModuleCheck {
  private readonly env: Environment;
  private readonly contents: Constants;
  private readonly report: Report;
  private readonly place: TypePlace;

  constructor(env: Environment, contents: Constants, report: Report, place: TypePlace) {
    this.env = env;
    this.contents = contents;
    this.report = report;
    this.place = place;
  }

  run(): void {
    const { model } = this.env;
    model.types.forEach((_, i) => { this.type(i); });
    const importedGlobals = model.globals.filter(global => global.import !== undefined).length;
    let defined = 0;
    for (const table of model.tables) {
      this.limits(table.limits, false, table.field);
      if (table.import !== undefined) continue;
      const init = this.contents.tables[defined++];
      if (init !== undefined) this.constant(init, table.type, importedGlobals, table.field);
      else if (!isDefaultable(table.type)) this.tell(table.field, 'no-default', l10n.t('The elements of this table have no default value: an initial value is needed.'));
    }
    for (const memory of model.memories) this.limits(memory.limits, true, memory.field);
    for (const tag of model.tags) {
      if ((funcType(model, tag.type)?.results.length ?? 0) > 0) this.tell(tag.field, 'tag-results', l10n.t('A tag has no results.'));
    }
    defined = 0;
    model.globals.forEach((global, i) => {
      if (global.import === undefined) this.constant(this.contents.globals[defined++] ?? [], global.type, i, global.field);
    });
    this.segments();
    this.exports(model);
  }

  private tell(field: number, code: string, message: string, start = 1, end = 2): void {
    this.report(field).push({ kind: 'invalid', code, message, start, end });
  }

  private constant(code: readonly Instr[], type: number, globals: number, field: number): void {
    const problems = this.report(field);
    // What the text did not let be read was told already.
    if (code.length === 0) return;
    new Checker(this.env, [], 0, problems, globals).run(code, [type]);
  }

  private type(index: number): void {
    const { model, subtypes } = this.env;
    const type = model.types[index];
    if (type === undefined) return;
    const bad = (code: string, message: string): void => {
      const { field, start, end } = this.place(index);
      this.tell(field, code, message, start, end);
    };
    if (type.supers.length > 1) bad('supertypes', l10n.t('A type has at most one supertype.'));
    for (const index_ of type.supers) {
      if (index_ < 0) continue;
      const parent = model.types[index_];
      if (index_ >= index || parent === undefined) bad('unknown-type', l10n.t('The supertype must come before the type.'));
      else if (parent.final) bad('final', l10n.t('The supertype is final: it takes no subtypes.'));
      else if (!subtypes.compositeMatches(type.composite, parent.composite)) bad('sub-type', l10n.t('The type does not match its supertype.'));
      else if (!this.descriptorsMatch(index, index_)) bad('sub-type', l10n.t('The descriptors of the type do not match those of its supertype.'));
    }
    if (type.composite.kind === 'cont' && funcType(model, type.composite.type) === undefined) bad('not-function-type', l10n.t('A continuation is one of a function type.'));
    this.descriptors(index, bad);
  }

  private descriptors(index: number, bad: (code: string, message: string) => void): void {
    const { types } = this.env.model;
    const type = types[index];
    if (type === undefined || (type.describes === undefined && type.descriptor === undefined)) return;
    if (type.composite.kind !== 'struct') bad('descriptor', l10n.t('Only structs have or are descriptors.'));
    const inGroup = (other: number): boolean => other >= type.group && other < type.group + type.groupSize;
    if (type.descriptor !== undefined && type.descriptor >= 0 && (!inGroup(type.descriptor) || types[type.descriptor]?.describes !== index)) {
      bad('descriptor', l10n.t('The descriptor must be a type of the same group that describes this one.'));
    }
    if (type.describes !== undefined && type.describes >= 0) {
      if (!inGroup(type.describes) || types[type.describes]?.descriptor !== index) bad('descriptor', l10n.t('The described type must be one of the same group that names this as its descriptor.'));
      else if (types[type.describes]?.final !== type.final) bad('descriptor', l10n.t('A type and its descriptor must both be final, or neither.'));
      else if (type.describes >= index) bad('descriptor', l10n.t('A type must come before its descriptor.'));
    }
  }

  private descriptorsMatch(low: number, high: number): boolean {
    const { types } = this.env.model;
    const a = types[low];
    const b = types[high];
    if (a === undefined || b === undefined) return true;
    if (a.descriptor !== undefined && b.descriptor === undefined) return false;
    if (b.descriptor !== undefined && (a.descriptor === undefined || !this.env.subtypes.indexMatches(a.descriptor, b.descriptor))) return false;
    if ((a.describes === undefined) !== (b.describes === undefined)) return false;
    return a.describes === undefined || b.describes === undefined || this.env.subtypes.indexMatches(a.describes, b.describes);
  }

  private limits(limits: Limits, memory: boolean, field: number): void {
    const bits = limits.is64 ? 64n : 32n;
    const most = memory && limits.page > 0 ? 1n << (bits - BigInt(limits.page)) : (1n << bits) - 1n;
    if (limits.page !== 16 && limits.page !== 0) this.tell(field, 'page-size', l10n.t('A page has 1 or 65536 bytes.'));
    if (limits.min > most || (limits.max ?? 0n) > most) {
      this.tell(field, 'limits', memory ? l10n.t('A memory has at most {0} pages.', String(most)) : l10n.t('A table has at most {0} elements.', String(most)));
    }
    if (limits.max !== undefined && limits.min > limits.max) this.tell(field, 'limits', l10n.t('The minimum is larger than the maximum.'));
    if (limits.shared && !memory) this.tell(field, 'shared', l10n.t('A table can\'t be shared.'));
    if (limits.shared && limits.max === undefined) this.tell(field, 'shared', l10n.t('A shared memory needs a maximum.'));
  }

  private segments(): void {
    const { model, subtypes } = this.env;
    const globals = model.globals.length;
    model.elems.forEach((elem, i) => {
      const { offset, items } = this.contents.elems[i] ?? { offset: undefined, items: [] };
      const table = model.tables[elem.table];
      if (elem.mode === 'active' && elem.table >= 0) {
        if (table === undefined) this.tell(elem.field, 'unknown-table', l10n.t('There is no table {0}.', elem.table));
        else {
          if (!subtypes.matches(elem.type, table.type)) this.tell(elem.field, 'type-mismatch', l10n.t('The elements of the segment do not match those of the table.'));
          if (offset !== undefined) this.constant(offset, table.limits.is64 ? I64 : I32, globals, elem.field);
        }
      }
      for (const item of items) {
        if (elem.indices && (item[0]?.a ?? 0) >= model.funcs.length) this.tell(elem.field, 'unknown-func', l10n.t('There is no function {0}.', item[0]?.a ?? 0), item[0]?.start, item[0]?.end);
        else this.constant(item, elem.type, globals, elem.field);
      }
    });
    model.datas.forEach((data, i) => {
      const offset = this.contents.datas[i];
      const memory = model.memories[data.memory];
      if (offset === undefined || data.memory < 0) return;
      if (memory === undefined) this.tell(data.field, 'unknown-memory', l10n.t('There is no memory {0}.', data.memory));
      else this.constant(offset, memory.limits.is64 ? I64 : I32, globals, data.field);
    });
  }

  private exports(model: Model): void {
    const counts = { func: model.funcs.length, table: model.tables.length, memory: model.memories.length, global: model.globals.length, tag: model.tags.length };
    for (const one of model.exports) {
      if (one.index >= counts[one.kind]) this.tell(one.field, `unknown-${one.kind}`, l10n.t('There is no {0} {1}: the module has {2}.', one.kind, one.index, counts[one.kind]), one.start, one.end);
    }
    const { start } = model;
    if (start === undefined || start.func < 0) return;
    const func = model.funcs[start.func];
    if (func === undefined) this.tell(start.field, 'unknown-func', l10n.t('There is no function {0}.', start.func), start.span.start, start.span.end);
    else {
      const type = funcType(model, func.type);
      if (type !== undefined && type.params.length + type.results.length > 0) this.tell(start.field, 'start-type', l10n.t('A start function takes and gives nothing.'), start.span.start, start.span.end);
    }
  }
}
