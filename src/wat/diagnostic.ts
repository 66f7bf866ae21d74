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

/** Gives the line and column of offsets, both from 1, columns in UTF-16 units; cheap for offsets that ascend. */
export function positions(text: string): (offset: number) => { line: number; column: number } {
  let line = 1;
  let from = 0;
  let next = text.indexOf('\n');
  return offset => {
    if (offset < from) {
      line = 1;
      from = 0;
      next = text.indexOf('\n');
    }
    for (; next !== -1 && next < offset; next = text.indexOf('\n', from)) {
      line++;
      from = next + 1;
    }
    return { line, column: offset - from + 1 };
  };
}
