import type { Export, Import } from '../module';
import { CodeIndex } from './code';
import type { ModuleFile, Part } from './parts';

/** One thing of two modules; undefined on the side where it is not. */
export interface Change { readonly name: string; readonly before: number | undefined; readonly after: number | undefined }
/** An import or export whose type changed, or that is on one side only. */
export interface TypeChange { readonly name: string; readonly before: string | undefined; readonly after: string | undefined }

export interface ModuleComparison {
  readonly size: readonly [before: number, after: number];
  readonly sections: readonly Change[];
  readonly imports: readonly TypeChange[];
  readonly exports: readonly TypeChange[];
  /** Functions that grew, shrank, came or went, the greatest change first. */
  readonly functions: readonly Change[];
  /** How many functions have the same name and size. */
  readonly same: number;
}

/** What changed from one module to another. Functions are known by name; those without one by their index only. */
export function compareModules(before: ModuleFile, after: ModuleFile): ModuleComparison {
  const functions = changes(functionSizes(before), functionSizes(after));
  const changed = functions.filter(one => one.before !== one.after);
  return {
    size: [before.bytes.length, after.bytes.length],
    sections: changes(sectionSizes(before), sectionSizes(after)),
    imports: typeChanges(before.info.imports.map(importEntry), after.info.imports.map(importEntry)),
    exports: typeChanges(before.info.exports.map(exportEntry), after.info.exports.map(exportEntry)),
    functions: changed.sort((a, b) => Math.abs(delta(b)) - Math.abs(delta(a)) || (a.name < b.name ? -1 : 1)),
    same: functions.length - changed.length,
  };
}

/** By how many bytes something grew. */
export function delta(change: Change): number {
  return (change.after ?? 0) - (change.before ?? 0);
}

function importEntry(one: Import): readonly [string, string] {
  return [one.module === '' ? one.name : `${one.module}.${one.name}`, `${one.kind} ${one.text}`];
}

function exportEntry(one: Export): readonly [string, string] {
  return [one.name, `${one.kind} ${one.text}`];
}

function sectionSizes(file: ModuleFile): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const section of file.info.sections) if (section.depth === 0) sizes.set(section.name, (sizes.get(section.name) ?? 0) + section.size);
  return sizes;
}

function functionSizes(file: ModuleFile): Map<string, number> {
  const sizes = new Map<string, number>();
  file.parts.forEach((part: Part) => {
    const index = new CodeIndex(part);
    const prefix = part.title === '' ? '' : `${part.title}: `;
    for (let i = index.imported; i < index.count; i++) {
      const name = `${prefix}${(index.name(i) ?? `[${i}]`).replace(/::h[0-9a-f]{16}$/, '')}`;
      sizes.set(name, (sizes.get(name) ?? 0) + index.size(i));
    }
  });
  return sizes;
}

function changes(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Change[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].map(name => ({ name, before: before.get(name), after: after.get(name) }));
}

function typeChanges(before: readonly (readonly [string, string])[], after: readonly (readonly [string, string])[]): TypeChange[] {
  const [was, is] = [new Map(before), new Map(after)];
  const names = new Set([...was.keys(), ...is.keys()]);
  return [...names].map(name => ({ name, before: was.get(name), after: is.get(name) })).filter(one => one.before !== one.after);
}
