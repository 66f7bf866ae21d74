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
}

/** One thing at the top of a text: a module, or (in scripts) a command, or a component. */
export type Item = ModuleText | { readonly kind: 'command' | 'component'; readonly word: string; readonly start: number; readonly end: number };

/**
 * The offset behind the `)` that closes the `(` at `at`, or -1. Strings and comments are stepped over; nothing else is looked at, so that
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
  return -1;
}

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

/** The next offset at or after `at` that is neither white space nor in a comment; `limit` if there is none. */
function skipSpace(text: string, at: number, limit: number, diagnostics: Diagnostic[]): number {
  for (;;) {
    while (at < limit && /[ \t\n\r]/.test(text.charAt(at))) at++;
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

/** The groups in parentheses from `at` on. What stands between them is told; a text whose parentheses don't match is cut at its lines. */
export function splitGroups(text: string, at: number, limit: number, diagnostics: Diagnostic[], recover = false): { spans: Span[]; end: number } {
  const spans: Span[] = [];
  for (;;) {
    at = skipSpace(text, at, limit, diagnostics);
    if (at >= limit) return { spans, end: limit };
    const code = text.charCodeAt(at);
    if (code === 0x29) {
      if (!recover) return { spans, end: at };
      at++;
      continue;
    }
    if (code === 0x28) {
      const stop = recover ? nextLineField(text, at + 1, limit) : limit;
      const end = groupEnd(text, at, stop);
      spans.push({ start: at, end: end === -1 ? trimmed(text, at, stop) : end });
      at = end === -1 ? stop : end;
      continue;
    }
    const start = at;
    at = code === 0x22 ? stringEnd(text, at, limit) : at + 1;
    while (at < limit && !/[\s()";]/.test(text.charAt(at))) at++;
    diagnostics.push({ kind: 'malformed', code: 'syntax', message: l10n.t('Expected "(", but found {0}.', JSON.stringify(text.slice(start, Math.min(at, start + 40)))), start, end: at });
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

function trimmed(text: string, start: number, end: number): number {
  while (end > start + 1 && /\s/.test(text.charAt(end - 1))) end--;
  return end;
}

/** Splits a text into its modules and commands. With `script`, all that a .wast file may hold is known; without, one module. */
export function splitText(text: string, script: boolean, diagnostics: Diagnostic[]): Item[] {
  const { spans: found, end } = splitGroups(text, 0, text.length, diagnostics);
  let spans = found;
  const whole = found.every(span => text.charCodeAt(span.end - 1) === 0x29 && groupEnd(text, span.start, span.end) === span.end);
  if (end < text.length || !whole) {
    if (!script) return [recovered(text, diagnostics)];
    if (end < text.length) diagnostics.push({ kind: 'malformed', code: 'unexpected', message: l10n.t('There is no open parenthesis for this one.'), start: end, end: end + 1 });
    else diagnostics.push(unclosed(spans.at(-1)?.start ?? 0));
    ({ spans } = splitGroups(text, 0, text.length, [], true));
  }
  const items: Item[] = [];
  const bare: Span[] = [];
  for (const span of spans) {
    const lexer = new Lexer(text, span.start, span.end);
    lexer.next();
    lexer.next();
    const word = lexer.kind === WORD ? lexer.value : '';
    if (word === 'module') items.push(moduleText(text, span, diagnostics));
    else if (fieldWords.has(word) || (word === '' && text.startsWith('(@', span.start))) bare.push(span);
    else if (word === 'component') items.push({ kind: 'component', word, ...span });
    else items.push({ kind: 'command', word, ...span });
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
  return end === -1 ? undefined : moduleText(text, { start: lexer.start, end }, diagnostics);
}

function moduleText(text: string, span: Span, diagnostics: Diagnostic[]): ModuleText {
  const lexer = new Lexer(text, span.start, span.end);
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
  const { spans } = splitGroups(text, from, span.end - 1, diagnostics);
  return { kind: 'module', form, ...withId, ...span, fields: spans, bare: false };
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
  const broken = spans.some(span => groupEnd(text, span.start, span.end) === -1);
  if (inModule && !closed && !broken) problems.push(unclosed(Math.max(0, text.indexOf('(module'))));
  // Between fields, recovery steps over what it can't read: say so where nothing else would.
  if (!broken && problems.length === 0) {
    const between: Diagnostic[] = [];
    const { end } = splitGroups(text, from, text.length, between);
    if (between.length === 0) between.push({ kind: 'malformed', code: 'unexpected', message: l10n.t('There is no open parenthesis for this one.'), start: Math.min(end, text.length), end: Math.min(end + 1, text.length) });
    problems.push(...between);
  }
  for (const one of problems) diagnostics.push(one);
  return { kind: 'module', form: 'text', ...(id === undefined ? {} : { id }), start: 0, end: text.length, fields: spans, bare: !inModule };
}

