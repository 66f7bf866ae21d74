import { DocumentHighlightKind, type DocumentHighlight, type Location, type Position, type Range, type TextEdit } from 'vscode-languageserver';
import * as l10n from '@vscode/l10n';
import { nameOf, occurrenceAt, occurrences, type Occurrence } from '../document/symbols';
import { isIdChar } from '../lexer';
import { locationOf, offsetOf, rangeOf, type Opened } from './opened';

/** Every place that names what is under the cursor. */
export function references(opened: Opened, position: Position, withDefinition: boolean): Location[] {
  const found = occurrenceAt(opened.wat, offsetOf(opened, position));
  if (found === undefined) return [];
  return occurrences(found.sym).filter(one => withDefinition || !one.defines).map(one => locationOf(opened, one));
}

/** The same places as highlights: what sets a value is a write. */
export function highlights(opened: Opened, position: Position): DocumentHighlight[] {
  const found = occurrenceAt(opened.wat, offsetOf(opened, position));
  if (found === undefined) return [];
  return occurrences(found.sym).map(one => ({ range: rangeOf(opened, one), kind: one.defines || isWrite(opened, one) ? DocumentHighlightKind.Write : DocumentHighlightKind.Read }));
}

function isWrite({ wat }: Opened, { start }: Occurrence): boolean {
  return /\b(local\.(set|tee)|global\.set|table\.(set|fill|init|copy|grow)|struct\.set\s+\S+)\s+$/.test(wat.text.slice(Math.max(0, start - 200), start));
}

/** What rename would replace: only names can be, and numbers that stand for something with a name. */
export function prepareRename(opened: Opened, position: Position): { readonly range: Range; readonly placeholder: string } | string {
  const found = occurrenceAt(opened.wat, offsetOf(opened, position));
  if (found === undefined || (found.sym.index < 0 && !opened.wat.text.startsWith('$', found.start))) return l10n.t('There is no name here.');
  const name = nameOf(found.sym);
  if (!name.startsWith('$')) return l10n.t('This has no name yet. The quick fix "Give names" gives it one.');
  return { range: rangeOf(opened, found), placeholder: opened.wat.text.slice(found.start, found.end) };
}

/** The edits that give what is under the cursor another name; a text where that can't be done. */
export function rename(opened: Opened, position: Position, wanted: string): TextEdit[] | string {
  const found = occurrenceAt(opened.wat, offsetOf(opened, position));
  if (found === undefined) return l10n.t('There is no name here.');
  const bare = wanted.startsWith('$') ? wanted.slice(1) : wanted;
  if (bare === '') return l10n.t('A name needs at least one character after "$".');
  const quoted = bare.startsWith('"') && bare.endsWith('"') && bare.length > 2 && !bare.slice(1, -1).includes('"');
  if (!quoted && !Array.from(bare).every(char => isIdChar(char.charCodeAt(0)))) return l10n.t('A name holds no spaces, quotes, commas, semicolons or brackets, unless it is in quotes: $"...".');
  const taken = takenBy(found, bare);
  if (taken) return l10n.t('There is another ${0} of this kind.', bare);
  // Where it is named by an index, it still is.
  return occurrences(found.sym).filter(one => opened.wat.text.startsWith('$', one.start)).map(one => ({ range: rangeOf(opened, one), newText: `$${bare}` }));
}

function takenBy({ sym }: Occurrence, name: string): boolean {
  const { module, kind, index, owner } = sym;
  switch (kind) {
    case 'label': return false;
    case 'local': return module.checked(owner)?.localNames.some((one, i) => i !== index && one?.text === name) === true;
    case 'field': return (module.env.model.fieldNames[owner]?.get(name) ?? index) !== index;
    default: return (module.scope.names[kind].get(name) ?? index) !== index;
  }
}
