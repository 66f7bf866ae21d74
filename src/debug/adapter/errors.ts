import * as l10n from '@vscode/l10n';
import { isUserError, messageOf } from '../../base/error';
import { DwarfError } from '../../dwarf/cursor';
import { ExpressionError } from '../expression/parse';
import { TargetError } from '../target/protocol';
import { NoValue } from '../values/value';

/** A message for people in place of a value. */
export class InspectError extends Error {}

/** One line about what can't be told of a stopped program; undefined for an error that is ours. */
export function inspectMessage(error: unknown): string | undefined {
  if (error instanceof NoValue || error instanceof TargetError || error instanceof InspectError || error instanceof ExpressionError) return error.message;
  return error instanceof RangeError ? l10n.t('the address is beyond the memory') : undefined;
}

/** One line for the response to a request that failed. */
export function failureMessage(error: unknown): string {
  return inspectMessage(error) ?? (isUserError(error) || error instanceof DwarfError ? error.message : messageOf(error));
}
