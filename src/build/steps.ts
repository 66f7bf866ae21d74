import { availableParallelism } from 'node:os';
import { StringDecoder } from 'node:string_decoder';
import * as l10n from '@vscode/l10n';
import { showCommand, type Exit } from '../base/command';
import type { BuildRecord } from './record';
import type { BuildContext, BuildOutput, BuildPlan, BuildStep, Diagnostic } from './project';

/** Characters of a step's output that are shown, and of its stdout that are kept for the plan. */
const shownLimit = 2 << 20;
const keptLimit = 64 << 20;
const tailLimit = 4096;

/** How a step that failed ended. */
export interface Failure {
  readonly step: BuildStep;
  readonly exit: Exit;
  /** The last of what it printed. */
  readonly tail: string;
}

export interface Stepped {
  readonly executed: number;
  readonly upToDate: number;
  readonly failures: readonly Failure[];
  /** What the steps printed to standard output, in the plan's order. */
  readonly stdout: string;
}

/**
 * Runs a plan's steps, stage by stage, those of a stage side by side as far as there are cores. What is up to date is left out, its
 * messages told again. After a failure its stage goes on, so that all messages are told, and the next does not begin.
 */
export async function runSteps(plan: BuildPlan, record: BuildRecord | undefined, context: BuildContext, output: BuildOutput): Promise<Stepped> {
  const stages = [...new Set(plan.steps.map(step => step.stage))].sort((a, b) => a - b);
  const failures: Failure[] = [];
  const printed = new Map<BuildStep, string>();
  let executed = 0;
  let upToDate = 0;
  for (const stage of stages) {
    if (failures.length > 0) break;
    const waiting: BuildStep[] = [];
    for (const step of plan.steps.filter(one => one.stage === stage)) {
      const before = record?.upToDate(step);
      if (before === undefined) {
        waiting.push(step);
      } else {
        upToDate++;
        before.forEach(diagnostic => { output.diagnostic(diagnostic); });
      }
    }
    const total = waiting.length;
    const live = total === 1;
    let done = 0;
    // One that can't go on (a tool that isn't there, a cancel) ends those beside it.
    const stop = new AbortController();
    const scoped: BuildContext = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
    const work = async (): Promise<void> => {
      for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
        const ran = await runStep(plan, step, record, scoped, output, live);
        executed++;
        printed.set(step, ran.stdout);
        if (ran.exit.code !== 0 || ran.exit.signal !== undefined) failures.push({ step, exit: ran.exit, tail: ran.tail });
        output.progress?.(++done, total);
      }
    };
    if (total > 0) output.progress?.(0, total);
    const workers = Array.from({ length: Math.min(total, availableParallelism()) }, () =>
      work().catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }));
    const ended = await Promise.allSettled(workers);
    context.signal.throwIfAborted();
    if (stop.signal.aborted) throw stop.signal.reason;
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }
  return { executed, upToDate, failures, stdout: plan.steps.map(step => printed.get(step) ?? '').join('') };
}

interface Ran {
  readonly exit: Exit;
  readonly stdout: string;
  readonly tail: string;
}

async function runStep(plan: BuildPlan, step: BuildStep, record: BuildRecord | undefined, context: BuildContext, output: BuildOutput, live: boolean): Promise<Ran> {
  const command = showCommand(step.command, context.machine.platform);
  const held: string[] = [];
  let shown = 0;
  let tail = '';
  const show = (text: string): void => {
    if (text === '') return;
    tail = (tail + text).slice(-tailLimit);
    const rest = shownLimit - shown;
    shown += text.length;
    if (rest <= 0) return;
    const part = text.length <= rest ? text : `${text.slice(0, rest)}\n${l10n.t('(more output is left out)')}\n`;
    // Side by side, each step's output stays in one piece.
    if (live) output.text(part);
    else held.push(part);
  };
  if (live) output.command(command);
  const diagnostics: Diagnostic[] = [];
  const parser = plan.diagnostics(step, diagnostic => {
    diagnostics.push(diagnostic);
    output.diagnostic(diagnostic);
  });
  const kept: string[] = [];
  let keptLength = 0;
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  const take = (text: string, stream: 'stdout' | 'stderr'): void => {
    if (text === '') return;
    if (stream === 'stdout' && keptLength < keptLimit) {
      kept.push(text);
      keptLength += text.length;
    }
    show(parser.push(text, stream));
  };
  const begun = record?.begin(step);
  let exit: Exit;
  try {
    exit = await context.exec(step.command, {
      stdout: chunk => { take(decoders.stdout.write(chunk), 'stdout'); },
      stderr: chunk => { take(decoders.stderr.write(chunk), 'stderr'); },
      signal: context.signal,
    });
  } finally {
    take(decoders.stdout.end(), 'stdout');
    take(decoders.stderr.end(), 'stderr');
    show(parser.end());
    if (!live) {
      output.command(command);
      if (held.length > 0) output.text(held.join(''));
    }
  }
  if (begun !== undefined && exit.code === 0 && exit.signal === undefined) await record?.done(step, begun, diagnostics);
  return { exit, stdout: kept.join(''), tail };
}
