import * as l10n from '@vscode/l10n';
import type { Decoder } from './decode';
import type { Export, Import } from './module';

// Component Model, design/mvp/Binary.md. Only names and sorts are read: a component's types are a language of their own.

const sorts: Readonly<Record<number, string>> = { 0: 'core module', 1: 'func', 2: 'value', 3: 'type', 4: 'component', 5: 'instance' };

/** importname' / exportname': a tag byte (2 carries a version suffix), then the name. */
function externName(d: Decoder): string {
  const tag = d.byte();
  if (tag > 2) d.fail(l10n.t('a name has an unknown form: {0}', tag));
  const name = d.name();
  return tag === 2 ? `${name}@${d.name()}` : name;
}

/** An externdesc; gives its sort's name. */
function describe(d: Decoder): string {
  const sort = d.byte();
  switch (sort) {
    case 0:
      if (d.byte() !== 0x11) d.fail(l10n.t('an import is of no known kind: {0}', sort));
      d.u32();
      break;
    case 1: case 4: case 5: d.u32(); break;
    case 2: if (d.byte() === 0) d.u32(); else d.s33(); break;
    case 3: if (d.byte() === 0) d.u32(); break;
    default: d.fail(l10n.t('an import is of no known kind: {0}', sort));
  }
  return sorts[sort] ?? '';
}

export function componentImports(d: Decoder): Import[] {
  const found: Import[] = [];
  for (let n = d.count(); n > 0; n--) {
    const name = externName(d);
    found.push({ module: '', name, kind: 'component', text: describe(d) });
  }
  return found;
}

export function componentExports(d: Decoder): Export[] {
  const found: Export[] = [];
  for (let n = d.count(); n > 0; n--) {
    const name = externName(d);
    const sort = d.byte();
    if (sort === 0) d.byte();
    d.u32();
    if (d.byte() === 1) describe(d);
    found.push({ name, kind: 'component', text: sorts[sort] ?? '' });
  }
  return found;
}
