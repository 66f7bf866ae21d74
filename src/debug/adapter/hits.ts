import * as l10n from '@vscode/l10n';
import { messageOf } from '../../base/error';
import { isTrue } from '../expression/arithmetic';
import { hitHolds, type Breakpoint } from './breakpoints';
import { inspectMessage } from './errors';
import type { Stop } from './stop';
import type { Wire } from './wire';

/** The breakpoints of a pause that are to stop it: log messages are written, hits counted, conditions asked. */
export async function stoppingAt(breakpoints: readonly Breakpoint[], stop: Stop, wire: Wire): Promise<Breakpoint[]> {
  const stopping: Breakpoint[] = [];
  for (const breakpoint of breakpoints) {
    if (!breakpoint.compiled && !await counts(breakpoint, stop, wire)) continue;
    if (breakpoint.logMessage === undefined) stopping.push(breakpoint);
    else wire.output(await logText(breakpoint.logMessage, stop) + '\n', 'console');
  }
  return stopping;
}

/** Whether the condition and the count of hits, which the engine could not check itself, hold. */
async function counts(breakpoint: Breakpoint, stop: Stop, wire: Wire): Promise<boolean> {
  const { condition, hitCondition } = breakpoint;
  if (condition !== undefined && !await holds(condition, stop, wire)) return false;
  breakpoint.hits++;
  const hit = hitCondition === undefined ? true : hitHolds(hitCondition, breakpoint.hits);
  if (hit === undefined) wire.once(l10n.t("The hit count '{0}' is not understood: write a number, or one after >=, >, ==, <, <= or %.", hitCondition ?? ''));
  return hit !== false;
}

async function holds(condition: string, stop: Stop, wire: Wire): Promise<boolean> {
  try {
    return await isTrue(await stop.evaluateValue(condition));
  } catch (error) {
    const message = inspectMessage(error);
    if (message === undefined) throw error;
    // A condition that can't be evaluated stops: silence would look like code that is never reached.
    wire.once(l10n.t("The condition '{0}' can't be evaluated: {1}.", condition, message));
    return true;
  }
}

/** A log message with the values of the expressions in braces; `\{` is a brace. */
async function logText(message: string, stop: Stop): Promise<string> {
  const parts = message.split(/(?<!\\)\{([^{}]+)\}/);
  const texts = await Promise.all(parts.map(async (part, i) => {
    if (i % 2 === 0) return part.replace(/\\([{}])/g, '$1');
    try {
      return await stop.text(part);
    } catch (error) {
      return `<${inspectMessage(error) ?? messageOf(error)}>`;
    }
  }));
  return texts.join('');
}
