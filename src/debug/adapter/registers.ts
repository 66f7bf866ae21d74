import * as l10n from '@vscode/l10n';
import { bodyAt } from '../../dwarf/image';
import type { Program } from '../../dwarf/program';
import type { Target } from '../target/target';
import type { RegisterKind } from '../values/location';
import type { StackEntry } from './frames';

/** A part of a scope that is no value of the program's: a register, or a group of them. */
export interface TextPart {
  readonly name: string;
  readonly text: string;
  readonly type?: string;
  /** The expression for it. */
  readonly path?: string;
  /** Address of the memory that it is about. */
  readonly memory?: number;
  readonly inner?: () => Promise<TextPart[]>;
}

/** Locals, operand stack and globals of a machine frame, and the memory. */
export async function registerParts(program: Program, target: Target, entry: StackEntry): Promise<TextPart[]> {
  const body = bodyAt(program.bodies, entry.target.address);
  const nameOf = (kind: RegisterKind, i: number): string | undefined => {
    if (kind === 'stack') return `${i}`;
    const name = kind === 'global' ? program.names.global(i) : body === undefined ? undefined : program.names.local(body.index, i);
    return name === undefined || name === '' ? `$${i}` : name;
  };
  const group = (kind: RegisterKind, title: string): TextPart => ({
    name: title, text: '',
    inner: async () => (await target.registers(entry.target, kind)).map(({ type, value }, i) => ({ name: nameOf(kind, i) ?? '', text: value, type, path: `$${kind}${i}` })),
  });
  const memory = await target.memorySize();
  return [
    group('local', l10n.t('Locals')), group('stack', l10n.t('Operand Stack')), group('global', l10n.t('Globals')),
    { name: l10n.t('Memory'), text: l10n.t('{0} pages ({1} bytes)', memory / 65536, memory), memory: 0 },
  ];
}
