import type { Position, SignatureHelp } from 'vscode-languageserver-types';
import { stackAt } from '../document/stack';
import type { ModuleState } from '../document/module';
import { funcType } from '../model';
import type { Instr } from '../syntax';
import { nameOf } from '../document/symbols';
import { paramNames, typeText } from './describe';
import { instructionText } from './instructionDocs';
import { offsetOf, type Opened } from './opened';
import { wasiFunctions, wasiMarkdown, wasiModule } from './wasi';

const letters: Readonly<Record<string, string>> = { i: 'i32', l: 'i64', f: 'f32', d: 'f64', v: 'v128', a: 'address' };

/** Inside a folded instruction: what it takes, and which operand comes next. */
export function signatureHelp(opened: Opened, position: Position): SignatureHelp | null {
  const offset = offsetOf(opened, position);
  const module = opened.wat.moduleAt(offset);
  const index = module?.fieldAt(offset) ?? -1;
  const field = module?.fields[index];
  if (module === undefined || field === undefined) return null;
  const here = stackAt(module, index, offset - field.start);
  const open = here?.waiting.at(-1);
  if (here === undefined || open?.folded !== true || open.instr === undefined) return null;
  const params = operands(module, open.instr, here.body.locals);
  if (params === undefined || params.length === 0) return null;
  const head = `${open.instr.op.name}${open.instr.op.imm === 'func' ? ` ${nameOf({ module, kind: 'func', index: open.instr.a, owner: -1 })}` : ''}`;
  let label = head;
  const parameters = params.map(param => {
    label += ' ';
    const start = label.length;
    label += param;
    return { label: [start, label.length] as [number, number] };
  });
  const from = open.instr.op.imm === 'func' ? module.env.model.funcs[open.instr.a]?.import : undefined;
  const wasi = from?.module === wasiModule ? wasiFunctions().get(from.name) : undefined;
  const text = wasi === undefined ? instructionText(open.instr.op) : wasiMarkdown(wasi);
  return {
    signatures: [{ label, parameters, ...(text === '' ? {} : { documentation: { kind: 'markdown', value: text } }) }],
    activeSignature: 0, activeParameter: Math.min(here.operands, params.length - 1),
  };
}

/** The operands of an instruction as texts, first to last; undefined where that can't be said. */
function operands(module: ModuleState, instr: Instr, locals: readonly number[]): string[] | undefined {
  const { op } = instr;
  const { model } = module.env;
  const named = (type: number, names: readonly (string | undefined)[] = []): string[] | undefined => funcType(model, type)?.params.map((param, i) => `${names[i] === undefined ? '' : `$${names[i]}: `}${typeText(module, param)}`);
  if (op.params !== undefined) {
    const address = model.memories[instr.a]?.limits.is64 === true ? 'i64' : 'i32';
    return Array.from(op.params, letter => (letter === 'a' ? `address: ${address}` : letters[letter] ?? '?'));
  }
  switch (op.name) {
    case 'call': case 'return_call': {
      const from = model.funcs[instr.a]?.import;
      const wasi = from?.module === wasiModule ? wasiFunctions().get(from.name) : undefined;
      return named(model.funcs[instr.a]?.type ?? -1, wasi === undefined ? paramNames(module, instr.a) : wasi.params.map(param => param.name));
    }
    case 'call_indirect': case 'return_call_indirect': return [...named(instr.a) ?? [], 'index: i32'];
    case 'call_ref': case 'return_call_ref': return [...named(instr.a) ?? [], 'function'];
    case 'throw': return named(model.tags[instr.a]?.type ?? -1);
    case 'local.set': case 'local.tee': return locals[instr.a] === undefined ? undefined : [typeText(module, locals[instr.a] ?? 0)];
    case 'global.set': return model.globals[instr.a] === undefined ? undefined : [typeText(module, model.globals[instr.a]?.type ?? 0)];
    case 'if': case 'br_if': case 'br_table': return op.name === 'if' ? ['condition: i32'] : op.name === 'br_if' ? ['condition: i32'] : ['index: i32'];
    case 'select': return ['value', 'value', 'condition: i32'];
    case 'memory.copy': return ['destination', 'source', 'length'];
    case 'memory.init': return ['destination', 'offset: i32', 'length: i32'];
    case 'table.get': return ['index: i32'];
    case 'table.set': return ['index: i32', 'value'];
    case 'struct.new': {
      const composite = model.types[instr.a]?.composite;
      const names = new Map([...model.fieldNames[instr.a] ?? []].map(([name, i]) => [i, name]));
      return composite?.kind === 'struct' ? composite.fields.map((one, i) => `${names.has(i) ? `$${names.get(i) ?? ''}: ` : ''}${typeText(module, one.type)}`) : undefined;
    }
    case 'struct.get': case 'struct.get_s': case 'struct.get_u': return ['struct'];
    case 'struct.set': return ['struct', 'value'];
    case 'array.new': return ['value', 'length: i32'];
    case 'array.get': case 'array.get_s': case 'array.get_u': return ['array', 'index: i32'];
    case 'array.set': return ['array', 'index: i32', 'value'];
    default: return undefined;
  }
}
