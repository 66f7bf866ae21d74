import { SymbolKind, type CallHierarchyIncomingCall, type CallHierarchyItem, type CallHierarchyOutgoingCall, type Position, type Range } from 'vscode-languageserver';
import { definitionOf, nameOf, occurrenceAt, type Sym } from '../document/symbols';
import type { ModuleState } from '../document/module';
import { moved, offsetOf, rangeOf, type Opened } from './opened';
import { signatureText } from './describe';

/** A function as the hierarchy of calls shows it; `data` tells it again. */
function itemOf(opened: Opened, module: ModuleState, func: number): CallHierarchyItem | undefined {
  const sym: Sym = { module, kind: 'func', index: func, owner: -1 };
  const place = definitionOf(sym);
  const field = module.fields[place?.field ?? -1];
  if (place === undefined || field === undefined) return undefined;
  const exported = module.env.model.exports.find(one => one.kind === 'func' && one.index === func);
  const name = nameOf(sym);
  return {
    name: name.startsWith('$') ? name : exported === undefined ? `func ${name}` : JSON.stringify(exported.name), kind: SymbolKind.Function, uri: opened.lines.uri,
    detail: signatureText(module, module.env.model.funcs[func]?.type ?? -1), range: rangeOf(opened, field), selectionRange: rangeOf(opened, moved(place.definition, field.start)),
    data: { module: opened.wat.modules.indexOf(module), func },
  };
}

/** The function under the cursor, or the one around it. */
export function prepareCalls(opened: Opened, position: Position): CallHierarchyItem[] {
  const offset = offsetOf(opened, position);
  const found = occurrenceAt(opened.wat, offset);
  const module = found?.sym.module ?? opened.wat.moduleAt(offset);
  if (module === undefined) return [];
  const func = found?.sym.kind === 'func' ? found.sym.index : module.functionAt(module.fieldAt(offset));
  const item = func < 0 ? undefined : itemOf(opened, module, func);
  return item === undefined ? [] : [item];
}

function ofItem(opened: Opened, item: CallHierarchyItem): { readonly module: ModuleState; readonly func: number } | undefined {
  const { module = -1, func = -1 } = (item.data ?? {}) as { readonly module?: number; readonly func?: number };
  const found = opened.wat.modules[module];
  return found === undefined || func < 0 ? undefined : { module: found, func };
}

/** Who calls (or names) a function. */
export function incomingCalls(opened: Opened, item: CallHierarchyItem): CallHierarchyIncomingCall[] {
  const target = ofItem(opened, item);
  if (target === undefined) return [];
  const { module, func } = target;
  const calls: CallHierarchyIncomingCall[] = [];
  module.fields.forEach((field, i) => {
    const caller = module.functionAt(i);
    if (caller === -1) return;
    const ranges: Range[] = [];
    module.checked(i)?.uses.of('func', func, (start, end) => { ranges.push(rangeOf(opened, moved({ start, end }, field.start))); });
    const from = ranges.length === 0 ? undefined : itemOf(opened, module, caller);
    if (from !== undefined) calls.push({ from, fromRanges: ranges });
  });
  return calls;
}

/** Whom a function calls (or names). */
export function outgoingCalls(opened: Opened, item: CallHierarchyItem): CallHierarchyOutgoingCall[] {
  const target = ofItem(opened, item);
  if (target === undefined) return [];
  const { module, func } = target;
  const place = definitionOf({ module, kind: 'func', index: func, owner: -1 });
  const field = module.fields[place?.field ?? -1];
  const uses = module.checked(place?.field ?? -1)?.uses;
  if (field === undefined || uses === undefined) return [];
  const ranges = new Map<number, Range[]>();
  for (const use of uses) {
    if (use.kind !== 'func' || use.index < 0) continue;
    const list = ranges.get(use.index) ?? [];
    list.push(rangeOf(opened, moved(use, field.start)));
    ranges.set(use.index, list);
  }
  return [...ranges].flatMap(([callee, fromRanges]) => {
    const to = itemOf(opened, module, callee);
    return to === undefined ? [] : [{ to, fromRanges }];
  });
}
