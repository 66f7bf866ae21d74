import * as l10n from '@vscode/l10n';
import type { Diagnostic } from './diagnostic';
import { fieldWords } from './header';
import { EOF, ID, Lexer, RPAREN, STRING, WORD, idName } from './lexer';
import type { Name, Span } from './syntax';

/** A module of a text: its fields, or the strings of its binary or quoted form. Positions are offsets into the text. */
export interface ModuleText {
  readonly kind: 'module';
  readonly form: 'text' | 'binary' | 'quote' | 'instance';
  readonly id?: Name;
  readonly start: number;
  readonly end: number;
  /** In order; annotations that are fields too. */
  readonly fields: readonly Span[];
  /** Whether the fields stand in the text with no `(module` around them. */
  readonly bare: boolean;
  /** Whether parentheses don't match, so that fields were told apart by lines. */
  readonly lost?: boolean;
}

/** One thing at the top of a text: a module, or (in scripts) a command, or a component. */
export type Item = ModuleText | { readonly kind: 'command' | 'component'; readonly word: string; readonly start: number; readonly end: number };

/**
 * The offset behind the `)` that closes the `(` at `at`; a negative number where it is not closed, which tells what is open at the limit. Strings and comments are stepped over; nothing else is looked at, so that
 * this is fast enough to find a file's fields again on every change.
 */
export function groupEnd(text: string, at: number, limit: number): number {
  let depth = 0;
  while (at < limit) {
    const code = text.charCodeAt(at);
    if (code > 0x3b) {
      at++;
      continue;
    }
    switch (code) {
      case 0x28:
        if (text.charCodeAt(at + 1) === 0x3b) {
          at = commentEnd(text, at, limit);
          if (at === limit && !text.endsWith(';)', limit)) return -depth - IN_COMMENT;
          continue;
        }
        depth++;
        break;
      case 0x29:
        if (--depth === 0) return at + 1;
        break;
      case 0x22:
        at = stringEnd(text, at, limit);
        continue;
      case 0x3b:
        if (text.charCodeAt(at + 1) === 0x3b) {
          at += 2;
          while (at < limit && text.charCodeAt(at) !== 0x0a && text.charCodeAt(at) !== 0x0d) at++;
          continue;
        }
        break;
    }
    at++;
  }
  return -depth;
}

/** More than any depth. */
const IN_COMMENT = 2 ** 40;

function stringEnd(text: string, at: number, limit: number): number {
  for (at++; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code === 0x5c) at++;
    else if (code === 0x0a || code === 0x0d) return at;
  }
  return limit;
}

function commentEnd(text: string, at: number, limit: number): number {
  let depth = 0;
  while (at < limit) {
    const code = text.charCodeAt(at);
    if (code === 0x28 && text.charCodeAt(at + 1) === 0x3b) {
      depth++;
      at += 2;
    } else if (code === 0x3b && text.charCodeAt(at + 1) === 0x29) {
      at += 2;
      if (--depth === 0) return at;
    } else at++;
  }
  return limit;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;

/** The next offset at or after `at` that is neither white space nor in a comment; `limit` if there is none. */
function skipSpace(text: string, at: number, limit: number, diagnostics: Diagnostic[]): number {
  for (;;) {
    while (at < limit && isSpace(text.charCodeAt(at))) at++;
    if (text.startsWith(';;', at)) while (at < limit && text.charCodeAt(at) !== 0x0a && text.charCodeAt(at) !== 0x0d) at++;
    else if (text.startsWith('(;', at) && at < limit) {
      const start = at;
      at = commentEnd(text, at, limit);
      if (at === limit && (limit - start < 4 || !text.endsWith(';)', limit))) {
        diagnostics.push({ kind: 'malformed', code: 'unclosed-comment', message: l10n.t('This comment is not closed: ";)" is missing.'), start, end: limit });
      }
    } else return Math.min(at, limit);
  }
}

/** The next parenthesis at or after `at`; what stands before it is told. `limit` if there is none. */
function between(text: string, at: number, limit: number, diagnostics: Diagnostic[]): number {
  for (;;) {
    at = skipSpace(text, at, limit, diagnostics);
    const code = at < limit ? text.charCodeAt(at) : 0x29;
    if (code === 0x29 || code === 0x28) return at;
    const start = at;
    at = code === 0x22 ? stringEnd(text, at, limit) : at + 1;
    while (at < limit && !/[\s()";]/.test(text.charAt(at))) at++;
    diagnostics.push({ kind: 'malformed', code: 'syntax', message: l10n.t('Expected "(", but found {0}.', JSON.stringify(text.slice(start, Math.min(at, start + 40)))), start, end: at });
  }
}

/**
 * The groups in parentheses from `at` on. What stands between them is told; a text whose parentheses don't match is cut at its lines.
 * Without `recover`, `end` is at the `)` that is too many; `open` is where a group starts that is not closed, or -1.
 */
export function splitGroups(text: string, at: number, limit: number, diagnostics: Diagnostic[], recover = false): { spans: Span[]; end: number; open: number } {
  const spans: Span[] = [];
  for (;;) {
    at = between(text, at, limit, diagnostics);
    if (at >= limit) return { spans, end: limit, open: -1 };
    if (text.charCodeAt(at) === 0x29) {
      if (!recover) return { spans, end: at, open: -1 };
      at++;
      continue;
    }
    const stop = recover ? nextLineField(text, at + 1, limit) : limit;
    const end = groupEnd(text, at, stop);
    spans.push({ start: at, end: end < 0 ? trimmed(text, at, stop) : end });
    if (end < 0 && !recover) return { spans, end: limit, open: at };
    at = end < 0 ? stop : end;
  }
}

const lineField = new RegExp(`\\n[ \\t]*\\((?:${[...fieldWords].join('|')}|module)(?![\\w.])`, 'g');

/** Where, in a text whose parentheses don't match, the next field most likely starts: on a line of its own, indented by at most 4. */
function nextLineField(text: string, at: number, limit: number): number {
  lineField.lastIndex = at;
  for (let match = lineField.exec(text); match !== null && match.index < limit; match = lineField.exec(text)) {
    const open = text.indexOf('(', match.index);
    if (open - match.index - 1 <= 4) return open;
  }
  return limit;
}

/**
 * Whether an edit inside a field leaves all fields where they were, but for a distance: it closes where it did, or is as open as it was
 * (and stops where the next line looks like a field). `limit` is where the next one starts, in the old text; `lost`
 * says that parentheses don't match somewhere, so that lines decide.
 */
export function fieldEdited(oldText: string, text: string, field: Span, limit: number, delta: number, lost: boolean): boolean {
  if (lost && nextLineField(text, field.start + 1, field.end + delta) < field.end + delta) return false;
  const end = groupEnd(text, field.start, limit + delta);
  if (end === field.end + delta) return groupEnd(oldText, field.start, field.end) === field.end;
  if (end > 0 || groupEnd(oldText, field.start, limit) !== end) return false;
  return nextLineField(text, field.start + 1, limit + delta) === limit + delta && trimmed(text, field.start, limit + delta) === field.end + delta;
}

function trimmed(text: string, start: number, end: number): number {
  while (end > start + 1 && /\s/.test(text.charAt(end - 1))) end--;
  return end;
}

/** Splits a text into its modules and commands. With `script`, all that a .wast file may hold is known; without, one module. */
export function splitText(text: string, script: boolean, diagnostics: Diagnostic[]): Item[] {
  const { items, bare, end, open } = splitItems(text, diagnostics);
  if (end < text.length || open !== -1) {
    if (!script) return [recovered(text, diagnostics)];
    if (open === -1) diagnostics.push({ kind: 'malformed', code: 'unexpected', message: l10n.t('There is no open parenthesis for this one.'), start: end, end: end + 1 });
    else diagnostics.push(unclosed(open));
    items.length = bare.length = 0;
    for (const span of splitGroups(text, 0, text.length, [], true).spans) sort(text, span, items, bare, diagnostics);
  }
  const first = bare[0];
  // Bare fields are one module, the whole text; annotations beside a module are not fields.
  if (first !== undefined && !(items.length > 0 && bare.every(span => text.startsWith('(@', span.start)))) {
    items.push({ kind: 'module', form: 'text', start: first.start, end: bare.at(-1)?.end ?? first.end, fields: bare, bare: true });
  } else if (items.length === 0 && !script) items.push({ kind: 'module', form: 'text', start: 0, end: text.length, fields: bare, bare: true });
  if (!script) {
    const extra = items.length > 1 ? items[1] : items[0]?.kind === 'command' ? items[0] : undefined;
    if (extra !== undefined) {
      diagnostics.push({ kind: 'malformed', code: 'syntax', message: l10n.t('A text holds one module, or module fields.'), start: extra.start, end: Math.min(extra.end, extra.start + 20) });
    }
  }
  return items;
}

interface Split { readonly items: Item[]; readonly bare: Span[]; readonly end: number; readonly open: number }

/** One pass over the text: items, bare fields, where it stopped (at a `)` too many), and where a parenthesis opens that is not closed, or -1. */
function splitItems(text: string, diagnostics: Diagnostic[]): Split {
  const items: Item[] = [];
  const bare: Span[] = [];
  const limit = text.length;
  for (let at = 0; ;) {
    at = between(text, at, limit, diagnostics);
    if (at >= limit || text.charCodeAt(at) === 0x29) return { items, bare, end: at, open: -1 };
    const module = openModule(text, at, limit, diagnostics);
    if (module !== undefined) {
      if (module.end === -1) return { items, bare, end: limit, open: at };
      items.push(module);
      at = module.end;
      continue;
    }
    const end = groupEnd(text, at, limit);
    if (end < 0) return { items, bare, end: limit, open: at };
    sort(text, { start: at, end }, items, bare, diagnostics);
    at = end;
  }
}

/** The module in text form that opens at a `(`; its end is -1 where it is not closed. Undefined for anything else. */
function openModule(text: string, at: number, limit: number, diagnostics: Diagnostic[]): ModuleText | undefined {
  const lexer = new Lexer(text, at, limit);
  lexer.next();
  if (!lexer.opens('module')) return undefined;
  lexer.next();
  lexer.next();
  if (lexer.kind === WORD && lexer.is('definition')) lexer.next();
  if (lexer.kind === ID) lexer.next();
  return lexer.kind === WORD ? undefined : moduleText(text, { start: at, end: -1 }, diagnostics);
}

/** What a group in parentheses at the top of a text is. */
function sort(text: string, span: Span, items: Item[], bare: Span[], diagnostics: Diagnostic[]): void {
  const lexer = new Lexer(text, span.start, span.end);
  lexer.next();
  lexer.next();
  const word = lexer.kind === WORD ? lexer.value : '';
  if (word === 'module') items.push(moduleText(text, span, diagnostics));
  else if (fieldWords.has(word) || (word === '' && text.startsWith('(@', span.start))) bare.push(span);
  else if (word === 'component') items.push({ kind: 'component', word, ...span });
  else items.push({ kind: 'command', word, ...span });
}

function unclosed(start: number): Diagnostic {
  return { kind: 'malformed', code: 'unclosed', message: l10n.t('This parenthesis is not closed.'), start, end: start + 1 };
}

/** The module inside a script's command, such as the one of an assert_invalid; undefined when there is none. */
export function commandModule(text: string, item: Span, diagnostics: Diagnostic[]): ModuleText | undefined {
  const lexer = new Lexer(text, item.start, item.end);
  lexer.next();
  lexer.next();
  lexer.next();
  if (!lexer.opens('module')) return undefined;
  const end = groupEnd(text, lexer.start, item.end);
  return end < 0 ? undefined : moduleText(text, { start: lexer.start, end }, diagnostics);
}

/** With an end of -1, a module in text form is read up to its `)`; its end stays -1 where there is none. */
function moduleText(text: string, span: Span, diagnostics: Diagnostic[]): ModuleText {
  const lexer = new Lexer(text, span.start, span.end === -1 ? text.length : span.end);
  lexer.next();
  lexer.next();
  lexer.next();
  let form: ModuleText['form'] = 'text';
  if (lexer.kind === WORD && lexer.is('definition')) lexer.next();
  else if (lexer.kind === WORD && lexer.is('instance')) form = 'instance';
  let id: Name | undefined;
  const takeId = (): void => {
    if (lexer.kind !== ID) return;
    id = { text: idName(lexer.value) ?? '', start: lexer.start, end: lexer.end };
    lexer.next();
  };
  takeId();
  const note = lexer.annotations.find(annotation => annotation.name === 'name');
  if (note !== undefined) {
    const inner = new Lexer(text, note.start + 6, note.end);
    inner.next();
    const shown = inner.kind === STRING ? idName(`$${inner.value}`) : undefined;
    inner.next();
    if (inner.kind !== RPAREN || shown === undefined) diagnostics.push({ kind: 'malformed', code: 'annotation', message: l10n.t('A @name annotation holds exactly one string, and stands once.'), start: note.start, end: note.end });
    else id = { text: id?.text ?? '', start: id?.start ?? lexer.start, end: id?.end ?? lexer.start, shown };
  }
  if (form === 'text' && lexer.kind === WORD && (lexer.is('binary') || lexer.is('quote'))) form = lexer.is('binary') ? 'binary' : 'quote';
  const withId = id === undefined ? {} : { id };
  if (form !== 'text') return { kind: 'module', form, ...withId, ...span, fields: [{ start: lexer.end, end: span.end - 1 }], bare: false };
  const from = note !== undefined && lexer.kind !== EOF ? note.end : id === undefined ? lexer.last : lexer.last;
  const { spans, end, open } = splitGroups(text, from, span.end === -1 ? text.length : span.end - 1, diagnostics);
  return { kind: 'module', form, ...withId, start: span.start, end: span.end !== -1 ? span.end : end < text.length && open === -1 ? end + 1 : -1, fields: spans, bare: false };
}

/** A module of a text whose parentheses don't match: its fields are told apart by lines, so that one mistake stays in one field. */
function recovered(text: string, diagnostics: Diagnostic[]): ModuleText {
  diagnostics.length = 0;
  const lexer = new Lexer(text, 0, text.length);
  lexer.next();
  let from = 0;
  let id: Name | undefined;
  const inModule = lexer.opens('module');
  if (inModule) {
    lexer.next();
    lexer.next();
    from = lexer.last;
    if (lexer.kind === ID) {
      id = { text: idName(lexer.value) ?? '', start: lexer.start, end: lexer.end };
      from = lexer.end;
    }
  }
  // The module's own `)` is the last thing of the text, if it is there at all.
  const limit = text.trimEnd().length;
  const { spans } = splitGroups(text, from, limit, [], true);
  const last = spans.at(-1);
  const problems: Diagnostic[] = [];
  let closed = false;
  for (let at = last?.end ?? from; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x29) continue;
    if ((!inModule || closed) && problems.length === 0) problems.push({ kind: 'malformed', code: 'unexpected', message: l10n.t('There is no open parenthesis for this one.'), start: at, end: at + 1 });
    closed = true;
  }
  const broken = spans.some(span => groupEnd(text, span.start, span.end) < 0);
  if (inModule && !closed && !broken) problems.push(unclosed(Math.max(0, text.indexOf('(module'))));
  // Between fields, recovery steps over what it can't read: say so where nothing else would.
  if (!broken && problems.length === 0) {
    const between: Diagnostic[] = [];
    const { end } = splitGroups(text, from, text.length, between);
    if (between.length === 0) between.push({ kind: 'malformed', code: 'unexpected', message: l10n.t('There is no open parenthesis for this one.'), start: Math.min(end, text.length), end: Math.min(end + 1, text.length) });
    for (const one of between) problems.push(one);
  }
  for (const one of problems) diagnostics.push(one);
  return { kind: 'module', form: 'text', ...(id === undefined ? {} : { id }), start: 0, end: text.length, fields: spans, bare: !inModule, lost: true };
}

