import { InlayHintKind, type InlayHint, type Range } from 'vscode-languageserver';
import { definitionOf, nameOf, symOf } from '../document/symbols';
import type { ModuleState } from '../document/module';
import { numericStart } from '../document/text';
import { funcType } from '../model';
import type { Instr } from '../syntax';
import { signatureText } from './describe';
import { offsetOf, type Opened } from './opened';

/** What the hints show; each can be turned off. */
export interface HintSettings { readonly indices: boolean; readonly blockEnds: boolean; readonly signatures: boolean }

/** Names behind indices, what an `end` ends, and the parameters of a function that only names its type. */
export function inlayHints(opened: Opened, range: Range, settings: HintSettings): InlayHint[] {
  const [start, end] = [offsetOf(opened, range.start), offsetOf(opened, range.end)];
  const found: InlayHint[] = [];
  for (const module of opened.wat.modules) {
    if (module.item.end < start || module.item.start > end) continue;
    module.fields.forEach((field, i) => {
      if (field.end < start || field.start > end) return;
      const add = (offset: number, label: string, kind?: InlayHintKind): void => {
        if (offset >= start && offset <= end) found.push({ position: opened.lines.positionAt(offset), label, paddingLeft: true, ...(kind === undefined ? {} : { kind }) });
      };
      if (settings.indices) indices(opened, module, i, add);
      if (module.functionAt(i) === -1) return;
      if (settings.signatures) signature(module, i, add);
      if (settings.blockEnds) blockEnds(opened, module, i, add);
    });
  }
  return found;
}

type Add = (offset: number, label: string, kind?: InlayHintKind) => void;

function indices(opened: Opened, module: ModuleState, index: number, add: Add): void {
  const field = module.fields[index];
  if (field === undefined) return;
  for (const uses of module.usesIn(index)) {
    for (const use of uses) {
      if (!numericStart(opened.wat.text, field.start + use.start)) continue;
      const name = nameOf(symOf(module, index, use));
      if (name.startsWith('$') && definitionOf(symOf(module, index, use))?.definition.kind === use.kind) add(field.start + use.end, name);
    }
  }
}

/** `(func (type $t))` says nothing of its parameters. */
function signature(module: ModuleState, index: number, add: Add): void {
  const field = module.fields[index];
  if (field?.body.kind !== 'extern' || field.body.extern.kind !== 'func') return;
  const { use } = field.body.extern;
  if (use.type === undefined || use.params.length > 0 || use.results.length > 0) return;
  const func = funcType(module.env.model, module.env.model.funcs[module.functionAt(index)]?.type ?? -1);
  const text = signatureText(module, module.env.model.funcs[module.functionAt(index)]?.type ?? -1);
  if (func !== undefined && text !== '') add(field.start + use.end, text, InlayHintKind.Type);
}

function blockEnds(opened: Opened, module: ModuleState, index: number, add: Add): void {
  const field = module.fields[index];
  const body = module.body(index);
  if (field === undefined || body === undefined) return;
  const open: Instr[] = [];
  for (const instr of body.code) {
    if (instr.op.imm === 'block' || instr.op.imm === 'try') open.push(instr);
    else if (instr.op.name === 'end' || instr.op.name === 'delegate') {
      const block = open.pop();
      // Only an `end` that is written, with no label of its own, and not on the block's own line.
      const at = field.start + instr.start;
      if (block === undefined || !opened.wat.text.startsWith('end', at) || /^end[ \t]+\$/.test(opened.wat.text.slice(at, at + 8))) continue;
      if (opened.lines.positionAt(at).line - opened.lines.positionAt(field.start + block.start).line < 2) continue;
      add(at + 3, `${block.op.name}${block.label === undefined ? '' : ` $${block.label}`}`);
    }
  }
}
