import { resolved } from '../values/type';
import type { Value } from '../values/value';
import { smartTarget } from './access';
import { evaluate } from './evaluate';
import type { Scope } from './scope';

/** A name that may stand where the cursor is. */
export interface Completion {
  readonly label: string;
  readonly kind: 'variable' | 'field';
  readonly type?: string;
}

const most = 500;

/** What may be typed at the end of a text: members behind `.` and `->`, else the names that can be seen. Never throws for what was typed. */
export async function complete(text: string, scope: Scope): Promise<Completion[]> {
  const match = /((?:[\w$]+|\([^()]*\)|\[[^[\]]*\]|::|->|\.)+)(?:\.|->)(\w*)$/.exec(text);
  const start = match?.[2] ?? /[\w:]*$/.exec(text)?.[0] ?? '';
  const begins = (name: string): boolean => name.toLowerCase().startsWith(start.toLowerCase());
  if (match?.[1] === undefined) return scope.names().filter(begins).slice(0, most).map(label => ({ label, kind: 'variable' }));
  // What is only looked at changes nothing.
  if (/[^=!<>]=[^=]/.test(match[1])) return [];
  let object: Value;
  try {
    object = await evaluate(match[1], scope);
    for (let steps = 0; steps < 8; steps++) {
      const next = object.real.kind === 'pointer' ? await object.target() : await smartTarget(object);
      if (next === undefined) break;
      object = next;
    }
    const variant = await object.variant();
    if (variant !== undefined) object = object.field(variant.member);
  } catch {
    return [];
  }
  return membersOf(object, 0).filter(({ label }) => begins(label)).slice(0, most);
}

function membersOf(object: Value, depth: number): Completion[] {
  const { real } = object;
  if (real.kind !== 'struct' || depth > 8) return [];
  return real.members().flatMap((member): Completion[] => {
    if (member.isBase === true || member.name === '') return resolved(member.type).kind === 'struct' ? membersOf(object.field(member), depth + 1) : [];
    return [{ label: member.name.replace(/^__(?=\d+$)/, ''), kind: 'field', type: member.type.name }];
  });
}
