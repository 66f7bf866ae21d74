import * as l10n from '@vscode/l10n';
import type { Diagnostic } from '../diagnostic';
import { commandModule, type Item, type ModuleText } from '../fields';
import { EOF, ID, LPAREN, Lexer, RPAREN, STRING, WORD, idName, stringName } from '../lexer';
import { funcType } from '../model';
import type { Span } from '../syntax';
import { showType, typeWords } from '../types';
import { WatDocument } from './document';
import type { ModuleState } from './module';
import { quoted } from './quoted';

/** What a script says of a module. */
export type Expected = 'valid' | 'malformed' | 'invalid';

const expectations: Readonly<Record<string, Expected>> = {
  assert_malformed: 'malformed', assert_malformed_custom: 'malformed', assert_invalid: 'invalid', assert_invalid_custom: 'invalid',
};

/** What a script's command says of the module in it. */
export function expectedOf(module: ModuleState): Expected {
  return expectations[module.command ?? ''] ?? 'valid';
}

const actions = new Set(['invoke', 'get']);
const commands = new Set([
  'module', 'register', 'invoke', 'get', 'assert_return', 'assert_trap', 'assert_exhaustion', 'assert_exception', 'assert_suspension', 'assert_unlinkable', 'assert_malformed', 'assert_invalid', 'assert_malformed_custom',
  'assert_invalid_custom', 'assert_return_canonical_nan', 'assert_return_arithmetic_nan', 'assert_return_nan', 'script', 'input', 'output', 'thread', 'wait',
]);

/** What is wrong with a script besides the text of its modules: commands, and what they say of modules. Offsets into the text. */
export function scriptProblems(document: WatDocument): Diagnostic[] {
  return new Script(document).run();
}

/** A module that actions may name: what is known of it, or nothing where it is binary or from elsewhere. */
type Known = ModuleState | undefined;

class Script {
  private readonly document: WatDocument;
  private readonly found: Diagnostic[] = [];
  private readonly named = new Map<string, Known>();
  private current: Known;
  /** Whether there has been any module yet. */
  private any = false;

  constructor(document: WatDocument) {
    this.document = document;
  }

  run(): Diagnostic[] {
    for (const item of this.document.items) {
      if (item.kind === 'module') this.module(item);
      else if (item.kind === 'command') this.command(item);
    }
    return this.found;
  }

  private tell(code: string, message: string, { start, end }: Span): void {
    this.found.push({ kind: 'invalid', code, message, start, end });
  }

  private module(item: ModuleText): void {
    this.any = true;
    const known = this.document.moduleIn(item);
    this.current = known;
    if (item.form === 'instance') {
      const lexer = this.lexer(item);
      for (; lexer.kind !== EOF && lexer.kind !== ID; lexer.next());
      const own = lexer.value;
      lexer.next();
      this.current = lexer.kind === ID ? this.named.get(idName(lexer.value) ?? '') : this.current;
      this.named.set(idName(own) ?? '', this.current);
      return;
    }
    if (item.id !== undefined && item.id.text !== '') this.named.set(item.id.text, known);
    if (item.form === 'quote') for (const problem of quotedProblems(this.document.text, item)) this.found.push(problem);
  }

  private command(item: Extract<Item, { kind: 'command' | 'component' }>): void {
    if (!commands.has(item.word)) {
      const end = item.word === '' ? item.start + 1 : item.start + 1 + item.word.length;
      this.tell('unknown-command', item.word === '' ? l10n.t('Expected a command or a module.') : l10n.t('Unknown command "{0}".', item.word), { start: item.start, end });
      return;
    }
    const text = commandModule(this.document.text, item, []);
    const expected = expectations[item.word];
    if (text !== undefined && expected !== undefined) this.wrongModule(item, text, expected);
    else if (actions.has(item.word)) this.action(item);
    else if (text === undefined && item.word.startsWith('assert_')) {
      const lexer = this.lexer(item);
      if (lexer.opens('invoke') || lexer.opens('get')) this.action(lexer, item.word === 'assert_return');
    }
  }

  /** A module that is said to be wrong, and isn't. */
  private wrongModule(item: Span & { readonly word: string }, text: ModuleText, expected: Expected): void {
    if (text.form === 'binary') return;
    const module = this.document.modules.find(one => one.item.start === text.start);
    const wrong = text.form === 'quote' ? quotedProblems(this.document.text, text).length > 0 : module === undefined || !module.problems().next().done;
    if (wrong) return;
    this.tell('assertion', expected === 'malformed' ? l10n.t('This module is said to be malformed, but nothing is wrong with it.') : l10n.t('This module is said to be invalid, but nothing is wrong with it.'), { start: item.start + 1, end: item.start + 1 + item.word.length });
  }

  /** A lexer at what follows a group's first word. */
  private lexer(item: Span): Lexer {
    const lexer = new Lexer(this.document.text, item.start, item.end);
    for (let i = 0; i < 3; i++) lexer.next();
    return lexer;
  }

  /** `(invoke $m? "name" const*)` or `(get $m? "name")`, and with `results` what follows it; the current token is its parenthesis. */
  private action(at: Lexer | Span, results = false): void {
    const lexer = at instanceof Lexer ? at : this.lexer(at);
    let word: string;
    if (at instanceof Lexer) {
      lexer.next();
      word = lexer.value;
      lexer.next();
    } else word = this.document.text.startsWith('get', lexer.last - 3) ? 'get' : 'invoke';
    let module = this.current;
    let known = this.any;
    if (lexer.kind === ID) {
      const name = idName(lexer.value) ?? '';
      if (!this.named.has(name)) {
        // A script may name modules that another part of it defines inside a thread.
        known = false;
        module = undefined;
      } else module = this.named.get(name);
      lexer.next();
    }
    if (lexer.kind !== STRING || !known || module === undefined || !module.problems().next().done) return;
    const name = stringName(lexer.value);
    const place = { start: lexer.start, end: lexer.end };
    lexer.next();
    const { model } = module.env;
    const found = model.exports.find(one => one.name === name);
    const kind = word === 'get' ? 'global' : 'func';
    if (found?.kind !== kind) {
      this.tell('unknown-export', kind === 'func' ? l10n.t('The module exports no function of this name.') : l10n.t('The module exports no global of this name.'), place);
      return;
    }
    const given = constants(lexer);
    lexer.next();
    const global = model.globals[found.index];
    const type = kind === 'func' ? funcType(model, model.funcs[found.index]?.type ?? -1) : global === undefined ? undefined : { params: [], results: [global.type] };
    if (type === undefined) return;
    this.compare(given, type.params, place, l10n.t('The function takes {0} values, but {1} are given.', type.params.length, given.length));
    if (!results) return;
    const expected = constants(lexer);
    if (expected.some(one => one.word === 'either')) return;
    this.compare(expected, type.results, place, l10n.t('{0} values come back, but {1} are expected.', type.results.length, expected.length));
  }

  private compare(given: readonly Constant[], types: readonly number[], place: Span, count: string): void {
    if (given.length !== types.length) {
      this.tell('assertion-count', count, place);
      return;
    }
    given.forEach((one, i) => {
      const type = types[i] ?? 0;
      const own = typeWords.get(one.word.replace(/\.const$/, ''));
      if (own !== undefined && one.word.endsWith('.const') && own !== type) this.tell('assertion-type', l10n.t('{0} is expected here.', showType(type)), one);
      else if (one.word.startsWith('ref.') && type < 8) this.tell('assertion-type', l10n.t('{0} is expected here.', showType(type)), one);
    });
  }
}

interface Constant extends Span { readonly word: string }

/** The groups from the current token up to the `)` around them, by their first words. */
function constants(lexer: Lexer): Constant[] {
  const found: Constant[] = [];
  const kind = (): number => lexer.kind;
  while (kind() === LPAREN) {
    const { start } = lexer;
    lexer.next();
    const word = kind() === WORD ? lexer.value : '';
    for (let depth = 1; depth > 0 && kind() !== EOF;) {
      lexer.next();
      if (kind() === LPAREN) depth++;
      else if (kind() === RPAREN) depth--;
    }
    found.push({ word, start, end: lexer.end });
    lexer.next();
  }
  return found;
}

/** The last quoted modules that were read: scripts hold many, and an edit touches one. */
const lastQuoted = new Map<string, readonly Diagnostic[]>();

/** What is wrong in a quoted module, with offsets into the script. */
function quotedProblems(script: string, module: ModuleText): Diagnostic[] {
  const inner = quoted(script, module);
  if (inner === undefined) return [{ kind: 'malformed', code: 'utf8', message: l10n.t('The quoted text is not valid UTF-8.'), start: module.start, end: module.start + 1 }];
  let problems = lastQuoted.get(inner.text);
  if (problems === undefined) {
    const document = new WatDocument(inner.text, false);
    problems = [...document.outside, ...document.modules.flatMap(one => [...one.problems()].map(({ field, problem }) => ({ ...problem, start: field.start + problem.start, end: field.start + problem.end })))];
    if (lastQuoted.size > 2000) lastQuoted.clear();
    lastQuoted.set(inner.text, problems);
  }
  return problems.map(one => ({ ...one, start: inner.place(one.start), end: inner.place(Math.max(one.end, one.start + 1)) }));
}
