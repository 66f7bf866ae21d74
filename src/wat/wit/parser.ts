import * as l10n from '@vscode/l10n';
import { Cursor, Lost } from './cursor';
import { tokenize, type Problem } from './lexer';
import { parseParams, parseResults, parseType } from './types';
import type { Extern, Func, Gate, Include, Interface, InterfaceItem, Item, Member, Name, NestedPackage, PackageName, Path, TopUse, TypeDef, TypeDefKind, Use, UseName, WitFile, World, WorldItem } from './syntax';

interface Head { readonly docs: string; readonly gates: readonly Gate[]; readonly start: number }

/** Reads a WIT text (component model, design/mvp/WIT.md). Never throws: what is wrong is in `problems`, the rest is read all the same. */
export function parseWit(text: string): WitFile {
  const problems: Problem[] = [];
  const { tokens, comments } = tokenize(text, problems);
  const parser = new Parser(new Cursor(text, tokens, comments, problems));
  const { name, items } = parser.file();
  return { text, package: name, items, tokens, comments, problems };
}

class Parser {
  private readonly at: Cursor;

  constructor(at: Cursor) {
    this.at = at;
  }

  file(): { name: (PackageName & { readonly docs: string }) | undefined; items: Item[] } {
    const { at } = this;
    let name: (PackageName & { readonly docs: string }) | undefined;
    const items: Item[] = [];
    while (at.token.kind !== 'end') {
      if (at.is('}')) {
        at.problem('expected', l10n.t('There is nothing that this closes.'));
        at.next();
        continue;
      }
      this.guarded(() => {
        const head = this.head();
        if (!at.is('package')) {
          items.push(this.item(head));
          return;
        }
        at.next();
        const found = this.packageName();
        if (at.is('{')) items.push(this.nested(head, found));
        else {
          if (name !== undefined || items.some(item => item.kind !== 'package')) at.problem('package', l10n.t('A file names its package once, before all else.'), found);
          name ??= { ...found, docs: head.docs };
          at.expect(';');
        }
      });
    }
    return { name, items };
  }

  /** Runs a part of the grammar; where it is lost, reading goes on behind it. */
  private guarded(part: () => void): void {
    const from = this.at.at;
    try {
      part();
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      this.at.recover();
      if (this.at.at === from && !this.at.is('}')) this.at.next();
    }
  }

  /** Documentation and gates before an item. */
  private head(): Head {
    const { at } = this;
    const docs = at.documentation();
    const { start } = at.token;
    const gates: Gate[] = [];
    while (at.is('@')) {
      const from = at.next().start;
      const name = at.next();
      const argument = name.text === 'unstable' ? 'feature' : 'version';
      const external = name.text === 'external-id';
      if (!external && !['since', 'unstable', 'deprecated'].includes(name.text)) at.problem('gate', l10n.t('There is no gate @{0}: it is @since, @unstable or @deprecated.', name.text), name);
      if (gates.some(gate => gate.name === name.text)) at.problem('gate', l10n.t('@{0} stands here twice.', name.text), name);
      at.expect('(');
      if (external) {
        if (at.token.text.startsWith('"')) at.next();
        else at.problem('gate', l10n.t('@{0} takes a string.', name.text));
        gates.push({ name: name.text, argument: this.source(at.last - 1, at.last), start: from, end: at.token.end });
        at.expect(')');
        continue;
      }
      if (!at.take(argument)) at.problem('gate', l10n.t('@{0} takes {1} = ...', name.text, argument));
      else at.expect('=');
      const value = at.token.start;
      // A version is several tokens here, since no @ is before it.
      while (!at.is(')') && !['end', 'bad'].includes(at.token.kind) && !'{};'.includes(at.token.text)) at.next();
      gates.push({ name: name.text, argument: this.source(value, at.last), start: from, end: at.token.end });
      at.expect(')');
    }
    return { docs, gates, start };
  }

  private source(start: number, end: number): string {
    return this.at.tokens.filter(token => token.start >= start && token.end <= end).map(token => token.text).join('');
  }

  private item(head: Head): Item {
    const { at } = this;
    if (at.is('interface')) {
      at.next();
      const id = at.name(l10n.t('The name of the interface'));
      const items = this.block(() => this.interfaceItem());
      return { kind: 'interface', id, items, ...head, end: at.last } satisfies Interface;
    }
    if (at.is('world')) {
      at.next();
      const id = at.name(l10n.t('The name of the world'));
      const items = this.block(() => this.worldItem());
      return { kind: 'world', id, items, ...head, end: at.last } satisfies World;
    }
    if (at.take('use')) {
      const path = this.path();
      const as = at.take('as') ? at.name(l10n.t('A name')) : undefined;
      at.expect(';');
      return { kind: 'top-use', path, as, ...head, end: at.last } satisfies TopUse;
    }
    at.problem('expected', l10n.t('interface, world, use or package is expected here.'));
    throw new Lost();
  }

  private nested(head: Head, name: PackageName): NestedPackage {
    const items = this.block(() => this.item(this.head()));
    return { kind: 'package', name, items, ...head, end: this.at.last };
  }

  /** `{ part* }` */
  private block<T>(part: () => T): T[] {
    const { at } = this;
    const found: T[] = [];
    const open = at.token;
    at.expect('{');
    while (!at.is('}')) {
      if (at.token.kind === 'end') {
        at.problem('unclosed', l10n.t('This { is not closed.'), open);
        return found;
      }
      this.guarded(() => { found.push(part()); });
    }
    at.next();
    return found;
  }

  /** `{ part, part }`, a comma at the end allowed. */
  private list<T>(part: () => T): T[] {
    const { at } = this;
    const found: T[] = [];
    const open = at.token;
    at.expect('{');
    while (!at.is('}')) {
      if (at.token.kind === 'end') {
        at.problem('unclosed', l10n.t('This { is not closed.'), open);
        return found;
      }
      try {
        found.push(part());
        if (!at.is('}')) {
          if (!at.is(',') && at.token.kind !== 'word') at.expect('}');
          at.expect(',');
        }
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        // Only this part is lost.
        at.skipTo(',', '}', '{', ';');
        if (!at.take(',') && !at.is('}')) throw error;
      }
    }
    at.next();
    return found;
  }

  private packageName(): PackageName {
    const { at } = this;
    const { start } = at.token;
    const first = at.name(l10n.t('The name of the package, as in wasi:io,'));
    const parts = [first.text];
    at.expect(':');
    do parts.push(at.name(l10n.t('A name')).text); while (at.take(':'));
    return { text: parts.join(':'), version: this.version(), start, end: at.last };
  }

  private version(): string | undefined {
    const { at } = this;
    if (!at.is('@') || at.peek().kind !== 'number') {
      if (at.is('@')) at.problem('version', l10n.t('A version has three numbers, as in @0.2.0.'), at.next());
      return undefined;
    }
    at.next();
    const found = at.next();
    if (!found.text.includes('.')) at.problem('version', l10n.t('A version has three numbers, as in @0.2.0.'), found);
    return found.text;
  }

  /** A name, or a package and a name in it. */
  private path(): Path {
    const { at } = this;
    const { start } = at.token;
    if (at.peek().text !== ':') {
      const name = at.name(l10n.t('The name of an interface or world'));
      return { package: undefined, name, start, end: name.end };
    }
    const parts = [at.name(l10n.t('A name')).text];
    while (at.take(':')) parts.push(at.name(l10n.t('A name')).text);
    const end = at.last;
    at.expect('/');
    const name = at.name(l10n.t('The name of an interface or world'));
    return { package: { text: parts.join(':'), version: this.version(), start, end }, name, start, end: at.last };
  }

  private useNames(): UseName[] {
    const { at } = this;
    return this.list(() => {
      const id = at.name(l10n.t('A name'));
      return { id, as: at.take('as') ? at.name(l10n.t('A name')) : undefined };
    });
  }

  private use(head: Head): Use {
    const { at } = this;
    const path = this.path();
    at.expect('.');
    const names = this.useNames();
    at.expect(';');
    return { kind: 'use', path, names, ...head, end: at.last };
  }

  private interfaceItem(): InterfaceItem {
    const { at } = this;
    const head = this.head();
    if (at.is('use') && at.peek().text !== ':') at.next();
    else return this.typeDef(head) ?? this.func(head, false);
    return this.use(head);
  }

  private worldItem(): WorldItem {
    const { at } = this;
    const head = this.head();
    if (at.take('use')) return this.use(head);
    if (at.take('include')) {
      const path = this.path();
      const names = at.take('with') ? this.useNames() : undefined;
      if (names === undefined || at.is(';')) at.expect(';');
      return { kind: 'include', path, names: names ?? [], ...head, end: at.last } satisfies Include;
    }
    if (at.is('import') || at.is('export')) return this.extern(head, at.next().text === 'import' ? 'import' : 'export');
    const type = this.typeDef(head);
    if (type !== undefined) return type;
    at.problem('expected', l10n.t('import, export, include, use or a type is expected here.'));
    throw new Lost();
  }

  private extern(head: Head, kind: Extern['kind']): Extern {
    const { at } = this;
    const nothing = { id: undefined, path: undefined, func: undefined, items: undefined };
    const isFunc = at.peek(2).text === 'func' || at.peek(2).text === 'async' || (['get', 'set'].includes(at.peek(2).text) && at.peek(3).text === '(');
    const named = at.peek().text === ':' && (isFunc || at.peek(2).text === 'interface' || !['/', ':'].includes(at.peek(3).text));
    if (!named) {
      const path = this.path();
      at.expect(';');
      return { kind, ...nothing, path, ...head, end: at.last };
    }
    if (isFunc) {
      const func = this.func(head, false);
      return { kind, ...nothing, id: func.id, func, ...head, end: at.last };
    }
    const id = at.name(l10n.t('A name'));
    at.expect(':');
    if (at.take('interface')) {
      const items = this.block(() => this.interfaceItem());
      return { kind, ...nothing, id, items, ...head, end: at.last };
    }
    const path = this.path();
    at.expect(';');
    return { kind, ...nothing, id, path, ...head, end: at.last };
  }

  private typeDef(head: Head): TypeDef | undefined {
    const { at } = this;
    const kind = at.token.text as TypeDefKind;
    if (!['record', 'variant', 'enum', 'flags', 'type', 'resource'].includes(kind) || at.peek().text === ':') return undefined;
    at.next();
    const id = at.name(l10n.t('The name of the type'));
    const made = (more: Partial<TypeDef>): TypeDef => ({ kind, id, members: [], type: undefined, methods: [], ...more, ...head, end: at.last });
    if (kind === 'type') {
      at.expect('=');
      const type = parseType(at);
      at.expect(';');
      return made({ type });
    }
    if (kind === 'resource') {
      if (at.take(';')) return made({});
      return made({ methods: this.block(() => this.func(this.head(), true)) });
    }
    const members = this.list(() => this.member(kind));
    if (members.length === 0 && (kind === 'enum' || kind === 'variant')) at.problem('empty', l10n.t('{0} has nothing in it.', id.text), id);
    return made({ members });
  }

  private member(kind: TypeDefKind): Member {
    const { at } = this;
    const docs = at.documentation();
    const id = at.name(l10n.t('A name'));
    let type: Member['type'];
    if (kind === 'record') {
      at.expect(':');
      type = parseType(at);
    } else if (kind === 'variant' && at.take('(')) {
      type = parseType(at);
      at.expect(')');
    }
    return { id, type, docs, start: id.start, end: at.last };
  }

  private func(head: Head, inResource: boolean): Func {
    const { at } = this;
    if (at.is('constructor') && at.peek().text === '(' && inResource) {
      const token = at.next();
      const id: Name = { text: 'constructor', start: token.start, end: token.end };
      const params = parseParams(at);
      const result = at.take('->') ? parseType(at) : undefined;
      at.expect(';');
      return { kind: 'func', id, form: 'constructor', async: false, access: undefined, params, results: [], result, ...head, end: at.last };
    }
    const id = at.name(l10n.t('A function or a type'));
    at.expect(':');
    const form = at.is('static') && inResource ? 'static' : 'func';
    if (form === 'static') at.next();
    const async = at.take('async');
    const access = !async && (at.is('get') || at.is('set')) && at.peek().text === '(' ? at.next().text as 'get' | 'set' : undefined;
    if (access === undefined) at.expect('func');
    const params = parseParams(at);
    const { results, result } = parseResults(at);
    at.expect(';');
    return { kind: 'func', id, form, async, access, params, results, result, ...head, end: at.last };
  }
}
