/**
 * What kind of mistake: `malformed` is what no binary can come from, `invalid` what the validation rules forbid, `hint` what is allowed
 * and yet worth telling.
 */
export type DiagnosticKind = 'malformed' | 'invalid' | 'hint';

export interface Related { readonly start: number; readonly end: number; readonly message: string }

/** Something wrong with a text, from offset `start` to `end`. */
export interface Diagnostic {
  readonly kind: DiagnosticKind;
  /** Stable, for quick fixes and settings: `type-mismatch`, `unknown-local`. */
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly related?: readonly Related[];
}

/** Line and column of an offset, both from 1, columns in UTF-16 units. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let from = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    from = at + 1;
  }
  return { line, column: offset - from + 1 };
}
