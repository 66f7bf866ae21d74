import * as l10n from '@vscode/l10n';
import type { Hover } from 'vscode-languageserver-types';
import { effects } from '../document/stack';
import { occurrenceAt, type Sym } from '../document/symbols';
import type { ModuleState } from '../document/module';
import { opByName } from '../instructions';
import { EOF, Lexer, NUMBER, STRING, WORD, stringBytes } from '../lexer';
import { parseF32, parseF64, parseInt64 } from '../literals';
import { describe, stackText } from './describe';
import { instructionSignature, instructionText } from './instructionDocs';
import { offsetOf, rangeOf, type Opened } from './opened';
import { wasiFunctions, wasiMarkdown, wasiModule } from './wasi';
import type { Position } from 'vscode-languageserver-types';

/** What is under the cursor: of a name its type, of an instruction what it does to the stack here, of a string its bytes, of a number its forms. */
export function hover(opened: Opened, position: Position): Hover | undefined {
  const offset = offsetOf(opened, position);
  const found = occurrenceAt(opened.wat, offset);
  if (found !== undefined) {
    if (found.sym.index < 0 && found.sym.kind !== 'label') return undefined;
    return { contents: { kind: 'markdown', value: symbolMarkdown(found.sym) }, range: rangeOf(opened, found) };
  }
  const module = opened.wat.moduleAt(offset);
  const index = module?.fieldAt(offset) ?? -1;
  const field = module?.fields[index];
  if (module === undefined || field === undefined) return undefined;
  const lexer = new Lexer(opened.wat.text, field.start, field.end);
  for (lexer.next(); lexer.kind !== EOF && lexer.end < offset; lexer.next());
  if (lexer.start > offset || lexer.kind === EOF) return undefined;
  const value = lexer.kind === WORD ? wordMarkdown(module, index, lexer.value, lexer.start - field.start)
    : lexer.kind === STRING ? stringMarkdown(lexer.value) : lexer.kind === NUMBER ? numberMarkdown(lexer.value) : undefined;
  return value === undefined || value === '' ? undefined : { contents: { kind: 'markdown', value }, range: rangeOf(opened, lexer) };
}

const code = (text: string): string => `\`\`\`wat\n${text}\n\`\`\``;

/** A name's definition as text, and what is known of it. */
export function symbolMarkdown(sym: Sym): string {
  const { module, kind, index } = sym;
  const parts = [code(describe(sym))];
  if (kind === 'func') {
    const from = module.env.model.funcs[index]?.import;
    const wasi = from?.module === wasiModule ? wasiFunctions().get(from.name) : undefined;
    if (wasi !== undefined) parts.push(wasiMarkdown(wasi));
  }
  const exported = module.env.model.exports.filter(one => one.kind === kind && one.index === index).map(one => JSON.stringify(one.name));
  if (exported.length > 0) parts.push(l10n.t('Exported as {0}.', exported.join(', ')));
  if (kind === 'data') {
    const bytes = module.env.model.datas[index]?.bytes;
    if (bytes !== undefined && bytes.length > 0) parts.push(hexDump(bytes));
  }
  return parts.join('\n\n');
}

function wordMarkdown(module: ModuleState, field: number, word: string, start: number): string {
  const op = opByName.get(word);
  if (op === undefined) return '';
  const parts: string[] = [];
  const [effect] = effects(module, field, instr => instr.start <= start && start <= instr.start + word.length && instr.op.name === word);
  const signature = instructionSignature(op);
  if (effect === undefined) parts.push(code(signature === undefined ? word : `${word}  ;; ${signature}`));
  else {
    const taken = effect.before.slice(effect.before.length - effect.takes);
    const given = effect.after.slice(effect.after.length - effect.gives);
    parts.push(code(`${word}  ;; ${effect.reachable ? `${stackText(module, taken)} → ${stackText(module, given)}` : signature ?? ''}`.replace(/ {2};; $/, '')));
  }
  const text = instructionText(op);
  if (text !== '') parts.push(text);
  if (effect !== undefined) {
    parts.push(effect.reachable ? `${l10n.t('Stack before')}: \`${stackText(module, effect.before)}\`  \n${l10n.t('Stack after')}: \`${stackText(module, effect.after)}\`` : l10n.t('Nothing ever gets here.'));
  }
  return parts.join('\n\n');
}

function stringMarkdown(token: string): string {
  const bytes = stringBytes(token);
  return bytes.length === 0 ? '' : `${l10n.t('{0} bytes', bytes.length)}\n\n${hexDump(bytes)}`;
}

/** The first bytes as hexadecimal numbers and as text. */
function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, 128); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    lines.push(`${at.toString(16).padStart(4, '0')}  ${row.map(byte => byte.toString(16).padStart(2, '0')).join(' ').padEnd(47)}  ${row.map(byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')}`);
  }
  if (bytes.length > 128) lines.push('...');
  return `\`\`\`text\n${lines.join('\n')}\n\`\`\``;
}

function numberMarkdown(text: string): string {
  const integer = parseInt64(text);
  if (integer !== undefined) {
    const unsigned = BigInt.asUintN(64, integer);
    const shown = integer < 0n ? `0x${unsigned.toString(16)}` : `0x${integer.toString(16)}`;
    const parts = [`\`${String(integer)}\``, `\`${shown}\``];
    if (integer >= 0x80000000n && integer <= 0xffffffffn) parts.push(`i32: \`${String(BigInt.asIntN(32, integer))}\``);
    return parts.join(' · ');
  }
  const double = parseF64(text);
  const single = parseF32(text);
  if (double === undefined) return '';
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, double);
  return [`\`${view.getFloat64(0)}\``, `f64: \`0x${double.toString(16).padStart(16, '0')}\``, ...(single === undefined ? [] : [`f32: \`0x${single.toString(16).padStart(8, '0')}\``])].join(' · ');
}
