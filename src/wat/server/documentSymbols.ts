import { SymbolKind, type DocumentSymbol, type SymbolInformation } from 'vscode-languageserver';
import { definitionsIn, type Definition } from '../document/symbols';
import type { ModuleState } from '../document/module';
import type { Kind } from '../document/uses';
import { locationOf, moved, rangeOf, type Opened } from './opened';
import { describe } from './describe';

const symbolKinds: Readonly<Record<Kind, SymbolKind>> = {
  type: SymbolKind.Struct, func: SymbolKind.Function, table: SymbolKind.Array, memory: SymbolKind.Object, global: SymbolKind.Variable, tag: SymbolKind.Event, elem: SymbolKind.Array, data: SymbolKind.Constant,
  local: SymbolKind.Variable, label: SymbolKind.Key, field: SymbolKind.Field,
};

/** The outline: modules with what they define, functions with their named parameters and locals. */
export function documentSymbols(opened: Opened): DocumentSymbol[] {
  const { modules } = opened.wat;
  const only = modules.length === 1 ? modules[0] : undefined;
  if (only !== undefined && !opened.wat.script) return inModule(opened, only);
  return modules.map((module, i) => ({
    name: `module ${module.item.id?.text ? `$${module.item.id.text}` : String(i)}`, kind: SymbolKind.Module, ...(module.command === undefined ? {} : { detail: module.command }),
    range: rangeOf(opened, module.item), selectionRange: rangeOf(opened, { start: module.item.start + 1, end: module.item.start + 7 }), children: inModule(opened, module),
  }));
}

function inModule(opened: Opened, module: ModuleState): DocumentSymbol[] {
  const found: DocumentSymbol[] = [];
  module.fields.forEach((field, i) => {
    if (field.body.kind === 'export') {
      const range = rangeOf(opened, field);
      found.push({ name: `export ${JSON.stringify(field.body.name)}`, kind: SymbolKind.Interface, range, selectionRange: range });
      return;
    }
    const definitions = definitionsIn(module, i);
    const made: DocumentSymbol[] = [];
    let parent: DocumentSymbol | undefined;
    for (const one of definitions) {
      if (one.kind === 'label') continue;
      const symbol = symbolOf(opened, module, field.start, one);
      if ((one.kind === 'local' || one.kind === 'field') && parent !== undefined) (parent.children ??= []).push(symbol);
      else {
        made.push(symbol);
        parent = symbol;
      }
    }
    found.push(...made);
  });
  return found;
}

function symbolOf(opened: Opened, module: ModuleState, base: number, one: Definition): DocumentSymbol {
  const range = rangeOf(opened, moved(one.whole, base));
  return { name: nameOf(module, one), kind: symbolKinds[one.kind], detail: detail(module, one), range, selectionRange: rangeOf(opened, moved(one, base)) };
}

function nameOf(module: ModuleState, { kind, index, name }: Definition): string {
  if (name !== undefined) return `$${name.text}`;
  const exported = module.env.model.exports.find(one => one.kind === kind && one.index === index);
  return exported === undefined ? `${kind} ${index}` : JSON.stringify(exported.name);
}

function detail(module: ModuleState, { kind, index, owner }: Definition): string {
  const text = describe({ module, kind, index, owner });
  return text.replace(/^\((?:\w+) (?:\$\S+|\(;\d+;\)) ?/, '').replace(/\)$/, '').slice(0, 120);
}

/** What of a document fits a query of the whole workspace: named definitions, and exports. */
export function workspaceSymbols(opened: Opened, query: string, most: number): SymbolInformation[] {
  const found: SymbolInformation[] = [];
  const wanted = query.toLowerCase();
  for (const module of opened.wat.modules) {
    module.fields.forEach((field, i) => {
      if (found.length >= most) return;
      for (const one of definitionsIn(module, i)) {
        if (one.kind === 'local' || one.kind === 'label' || one.kind === 'field') continue;
        const exported = module.env.model.exports.filter(other => other.kind === one.kind && other.index === one.index).map(other => other.name);
        for (const name of [...(one.name === undefined ? [] : [`$${one.name.text}`]), ...exported]) {
          if (!fits(name.toLowerCase(), wanted)) continue;
          found.push({ name, kind: symbolKinds[one.kind], location: locationOf(opened, moved(one, field.start)), ...(module.item.id?.text ? { containerName: `$${module.item.id.text}` } : {}) });
        }
      }
    });
  }
  return found.slice(0, most);
}

/** Whether all characters of the query come in the name, in their order: the editor sorts. */
function fits(name: string, query: string): boolean {
  let at = 0;
  for (const char of query) {
    at = name.indexOf(char, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
