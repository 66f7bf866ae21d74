import * as l10n from '@vscode/l10n';
import { openSync, writeSync } from 'node:fs';
import { messageOf, systemCode, UserError } from '../../base/error';
import { askedBy, formatSummary, groups, signatures, usedOf, type CallCount, type CapabilityReport, type TraceOptions } from '../../wasi';
import type { GuestSpec } from './spec';

/** Where a run's trace goes, and what is told when the run is over. */
export interface Tracing {
  readonly options: TraceOptions;
  /** Writes the summary and what of the given capabilities was used. */
  end(imports: Parameters<typeof askedBy>[0], counts: readonly CallCount[]): void;
}

/** The word among a trace's groups that leaves the calls out and keeps the summary. */
export const summaryOnly = 'summary';

/** A trace to standard error or a file. Throws UserError 'bad-path' for a file that can't be written. */
export function tracing(spec: GuestSpec, wish: NonNullable<GuestSpec['trace']>): Tracing {
  const fd = wish.file === undefined ? 2 : openTrace(wish.file);
  const write = (text: string): void => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) {
      try {
        at += writeSync(fd, bytes, at);
      } catch (error) {
        // A reader that went away, or a full disk, must not end the program that is looked at.
        if (systemCode(error) !== 'EAGAIN') return;
      }
    }
  };
  return {
    options: { groups: wish.groups, json: wish.json, write },
    end(imports, counts) {
      const report: CapabilityReport = { ...capabilitiesOf(imports, { ...spec, args: spec.args.slice(1) }), used: usedOf(counts) };
      write(wish.json ? JSON.stringify({ summary: counts, capabilities: report }) + '\n' : `\n${formatSummary(counts)}\n${reportText(report)}`);
    },
  };
}

function openTrace(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw new UserError('bad-path', l10n.t("Can't write the trace to {0}: {1}.", file, messageOf(error)), [], { cause: error });
  }
}

/** What a module asks for by its imports, and what a run gives it. */
export function capabilitiesOf(imports: Parameters<typeof askedBy>[0], run: { readonly args: readonly string[] } & Pick<GuestSpec, 'env' | 'mounts' | 'listen' | 'connect' | 'limits'>): CapabilityReport {
  return { asked: askedBy(imports), granted: grantedBy(run) };
}

function grantedBy(run: Parameters<typeof capabilitiesOf>[1]): CapabilityReport['granted'] {
  return {
    folders: run.mounts.map(({ host, guest, readonly }) => ({ guest, host, readonly: readonly === true })),
    environment: Object.keys(run.env), arguments: run.args.length, listeners: run.listen ?? [], connections: run.connect ?? [],
    ...(run.limits === undefined ? {} : { limits: run.limits }),
  };
}

/** A capability report for people: what is asked for, what is given, what was used. */
export function reportText(report: CapabilityReport): string {
  const { granted, used } = report;
  const nothing = l10n.t('nothing');
  const given = [
    ...granted.folders.map(({ guest, host, readonly }) => (readonly ? l10n.t('{0} as {1}, to read only', host ?? '', guest) : l10n.t('{0} as {1}', host ?? '', guest))),
    ...(granted.environment.length === 0 ? [] : [l10n.t('environment variables {0}', granted.environment.join(', '))]),
    ...(granted.arguments === 0 ? [] : [l10n.t('{0} arguments', granted.arguments)]),
    ...granted.listeners.map(address => l10n.t('to listen at {0}', address)),
    ...granted.connections.map(address => l10n.t('to connect to {0}', address)),
    ...limitsText(granted.limits ?? {}),
  ];
  const lines = [
    [l10n.t('Asks for'), report.asked.map(({ group, calls }) => `${group} (${calls.join(', ')})`)],
    [l10n.t('Is given'), given],
    ...(used === undefined ? [] : [[l10n.t('Has used'), used.map(({ group, calls }) => `${group} (${calls.map(call => call.name).join(', ')})`)]]),
  ] as [string, string[]][];
  const width = Math.max(...lines.map(([head]) => head.length)) + 2;
  return lines.map(([head, parts]) => head.padEnd(width) + (parts.length === 0 ? nothing : parts.join(`\n${' '.repeat(width)}`)) + '\n').join('');
}

function limitsText({ memory, time, output, openFiles }: NonNullable<CapabilityReport['granted']['limits']>): string[] {
  return [
    ...(memory === undefined ? [] : [l10n.t('at most {0} bytes of memory', memory)]), ...(time === undefined ? [] : [l10n.t('at most {0} seconds', time / 1000)]),
    ...(output === undefined ? [] : [l10n.t('at most {0} bytes of output', output)]), ...(openFiles === undefined ? [] : [l10n.t('at most {0} open files', openFiles)]),
  ];
}

/** Reads what a trace is to show: groups and names of calls, or `summary` alone. Empty for all. Throws UserError 'usage'. */
export function parseTrace(text: string): string[] {
  const wanted = text.split(',').map(word => word.trim()).filter(word => word !== '');
  for (const word of wanted) {
    if (word === summaryOnly || word in signatures || groups.some(group => group === word)) continue;
    throw new UserError('usage', l10n.t('A trace has no group {0}. There is: {1}, {2}; or the name of a call.', JSON.stringify(word), groups.join(', '), summaryOnly));
  }
  return wanted;
}
