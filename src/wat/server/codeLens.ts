import * as l10n from '@vscode/l10n';
import type { CodeLens } from 'vscode-languageserver-types';
import { definitionOf, occurrences } from '../document/symbols';
import { funcType } from '../model';
import { locationOf, moved, offsetOf, rangeOf, type Opened } from './opened';

/** Commands that the lenses call: the editor's side knows what they do. */
export const showReferences = 'wasmWorkbench.showWatReferences', runExport = 'wasmWorkbench.runExport';

/** More than this many in one document are noise, and cost the editor. */
const most = 2000;

/** Above functions how often they are used, and above exported ones without parameters (and _start) "Run this export". */
export function codeLenses(opened: Opened): CodeLens[] {
  const found: CodeLens[] = [];
  if (opened.wat.script) return found;
  opened.wat.modules.forEach((module, m) => {
    const { model } = module.env;
    const exported = new Map<number, string>();
    for (const one of model.exports) if (one.kind === 'func' && !exported.has(one.index)) exported.set(one.index, one.name);
    for (let i = 0; i < model.funcs.length && found.length < most; i++) {
      const func = model.funcs[i];
      const field = module.fields[func?.field ?? -1];
      if (func === undefined || field === undefined) continue;
      const range = rangeOf(opened, { start: field.start, end: field.start + 1 });
      found.push({ range, data: { uri: opened.lines.uri, module: m, func: i } });
      const name = exported.get(i);
      const type = funcType(model, func.type);
      if (name !== undefined && func.import === undefined && type?.params.length === 0) {
        found.push({ range, command: { title: l10n.t('Run this export'), command: runExport, arguments: [opened.lines.uri, name] } });
      }
    }
  });
  return found;
}

/** Counts the references of a lens that shows them. */
export function resolveLens(opened: Opened, lens: CodeLens): CodeLens {
  const { module: m = -1, func = -1 } = (lens.data ?? {}) as { readonly module?: number; readonly func?: number };
  const module = opened.wat.modules[m];
  if (module === undefined) return lens;
  const sym = { module, kind: 'func' as const, index: func, owner: -1 };
  const locations = occurrences(sym).filter(one => !one.defines).map(one => locationOf(opened, one));
  const place = definitionOf(sym);
  const field = module.fields[place?.field ?? -1];
  const position = place === undefined || field === undefined ? lens.range.start : rangeOf(opened, moved(place.definition, field.start)).start;
  const title = locations.length === 1 ? l10n.t('1 reference') : l10n.t('{0} references', locations.length);
  return { ...lens, command: { title, command: locations.length === 0 ? '' : showReferences, arguments: [opened.lines.uri, position, locations] } };
}

/** The exported function at a position, for commands. */
export function exportAt(opened: Opened, position: { readonly line: number; readonly character: number }): string | undefined {
  const offset = offsetOf(opened, position);
  const module = opened.wat.moduleAt(offset);
  const func = module?.functionAt(module.fieldAt(offset)) ?? -1;
  return module?.env.model.exports.find(one => one.kind === 'func' && one.index === func)?.name;
}
