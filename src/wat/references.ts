import type { Space } from './scope';
import type { Instr } from './syntax';

/** What an instruction of a binary refers to by index. */
export interface Reference { readonly space: Space; readonly index: number }

/** The things that an instruction names, in the order of its text. Locals and labels are not among them. */
export function referencesOf(instr: Instr): Reference[] {
  const { a, b } = instr;
  const { imm } = instr.op;
  const of = (space: Space, index: number): Reference => ({ space, index });
  switch (imm) {
    case 'func': case 'type': case 'global': case 'table': case 'memory': case 'tag': case 'elem': case 'data': return [of(imm, a)];
    case 'indirect': return [of('table', b), of('type', a)];
    case 'field': case 'typecount': return [of('type', a)];
    case 'typedata': return [of('type', a), of('data', b)];
    case 'typeelem': return [of('type', a), of('elem', b)];
    case 'typetype': return [of('type', a), of('type', b)];
    case 'memcopy': return [of('memory', a), of('memory', b)];
    case 'tablecopy': return [of('table', a), of('table', b)];
    case 'meminit': return [of('memory', b), of('data', a)];
    case 'tableinit': return [of('table', b), of('elem', a)];
    case 'mem': case 'memlane': return [of('memory', a)];
    case 'block': case 'try': return [...(instr.block !== undefined && instr.block.index >= 0 ? [of('type', instr.block.index)] : []), ...(instr.catches ?? []).filter(one => one.tag >= 0).map(one => of('tag', one.tag))];
    default: return [];
  }
}
