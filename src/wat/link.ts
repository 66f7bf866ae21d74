import * as l10n from '@vscode/l10n';
import type { Diagnostic } from './diagnostic';
import { parseHeader } from './header';
import type { Elem, ImportName, ModuleExport } from './model';
import { Scope, type Space, type UseSink } from './scope';
import type { CompositeSyntax, FieldBody, FieldSyntax, Name, Span, TypeSyntaxDef } from './syntax';
import { nonNull, FUNCREF, type Composite } from './types';

/** A module field of a text: where it is, and what was read of it. Mistakes are relative to `start`. */
export interface Field {
  start: number;
  end: number;
  readonly body: FieldBody;
  readonly problems: readonly Diagnostic[];
}

/** Reads one field's header. */
export function readField(text: string, span: Span): Field {
  const problems: Diagnostic[] = [];
  const body = parseHeader(text, span.start, span.end, problems);
  return { start: span.start, end: span.end, body, problems };
}

/** A module whose names are known. `problems[i]` are those that linking found in field i, relative to it. */
export interface Linked { readonly scope: Scope; readonly problems: readonly Diagnostic[][] }

/** Gives every definition its index and looks up what headers refer to; instructions are left to those who need them. */
export function link(fields: readonly Field[], listen?: (scope: Scope) => UseSink): Linked {
  return new Linker(fields, listen).run();
}

class Linker {
  private readonly scope = new Scope();
  private readonly fields: readonly Field[];
  private readonly problems: Diagnostic[][];
  private readonly exportNames = new Map<string, { field: number; start: number; end: number }>();

  constructor(fields: readonly Field[], listen: ((scope: Scope) => UseSink) | undefined) {
    this.scope.sink = listen?.(this.scope);
    this.fields = fields;
    this.problems = fields.map(() => []);
  }

  run(): Linked {
    this.bindTypes();
    this.defineTypes();
    this.bind();
    this.define();
    return { scope: this.scope, problems: this.problems };
  }

  private name(space: Space, name: Name | undefined, index: number, field: number): void {
    if (name === undefined || name.text === '') return;
    const names = this.scope.names[space];
    if (names.has(name.text)) {
      this.problems[field]?.push({ kind: 'malformed', code: 'duplicate', message: l10n.t('There is another {0} named ${1}.', space, name.text), start: name.start, end: name.end });
    } else names.set(name.text, index);
  }

  private bindTypes(): void {
    let count = 0;
    this.fields.forEach((field, i) => {
      if (field.body.kind !== 'types') return;
      for (const type of field.body.types) this.name('type', type.id, count++, i);
    });
    this.scope.typeCount = count;
  }

  private defineTypes(): void {
    const { model } = this.scope;
    this.fields.forEach((field, i) => {
      if (field.body.kind !== 'types') return;
      const problems = this.problems[i] ?? [];
      this.scope.field = i;
      const group = model.types.length;
      const { types } = field.body;
      model.groups.push({ start: group, size: types.length, rec: field.body.rec });
      const limit = group + types.length;
      const later = this.scope.typeCount;
      for (const type of types) {
        // A type may refer to those before it and to those of its own group.
        this.scope.typeCount = limit;
        model.typeNames.push(type.id);
        model.types.push({ ...this.typeDef(type, problems), group, groupSize: types.length });
        model.fieldNames.push(type.composite.kind === 'struct' ? this.fieldNames(type.composite.fields, problems) : undefined);
      }
      this.scope.typeCount = later;
    });
  }

  private typeDef(type: TypeSyntaxDef, problems: Diagnostic[]): { composite: Composite; final: boolean; supers: number[]; describes?: number; descriptor?: number } {
    const { scope } = this;
    const find = (use: typeof type.describes): number | undefined => (use === undefined ? undefined : scope.find('type', use, problems));
    const describes = find(type.describes);
    const descriptor = find(type.descriptor);
    return {
      composite: this.composite(type.composite, problems), final: type.final, supers: type.supers.map(use => scope.find('type', use, problems)),
      ...(describes === undefined ? {} : { describes }), ...(descriptor === undefined ? {} : { descriptor }),
    };
  }

  private composite(syntax: CompositeSyntax, problems: Diagnostic[]): Composite {
    const { scope } = this;
    switch (syntax.kind) {
      case 'func': {
        const seen = new Set<string>();
        for (const { id } of syntax.params) {
          if (id === undefined || id.text === '') continue;
          if (seen.has(id.text)) problems.push({ kind: 'malformed', code: 'duplicate', message: l10n.t('There is another {0} named ${1}.', 'local', id.text), start: id.start, end: id.end });
          seen.add(id.text);
        }
        return { kind: 'func', params: syntax.params.map(param => scope.type(param.type, problems)), results: syntax.results.map(result => scope.type(result, problems)) };
      }
      case 'struct': return { kind: 'struct', fields: syntax.fields.map(field => ({ type: scope.type(field.type, problems), mutable: field.mutable })) };
      case 'array': return { kind: 'array', element: { type: scope.type(syntax.element.type, problems), mutable: syntax.element.mutable } };
      case 'cont': return { kind: 'cont', type: scope.find('type', syntax.type, problems) };
    }
  }

  private fieldNames(fields: readonly FieldSyntax[], problems: Diagnostic[]): Map<string, number> | undefined {
    const names = new Map<string, number>();
    fields.forEach(({ id }, i) => {
      if (id === undefined || id.text === '') return;
      if (names.has(id.text)) problems.push({ kind: 'malformed', code: 'duplicate', message: l10n.t('There is another {0} named ${1}.', 'field', id.text), start: id.start, end: id.end });
      else names.set(id.text, i);
    });
    return names.size === 0 ? undefined : names;
  }

  /** Names of everything but types: indices go by the order of the fields, imports being first. */
  private bind(): void {
    const counts: Record<Space, number> = { type: 0, func: 0, table: 0, memory: 0, global: 0, tag: 0, elem: 0, data: 0 };
    let defined = false;
    this.fields.forEach((field, i) => {
      const { body } = field;
      if (body.kind === 'elem' || body.kind === 'data') this.name(body.kind, body.id, counts[body.kind]++, i);
      if (body.kind !== 'extern') return;
      const kind = body.extern.kind;
      this.name(kind, body.id, counts[kind]++, i);
      if (body.elems !== undefined) counts.elem++;
      if (body.data !== undefined) counts.data++;
      if (body.import === undefined) defined = true;
      else if (defined) this.problems[i]?.push({ kind: 'malformed', code: 'import-order', message: l10n.t('Imports must come before all functions, tables, memories, globals and tags that are defined here.'), start: 1, end: Math.min(field.end - field.start, 7) });
    });
  }

  private define(): void {
    // Types that are only implied may be referred to by index before the place that implies them.
    const { sink } = this.scope;
    this.scope.sink = undefined;
    for (const { body } of this.fields) {
      if (body.kind === 'extern' && (body.extern.kind === 'func' || body.extern.kind === 'tag') && body.extern.use.type === undefined) this.scope.typeUse(body.extern.use, []);
    }
    this.scope.sink = sink;
    this.fields.forEach((field, i) => { this.defineField(field.body, i, this.problems[i] ?? []); });
  }

  private defineField(body: FieldBody, field: number, problems: Diagnostic[]): void {
    const { scope } = this;
    const { model } = scope;
    scope.field = field;
    switch (body.kind) {
      case 'extern':
        this.extern(body, field, problems);
        return;
      case 'export':
        this.export({ name: body.name, kind: body.of, index: scope.find(body.of, body.use, problems), field, start: body.use.start, end: body.use.end });
        return;
      case 'start':
        if (model.start !== undefined) problems.push({ kind: 'malformed', code: 'duplicate-start', message: l10n.t('A module has at most one start function.'), start: body.use.start, end: body.use.end });
        model.start = { func: scope.find('func', body.use, problems), field, span: { start: body.use.start, end: body.use.end } };
        return;
      case 'elem': {
        const { list } = body;
        const entry: Elem = {
          mode: body.mode, table: body.table === undefined ? 0 : scope.find('table', body.table, problems), explicit: body.table !== undefined, type: scope.type(list.type, problems),
          indices: list.indices, items: list.items, field,
        };
        model.elems.push({ ...entry, ...(body.offset === undefined ? {} : { offset: body.offset }), ...(body.id === undefined ? {} : { name: body.id }) });
        return;
      }
      case 'data': {
        const memory = body.offset === undefined ? -1 : body.memory === undefined ? 0 : scope.find('memory', body.memory, problems);
        model.datas.push({ memory, bytes: body.bytes, field, ...(body.offset === undefined ? {} : { offset: body.offset }), ...(body.id === undefined ? {} : { name: body.id }) });
        return;
      }
      case 'custom':
        model.customs.push({ name: body.name, place: body.place, bytes: body.bytes });
        return;
      case 'types': case 'broken':
    }
  }

  private export(entry: ModuleExport): void {
    const known = this.exportNames.get(entry.name);
    if (known === undefined) this.exportNames.set(entry.name, { field: entry.field, start: entry.start, end: entry.end });
    else {
      this.problems[entry.field]?.push({ kind: 'invalid', code: 'duplicate-export', message: l10n.t('There is another export named {0}.', JSON.stringify(entry.name)), start: entry.start, end: entry.end });
    }
    this.scope.model.exports.push(entry);
  }

  private extern(body: Extract<FieldBody, { kind: 'extern' }>, field: number, problems: Diagnostic[]): void {
    const { scope } = this;
    const { model } = scope;
    const { extern } = body;
    const entity: { field: number; import?: ImportName; name?: Name } = { field };
    if (body.import !== undefined) entity.import = { module: body.import.module, name: body.import.name };
    if (body.id !== undefined) entity.name = body.id;
    let index: number;
    switch (extern.kind) {
      case 'func':
        index = model.funcs.push({ ...entity, type: scope.typeUse(extern.use, problems), exact: extern.exact }) - 1;
        break;
      case 'tag':
        index = model.tags.push({ ...entity, type: scope.typeUse(extern.use, problems) }) - 1;
        break;
      case 'table': {
        const type = scope.type(extern.type, problems);
        index = model.tables.push({ ...entity, limits: extern.limits, type }) - 1;
        if (body.elems !== undefined) {
          // Indices in a table of another type than funcref are short for ref.func of it.
          const indices = body.elems.indices && type === FUNCREF;
          model.elems.push({ mode: 'active', table: index, explicit: true, type: indices ? nonNull(FUNCREF) : type, indices, items: body.elems.items, field });
        }
        break;
      }
      case 'memory':
        index = model.memories.push({ ...entity, limits: extern.limits }) - 1;
        if (body.data !== undefined) model.datas.push({ memory: index, bytes: body.data, field });
        break;
      case 'global':
        index = model.globals.push({ ...entity, type: scope.type(extern.type, problems), mutable: extern.mutable }) - 1;
        break;
    }
    if (body.import !== undefined) model.imports.push({ kind: extern.kind, index, module: body.import.module, name: body.import.name });
    for (const { name, start, end } of body.exports) this.export({ name, kind: extern.kind, index, field, start, end });
  }
}
