import type { Body } from '../body';
import { typePlaces } from '../assemble';
import { readConstants, readFunc } from '../contents';
import type { Environment } from '../check';
import type { Diagnostic } from '../diagnostic';
import type { ModuleText } from '../fields';
import { link, readField, type Field, type Linked } from '../link';
import type { Scope } from '../scope';
import type { Span } from '../syntax';
import { validateModule, type TypePlace } from '../validate';
import { checkFunction, type Checked } from './check';
import { compare, type Keeps, type LinkedState } from './moved';
import { kinds, Uses, type Kind } from './uses';

/**
 * One module of a text that is being edited. What is known of a field is relative to it and outlives changes elsewhere: an edit inside
 * a function reads and checks that function alone; an edit of what others may know links anew, and checks those that it concerns.
 */
export class ModuleState {
  item: ModuleText;
  /** The script's command that the module stands in, such as `assert_invalid`. */
  command: string | undefined;
  /** The whole text that the module is in. */
  source = '';
  private list: Field[] = [];
  private linked!: Linked;
  env!: Environment;
  /** Uses in each field but for those in function bodies. */
  private heads: (Uses | undefined)[] = [];
  private checks: (Checked | undefined)[] = [];
  /** The function that a field defines, by field; -1 for none. */
  private functionOf: Int32Array = new Int32Array(0);
  /** How many types there are without those that only bodies imply. */
  private types = 0;
  private places!: TypePlace;
  private lastBody: { readonly field: Field; readonly body: Body } | undefined;
  private counted: readonly number[][] | undefined;

  constructor(text: string, item: ModuleText, known: (span: Span) => Field | undefined, before: ModuleState | undefined) {
    this.item = item;
    this.relink(text, item.fields.map(span => known(span) ?? readField(text, span)), before);
  }

  get fields(): readonly Field[] {
    return this.list;
  }

  get scope(): Scope {
    return this.linked.scope;
  }

  /** Everything wrong in the module, by field and relative to it. */
  *problems(): Generator<{ readonly field: Field; readonly problem: Diagnostic }> {
    for (let i = 0; i < this.list.length; i++) {
      const field = this.list[i];
      if (field === undefined) continue;
      for (const problem of field.problems) yield { field, problem };
      for (const problem of this.linked.problems[i] ?? []) yield { field, problem };
      for (const problem of this.checks[i]?.problems ?? []) yield { field, problem };
    }
  }

  /** The function that a field defines, or -1. */
  functionAt(field: number): number {
    return this.functionOf[field] ?? -1;
  }

  checked(field: number): Checked | undefined {
    return this.checks[field];
  }

  /** Every list of uses in a field: of its head, and of its body. */
  usesIn(field: number): Uses[] {
    return [this.heads[field], this.checks[field]?.uses].filter(uses => uses !== undefined);
  }

  /** How often each entry is used: a list for each kind (in the order of `kinds`), by index. */
  counts(): readonly number[][] {
    if (this.counted !== undefined) return this.counted;
    const counts = kinds.map((): number[] => []);
    for (const uses of this.heads) uses?.count(counts);
    for (const checked of this.checks) checked?.uses.count(counts);
    this.counted = counts;
    return counts;
  }

  count(kind: Kind, index: number): number {
    return this.counts()[kinds.indexOf(kind)]?.[index] ?? 0;
  }

  /** Where a type is defined: its field, and its place in it. */
  typePlace(type: number): { readonly field: number; readonly start: number; readonly end: number } | undefined {
    return type < this.scope.model.typeNames.length ? this.places(type) : undefined;
  }

  /** The index of the first type that a field defines. */
  firstType(field: number): number {
    let count = 0;
    for (let i = 0; i < field; i++) {
      const body = this.list[i]?.body;
      if (body?.kind === 'types') count += body.types.length;
    }
    return count;
  }

  /** The field at an offset of the text, by its place among them; -1 between fields. */
  fieldAt(offset: number): number {
    let low = 0;
    let high = this.list.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const field = this.list[middle];
      if (field === undefined) break;
      if (offset < field.start) high = middle - 1;
      else if (offset > field.end) low = middle + 1;
      else return middle;
    }
    return -1;
  }

  /** The instructions of the function that a field defines, read anew (and kept until another is asked for). */
  body(index: number): Body | undefined {
    const field = this.list[index];
    const func = this.functionAt(index);
    if (field === undefined || func === -1) return undefined;
    if (this.lastBody?.field !== field) this.lastBody = { field, body: readFunc(this.source, field, this.env.model.funcs[func]?.type ?? -1, this.scope, []) };
    return this.lastBody.body;
  }

  /** Moves what lies behind an edit. */
  shift(text: string, from: number, delta: number): void {
    this.source = text;
    if (delta === 0) return;
    for (let i = this.list.length - 1; i >= 0; i--) {
      const field = this.list[i];
      if (field === undefined || field.start < from) break;
      field.start += delta;
      field.end += delta;
    }
    const { item } = this;
    const move = (at: number): number => (at >= from ? at + delta : at);
    if (item.end >= from) {
      const id = item.id === undefined ? {} : { id: { ...item.id, start: move(item.id.start), end: move(item.id.end) } };
      this.item = { ...item, start: move(item.start), end: move(item.end), ...id };
    }
  }

  /** The module as it was, somewhere else. */
  moveTo(text: string, item: ModuleText): void {
    this.source = text;
    this.item = item;
    item.fields.forEach((span, i) => {
      const field = this.list[i];
      if (field === undefined) return;
      field.start = span.start;
      field.end = span.end;
    });
  }

  /** Field `index` has other text now, and only that; fields behind it have been shifted. */
  replace(text: string, oldText: string, index: number, span: Span): void {
    const old = this.list[index];
    if (old === undefined) return;
    const field = readField(text, span);
    const func = this.functionAt(index);
    const [was, is] = [old.body, field.body];
    // What stands before a function's body is all that the rest of the module knows of it.
    const sameHead = func !== -1 && was.kind === 'extern' && is.kind === 'extern' && is.extern.kind === 'func' && is.import === undefined
      && was.body.start === is.body.start && old.problems.length === 0 && field.problems.length === 0
      && oldText.slice(old.start, old.start + was.body.start) === text.slice(field.start, field.start + is.body.start);
    const next = this.list.slice();
    next[index] = field;
    if (!sameHead || this.checks.some(checked => checked?.late === true)) {
      this.relink(text, next, this);
      return;
    }
    this.source = text;
    this.list = next;
    this.lastBody = undefined;
    this.counted = undefined;
    const checked = checkFunction(text, field, func, this.env, this.scope, this.types);
    this.checks[index] = checked;
    if (checked.late) this.relink(text, next, this);
  }

  private relink(text: string, fields: Field[], before: ModuleState | undefined): void {
    const old: LinkedState | undefined = before === undefined || before.list.length === 0 ? undefined : { text: before.source, fields: before.list, scope: before.scope, env: before.env };
    const known = new Map<Field, Checked>();
    before?.list.forEach((field, i) => {
      const checked = before.checks[i];
      if (checked !== undefined) known.set(field, checked);
    });
    this.source = text;
    this.list = fields;
    this.lastBody = undefined;
    this.counted = undefined;
    const heads: (Uses | undefined)[] = [];
    this.linked = link(fields, scope => (kind, index, use, owner) => {
      (heads[scope.field] ??= new Uses()).add(kind, index, use.start, use.end, owner ?? -1);
    });
    const { scope, problems } = this.linked;
    const constants = readConstants(text, fields, this.linked, this.item.id);
    scope.sink = undefined;
    this.heads = heads;
    this.places = typePlaces(fields);
    this.env = validateModule(constants, field => problems[field] ?? [], this.places);
    this.types = this.env.model.types.length;
    this.functionOf = new Int32Array(fields.length).fill(-1);
    this.env.model.funcs.forEach((func, i) => { if (func.import === undefined) this.functionOf[func.field] = i; });
    this.checkAll(known, old === undefined || [...known.values()].some(one => one.late) ? undefined : compare(old, { text, fields, scope, env: this.env }));
  }

  private checkAll(known: ReadonlyMap<Field, Checked>, keeps: Keeps | undefined): void {
    this.checks = this.list.map((field, i) => {
      const func = this.functionAt(i);
      if (func === -1) return undefined;
      const checked = keeps === undefined ? undefined : known.get(field);
      if (checked !== undefined && keeps?.(field, checked) === true) return checked;
      return checkFunction(this.source, field, func, this.env, this.scope, this.types);
    });
  }
}
