import * as l10n from '@vscode/l10n';
import { CodeActionKind, type CodeAction, type Diagnostic, type Range, type TextEdit } from 'vscode-languageserver';
import { definitionsIn, occurrences, type Sym } from '../document/symbols';
import type { ModuleState } from '../document/module';
import { groupEnd } from '../fields';
import { opByName } from '../instructions';
import { EOF, Lexer } from '../lexer';
import { flatText, foldedText, formOf, instructionsOf } from './fold';
import { nearest } from './nearest';
import { moved, offsetOf, rangeOf, type Opened } from './opened';
import { wasiFunctions, wasiModule, wasiSignature } from './wasi';

/** What can be done about the mistakes at a place, and what can be made of the text there. */
export function codeActions(opened: Opened, range: Range, diagnostics: readonly Diagnostic[]): CodeAction[] {
  const found: CodeAction[] = [];
  const { uri } = opened.lines;
  for (const diagnostic of diagnostics) {
    for (const fix of fixes(opened, diagnostic)) {
      found.push({ title: fix.title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], edit: { changes: { [uri]: fix.edits } }, ...(fix.preferred ? { isPreferred: true } : {}) });
    }
  }
  const offset = offsetOf(opened, range.start);
  const module = opened.wat.moduleAt(offset);
  const index = module?.fieldAt(offset) ?? -1;
  if (module === undefined || index === -1) return found;
  const rewrite = (title: string, edits: TextEdit[] | undefined): void => {
    if (edits !== undefined && edits.length > 0) found.push({ title, kind: CodeActionKind.RefactorRewrite, edit: { changes: { [uri]: edits } } });
  };
  const form = formOf(module, index);
  if (form.folded) rewrite(l10n.t('Write the function\'s instructions flat'), converted(opened, module, index, flatText));
  if (form.flat) rewrite(l10n.t('Fold the function\'s instructions'), converted(opened, module, index, foldedText));
  rewrite(l10n.t('Write names for indices'), namesForIndices(opened, module, index));
  rewrite(l10n.t('Give names to what has none here'), giveNames(opened, module, index));
  return found;
}

interface Fix { readonly title: string; readonly edits: TextEdit[]; readonly preferred: boolean }

function fixes(opened: Opened, diagnostic: Diagnostic): Fix[] {
  const { wat: { text } } = opened;
  const start = offsetOf(opened, diagnostic.range.start);
  const end = offsetOf(opened, diagnostic.range.end);
  const module = opened.wat.moduleAt(start);
  const index = module?.fieldAt(start) ?? -1;
  const field = module?.fields[index];
  const word = text.slice(start, end);
  const replace = (title: string, newText: string, preferred = false, at = { start, end }): Fix => ({ title, edits: [{ range: rangeOf(opened, at), newText }], preferred });
  const code = String(diagnostic.code);
  if (module === undefined) return [];
  switch (code) {
    case 'unknown-instruction':
      return nearest(word, opByName.keys()).map((name, i) => replace(l10n.t('Change to {0}', name), name, i === 0));
    case 'unknown-local': case 'unknown-func': case 'unknown-global': case 'unknown-type': case 'unknown-table': case 'unknown-memory': case 'unknown-tag': case 'unknown-data': case 'unknown-elem': case 'unknown-label': {
      if (!word.startsWith('$')) return [];
      const kind = code.slice(8);
      const names = kind === 'local' ? (module.checked(index)?.localNames ?? []).map(name => name?.text) : kind === 'label' ? (module.checked(index)?.labels ?? []).map(name => name?.text)
        : [...module.scope.names[kind as keyof typeof module.scope.names].keys()];
      const found = nearest(word.slice(1), names.filter(name => name !== undefined)).map((name, i) => replace(l10n.t('Change to {0}', `$${name}`), `$${name}`, i === 0));
      if (kind === 'func') {
        const wasi = wasiFunctions().get(word.slice(1));
        if (wasi !== undefined) found.unshift({ title: l10n.t('Import {0} from WASI', wasi.name), preferred: true, edits: [importEdit(opened, module, `(import "${wasiModule}" "${wasi.name}" (func ${word} ${wasiSignature(wasi)}))`.replace(' ))', '))'))] });
        else {
          found.push({ title: l10n.t('Import {0} from "env"', word), preferred: false, edits: [importEdit(opened, module, `(import "env" "${word.slice(1)}" (func ${word}))`)] });
          if (field !== undefined) found.push({ title: l10n.t('Make a function {0}', word), preferred: false, edits: [insertion(opened, field.end, `\n${indentOf(text, field.start)}(func ${word}\n${indentOf(text, field.start)}  unreachable)`)] });
        }
      }
      if (kind === 'local' && field !== undefined) {
        const span = field.body.kind === 'extern' ? field.start + field.body.body.start : undefined;
        const at = span === undefined ? undefined : placeOfLocals(text, span, field.end);
        if (at !== undefined) for (const type of ['i32', 'i64']) found.push({ title: l10n.t('Add (local {0} {1})', word, type), preferred: false, edits: [insertion(opened, at, ` (local ${word} ${type})`)] });
      }
      if (kind === 'global' && field !== undefined) {
        found.push({ title: l10n.t('Make a global {0}', word), preferred: false, edits: [insertion(opened, field.start, `(global ${word} (mut i32) (i32.const 0))\n${indentOf(text, field.start)}`)] });
      }
      return found;
    }
    case 'immutable': return field === undefined ? [] : makeMutable(opened, module, index, start);
    case 'undeclared-reference': {
      const name = /^ref\.func\s+(\$[^\s()"]+|\d+)/.exec(text.slice(start, start + 300))?.[1];
      return name === undefined || field === undefined ? [] : [{ title: l10n.t('Declare the reference: (elem declare func {0})', name), preferred: true, edits: [insertion(opened, field.start, `(elem declare func ${name})\n${indentOf(text, field.start)}`)] }];
    }
    case 'label-mismatch': return [replace(l10n.t('Remove the label'), '', true, { start: text.slice(0, start).trimEnd().length, end })];
    case 'missing-end': return field === undefined ? [] : [{ title: l10n.t('Add "end"'), preferred: true, edits: [insertion(opened, endOfBody(text, field.start, field.end), ' end')] }];
    case 'unclosed': return field === undefined ? [] : [{ title: l10n.t('Close the parenthesis at the end of this field'), preferred: false, edits: [insertion(opened, field.end, ')'.repeat(Math.max(1, -groupEnd(text, field.start, field.end) % 2 ** 40)))] }];
    case 'unexpected': return word === ')' ? [replace(l10n.t('Remove this parenthesis'), '', true)] : [];
    case 'unused-local': case 'unused-func': case 'unused-global': case 'unused-type': case 'unused-import': return field === undefined ? [] : remove(opened, module, index, code, start);
    default: return [];
  }
}

/** Takes away what is not used. A field that stands before others that are named by index changes those: then it stays. */
function remove(opened: Opened, module: ModuleState, index: number, code: string, start: number): Fix[] {
  const field = module.fields[index];
  const { text } = opened.wat;
  if (field === undefined) return [];
  if (code !== 'unused-local') return [{ title: l10n.t('Remove it'), preferred: false, edits: [deletion(opened, text, field.start, field.end)] }];
  let from = start;
  while (from > field.start && text.charAt(from) !== '(') from--;
  const end = groupEnd(text, from, field.end);
  return end < 0 ? [] : [{ title: l10n.t('Remove it'), preferred: false, edits: [deletion(opened, text, from, end)] }];
}

function deletion(opened: Opened, text: string, start: number, end: number): TextEdit {
  const before = text.slice(0, start);
  const from = /[ \t]*$/.exec(before)?.[0].length ?? 0;
  const alone = /(^|\n)[ \t]*$/.test(before) && /^[ \t]*\r?\n/.test(text.slice(end, end + 200));
  return { range: rangeOf(opened, { start: start - from, end: alone ? end + (/^[ \t]*\r?\n/.exec(text.slice(end, end + 200))?.[0].length ?? 0) : end }), newText: '' };
}

function makeMutable(opened: Opened, module: ModuleState, index: number, start: number): Fix[] {
  const field = module.fields[index];
  if (field === undefined) return [];
  for (const uses of module.usesIn(index)) {
    for (const use of uses) {
      if (field.start + use.start < start || use.kind !== 'global') continue;
      const global = module.env.model.globals[use.index];
      const own = module.fields[global?.field ?? -1];
      if (own === undefined) return [];
      const found = /^\(global\s+(?:\$[^\s()"]+\s+)?(?:\(export\s+"[^"]*"\)\s*)*([a-z0-9]+|\(ref[^()]*\))/.exec(opened.wat.text.slice(own.start, own.end));
      const type = found?.[1];
      if (found === null || type === undefined) return [];
      const at = own.start + found[0].length - type.length;
      return [{ title: l10n.t('Make the global mutable'), preferred: true, edits: [{ range: rangeOf(opened, { start: at, end: at + type.length }), newText: `(mut ${type})` }] }];
    }
  }
  return [];
}

function insertion(opened: Opened, at: number, newText: string): TextEdit {
  return { range: rangeOf(opened, { start: at, end: at }), newText };
}

/** Imports come first: behind the last one, or before the first field that is neither type nor import. */
export function importEdit(opened: Opened, module: ModuleState, text: string): TextEdit {
  const { fields } = module;
  const last = fields.findLast(field => field.body.kind === 'extern' && field.body.import !== undefined);
  if (last !== undefined) return insertion(opened, last.end, `\n${indentOf(opened.wat.text, last.start)}${text}`);
  const first = fields.find(field => field.body.kind !== 'types') ?? fields[0];
  const at = first?.start ?? module.item.end - 1;
  return insertion(opened, at, `${text}\n${indentOf(opened.wat.text, at)}`);
}

function indentOf(text: string, at: number): string {
  const line = text.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, at))?.[0] ?? '';
}

function placeOfLocals(text: string, from: number, limit: number): number {
  const lexer = new Lexer(text, from, limit);
  lexer.next();
  let at = text.slice(0, lexer.start).trimEnd().length;
  while (lexer.opens('local')) {
    at = groupEnd(text, lexer.start, limit);
    while (lexer.end < at && lexer.kind !== EOF) lexer.next();
    lexer.next();
  }
  return at;
}

function endOfBody(text: string, start: number, end: number): number {
  return text.slice(start, end).endsWith(')') ? start + text.slice(start, end - 1).trimEnd().length : end;
}

function converted(opened: Opened, module: ModuleState, index: number, convert: (module: ModuleState, field: number, unit: string, depth: number) => string | undefined): TextEdit[] | undefined {
  const span = instructionsOf(module, index);
  const field = module.fields[index];
  if (span === undefined || field === undefined || module.checked(index)?.problems.length !== 0) return undefined;
  const indent = indentOf(opened.wat.text, field.start);
  const text = convert(module, index, '  ', 0);
  if (text === undefined) return undefined;
  const own = moved(span, field.start);
  const newText = text.split('\n').map((line, i) => (i === 0 ? line : `${indent}  ${line}`)).join('\n');
  // What shares its line with the function's head goes to a line of its own.
  const shared = !/\n[ \t]*$/.test(opened.wat.text.slice(0, own.start)) && newText.includes('\n');
  return newText === opened.wat.text.slice(own.start, own.end) ? undefined : [{ range: rangeOf(opened, own), newText: shared ? `\n${indent}  ${newText}` : newText }];
}

/** Names in place of the indices in a field, where there are names. */
function namesForIndices(opened: Opened, module: ModuleState, index: number): TextEdit[] {
  const field = module.fields[index];
  const edits: TextEdit[] = [];
  if (field === undefined) return edits;
  for (const uses of module.usesIn(index)) {
    for (const use of uses) {
      const at = moved(use, field.start);
      if (use.index < 0 || !/\d/.test(opened.wat.text.charAt(at.start))) continue;
      const name = nameIn(module, index, use.kind, use.kind === 'label' ? use.owner : use.index, use.owner);
      if (name !== undefined) edits.push({ range: rangeOf(opened, at), newText: `$${name}` });
    }
  }
  return edits;
}

function nameIn(module: ModuleState, field: number, kind: Sym['kind'], index: number, owner: number): string | undefined {
  const text = kind === 'local' ? module.checked(field)?.localNames[index]?.text
    // A label may be hidden by an inner one of the same name: an index is then all there is.
    : kind === 'label' ? ((module.checked(field)?.labels.filter(one => one?.text === module.checked(field)?.labels[index]?.text).length ?? 0) === 1 ? module.checked(field)?.labels[index]?.text : undefined)
      : kind === 'field' ? [...module.env.model.fieldNames[owner] ?? []].find(([, i]) => i === index)?.[0]
        : [...module.scope.names[kind]].find(([, i]) => i === index)?.[0];
  return text === undefined || text === '' ? undefined : text;
}

/** Names for what a field defines without one, and at every place that uses it. */
function giveNames(opened: Opened, module: ModuleState, index: number): TextEdit[] {
  const edits: TextEdit[] = [];
  const field = module.fields[index];
  const { text } = opened.wat;
  if (field === undefined) return edits;
  for (const one of definitionsIn(module, index)) {
    if (one.name !== undefined || one.kind === 'local' || one.kind === 'label' || one.kind === 'field') continue;
    const exported = module.env.model.exports.find(other => other.kind === one.kind && other.index === one.index)?.name;
    const { import: from } = field.body.kind === 'extern' ? field.body : { import: undefined };
    const wanted = [exported, from?.name].find(name => name !== undefined && /^[\w.-]+$/.test(name)) ?? `${one.kind}${one.index}`;
    let name = wanted;
    for (let i = 2; module.scope.names[one.kind].has(name); i++) name = `${wanted}_${i}`;
    // Behind the word that opens it: in an import that is the one inside.
    const lexer = new Lexer(text, field.start + (one.kind === 'type' ? one.start : from === undefined ? 1 : field.start), field.end);
    lexer.next();
    if (from !== undefined) {
      const inner = text.indexOf(`(${one.kind}`, field.start + 1);
      const at = text.startsWith('(import', field.start) ? inner + 1 + one.kind.length : field.start + 1 + one.kind.length;
      edits.push(insertion(opened, at, ` $${name}`));
    } else edits.push(insertion(opened, lexer.end, ` $${name}`));
    for (const use of occurrences({ module, kind: one.kind, index: one.index, owner: -1 })) if (!use.defines) edits.push({ range: rangeOf(opened, use), newText: `$${name}` });
  }
  return edits;
}
