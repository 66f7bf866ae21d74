import * as l10n from '@vscode/l10n';
import { definitionOf, nameOf, type Sym } from '../document/symbols';
import type { ModuleState } from '../document/module';
import { funcType, type Limits } from '../model';
import { showType, type Composite, type TypeDef } from '../types';

/** Writes a value type with the names of the module. */
export function typeText(module: ModuleState, type: number): string {
  const { typeNames } = module.env.model;
  return showType(type, index => (typeNames[index]?.text ? `$${typeNames[index].text}` : String(index)));
}

/** Writes types as the stack has them, deepest first: `[i32 i64]`. */
export function stackText(module: ModuleState, types: readonly number[]): string {
  return `[${types.map(type => typeText(module, type)).join(' ')}]`;
}

/** The parameters (with names where `names` has them) and results of a function type, as text. */
export function signatureText(module: ModuleState, type: number, names: readonly (string | undefined)[] = []): string {
  const func = funcType(module.env.model, type);
  if (func === undefined) return '';
  const parts: string[] = [];
  let run: string[] = [];
  const flush = (): void => {
    if (run.length > 0) parts.push(`(param ${run.join(' ')})`);
    run = [];
  };
  func.params.forEach((param, i) => {
    const name = names[i];
    if (name === undefined) run.push(typeText(module, param));
    else {
      flush();
      parts.push(`(param $${name} ${typeText(module, param)})`);
    }
  });
  flush();
  if (func.results.length > 0) parts.push(`(result ${func.results.map(result => typeText(module, result)).join(' ')})`);
  return parts.join(' ');
}

function limitsText({ is64, min, max, shared, page }: Limits): string {
  return `${is64 ? 'i64 ' : ''}${String(min)}${max === undefined ? '' : ` ${String(max)}`}${shared ? ' shared' : ''}${page === 16 ? '' : ` (pagesize ${2 ** page})`}`;
}

/** The names of a function's parameters, where the text gives them. */
export function paramNames(module: ModuleState, func: number): (string | undefined)[] {
  const { funcs } = module.env.model;
  const field = module.fields[funcs[func]?.field ?? -1];
  if (field?.body.kind !== 'extern' || field.body.extern.kind !== 'func') return [];
  return field.body.extern.use.params.map(({ id }) => (id === undefined || id.text === '' ? undefined : id.text));
}

function compositeText(module: ModuleState, type: TypeDef, names: ReadonlyMap<string, number> | undefined): string {
  const field = ({ type: of, mutable }: { type: number; mutable: boolean }): string => (mutable ? `(mut ${typeText(module, of)})` : typeText(module, of));
  const shape = (composite: Composite): string => {
    switch (composite.kind) {
      case 'func': return `(func${composite.params.length > 0 ? ` (param ${composite.params.map(one => typeText(module, one)).join(' ')})` : ''}${composite.results.length > 0 ? ` (result ${composite.results.map(one => typeText(module, one)).join(' ')})` : ''})`;
      case 'struct': {
        const byIndex = new Map([...names ?? []].map(([name, i]) => [i, name]));
        return `(struct${composite.fields.map((one, i) => ` (field ${byIndex.has(i) ? `$${byIndex.get(i) ?? ''} ` : ''}${field(one)})`).join('')})`;
      }
      case 'array': return `(array ${field(composite.element)})`;
      case 'cont': return `(cont ${composite.type})`;
    }
  };
  const inner = shape(type.composite);
  const [parent] = type.supers;
  if (type.final && parent === undefined) return inner;
  return `(sub ${type.final ? 'final ' : ''}${parent === undefined ? '' : `${module.env.model.typeNames[parent]?.text ? `$${module.env.model.typeNames[parent].text}` : String(parent)} `}${inner})`;
}

/** What something is, as its text would say it: `(func $f (param i32) (result i32))`. */
export function describe(sym: Sym): string {
  const { module, kind, index } = sym;
  const { model } = module.env;
  const name = nameOf(sym);
  const shown = name.startsWith('$') ? name : `(;${name};)`;
  const from = (entry: { readonly import?: { readonly module: string; readonly name: string } } | undefined): string => (entry?.import === undefined ? '' : ` (import ${JSON.stringify(entry.import.module)} ${JSON.stringify(entry.import.name)})`);
  switch (kind) {
    case 'func': {
      const func = model.funcs[index];
      return `(func ${shown}${from(func)} ${signatureText(module, func?.type ?? -1, paramNames(module, index))}`.trimEnd() + ')';
    }
    case 'tag': return `(tag ${shown}${from(model.tags[index])} ${signatureText(module, model.tags[index]?.type ?? -1)}`.trimEnd() + ')';
    case 'table': {
      const table = model.tables[index];
      return table === undefined ? '' : `(table ${shown}${from(table)} ${limitsText(table.limits)} ${typeText(module, table.type)})`;
    }
    case 'memory': {
      const memory = model.memories[index];
      return memory === undefined ? '' : `(memory ${shown}${from(memory)} ${limitsText(memory.limits)})`;
    }
    case 'global': {
      const global = model.globals[index];
      const type = typeText(module, global?.type ?? 0);
      return `(global ${shown}${from(global)} ${global?.mutable === true ? `(mut ${type})` : type})`;
    }
    case 'type': {
      const type = model.types[index];
      return type === undefined ? '' : `(type ${shown} ${compositeText(module, type, model.fieldNames[index])})`;
    }
    case 'elem': {
      const elem = model.elems[index];
      return elem === undefined ? '' : `(elem ${shown} ${elem.mode} ${typeText(module, elem.type)})`;
    }
    case 'data': {
      const data = model.datas[index];
      return data === undefined ? '' : `(data ${shown} ${data.memory < 0 ? 'passive' : 'active'} ${l10n.t('{0} bytes', data.bytes.length)})`;
    }
    case 'local': {
      const checked = module.checked(sym.owner);
      const func = model.funcs[module.functionAt(sym.owner)];
      const params = funcType(model, func?.type ?? -1)?.params.length ?? 0;
      return `(${index < params ? 'param' : 'local'} ${shown} ${typeText(module, checked?.localTypes[index] ?? 0)})`;
    }
    case 'field': {
      const composite = model.types[sym.owner]?.composite;
      const one = composite?.kind === 'struct' ? composite.fields[index] : undefined;
      if (one === undefined) return '';
      const type = typeText(module, one.type);
      return `(field ${shown} ${one.mutable ? `(mut ${type})` : type})`;
    }
    case 'label': {
      const place = definitionOf(sym);
      return place?.definition.kind === 'label' ? `(block ${shown})` : l10n.t('the function\'s own label: a branch to it returns');
    }
  }
}
