import * as l10n from '@vscode/l10n';
import { DiagnosticSeverity, DiagnosticTag, type Diagnostic as LspDiagnostic, type DiagnosticRelatedInformation } from 'vscode-languageserver';
import type { Diagnostic } from '../diagnostic';
import { definitionOf, nameOf, symOf } from '../document/symbols';
import type { ModuleState } from '../document/module';
import { expectedOf, scriptProblems } from '../document/script';
import { unused } from '../document/unused';
import { locationOf, rangeOf, type Opened } from './opened';

/** More than this many are no help to anybody, and cost the editor. */
const most = 1000;

/** Everything that is wrong in a document, and what is worth a hint. */
export function diagnostics(opened: Opened): LspDiagnostic[] {
  const found: LspDiagnostic[] = [];
  const add = (problem: Diagnostic, base: number, related: DiagnosticRelatedInformation[] = []): void => {
    if (found.length < most) found.push(converted(opened, problem, base, related));
  };
  for (const problem of opened.wat.outside) add(problem, 0);
  for (const module of opened.wat.modules) {
    // A script says of some modules that something is wrong with them.
    if (opened.wat.script && expectedOf(module) !== 'valid') continue;
    let wrong = false;
    for (const { field, problem } of module.problems()) {
      wrong = true;
      if (found.length < most) add(problem, field.start, related(opened, module, field.start, problem));
    }
    if (!wrong && !opened.wat.script) for (const { problem, base } of unused(module)) add(problem, base);
  }
  if (opened.wat.script) for (const problem of scriptProblems(opened.wat)) add(problem, 0);
  return found;
}

function converted(opened: Opened, problem: Diagnostic, base: number, related: DiagnosticRelatedInformation[]): LspDiagnostic {
  const { start } = problem;
  return {
    range: rangeOf(opened, { start: base + start, end: base + Math.max(problem.end, start) }),
    severity: problem.kind === 'hint' ? DiagnosticSeverity.Hint : DiagnosticSeverity.Error,
    code: problem.code, source: 'wat', message: problem.message,
    ...(problem.code.startsWith('unused') ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(related.length > 0 ? { relatedInformation: related } : {}),
  };
}

const aboutDefinition = new Set(['type-mismatch', 'stack-empty', 'immutable', 'unset-local', 'undeclared-reference', 'inline-type', 'packed', 'no-default', 'wrong-type', 'not-function-type', 'not-constant', 'final', 'sub-type']);

/** What else a mistake is about: where the things are defined that it names, or what has the name already. */
function related(opened: Opened, module: ModuleState, base: number, problem: Diagnostic): DiagnosticRelatedInformation[] {
  const found = (problem.related ?? []).map(({ start, end, message }) => ({ location: locationOf(opened, { start: base + start, end: base + end }), message }));
  const index = module.fieldAt(base);
  if (problem.code === 'duplicate') {
    const other = firstNamed(opened, module, index, base + problem.start, base + problem.end);
    if (other !== undefined) found.push(other);
  } else if (aboutDefinition.has(problem.code)) {
    const seen = new Set<string>();
    for (const uses of module.usesIn(index)) {
      for (const use of uses) {
        // An instruction's own name is what the mistake is at; what it names follows on the same line of thought.
        if (use.start < problem.start || use.start > problem.end + 1 || use.kind === 'label' || found.length >= 3) continue;
        const sym = symOf(module, index, use);
        const place = definitionOf(sym);
        const field = module.fields[place?.field ?? -1];
        if (place === undefined || field === undefined || place.definition.kind !== sym.kind || seen.has(`${use.kind} ${use.index}`)) continue;
        seen.add(`${use.kind} ${use.index}`);
        found.push({ location: locationOf(opened, { start: field.start + place.definition.start, end: field.start + place.definition.end }), message: l10n.t('{0} is defined here.', nameOf(sym)) });
      }
    }
  }
  return found;
}

function firstNamed(opened: Opened, module: ModuleState, field: number, start: number, end: number): DiagnosticRelatedInformation | undefined {
  const name = opened.wat.text.slice(start + 1, end);
  for (const [kind, names] of Object.entries(module.scope.names)) {
    const index = names.get(name);
    if (index === undefined) continue;
    const place = definitionOf({ module, kind: kind as keyof typeof module.scope.names, index, owner: -1 });
    const other = module.fields[place?.field ?? -1];
    if (place === undefined || other === undefined || (place.field === field && other.start + place.definition.start === start)) continue;
    return { location: locationOf(opened, { start: other.start + place.definition.start, end: other.start + place.definition.end }), message: l10n.t('The other one is here.') };
  }
  return undefined;
}
