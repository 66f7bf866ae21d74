import * as l10n from '@vscode/l10n';
import type { Diagnostic } from '../diagnostic';
import { definitionOf, nameOf } from './symbols';
import type { ModuleState } from './module';
import type { Kind } from './uses';

/** More hints than this in one module are noise. */
const most = 200;

/** What nothing in a module uses and nothing outside can: locals, functions, globals, types and imports. Positions are relative to `base`. */
export function unused(module: ModuleState): { readonly problem: Diagnostic; readonly base: number }[] {
  const found: { problem: Diagnostic; base: number }[] = [];
  const { model } = module.env;
  const exported = (kind: Kind): Set<number> => new Set(model.exports.filter(one => one.kind === kind).map(one => one.index));
  const tell = (kind: Kind, index: number, owner: number, code: string, message: (name: string) => string): void => {
    if (found.length >= most) return;
    const sym = { module, kind, index, owner };
    const place = definitionOf(sym);
    const field = module.fields[place?.field ?? -1];
    if (place === undefined || field === undefined || place.definition.kind !== kind) return;
    const { start, end } = place.definition;
    found.push({ problem: { kind: 'hint', code, message: message(nameOf(sym)), start, end }, base: field.start });
  };
  const functions = exported('func');
  model.funcs.forEach((func, i) => {
    if (module.count('func', i) > 0 || functions.has(i) || model.start?.func === i) return;
    if (func.import === undefined) tell('func', i, -1, 'unused-func', name => l10n.t('Function {0} is never used.', name));
    else tell('func', i, -1, 'unused-import', name => l10n.t('The imported function {0} is never used.', name));
  });
  const globals = exported('global');
  model.globals.forEach((_, i) => { if (module.count('global', i) === 0 && !globals.has(i)) tell('global', i, -1, 'unused-global', name => l10n.t('Global {0} is never used.', name)); });
  model.typeNames.forEach((name, i) => { if (name !== undefined && module.count('type', i) === 0) tell('type', i, -1, 'unused-type', shown => l10n.t('Type {0} is never used by name.', shown)); });
  module.fields.forEach((_, i) => {
    for (const local of module.checked(i)?.unused ?? []) tell('local', local, i, 'unused-local', shown => l10n.t('Local {0} is never used.', shown));
  });
  return found;
}
