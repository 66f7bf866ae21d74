import type { Diagnostic } from '../diagnostic';
import { commandModule, fieldEdited, splitText, type Item, type ModuleText } from '../fields';
import { Lexer } from '../lexer';
import type { Field } from '../link';
import type { Span } from '../syntax';
import { ModuleState } from './module';

/** A change of a text: what was from `start` to `end` is now `text`. */
export interface Edit extends Span { readonly text: string }

/**
 * A text that is being edited, with all that is known of it. Positions that it hands out are offsets into the text; those of a field are
 * relative to it. Never throws for a bad text.
 */
export class WatDocument {
  text = '';
  /** Whether it is a script (.wast): commands beside modules, and any number of them. */
  readonly script: boolean;
  items: readonly Item[] = [];
  /** In the order of the text; those that stand in commands too. */
  modules: readonly ModuleState[] = [];
  /** What is wrong between modules and fields. */
  private splitting: readonly Diagnostic[] = [];
  private readonly moduleOf = new Map<Item, ModuleState>();

  constructor(text: string, script: boolean) {
    this.script = script;
    this.split(text, undefined);
  }

  /** Takes a change in. */
  edit({ start, end, text: inserted }: Edit): void {
    const old = this.text;
    const text = old.slice(0, start) + inserted + old.slice(end);
    this.change(text, start, end, inserted.length);
  }

  /** As `edit`, where the new text is there already. */
  change(text: string, start: number, end: number, length: number): void {
    if (!this.inField(text, start, end, length)) this.split(text, { start, end, delta: length - (end - start) });
  }

  /** The module around an offset. */
  moduleAt(offset: number): ModuleState | undefined {
    let low = 0;
    let high = this.modules.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const module = this.modules[middle];
      if (module === undefined) return undefined;
      if (offset < module.item.start) high = middle - 1;
      else if (offset > module.item.end) low = middle + 1;
      else return module;
    }
    return undefined;
  }

  /** The module that an item of the text is or holds. */
  moduleIn(item: Item): ModuleState | undefined {
    return this.moduleOf.get(item);
  }

  /** Everything wrong between modules and fields. */
  get outside(): readonly Diagnostic[] {
    return this.splitting;
  }

  /** Most edits stay inside one field, whose parentheses still close where they did: then nothing else has moved but by a distance. */
  private inField(text: string, start: number, end: number, length: number): boolean {
    const module = this.moduleAt(start);
    const index = module?.fieldAt(start) ?? -1;
    const field = module?.fields[index];
    if (module === undefined || field === undefined || start <= field.start || end > field.end) return false;
    // Where parentheses don't match, lines that look like fields decide; and without "(module", what the first word says.
    const lost = this.splitting.length > 0 || module.item.lost === true;
    if ((lost || module.item.bare) && start <= wordEnd(this.text, field)) return false;
    const delta = length - (end - start);
    const limit = module.fields[index + 1]?.start ?? module.item.end;
    if (!fieldEdited(this.text, text, field, Math.min(limit, this.text.length), delta, lost)) return false;
    const old = this.text;
    this.text = text;
    for (const other of this.modules) other.shift(text, end, delta);
    if (delta !== 0) this.shiftItems(end, delta);
    module.replace(text, old, index, { start: field.start, end: field.end + delta });
    return true;
  }

  private shiftItems(from: number, delta: number): void {
    const held = new Map(this.moduleOf);
    this.moduleOf.clear();
    const move = (at: number): number => (at >= from ? at + delta : at);
    this.items = this.items.map(item => {
      const moved = item.end < from ? item : { ...item, start: move(item.start), end: move(item.end) };
      const module = held.get(item);
      if (module !== undefined) this.moduleOf.set(moved, module);
      return moved;
    });
    this.splitting = this.splitting.map(one => (one.end < from ? one : { ...one, start: move(one.start), end: move(one.end) }));
  }

  private split(text: string, edit: { readonly start: number; readonly end: number; readonly delta: number } | undefined): void {
    // Fields that the edit did not touch are known by where they are now.
    const fields = new Map<number, { readonly field: Field; readonly module: ModuleState }>();
    if (edit !== undefined) {
      for (const module of this.modules) {
        for (const field of module.fields) {
          if (field.end < edit.start) fields.set(field.start, { field, module });
          else if (field.start > edit.end) fields.set(field.start + edit.delta, { field, module });
        }
      }
    }
    const lengths = new Map([...fields].map(([start, { field }]) => [start, field.end - field.start]));
    const problems: Diagnostic[] = [];
    this.items = splitText(text, this.script, problems);
    this.moduleOf.clear();
    const modules: ModuleState[] = [];
    for (const item of this.items) {
      const found = item.kind === 'module' ? item : item.kind === 'command' ? commandModule(text, item, problems) : undefined;
      if (found?.form !== 'text') continue;
      const module = this.module(text, found, fields, lengths, this.modules);
      module.command = item.kind === 'command' ? item.word : undefined;
      modules.push(module);
      this.moduleOf.set(item, module);
    }
    this.text = text;
    this.modules = modules;
    this.splitting = problems;
  }

  private module(text: string, item: ModuleText, fields: ReadonlyMap<number, { readonly field: Field; readonly module: ModuleState }>, lengths: ReadonlyMap<number, number>, old: readonly ModuleState[]): ModuleState {
    const known = (span: Span): { readonly field: Field; readonly module: ModuleState } | undefined => (lengths.get(span.start) === span.end - span.start ? fields.get(span.start) : undefined);
    let before: ModuleState | undefined;
    for (const span of item.fields) {
      before = known(span)?.module;
      if (before !== undefined) break;
    }
    before ??= old.length === 1 ? old[0] : undefined;
    // Nothing but a distance lies between a module that was not touched and what it was.
    if (before !== undefined && before.fields.length === item.fields.length && before.item.id?.text === item.id?.text && item.fields.every((span, i) => known(span)?.field === before.fields[i])) {
      before.moveTo(text, item);
      return before;
    }
    return new ModuleState(text, item, span => {
      const found = known(span);
      if (found === undefined || found.module !== before) return undefined;
      found.field.start = span.start;
      found.field.end = span.end;
      return found.field;
    }, before);
  }
}

/** Where the word behind a field's parenthesis ends. */
function wordEnd(text: string, field: Span): number {
  const lexer = new Lexer(text, field.start, field.end);
  lexer.next();
  lexer.next();
  return lexer.end;
}
