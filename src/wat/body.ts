import * as l10n from '@vscode/l10n';
import { Cursor, GiveUp } from './cursor';
import type { Diagnostic } from './diagnostic';
import { Immediates } from './immediates';
import { broken, named, opByName, opOf } from './instructions';
import { EOF, ID, LPAREN, RPAREN, WORD, idName } from './lexer';
import { funcType } from './model';
import type { Scope } from './scope';
import { Instr, type Name, type Param, type Span } from './syntax';

/** A function's inside, in the order of execution. */
export interface Body {
  readonly code: Instr[];
  /** Parameters first. */
  readonly locals: number[];
  readonly localNames: (Name | undefined)[];
  /** Names of labels in the order in which their blocks open. */
  readonly labels: (Name | undefined)[];
}

// What an open parenthesis, or an open block without one, waits for.
const PLAIN = 0, BLOCK = 1, IF = 2, CLAUSE = 3, FLAT = 4, TRY = 5;

interface Frame { readonly kind: number; readonly instr: Instr | undefined; readonly label: string | undefined; state: number; readonly start: number; readonly end: number }

/** An instruction that waits for its operands (`folded`) or for the end of its block. */
export interface Waiting { readonly folded: boolean; readonly op: Instr['op'] | undefined; readonly instr: Instr | undefined; readonly label: string | undefined; readonly start: number }

const END = named('end'), ELSE = named('else'), CATCH = named('catch'), CATCH_ALL = named('catch_all'), DELEGATE = named('delegate');

/**
 * Reads instructions, folded or flat, into the order of execution. Nesting costs heap, not stack. After a mistake it goes on with the
 * next instruction.
 */
export class BodyParser {
  readonly at: Cursor;
  readonly scope: Scope;
  readonly code: Instr[] = [];
  readonly locals: number[] = [];
  readonly localNames: (Name | undefined)[] = [];
  readonly labels: (Name | undefined)[] = [];
  /** How many instructions there were when the text ended; what comes after them only closes what is still open. */
  reached = -1;
  /** What was open then, outermost first. */
  waiting: readonly Waiting[] = [];
  private readonly immediates: Immediates;
  private readonly frames: Frame[] = [];

  constructor(text: string, base: number, span: Span, scope: Scope, diagnostics: Diagnostic[]) {
    this.at = new Cursor(text, base, base + span.start, base + span.end, diagnostics);
    this.scope = scope;
    this.immediates = new Immediates(this.at, scope);
  }

  /** Reads a function from behind its type use to its closing parenthesis. `type` is its type, `params` are written where they have names. */
  func(type: number, params: readonly Param[]): Body {
    const { at } = this;
    const signature = funcType(this.scope.model, type);
    signature?.params.forEach((param, i) => { this.addLocal(param, params[i]?.id); });
    if (signature === undefined) for (const param of params) this.addLocal(this.scope.type(param.type, []), param.id);
    while (at.lexer.opens('local')) {
      try {
        at.open('local');
        const id = at.id();
        if (id !== undefined && id.text !== '') this.addLocal(this.scope.type(at.valueType(), at.diagnostics), id);
        else while (at.lexer.kind !== RPAREN) this.addLocal(this.scope.type(at.valueType(), at.diagnostics), id);
        at.close();
      } catch (error) {
        this.recover(error);
        while (at.lexer.kind !== RPAREN && at.lexer.kind !== LPAREN && at.lexer.kind !== EOF) at.lexer.next();
        if (at.lexer.kind === RPAREN) at.lexer.next();
      }
    }
    this.sequence();
    if (at.lexer.kind === RPAREN) {
      this.push(new Instr(END, at.lexer.start - at.base, at.lexer.end - at.base));
      at.lexer.next();
      if (at.lexer.last < at.lexer.end) at.error('syntax', l10n.t('The function has ended before this.'));
    } else {
      this.push(new Instr(END, at.lexer.last - at.base, at.lexer.last - at.base));
      at.error('unclosed', l10n.t('A closing parenthesis is missing.'), at.lexer.last - at.base, at.lexer.last - at.base);
    }
    return { code: this.code, locals: this.locals, localNames: this.localNames, labels: this.labels };
  }

  /** Reads a constant expression up to the `)` that follows it, or the end. */
  expression(): Instr[] {
    const { at } = this;
    this.sequence();
    this.push(new Instr(END, at.lexer.last - at.base, at.lexer.last - at.base));
    return this.code;
  }

  /** Reads `(offset instr*)`, `(item instr*)` or one folded instruction. */
  wrapped(word: string): Instr[] {
    const { at } = this;
    if (at.open(word)) {
      this.expression();
      if (at.lexer.kind === RPAREN) at.lexer.next();
      return this.code;
    }
    this.sequence(true);
    this.push(new Instr(END, at.lexer.last - at.base, at.lexer.last - at.base));
    return this.code;
  }

  private addLocal(type: number, id: Name | undefined): void {
    const { at } = this;
    if (id !== undefined && id.text !== '') {
      if (this.immediates.locals.has(id.text)) at.error('duplicate', l10n.t('There is another local ${0} in this function.', id.text), id.start, id.end);
      else this.immediates.locals.set(id.text, this.locals.length);
    }
    this.locals.push(type);
    this.localNames.push(id);
  }

  private push(instr: Instr): void {
    this.code.push(instr);
  }

  private recover(error: unknown): void {
    if (!(error instanceof GiveUp)) throw error;
  }

  /** Instructions up to the `)` that closes what is around them; or just one in parentheses. */
  private sequence(one = false): void {
    const { at } = this;
    const { lexer } = at;
    for (;;) {
      try {
        if (lexer.kind === RPAREN) {
          if (this.frames.length === 0) return;
          if (!this.closeFrame()) return;
          if (one && this.frames.length === 0) return;
        } else if (lexer.kind === LPAREN) {
          this.openFrame();
        } else if (lexer.kind === WORD) this.flat();
        else if (lexer.kind === EOF) {
          this.unclosed();
          return;
        } else at.expected(l10n.t('an instruction'));
      } catch (error) {
        this.recover(error);
        this.broken();
      }
      // A lone instruction that turned out to be none leaves nothing open.
      if (one && this.frames.length === 0) return;
    }
  }

  /** Marks the place of an instruction that could not be read, and steps over what belongs to it. */
  private broken(): void {
    const { at } = this;
    const { lexer } = at;
    const start = lexer.start - at.base;
    if (lexer.kind === WORD && opOf(lexer) === undefined) lexer.next();
    while (lexer.kind !== LPAREN && lexer.kind !== RPAREN && lexer.kind !== EOF && lexer.kind !== WORD) lexer.next();
    this.push(new Instr(broken, start, Math.max(start, lexer.last - at.base)));
  }

  private open(kind: number, instr: Instr | undefined, label: string | undefined, start: number, end: number): void {
    this.frames.push({ kind, instr, label, state: 0, start, end });
  }

  private openLabel(instr: Instr, label: Name | undefined): void {
    if (label !== undefined && label.text !== '') instr.label = label.text;
    this.immediates.labels.push(label?.text);
    this.immediates.blocks.push(this.labels.push(label) - 1);
  }

  private flat(): void {
    const { at } = this;
    const { lexer } = at;
    const start = lexer.start - at.base;
    const end = lexer.end - at.base;
    const op = opOf(lexer);
    if (op === undefined) this.unknown(lexer.value);
    const word = op.name;
    const around = this.frames.at(-1)?.kind;
    if (around === PLAIN || around === IF || around === TRY) {
      at.error('unexpected', l10n.t('Inside a folded instruction, "{0}" needs parentheses of its own.', word));
      lexer.next();
      throw new GiveUp();
    }
    const instr = new Instr(op, start, end);
    switch (op.imm) {
      case 'block': case 'try': {
        lexer.next();
        const label = at.lexer.kind === ID ? at.id() : undefined;
        this.immediates.block(instr);
        this.push(instr);
        this.openLabel(instr, label);
        this.open(FLAT, instr, label?.text, start, end);
        return;
      }
      case 'else': case 'end': {
        const top = this.frames.at(-1);
        if (top?.kind !== FLAT || (word === 'else' && (top.instr?.op.name !== 'if' || top.state !== 0))) {
          at.error('unexpected', l10n.t('There is no open block for this "{0}".', word));
          lexer.next();
          return;
        }
        lexer.next();
        this.closingLabel(top);
        if (word === 'else') top.state = 1;
        else this.pop();
        this.push(instr);
        return;
      }
      case 'delegate':
        lexer.next();
        this.pop();
        this.immediates.read(instr);
        this.push(instr);
        return;
    }
    if (word === 'catch' || word === 'catch_all') {
      if (this.frames.at(-1)?.instr?.op.name !== 'try') {
        at.error('unexpected', l10n.t('There is no open block for this "{0}".', word));
        lexer.next();
        at.maybeUse();
        return;
      }
    }
    lexer.next();
    this.immediates.read(instr);
    instr.end = lexer.last - at.base;
    this.push(instr);
  }

  private closingLabel(frame: Frame): void {
    const { lexer } = this.at;
    if (lexer.kind !== ID) return;
    if (idName(lexer.value) !== frame.label) this.at.error('label-mismatch', l10n.t('This label differs from that of the block it belongs to.'));
    lexer.next();
  }

  private unknown(word: string): never {
    const { at } = this;
    at.error('unknown-instruction', l10n.t('Unknown instruction "{0}".', word));
    throw new GiveUp();
  }

  private openFrame(): void {
    const { at } = this;
    const { lexer } = at;
    const start = lexer.start - at.base;
    const top = this.frames.at(-1);
    lexer.next();
    const end = lexer.end - at.base;
    const op = lexer.kind === WORD ? opOf(lexer) : undefined;
    const word = op?.name ?? (lexer.kind === EOF ? '' : lexer.value);
    if (top?.kind === IF && (word === 'then' || word === 'else') && top.instr !== undefined) {
      if (word === 'then' && top.state === 0) {
        this.push(top.instr);
        this.openLabel(top.instr, top.label === undefined ? undefined : { text: top.label, start: top.start, end: top.end });
        top.state = 1;
      } else if (word === 'else' && top.state === 1) {
        this.push(new Instr(ELSE, lexer.start - at.base, end));
        top.state = 2;
      } else this.misplaced(word);
      lexer.next();
      this.open(CLAUSE, undefined, undefined, start, end);
      return;
    }
    if (top?.kind === IF && top.state !== 0) this.misplaced(word);
    if (top?.kind === TRY) {
      if (!this.tryClause(top, word, start, end)) this.misplaced(word);
      return;
    }
    if (op === undefined || op.imm === 'end' || op.imm === 'else' || op.imm === 'delegate' || word === 'catch' || word === 'catch_all') {
      this.misplaced(word);
    }
    lexer.next();
    const instr = new Instr(op, start + 1, end);
    if (op.imm === 'block' || op.imm === 'try') {
      const label = lexer.kind === ID ? at.id() : undefined;
      this.immediates.block(instr);
      if (op.name === 'if') {
        this.open(IF, instr, label?.text, label?.start ?? start, label?.end ?? end);
        return;
      }
      this.push(instr);
      this.openLabel(instr, label);
      this.open(op.name === 'try' ? TRY : BLOCK, instr, label?.text, start, end);
      return;
    }
    this.open(PLAIN, instr, undefined, start, end);
    this.immediates.read(instr);
    instr.end = lexer.last - at.base;
  }

  /** `(do ...)`, `(catch $tag ...)`, `(catch_all ...)` and `(delegate $label)` of the old exceptions' folded form. */
  private tryClause(top: Frame, word: string, start: number, end: number): boolean {
    const { lexer } = this.at;
    if (word === 'do' && top.state === 0) {
      top.state = 1;
      lexer.next();
    } else if (word === 'catch' && top.state === 1) {
      lexer.next();
      const instr = new Instr(CATCH, start + 1, end);
      this.immediates.read(instr);
      this.push(instr);
    } else if (word === 'catch_all' && top.state === 1) {
      lexer.next();
      this.push(new Instr(CATCH_ALL, start + 1, end));
      top.state = 2;
    } else if (word === 'delegate' && top.state === 1) {
      lexer.next();
      const block = this.immediates.closed();
      const instr = new Instr(DELEGATE, start + 1, end);
      this.immediates.read(instr);
      this.immediates.labels.push(undefined);
      this.immediates.blocks.push(block);
      this.push(instr);
      top.state = 3;
    } else return false;
    this.open(CLAUSE, undefined, undefined, start, end);
    return true;
  }

  /** Something in parentheses that can't stand here: told once, stepped over as a whole. */
  private misplaced(word: string): never {
    const { at } = this;
    if (opByName.has(word) || ['then', 'param', 'result', 'type', 'local', 'do', 'catch_ref', 'catch_all_ref', 'offset', 'item', 'export', 'import'].includes(word)) {
      at.error('unexpected', l10n.t('"{0}" can\'t stand here.', word));
    } else at.error('unknown-instruction', l10n.t('Unknown instruction "{0}".', word));
    const { lexer } = at;
    for (let depth = 1; depth > 0 && lexer.kind !== EOF; lexer.next()) {
      if (lexer.kind === LPAREN) depth++;
      else if (lexer.kind === RPAREN) depth--;
    }
    throw new GiveUp();
  }

  private pop(): Frame | undefined {
    const frame = this.frames.pop();
    if (frame !== undefined && (frame.kind === FLAT || frame.kind === BLOCK || frame.kind === TRY || (frame.kind === IF && frame.state !== 0))) this.immediates.closed();
    return frame;
  }

  /** At a `)`: ends the innermost parenthesis, and blocks without `end` in it. Gives false when it belongs to what is around. */
  private closeFrame(): boolean {
    const { at } = this;
    const { lexer } = at;
    const start = lexer.start - at.base;
    const end = lexer.end - at.base;
    for (let told = false; ;) {
      const frame = this.pop();
      if (frame === undefined) return false;
      switch (frame.kind) {
        case FLAT:
          if (!told) at.error('missing-end', l10n.t('"end" is missing for this "{0}".', frame.instr?.op.name ?? ''), frame.start, frame.end);
          told = true;
          this.push(new Instr(END, start, start));
          continue;
        case PLAIN:
          if (frame.instr !== undefined) this.push(frame.instr);
          break;
        case IF:
          if (frame.state === 0) {
            at.error('missing-then', l10n.t('"(then ...)" is missing.'), frame.start, frame.end);
            this.push(new Instr(broken, start, end));
            break;
          }
          this.push(new Instr(END, start, end));
          break;
        case BLOCK:
          this.push(new Instr(END, start, end));
          break;
        case TRY:
          if (frame.state === 0) at.error('missing-do', l10n.t('"(do ...)" is missing.'), frame.start, frame.end);
          if (frame.state !== 3) this.push(new Instr(END, start, end));
          break;
      }
      lexer.next();
      return true;
    }
  }

  /** At the end of the text: all that is still open is told once. */
  private unclosed(): void {
    const { at } = this;
    this.reached = this.code.length;
    this.waiting = this.frames.map(({ kind, instr, label, start, state }) => ({ folded: kind === PLAIN || (kind === IF && state === 0), op: instr?.op, instr, label, start }));
    const here = at.lexer.last - at.base;
    for (let told = false, frame = this.pop(); frame !== undefined; frame = this.pop()) {
      if (!told) {
        if (frame.kind === FLAT) at.error('missing-end', l10n.t('"end" is missing for this "{0}".', frame.instr?.op.name ?? ''), frame.start, frame.end);
        else at.error('unclosed', l10n.t('This parenthesis is not closed.'), frame.start, frame.start + 1);
        told = true;
      }
      if (frame.kind === PLAIN && frame.instr !== undefined) this.push(frame.instr);
      else if (frame.kind !== PLAIN && frame.kind !== CLAUSE && (frame.kind !== IF || frame.state !== 0) && frame.state !== 3) this.push(new Instr(END, here, here));
    }
  }
}
