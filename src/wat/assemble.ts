import { readContents } from './contents';
import { positions, type Diagnostic } from './diagnostic';
import { encode } from './encode';
import { splitText, type ModuleText } from './fields';
import { EOF, Lexer, STRING, stringBytes } from './lexer';
import { link, readField, type Field } from './link';
import { validateBody, validateModule, type TypePlace } from './validate';
import * as l10n from '@vscode/l10n';

/** A mistake in a text with its place: line and column from 1, columns in UTF-16 units. */
export interface TextDiagnostic extends Diagnostic { readonly line: number; readonly column: number }

export interface Assembled {
  /** The module; undefined when something is wrong with the text. */
  readonly bytes: Uint8Array | undefined;
  readonly diagnostics: readonly TextDiagnostic[];
}

/**
 * Turns WebAssembly text (Wasm 3.0, threads, and the proposals that the specification's suite tests) into a binary. With `names`, which
 * is the default, the binary ends with a name section of the text's identifiers. Never throws for a bad text.
 */
export function assemble(text: string, options: { readonly names?: boolean } = {}): Assembled {
  const diagnostics: Diagnostic[] = [];
  const items = splitText(text, false, diagnostics);
  const component = items.find(item => item.kind === 'component');
  if (component !== undefined) {
    diagnostics.push({ kind: 'invalid', code: 'component', message: l10n.t('This is a component, not a module: it can\'t be assembled here.'), start: component.start, end: component.start + 10 });
  }
  const module = items.find(item => item.kind === 'module');
  const bytes = module === undefined || component !== undefined ? undefined : assembleModule(text, module, options.names ?? true, diagnostics);
  diagnostics.sort((a, b) => a.start - b.start);
  const place = positions(text);
  return {
    bytes: diagnostics.some(one => one.kind !== 'hint') ? undefined : bytes,
    diagnostics: diagnostics.map(one => ({ ...one, ...place(one.start) })),
  };
}

/** Assembles one module of a text; what is wrong is added with offsets into the text. */
export function assembleModule(text: string, module: ModuleText, names: boolean, diagnostics: Diagnostic[]): Uint8Array | undefined {
  if (module.form === 'binary') return moduleBytes(text, module);
  if (module.form === 'quote') {
    const inner = quotedText(module, text);
    const problems: readonly Diagnostic[] = inner === undefined
      ? [{ kind: 'malformed', code: 'utf8', message: l10n.t('The quoted text is not valid UTF-8.'), start: 0, end: 0 }] : [];
    const result = inner === undefined ? undefined : assemble(inner, { names });
    for (const one of [...problems, ...(result?.diagnostics ?? [])]) diagnostics.push({ ...one, start: module.start, end: module.start + 1 });
    return result?.bytes;
  }
  if (module.form === 'instance') return undefined;
  const fields = module.fields.map(span => readField(text, span));
  const linked = link(fields);
  const contents = readContents(text, fields, linked, module.id);
  const env = validateModule(contents, field => linked.problems[field] ?? [], typePlaces(fields));
  let defined = 0;
  contents.model.funcs.forEach((func, i) => {
    if (func.import !== undefined) return;
    const body = contents.bodies[defined++];
    if (body !== undefined) validateBody(env, i, body, linked.problems[func.field] ?? []);
  });
  fields.forEach((field, i) => {
    for (const one of [...field.problems, ...(linked.problems[i] ?? [])]) diagnostics.push({ ...one, start: one.start + field.start, end: one.end + field.start });
  });
  return diagnostics.some(one => one.kind === 'malformed') ? undefined : encode(contents, names);
}

/** Where each type of a module is written. */
export function typePlaces(fields: readonly Field[]): TypePlace {
  const places = fields.flatMap(({ body }, field) => (body.kind === 'types' ? body.types.map(({ start, end, id }) => ({ field, start: id?.start ?? start, end: id?.end ?? end })) : []));
  return type => places[type] ?? { field: 0, start: 0, end: 0 };
}

/** The bytes of a `(module binary "...")` or of the strings of a quoted one. */
export function moduleBytes(text: string, module: ModuleText): Uint8Array {
  const span = module.fields[0] ?? module;
  const lexer = new Lexer(text, span.start, span.end);
  const parts: Uint8Array[] = [];
  for (lexer.next(); lexer.kind !== EOF; lexer.next()) if (lexer.kind === STRING) parts.push(stringBytes(lexer.value));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The text of a `(module quote "...")`; undefined when it is not UTF-8. */
export function quotedText(module: ModuleText, text: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(moduleBytes(text, module));
  } catch {
    return undefined;
  }
}
