/**
 * What a user can do about an error. `label` is the button; the shell maps `action` to what it does: the editor runs a command or
 * opens a page, the command line prints the sentence.
 */
export interface Remedy {
  readonly label: string;
  readonly action?:
    | { readonly kind: 'command'; readonly command: string; readonly args?: readonly unknown[] }
    | { readonly kind: 'url'; readonly url: string }
    | { readonly kind: 'terminal'; readonly line: string }
    | { readonly kind: 'setting'; readonly setting: string };
}

/** Tells errors apart; never told apart by their text. */
export type ErrorCode =
  | 'usage'
  | 'canceled'
  | 'not-found'
  | 'tool-missing'
  | 'target-missing'
  | 'build-failed'
  | 'no-module'
  | 'bad-module'
  | 'no-project'
  | 'no-runtime'
  | 'bad-path'
  | 'io'
  | 'network'
  | 'integrity'
  | 'untrusted'
  | 'timeout'
  | 'internal'
  | (string & {});

const brand = Symbol.for('wasmWorkbench.UserError');

/** An error that is meant for a person: what happened, why, and what to do. Its message ends with a full stop. */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly remedies: readonly Remedy[];
  /** Bundles hold a copy of this class each, so that `instanceof` would fail between them. */
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, remedies: readonly Remedy[] = [], options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
    this.remedies = remedies;
  }
}

/** Whether a thrown value is a UserError of any bundle. */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && brand in error;
}

/** Whether work ended because it was cancelled: an AbortError, or a UserError that says so. */
export function isCanceled(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (isUserError(error) && error.code === 'canceled'));
}

/** The code of a Node system error (`ENOENT`), if it is one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** One line for people about any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
