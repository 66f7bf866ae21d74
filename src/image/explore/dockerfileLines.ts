import type { Step } from './outline';

/** An instruction of a Dockerfile: its words on one line, and the line where it begins, from 0. */
export interface Instruction {
  readonly keyword: string;
  readonly text: string;
  readonly line: number;
}

/** The instructions of a Dockerfile: continued lines joined, comments left out, here-documents passed over. */
export function instructionsOf(text: string): Instruction[] {
  const lines = text.split(/\r?\n/);
  const mark = /^#\s*escape\s*=\s*`/im.test(lines.slice(0, 3).join('\n')) ? '`' : '\\';
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at] ?? '';
    if (/^\s*(#|$)/.test(first)) continue;
    const line = at;
    let whole = first;
    while (whole.trimEnd().endsWith(mark) && at + 1 < lines.length) {
      const next = lines[++at] ?? '';
      if (!/^\s*(#|$)/.test(next)) whole = `${whole.trimEnd().slice(0, -1)} ${next}`;
    }
    for (const [, end = ''] of whole.matchAll(/<<-?["']?(\w+)["']?/g)) {
      while (at + 1 < lines.length && (lines[++at] ?? '').trim() !== end) continue;
    }
    const [, keyword = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(whole) ?? [];
    if (keyword !== '') found.push({ keyword: keyword.toUpperCase(), text: collapse(rest), line });
  }
  return found;
}

/** The instructions that the last stage is made by, those of the stages that it builds upon before them. */
export function finalStage(all: readonly Instruction[]): Instruction[] {
  const stages: { name: string; from: string; body: Instruction[] }[] = [];
  for (const each of all) {
    if (each.keyword === 'FROM') {
      const [, from = '', name = ''] = /^(?:--\S+\s+)*(\S+)(?:\s+[Aa][Ss]\s+(\S+))?/.exec(each.text) ?? [];
      stages.push({ name: name.toLowerCase(), from: from.toLowerCase(), body: [] });
    } else stages.at(-1)?.body.push(each);
  }
  const chain: Instruction[] = [];
  for (let at = stages.length - 1; at >= 0;) {
    const stage = stages[at];
    if (stage === undefined) break;
    chain.unshift(...stage.body);
    at = stages.slice(0, at).findLastIndex(each => each.name !== '' && each.name === stage.from);
  }
  return chain;
}

/** Leaves no step behind. */
const silent = new Set(['ARG', 'ONBUILD', 'SHELL', 'HEALTHCHECK', 'STOPSIGNAL', 'MAINTAINER']);

/**
 * The line of each step of a history that the Dockerfile made, by the step's place. They are laid beside each other from their ends, since what a
 * base image brought comes first. Empty unless at least one step that copies or runs something fits.
 */
export function dockerfileLines(text: string, steps: readonly Step[]): ReadonlyMap<number, number> {
  const instructions = finalStage(instructionsOf(text));
  const lines = new Map<number, number>();
  let telling = 0;
  let step = steps.length - 1;
  for (let at = instructions.length - 1; at >= 0 && step >= 0; at--) {
    const instruction = instructions[at];
    const told = steps[step];
    if (instruction === undefined || told === undefined) break;
    if (fits(instruction, told.command)) {
      lines.set(step--, instruction.line);
      if (/^(RUN|COPY|ADD)$/.test(instruction.keyword)) telling++;
    } else if (!silent.has(instruction.keyword)) break;
  }
  return telling > 0 || (lines.size > 1 && lines.size === steps.length) ? lines : new Map();
}

function fits({ keyword, text }: Instruction, command: string): boolean {
  const [, told = '', rest = ''] = /^(\w+)\s*(.*)$/s.exec(command) ?? [];
  if (told.toUpperCase() !== keyword) return false;
  const ours = bare(text);
  const theirs = bare(rest);
  if (keyword === 'EXPOSE') return ports(ours) === ports(theirs);
  if (keyword === 'COPY' || keyword === 'ADD') {
    // The classic builder tells a checksum in place of what was copied: `file:HASH in /app`.
    const classic = /^(?:file|dir|multi):\w+ in (.*)$/.exec(theirs);
    return classic === null ? same(ours, theirs) : same(lastWord(ours), (classic[1] ?? '').trim());
  }
  if (keyword === 'ENV' || keyword === 'LABEL') return same(pairs(ours), pairs(theirs));
  return same(words(ours), words(theirs));
}

/** Without options, which histories tell in part only. */
function bare(text: string): string {
  return text.replace(/^(--[\w-]+(=\S+)?\s+)+/, '');
}

function ports(text: string): string {
  return [...text.matchAll(/(\d+)(?:\/(tcp|udp))?/g)].map(([, port = '', protocol = 'tcp']) => `${port}/${protocol}`).sort().join(' ');
}

function lastWord(text: string): string {
  return words(text).split(' ').at(-1) ?? '';
}

function pairs(text: string): string {
  // `ENV NAME value` is the older form of `ENV NAME=value`.
  return (/^[\w.-]+=/.test(text) ? text : text.replace(/^(\S+)\s+/, '$1=')).replaceAll(/["']/g, '');
}

/** A list in JSON and in words alike. */
function words(text: string): string {
  return text.replace(/^\[(.*)\]$/s, '$1').replaceAll(/["',]/g, ' ').replaceAll(/\s+/g, ' ').trim();
}

/** Variables stand for whatever the builder put in their place. */
function same(ours: string, theirs: string): boolean {
  const a = collapse(ours).replace(/\/$/, '');
  const b = collapse(theirs).replace(/\/$/, '');
  if (a === b) return true;
  if (!/\$/.test(a)) return false;
  const pattern = a.split(/\$(?:\w+|\{[^}]*\})/).map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*');
  return new RegExp(`^${pattern}$`, 's').test(b);
}

function collapse(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
