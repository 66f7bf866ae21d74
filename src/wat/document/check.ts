import { readFunc } from '../contents';
import type { Body } from '../body';
import type { Environment } from '../check';
import type { Diagnostic } from '../diagnostic';
import type { Field } from '../link';
import { funcType } from '../model';
import type { Scope } from '../scope';
import type { Name } from '../syntax';
import { validateBody } from '../validate';
import { Uses } from './uses';

/** What is kept of a function that was read and checked; positions are relative to its field. Instructions are not: reading them again is cheap. */
export interface Checked {
  readonly problems: readonly Diagnostic[];
  readonly uses: Uses;
  /** Parameters first. */
  readonly localNames: readonly (Name | undefined)[];
  readonly localTypes: readonly number[];
  /** In the order in which their blocks open. */
  readonly labels: readonly (Name | undefined)[];
  /** Whether a type is named by an index that exists only because some text implies it: then all functions depend on each other. */
  readonly late: boolean;
  /** Locals with a name that nothing uses. */
  readonly unused: readonly number[];
}

/** Reads and checks one function. `types` is how many types there are without those that functions' insides imply. */
export function checkFunction(text: string, field: Field, func: number, env: Environment, scope: Scope, types: number): Checked {
  const problems: Diagnostic[] = [];
  const uses = new Uses();
  let late = false;
  const used = new Set<number>();
  scope.sink = (kind, index, use, owner) => {
    uses.add(kind, index, use.start, use.end, owner ?? -1);
    if (kind === 'local') used.add(index);
    if (kind === 'type' && index >= types) late = true;
  };
  let body: Body;
  try {
    body = readFunc(text, field, env.model.funcs[func]?.type ?? -1, scope, problems);
  } finally {
    scope.sink = undefined;
  }
  validateBody(env, func, body, problems);
  const params = funcType(env.model, env.model.funcs[func]?.type ?? -1)?.params.length ?? 0;
  const unused = [...body.localNames.keys()].filter(local => local >= params && (body.localNames[local]?.text ?? '') !== '' && !used.has(local));
  return { problems, uses, localNames: body.localNames, localTypes: body.locals, labels: body.labels, late, unused };
}
