import * as l10n from '@vscode/l10n';
import { UserError } from '../base/error';
import type { Found } from '../base/find';
import type { WasmModule } from '../wasm/module';
import type { RunContext, Runtime } from './request';
import { runtimes as all } from './runtimes/index';

/** One runtime's answer about a module. */
export interface Verdict {
  readonly runtime: Runtime;
  /** Why it can't run the module: `it is a component ...`. */
  readonly objection?: string;
  /** Looked up only when there is no objection. */
  readonly found?: Found;
}

export interface Choice {
  readonly runtime: Runtime;
  /** One line: which and why. */
  readonly reason: string;
}

/**
 * The runtime that a module runs in. With `auto` the first of the table that has no objection and is there; else the one that was wished, which must
 * fit. Throws UserError 'no-runtime', which names what could run it, and 'usage' for an unknown name.
 */
export async function chooseRuntime(
  info: WasmModule, name: string, wish: string, context: RunContext, signal: AbortSignal, runtimes: readonly Runtime[] = all,
): Promise<Choice> {
  if (wish !== 'auto') return wished(info, name, wish, context, signal, runtimes);
  const passed: Verdict[] = [];
  for (const runtime of runtimes) {
    if (runtime.onlyAsked === true) continue;
    const verdict = await judge(runtime, info, context, signal);
    if (verdict.objection === undefined && verdict.found !== undefined && 'path' in verdict.found) return { runtime, reason: reasonFor(runtime, passed, wish) };
    passed.push(verdict);
  }
  throw noRuntime(name, passed);
}

/** What a runtime says of a module. */
export async function judge(runtime: Runtime, info: WasmModule, context: RunContext, signal: AbortSignal): Promise<Verdict> {
  const objection = runtime.objection(info);
  if (objection !== undefined) return { runtime, objection };
  return { runtime, found: await runtime.find(context, signal) };
}

async function wished(info: WasmModule, name: string, wish: string, context: RunContext, signal: AbortSignal, runtimes: readonly Runtime[]): Promise<Choice> {
  const runtime = runtimes.find(r => r.id === wish);
  if (runtime === undefined) {
    throw new UserError('usage', l10n.t('There is no runtime {0}. There is: {1}.', JSON.stringify(wish), ['auto', ...runtimes.map(r => r.id)].join(', ')));
  }
  const objection = runtime.objection(info);
  // One that is only asked for by name tells itself why it is not there: an engine can be missing in many ways.
  const verdict: Verdict = runtime.onlyAsked === true ? { runtime, ...(objection === undefined ? {} : { objection }) } : await judge(runtime, info, context, signal);
  if (verdict.objection !== undefined) {
    const others = runtimes.filter(r => r.objection(info) === undefined).map(r => r.id);
    const hint = others.length === 0 ? '' : ' ' + l10n.t('Runtimes that could: {0}.', others.join(', '));
    throw new UserError('no-runtime', l10n.t("{0} can't run {1}: {2}.", runtime.title, name, verdict.objection) + hint);
  }
  if (verdict.found !== undefined && 'tried' in verdict.found) {
    throw new UserError('no-runtime', l10n.t('{0} is not there. Looked at: {1}.', runtime.title, verdict.found.tried.join(', ')), runtime.install);
  }
  return { runtime, reason: l10n.t('Runs in {0}, as asked for.', runtime.title) };
}

function reasonFor(runtime: Runtime, passed: readonly Verdict[], wish: string): string {
  const [first] = passed;
  if (first === undefined || wish !== 'auto') return l10n.t('Runs in {0}: it provides all that the module asks for.', runtime.title);
  return l10n.t("Runs in {0}, since {1} can't: {2}.", runtime.title, first.runtime.title, first.objection ?? l10n.t('it is not there'));
}

function noRuntime(name: string, verdicts: readonly Verdict[]): UserError {
  const could = verdicts.filter(verdict => verdict.objection === undefined);
  const objection = verdicts.find(verdict => verdict.objection !== undefined)?.objection;
  const why = l10n.t("No runtime on this machine can run {0}: {1}.", name, objection ?? l10n.t('none was found'));
  if (could.length === 0) return new UserError('no-runtime', why);
  return new UserError('no-runtime',
    why + ' ' + l10n.t('{0} could, but it is not installed.', could.map(verdict => verdict.runtime.title).join(l10n.t(' or '))),
    could.flatMap(verdict => [...verdict.runtime.install]));
}
