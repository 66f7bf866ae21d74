import { SemanticTokensBuilder } from 'vscode-languageserver';
import type { Range, SemanticTokensLegend } from 'vscode-languageserver-types';
import { funcType } from '../model';
import { definitionsIn, symOf } from '../document/symbols';
import type { ModuleState } from '../document/module';
import type { Field } from '../link';
import type { Kind } from '../document/uses';
import { offsetOf, type Opened } from './opened';

const types = ['function', 'variable', 'parameter', 'type', 'property', 'label', 'event', 'namespace'] as const;
const modifiers = ['declaration', 'readonly', 'defaultLibrary', 'static'] as const;
const DECLARATION = 1, READONLY = 2, LIBRARY = 4, STATIC = 8;

/** The kinds of tokens that the server tells; words, numbers, strings and comments are the grammar's. */
export const legend: SemanticTokensLegend = { tokenTypes: [...types], tokenModifiers: [...modifiers] };

const typeOf: Readonly<Record<Kind, number>> = { type: 3, func: 0, table: 1, memory: 7, global: 1, tag: 6, elem: 1, data: 1, local: 1, label: 5, field: 4 };

/** Four numbers a token, by place: start and length (relative to the field), type, modifiers. They hold while the field and what it names do. */
type FieldTokens = readonly number[];

/** Keeps each field's tokens, so that an edit makes only its own anew. */
export class SemanticTokens {
  private readonly known = new WeakMap<Field, { readonly version: unknown; readonly tokens: FieldTokens }>();
  private readonly builders = new Map<string, SemanticTokensBuilder>();

  /** All tokens of a document, or of a part of it. */
  full(opened: Opened, range?: Range): ReturnType<SemanticTokensBuilder['build']> {
    const builder = range === undefined ? this.builder(opened.lines.uri) : new SemanticTokensBuilder();
    this.fill(opened, builder, range);
    return builder.build();
  }

  /** What changed since a result that the editor has. */
  delta(opened: Opened, previous: string): ReturnType<SemanticTokensBuilder['buildEdits']> {
    const builder = this.builders.get(opened.lines.uri) ?? this.builder(opened.lines.uri);
    builder.previousResult(previous);
    this.fill(opened, builder);
    return builder.buildEdits();
  }

  /** The document is closed. */
  forget(uri: string): void {
    this.builders.delete(uri);
  }

  private builder(uri: string): SemanticTokensBuilder {
    let builder = this.builders.get(uri);
    if (builder === undefined) this.builders.set(uri, builder = new SemanticTokensBuilder());
    else builder.previousResult(builder.id);
    return builder;
  }

  private fill(opened: Opened, builder: SemanticTokensBuilder, range?: Range): void {
    const [start, end] = range === undefined ? [0, opened.wat.text.length] : [offsetOf(opened, range.start), offsetOf(opened, range.end)];
    const lines = new Lines(opened.wat.text);
    for (const module of opened.wat.modules) {
      if (module.item.end < start || module.item.start > end) continue;
      module.fields.forEach((field, i) => {
        if (field.end < start || field.start > end) return;
        const tokens = this.ofField(module, i, field);
        for (let t = 0; t < tokens.length; t += 4) {
          const at = field.start + (tokens[t] ?? 0);
          if (at < start || at > end) continue;
          const { line, column } = lines.place(at);
          builder.push(line, column, tokens[t + 1] ?? 0, tokens[t + 2] ?? 0, tokens[t + 3] ?? 0);
        }
      });
    }
  }

  private ofField(module: ModuleState, index: number, field: Field): FieldTokens {
    const version = module.env;
    const known = this.known.get(field);
    if (known?.version === version) return known.tokens;
    const tokens = fieldTokens(module, index);
    this.known.set(field, { version, tokens });
    return tokens;
  }
}

function fieldTokens(module: ModuleState, index: number): FieldTokens {
  const { model } = module.env;
  const params = funcType(model, model.funcs[module.functionAt(index)]?.type ?? -1)?.params.length ?? 0;
  const found: [number, number, number, number][] = [];
  const add = (kind: Kind, of: number, start: number, end: number, declares: number): void => {
    const parameter = kind === 'local' && of < params;
    const readonly = kind === 'global' && model.globals[of]?.mutable === false;
    const imported = kind === 'func' && model.funcs[of]?.import?.module.startsWith('wasi_') === true;
    const global = kind === 'global' || kind === 'table' || kind === 'memory' || kind === 'data' || kind === 'elem';
    found.push([start, end - start, parameter ? 2 : typeOf[kind], declares | (readonly ? READONLY : 0) | (imported ? LIBRARY : 0) | (global ? STATIC : 0)]);
  };
  for (const uses of module.usesIn(index)) {
    for (const use of uses) {
      const sym = symOf(module, index, use);
      if (use.index >= 0) add(use.kind, use.kind === 'label' ? use.index : sym.index, use.start, use.end, 0);
    }
  }
  for (const one of definitionsIn(module, index)) if (one.name !== undefined) add(one.kind, one.index, one.start, one.end, DECLARATION);
  found.sort((a, b) => a[0] - b[0]);
  // A parameter in an import and in its function's list is told twice.
  return found.filter((one, i) => i === 0 || one[0] !== found[i - 1]?.[0]).flat();
}

/** Lines of offsets that ascend. */
class Lines {
  private readonly text: string;
  private line = 0;
  private from = 0;
  private next: number;

  constructor(text: string) {
    this.text = text;
    this.next = text.indexOf('\n');
  }

  place(offset: number): { readonly line: number; readonly column: number } {
    while (this.next !== -1 && this.next < offset) {
      this.line++;
      this.from = this.next + 1;
      this.next = this.text.indexOf('\n', this.from);
    }
    return { line: this.line, column: offset - this.from };
  }
}
