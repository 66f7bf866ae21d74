import * as l10n from '@vscode/l10n';
import { UserError } from '../base/error';
import { parseF32, parseF64, parseInt32, parseInt64 } from './literals';
import { WatDocument } from './document/document';
import { funcType } from './model';
import { showType } from './types';

/** An exported function that can be called alone: its parameters are numbers. */
export interface Callable { readonly name: string; readonly params: readonly string[]; readonly results: readonly string[] }

/** The functions that a text exports and that take numbers only; and whether the module imports anything. */
export function callables(text: string): { readonly functions: readonly Callable[]; readonly imports: readonly string[] } {
  const model = new WatDocument(text, false).modules[0]?.env.model;
  if (model === undefined) return { functions: [], imports: [] };
  const functions = model.exports.flatMap(one => {
    const type = one.kind === 'func' ? funcType(model, model.funcs[one.index]?.type ?? -1) : undefined;
    if (type === undefined) return [];
    const params = type.params.map(param => showType(param));
    return params.every(param => /^[if](32|64)$/.test(param)) ? [{ name: one.name, params, results: type.results.map(result => showType(result)) }] : [];
  });
  return { functions, imports: model.imports.map(one => `${one.module}.${one.name}`) };
}

/** Reads values for parameters from a line such as `1 0x10 -2.5`. Throws UserError 'usage' where one does not fit. */
export function readArguments(params: readonly string[], line: string): (number | bigint)[] {
  const words = line.trim() === '' ? [] : line.trim().split(/[\s,]+/);
  if (words.length !== params.length) throw new UserError('usage', l10n.t('{0} values are needed ({1}), but {2} were given.', params.length, params.join(' '), words.length));
  return words.map((word, i) => {
    const type = params[i] ?? 'i32';
    const value = type === 'i32' ? parseInt32(word) : type === 'i64' ? parseInt64(word) : type === 'f32' ? float(parseF32(word), 32) : float(parseF64(word), 64);
    if (value === undefined) throw new UserError('usage', l10n.t('{0} is not a number of type {1}.', JSON.stringify(word), type));
    return value;
  });
}

function float(bits: number | bigint | undefined, width: 32 | 64): number | undefined {
  if (bits === undefined) return undefined;
  const view = new DataView(new ArrayBuffer(8));
  if (width === 64) view.setBigUint64(0, BigInt(bits));
  else view.setUint32(0, Number(bits));
  return width === 64 ? view.getFloat64(0) : view.getFloat32(0);
}
