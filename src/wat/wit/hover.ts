import type { Checked, Definition, Occurrence } from './check';

/** The innermost name at an offset that leads somewhere. */
export function occurrenceAt({ occurrences }: Checked, offset: number): Occurrence | undefined {
  return occurrences.filter(one => one.start <= offset && offset <= one.end).sort((a, b) => (a.end - a.start) - (b.end - b.start))[0];
}

/** All places of a file that mean the same definition. */
export function sameDefinition({ occurrences }: Checked, definition: Definition): Occurrence[] {
  return occurrences.filter(one => one.definition.source.uri === definition.source.uri && one.definition.name.start === definition.name.start);
}

/** Longer definitions are shown by their beginning. */
const mostLines = 30;

/** A definition as its text, and what its documentation says. */
export function hoverOf({ source, node, name, package: title }: Definition): { readonly code: string; readonly docs: string; readonly package: string } {
  const { text } = source.file;
  const whole = node.kind === 'interface' || node.kind === 'world' ? text.slice(node.start, name.end) : text.slice(node.start, node.end);
  // Behind the first line everything stands as far in as there.
  const lines = dedented(whole, indentOf(text, node.start)).split('\n');
  const code = lines.length > mostLines ? [...lines.slice(0, mostLines), '...'].join('\n') : lines.join('\n');
  return { code, docs: node.docs ?? '', package: title };
}

function indentOf(text: string, at: number): number {
  const line = text.lastIndexOf('\n', at - 1) + 1;
  return /^\s*/.exec(text.slice(line, at))?.[0].length ?? 0;
}

function dedented(text: string, indent: number): string {
  return text.split('\n').map((line, i) => (i === 0 ? line : line.replace(new RegExp(`^\\s{0,${indent}}`), ''))).join('\n').trimEnd();
}
