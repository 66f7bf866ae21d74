import * as l10n from '@vscode/l10n';
import type { Problem } from './lexer';
import type { Func, Name } from './syntax';

/** How names are told apart: neither capital letters nor hyphens make a difference, since bindings turn them into names of their own style. */
export function canonical(name: string): string {
  return name.replaceAll('-', '').toLowerCase();
}

/** Names that must not meet: what is given twice is told. Getters and setters of one property share their name. */
export class Names {
  private readonly taken = new Map<string, { readonly name: string; readonly access: ReadonlySet<string> }>();
  private readonly problems: Problem[];

  constructor(problems: Problem[]) {
    this.problems = problems;
  }

  add(name: Name, access?: string): void {
    const key = canonical(name.text);
    const before = this.taken.get(key);
    const pair = before !== undefined && access !== undefined && before.name === name.text && before.access.size > 0 && !before.access.has(access);
    if (before !== undefined && !pair) {
      const message = before.name === name.text ? l10n.t('{0} is there already.', name.text) : l10n.t('{0} is too much like {1}: names differ by more than capitals and hyphens.', name.text, before.name);
      this.problems.push({ code: 'duplicate', message, start: name.start, end: name.end });
      return;
    }
    this.taken.set(key, { name: name.text, access: new Set([...before?.access ?? [], ...(access === undefined ? [] : [access])]) });
  }

  addFunc(func: Func): void {
    this.add(func.id, func.access === undefined ? undefined : `${func.form}:${func.access}`);
  }
}

/** Which of two versions is the later: negative when it is the second. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string): number[] => (version.split(/[-+]/, 1)[0] ?? '').split('.').map(Number);
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}
